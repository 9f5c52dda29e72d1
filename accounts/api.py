"""Sign in and out, who am I, what did I set."""

from ninja import Router

auth_router = Router(tags=["auth"])
users_router = Router(tags=["users"])
