"""Values of accounts: the principal, tokens and settings."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal
from uuid import UUID

OFFERED_ZONE = "offered_time_zone"  # of a session: the browser's, for a user who has set none


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request, as PostgreSQL knows them at this moment."""

    user_id: UUID
    email: str
    display_name: str
    revision: int  # grows with every change to what this user can read
    via: Literal["bearer", "session"]
    time_zone: str = ""  # IANA name; empty: none was set
    family_id: UUID | None = None  # of a bearer's refresh tokens
    session_key: str | None = None


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client that keeps tokens gets."""

    access_token: str
    refresh_token: str
    expires_in: int  # seconds, of the access token


@dataclass(frozen=True, slots=True)
class ConfigOption:
    """A value that a choice may take."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ConfigItem:
    """One setting as its user sees it."""

    key: str
    name: str
    config_type: str
    description: str
    options: tuple[ConfigOption, ...]
    value: bool | str
    default_value: bool | str
    using_default: bool

    def accepts(self, value: bool | str) -> bool:
        """True when this setting may take `value`."""
        if self.config_type == "boolean":
            return isinstance(value, bool)
        return any(option.value == value for option in self.options)


class KeyState(Enum):
    """What there is of the present provider's key."""

    NONE = "none"
    STORED = "stored"
    UNREADABLE = "unreadable"  # encrypted with another secret
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class ProviderValues:
    """What staff have set of the model provider, by the names of `exobrain.lib.config`."""

    model_provider_base_url: str = ""
    model_provider_is_local: bool | None = None
    main_agent_model: str = ""
    main_agent_fallback_model: str = ""
    knowledge_update_extraction_model: str = ""
    embedding_provider: str = ""
    embedding_model: str = ""
    embedding_dimensions: int | None = None
