"""Values that describe who is asking."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request, as PostgreSQL knows them at this moment."""

    user_id: UUID
    email: str
    display_name: str
    revision: int  # grows with every change to what this user can read
    via: Literal["bearer", "session"]
    family_id: UUID | None = None  # of a bearer's refresh tokens
    session_key: str | None = None
