"""Reads: who is asking, and what they have set.

`resolve_principal` runs for every API request, so it is one lean query and no model. A session
also costs one read of Redis; while Redis is away that raises `Unavailable`.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from accounts import models, tokens
from accounts.models import session_auth_hash
from accounts.sessions import SessionStore
from accounts.types import ConfigItem, ConfigOption, Principal
from exobrain.lib.sql import first_row

# A token with a family lives as long as the family; one without (signed by another service that
# shares the secret) until everything issued so far is called in.
BY_BEARER = """
    SELECT u.email, u.display_name, u.revision, u.tokens_valid_from,
           f.id IS NOT NULL AND f.revoked_at IS NULL
      FROM accounts_user u
      LEFT JOIN accounts_refreshtokenfamily f ON f.user_id = u.id AND f.id = %s
     WHERE u.id = %s AND u.is_active
"""
BY_SESSION = """
    SELECT email, display_name, revision, password, tokens_valid_from
      FROM accounts_user
     WHERE id = %s AND is_active
"""


def resolve_principal(
    *, authorization: str | None, session_key: str | None, expired_too: bool = False
) -> Principal | None:
    """Who asks: the bearer token decides, else the session; None when neither is valid.

    `expired_too` is for a connection that was opened in time: its token may grow old meanwhile.
    """
    token = tokens.bearer_of(authorization)
    principal = _bearer(token, expired_too=expired_too) if token else None
    if principal is not None:
        return principal
    return _signed_in(session_key) if session_key else None


def _bearer(token: str, *, expired_too: bool) -> Principal | None:
    claims = tokens.read_access_token(token, expired_too=expired_too)
    if claims is None:
        return None
    row = first_row(BY_BEARER, claims.family_id, claims.user_id)
    if row is None:
        return None
    email, display_name, revision, valid_from, family_is_alive = row
    if claims.family_id is None:
        is_valid = _issued_after(valid_from, claims.issued_at)
    else:
        is_valid = family_is_alive
    if not is_valid:
        return None
    return Principal(
        claims.user_id, email, display_name, revision, "bearer", family_id=claims.family_id
    )


def _issued_after(valid_from: datetime | None, issued_at: float) -> bool:
    """A token's time has whole seconds; one of the very second of the call-in is refused."""
    return valid_from is None or issued_at > valid_from.timestamp()


def _signed_in(session_key: str) -> Principal | None:
    session = SessionStore(session_key).load()
    user_id = _uuid(session.get(SESSION_KEY))
    if user_id is None:
        return None
    row = first_row(BY_SESSION, user_id)
    if row is None:
        return None
    email, display_name, revision, password, valid_from = row
    if not _is_current(session.get(HASH_SESSION_KEY, ""), password, valid_from):
        return None
    return Principal(user_id, email, display_name, revision, "session", session_key=session_key)


def _is_current(session_hash: str, password: str, valid_from: datetime | None) -> bool:
    return any(
        constant_time_compare(session_hash, session_auth_hash(password, valid_from, secret=secret))
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
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
    return [
        _config_item(definition, tuple(options[definition.id]), own.get(definition.id))
        for definition in models.ConfigDefinition.objects.filter(is_active=True)
    ]


def _config_item(
    definition: models.ConfigDefinition, options: tuple[ConfigOption, ...], own: bool | str | None
) -> ConfigItem:
    default = ConfigItem(
        key=definition.key,
        name=definition.name,
        config_type=definition.config_type,
        description=definition.description,
        options=options if definition.config_type == definition.Kind.CHOICE else (),
        value=definition.default_value,
        default_value=definition.default_value,
        using_default=True,
    )
    # A value that was withdrawn since it was chosen counts as not chosen.
    if own is None or not default.accepts(own):
        return default
    return replace(default, value=own, using_default=False)


def display_name(*, user_id: UUID) -> str:
    """What the user is called; empty when there is no such user."""
    row = first_row("SELECT display_name FROM accounts_user WHERE id = %s", user_id)
    return row[0] if row else ""


def user_ids(*, name: str | None = None) -> list[UUID]:
    """The users; with a name, the one of that id or e-mail."""
    users = models.User.objects.order_by("pk")
    if name is not None:
        id_ = _uuid(name)
        users = users.filter(pk=id_) if id_ else users.filter(email__iexact=name)
    return list(users.values_list("pk", flat=True))
