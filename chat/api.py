"""The JSON API of the chat app."""

from ninja import Router

router = Router()
