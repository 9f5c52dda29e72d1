"""What the accounts API reads and writes."""

from typing import Annotated, Literal, Self

from ninja import Schema
from pydantic import Field, model_validator

from exobrain.lib.text import STORABLE, Text

MIN_PASSWORD_CHARS = 8
MIN_REFRESH_TOKEN_CHARS = 16


class HowToSignIn(Schema):
    """Whether a client wants a session cookie or tokens."""

    session_mode: Literal["web", "api"] = "web"
    issuance_policy: Literal["session", "tokens"] = "session"

    @property
    def wants_session(self) -> bool:
        """True in the one of the four combinations that sets a cookie."""
        return self.session_mode == "web" and self.issuance_policy == "session"


class LoginIn(HowToSignIn):
    """Credentials."""

    email: Text
    password: Annotated[str, Field(min_length=MIN_PASSWORD_CHARS)]


class SignupIn(HowToSignIn):
    """A new user."""

    email: Text
    password: Annotated[str, Field(min_length=MIN_PASSWORD_CHARS)]
    display_name: Annotated[str, Field(min_length=1, max_length=150), STORABLE]


class PasswordIn(Schema):
    """A change of the password."""

    current_password: str
    new_password: Annotated[str, Field(min_length=MIN_PASSWORD_CHARS)]


class RefreshIn(Schema):
    """A refresh token to exchange."""

    refresh_token: Annotated[str, Field(min_length=MIN_REFRESH_TOKEN_CHARS)]


class SessionOut(Schema):
    """A session was started; its cookie comes with the answer."""

    session_established: Literal[True] = True
    user_name: str


class TokensOut(Schema):
    """An access token, and a refresh token to get the next one with."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  a scheme's name
    expires_in: int


class MeOut(Schema):
    """Who is signed in."""

    name: str
    email: str
    time_zone: Annotated[
        str, Field(description="IANA name; empty where none was set: days are UTC's then")
    ]


class MeIn(Schema):
    """What a user may change of themselves."""

    time_zone: Text


class ConfigOptionOut(Schema):
    """A value that a choice may take."""

    value: str
    label: str


class ConfigOut(Schema):
    """One setting."""

    key: str
    name: str
    config_type: Literal["boolean", "choice"]
    description: str
    options: list[ConfigOptionOut]
    value: bool | str
    default_value: bool | str
    using_default: bool


class ConfigsOut(Schema):
    """Every setting, in display order."""

    configs: list[ConfigOut]


class ConfigChange(Schema):
    """One setting to change."""

    key: str
    value: bool | str


class ConfigsIn(Schema):
    """One change or several; when both are given, the several count."""

    update: ConfigChange | None = None
    updates: Annotated[list[ConfigChange], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.update is None and self.updates is None:
            raise ValueError("update or updates is needed")
        return self

    @property
    def changes(self) -> list[tuple[str, bool | str]]:
        """The changes that count."""
        chosen = self.updates or ([self.update] if self.update else [])
        return [(change.key, change.value) for change in chosen]
