"""Reads: who is asking, and what they have set.

`resolve_principal` runs for every API request, so it is one lean query and no model. A session
also costs one read of Redis; while Redis is away that raises `Unavailable`.
"""

from collections import defaultdict
from dataclasses import replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from accounts import models, tokens
from accounts.models import session_auth_hash
from accounts.sessions import SessionStore
from accounts.types import ConfigItem, ConfigOption, KeyState, Principal, ProviderValues
from exobrain.lib.effective_config import STORABLE, effective_config, provider_address
from exobrain.lib.sql import first_row
from exobrain.lib.zones import effective_zone

# A token with a family lives as long as the family; one without (signed by another service that
# shares the secret) until everything issued so far is called in.
BY_BEARER = """
    SELECT u.email, u.display_name, u.revision, u.time_zone, u.tokens_valid_from,
           f.id IS NOT NULL AND f.revoked_at IS NULL
      FROM accounts_user u
      LEFT JOIN accounts_refreshtokenfamily f ON f.user_id = u.id AND f.id = %s
     WHERE u.id = %s AND u.is_active
"""
BY_SESSION = """
    SELECT email, display_name, revision, time_zone, password, tokens_valid_from
      FROM accounts_user
     WHERE id = %s AND is_active
"""


def resolve_principal(
    *, authorization: str | None, session_key: str | None, expired_too: bool = False
) -> Principal | None:
    """Who asks: the bearer token decides, else the session; None when neither is valid.

    `expired_too` is for a connection that was opened in time: its token may expire meanwhile.
    """
    token = tokens.bearer_of(authorization)
    principal = _by_bearer(token, expired_too=expired_too) if token else None
    if principal is None and session_key:
        principal = _by_session(session_key)
    return principal


def _by_bearer(token: str, *, expired_too: bool) -> Principal | None:
    claims = tokens.read_access_token(token, expired_too=expired_too)
    row = first_row(BY_BEARER, claims.family_id, claims.user_id) if claims else None
    if claims is None or row is None:
        return None
    email, display_name, revision, time_zone, valid_from, is_family_alive = row
    if claims.family_id is not None:
        is_valid = is_family_alive
    else:
        # A token's time has whole seconds: one of the very second of the call-in is refused.
        is_valid = valid_from is None or claims.issued_at > valid_from.timestamp()
    if not is_valid:
        return None
    return Principal(
        claims.user_id,
        email,
        display_name,
        revision,
        "bearer",
        time_zone,
        family_id=claims.family_id,
    )


def _by_session(session_key: str) -> Principal | None:
    session = SessionStore(session_key).load()
    user_id = _uuid(session.get(SESSION_KEY))
    row = first_row(BY_SESSION, user_id) if user_id else None
    if user_id is None or row is None:
        return None
    email, display_name, revision, time_zone, password, valid_from = row
    session_hash = session.get(HASH_SESSION_KEY, "")
    is_current = any(
        constant_time_compare(session_hash, session_auth_hash(password, valid_from, secret=secret))
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )
    if not is_current:
        return None
    return Principal(
        user_id, email, display_name, revision, "session", time_zone, session_key=session_key
    )


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None


def user_configs(*, user_id: UUID) -> list[ConfigItem]:
    """Every active setting with this user's value, in display order."""
    own = dict(
        models.ConfigValue.objects.filter(user_id=user_id).values_list("definition_id", "value")
    )
    options: defaultdict[UUID, list[ConfigOption]] = defaultdict(list)
    for option in models.ConfigOption.objects.filter(is_active=True):
        options[option.definition_id].append(ConfigOption(option.value, option.label))
    items: list[ConfigItem] = []
    for definition in models.ConfigDefinition.objects.filter(is_active=True):
        is_choice = definition.config_type == definition.Kind.CHOICE
        item = ConfigItem(
            key=definition.key,
            name=definition.name,
            config_type=definition.config_type,
            description=definition.description,
            options=tuple(options[definition.id]) if is_choice else (),
            value=definition.default_value,
            default_value=definition.default_value,
            using_default=True,
        )
        chosen = own.get(definition.id)
        # A value that was withdrawn since it was chosen counts as not chosen.
        if chosen is not None and item.accepts(chosen):
            item = replace(item, value=chosen, using_default=False)
        items.append(item)
    return items


def display_name(*, user_id: UUID) -> str:
    """What the user is called; empty when there is no such user."""
    row = first_row("SELECT display_name FROM accounts_user WHERE id = %s", user_id)
    return row[0] if row else ""


def zone_of(*, user_id: UUID) -> ZoneInfo:
    """Where the user's days begin."""
    row = first_row("SELECT time_zone FROM accounts_user WHERE id = %s", user_id)
    return effective_zone(row[0] if row else "")


def user_ids(*, name: str | None = None) -> list[UUID]:
    """The users; with a name, the one of that id or e-mail."""
    users = models.User.objects.order_by("pk")
    if name is not None:
        id_ = _uuid(name)
        users = users.filter(pk=id_) if id_ else users.filter(email__iexact=name)
    return list(users.values_list("pk", flat=True))


# -- the instance's


def provider_values() -> ProviderValues:
    """What staff have set of the model provider; the environment may have decided otherwise."""
    row = models.ProviderSettings.objects.values(*STORABLE).first()
    return ProviderValues(**row) if row else ProviderValues()


def provider_key_state() -> KeyState:
    """Whether the present provider has a key, and where from."""
    if settings.EXOBRAIN.openai_api_key is not None:
        return KeyState.ENVIRONMENT
    if not models.ProviderKey.objects.filter(address=provider_address()).exists():
        return KeyState.NONE
    return KeyState.STORED if effective_config().openai_api_key else KeyState.UNREADABLE
