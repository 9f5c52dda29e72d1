"""Writes: signing in and out, tokens, passwords, settings.

Sign-in and password checks count failures in Redis (see `exobrain.lib.throttle`) and work
without it. The rest talks to PostgreSQL only.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.contrib.auth.hashers import make_password, verify_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import selectors, tokens
from accounts.errors import (
    DemoPasswordRefused,
    EmailTaken,
    InvalidConfig,
    InvalidProfile,
    InvalidRefreshToken,
    SignupClosed,
    TooManyAttempts,
    UnacceptablePassword,
    WrongCredentials,
    WrongPassword,
)
from accounts.models import (
    ConfigDefinition,
    ConfigValue,
    RefreshToken,
    RefreshTokenFamily,
    User,
)
from accounts.types import ConfigItem, TokenPair
from exobrain.lib import clock, throttle
from exobrain.lib.address import is_loopback
from exobrain.lib.sql import send
from exobrain.lib.text import storable
from exobrain.lib.throttle import Limit

log = structlog.get_logger(__name__)

# Over which failed sign-ins are counted; how many are allowed is set (`exobrain/lib/config.py`,
# whose "five minutes" are these).
FAILURE_WINDOW_SECONDS = 300
LEGACY_HASHER = "scrypt"
# On the path of every question and every answer, where the ORM's way costs three times as much.
BUMP = "UPDATE accounts_user SET revision = revision + 1 WHERE id = %s"
DEMO_PASSWORDS = frozenset({"password123"})  # those of mock_data/users.json, which everybody knows
NO_HASH = ""  # no password fits it, and finding that out takes as long as with one


# -- signing in


def sign_in(*, email: str, password: str, address: str) -> User:
    """The user these credentials belong to; a failure is counted against account and address.

    Demo passwords are refused wherever others can come from. A start with them is not: it would
    shut out everybody else, and would not see demo users that are made after it.
    """
    config = settings.EXOBRAIN
    is_on_this_machine = config.is_local and is_loopback(address)
    if password in DEMO_PASSWORDS and not (is_on_this_machine or config.exobrain_allow_demo_login):
        log.warning("demo_password_refused", address=address)
        raise DemoPasswordRefused
    user = User.objects.with_email(email).first()
    if not _is_password_right(password, user, email=email, address=address) or user is None:
        log.info("sign_in_failed", address=address)
        raise WrongCredentials
    log.info("signed_in", user_id=str(user.id), address=address)
    return user


def sign_up(*, email: str, password: str, display_name: str, address: str) -> User:
    """A new user; only while registration is open."""
    if not settings.EXOBRAIN.accounts_allow_signup:
        raise SignupClosed
    # Each try reveals whether an e-mail is taken, so tries are as scarce as failed sign-ins.
    _count_failure(email, address)
    user = User(email=email.strip(), display_name=display_name.strip())
    _validate_profile(user)
    _validate_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise EmailTaken from error
    log.info("signed_up", user_id=str(user.id))
    return user


def change_password(*, user_id: UUID, current: str, new: str, address: str) -> User:
    """The user has a new password; every session and token of theirs has ended."""
    user = User.objects.get(id=user_id)
    if not _is_password_right(current, user, email=user.email, address=address):
        raise WrongPassword
    _validate_password(new, user)
    user.set_password(new)
    user.save(update_fields=["password", "updated_at"])
    log.info("password_changed", user_id=str(user_id))
    return user


def change_name(*, user_id: UUID, display_name: str) -> None:
    """The user is called by this name; raises InvalidProfile when it is no name."""
    user = User.objects.get(id=user_id)
    user.display_name = storable(display_name).strip()
    _validate_profile(user)
    user.save(update_fields=["display_name", "updated_at"])
    log.info("name_changed", user_id=str(user_id))


def change_time_zone(*, user_id: UUID, time_zone: str) -> None:
    """The user's days begin where that zone says; empty: where nobody has set one.

    Days that were written keep their names. Raises InvalidProfile for what is no zone.
    """
    user = User.objects.get(id=user_id)
    user.time_zone = time_zone
    _validate_profile(user)
    user.save(update_fields=["time_zone", "updated_at"])
    log.info("time_zone_changed", user_id=str(user_id))


def _is_password_right(password: str, user: User | None, *, email: str, address: str) -> bool:
    """True when the password is the user's; raises TooManyAttempts after too many failures.

    An unknown and a deactivated user cost the same time as a wrong password.
    """
    _refuse_if_throttled(email, address)
    stored = user.password if user is not None and user.is_active else NO_HASH
    try:
        is_right, is_outdated = verify_password(password, stored)
    except ValueError:  # the hash is damaged
        is_right, is_outdated = verify_password(password, NO_HASH)
    if user is None or not is_right:
        # While old hashes are in use, a failure costs both kinds, so that its time does not reveal
        # which kind an account has.
        if User.objects.filter(password__startswith=f"{LEGACY_HASHER}$").exists():
            is_legacy = stored.startswith(f"{LEGACY_HASHER}$")
            make_password(password, hasher="default" if is_legacy else LEGACY_HASHER)
        _count_failure(email, address)
        return False
    if is_outdated:
        user.upgrade_password(password)
    throttle.clear(*_account_limit(email, address))
    return True


def _account_limit(email: str, address: str) -> tuple[Limit, str, str]:
    # With the address in it: who fails elsewhere cannot lock the owner out.
    amount = settings.EXOBRAIN.login_attempts_per_account
    return Limit("sign-in-account", amount, FAILURE_WINDOW_SECONDS), email.strip().lower(), address


def _address_limit(address: str) -> tuple[Limit, str]:
    amount = settings.EXOBRAIN.login_attempts_per_address
    return Limit("sign-in-address", amount, FAILURE_WINDOW_SECONDS), address


def _refuse_if_throttled(email: str, address: str) -> None:
    seconds = max(
        throttle.wait_seconds(*_account_limit(email, address)),
        throttle.wait_seconds(*_address_limit(address)),
    )
    if seconds:
        log.warning("sign_in_throttled", address=address, seconds=seconds)
        raise TooManyAttempts(retry_after_seconds=seconds)


def _count_failure(email: str, address: str) -> None:
    """A failure is counted. Raises TooManyAttempts when parallel tries have used up the limit."""
    counted = (
        throttle.hit(*_account_limit(email, address)),
        throttle.hit(*_address_limit(address)),
    )
    if not all(counted):
        _refuse_if_throttled(email, address)


def _validate_profile(user: User) -> None:
    try:
        user.full_clean(exclude=["password"], validate_constraints=False)
    except ValidationError as error:
        raise InvalidProfile(" ".join(error.messages)) from error


def _validate_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise UnacceptablePassword(" ".join(error.messages)) from error


# -- tokens


def issue_tokens(*, user: User, session_key: str | None = None) -> TokenPair:
    """A new family's first pair, which ends with the session that the client also has.

    The user is whom `sign_in` returned: when their password has changed since, or they were
    shut out, there are no tokens and WrongCredentials is raised.
    """
    with transaction.atomic():
        # The update locks the row, so that a change of the password sees this family or this
        # sign-in sees that change.
        unchanged = User.objects.filter(
            id=user.id,
            is_active=True,
            password=user.password,
            tokens_valid_from=user.tokens_valid_from,
        )
        if not unchanged.update(last_login=clock.now()):
            raise WrongCredentials
        RefreshTokenFamily.objects.filter(user=user).delete_expired()
        family = RefreshTokenFamily.objects.create(
            user=user, session_digest=tokens.digest_of(session_key) if session_key else ""
        )
        return _issue_pair(family)


def refresh_tokens(*, refresh_token: str) -> TokenPair:
    """The next pair of the family; the presented token is used up. Raises InvalidRefreshToken.

    A used token is refused. Within AUTH_REFRESH_GRACE_SECONDS of its use that is all: a client
    that raced itself or sent its request again keeps the pair it got. Later the token counts as
    stolen, from whichever side, and the whole family ends with its access tokens. Every token
    lives AUTH_REFRESH_TOKEN_TTL_SECONDS from its own issue.
    """
    with transaction.atomic():
        token = (
            RefreshToken.objects.select_related("family__user")
            .select_for_update(of=("self",))
            .filter(digest=tokens.digest_of(refresh_token))
            .first()
        )
        now = clock.now()  # after the lock, for which a racing request may have waited
        if token is None or not token.is_alive(now=now):
            raise InvalidRefreshToken
        if token.used_at is None:
            token.used_at = now
            token.save(update_fields=["used_at"])
            return _issue_pair(token.family)
        grace = timedelta(seconds=settings.EXOBRAIN.auth_refresh_grace_seconds)
        if now <= token.used_at + grace:
            raise InvalidRefreshToken
        RefreshTokenFamily.objects.filter(id=token.family_id).revoke(reason="replay")
    log.warning(
        "refresh_token_replayed",
        family_id=str(token.family_id),
        user_id=str(token.family.user_id),
    )
    raise InvalidRefreshToken


def _issue_pair(family: RefreshTokenFamily) -> TokenPair:
    """A new refresh token of this family, stored as a digest, and an access token with it."""
    user, config = family.user, settings.EXOBRAIN
    refresh_token = tokens.new_refresh_token()
    RefreshToken.objects.create(
        digest=tokens.digest_of(refresh_token),
        family=family,
        expires_at=clock.now() + timedelta(seconds=config.auth_refresh_token_ttl_seconds),
    )
    return TokenPair(
        access_token=tokens.sign_access_token(
            user_id=user.id, email=user.email, name=user.display_name, family_id=family.id
        ),
        refresh_token=refresh_token,
        expires_in=config.auth_access_token_ttl_seconds,
    )


def sign_token_for_others(*, user_id: UUID) -> str:
    """An access token of the user for another program that shares AUTH_JWT_SECRET.

    It is of a family that does not exist, so this server does not take it: whoever has it can tell
    who the user is, and reach nothing of theirs here. Raises User.DoesNotExist.
    """
    user = User.objects.get(id=user_id, is_active=True)
    return tokens.sign_access_token(
        user_id=user.id, email=user.email, name=user.display_name, family_id=uuid4()
    )


def delete_expired_tokens() -> int:
    """Families whose last token has expired are deleted; returns how many."""
    return RefreshTokenFamily.objects.all().delete_expired()


# -- signing out


def sign_out(*, session_key: str | None, access_token: str | None) -> None:
    """Tokens issued beside this session, and the family of this access token, have ended.

    An expired access token still names its family: signing out late must work.
    """
    families = RefreshTokenFamily.objects
    if session_key:
        families.filter(session_digest=tokens.digest_of(session_key)).revoke(reason="logout")
    claims = tokens.read_access_token(access_token, expired_too=True) if access_token else None
    if claims is not None and claims.family_id is not None:
        families.filter(id=claims.family_id, user_id=claims.user_id).revoke(reason="logout")


def sign_out_everywhere(*, user_id: UUID) -> None:
    """No session and no token of this user is accepted any more."""
    with transaction.atomic():
        User.objects.filter(id=user_id).update(tokens_valid_from=clock.now())
        RefreshTokenFamily.objects.filter(user_id=user_id).revoke(reason="logout_all")
    log.info("signed_out_everywhere", user_id=str(user_id))


def move_session(*, user_id: UUID, before: str, after: str) -> None:
    """Tokens issued beside session `before` end with `after` now; another user's have ended."""
    beside = RefreshTokenFamily.objects.filter(session_digest=tokens.digest_of(before))
    beside.exclude(user_id=user_id).revoke(reason="session_replaced")
    beside.filter(user_id=user_id).update(session_digest=tokens.digest_of(after))


# -- settings and caches


def change_configs(*, user_id: UUID, changes: Sequence[tuple[str, bool | str]]) -> list[ConfigItem]:
    """All changes are stored, or InvalidConfig is raised and none is; the settings afterwards.

    Of two changes of one key the last counts; choosing the default is choosing nothing.
    """
    items = {item.key: item for item in selectors.user_configs(user_id=user_id)}
    for key, value in changes:
        if key not in items:
            raise InvalidConfig(f"There is no setting {key!r}.")
        if not items[key].accepts(value):
            raise InvalidConfig(f"The setting {key!r} does not take this value.")
    with transaction.atomic():
        bump_revision(user_id=user_id)  # locks the user's row: two changes come one by one
        for key, value in dict(changes).items():
            if value == items[key].default_value:
                ConfigValue.objects.filter(user_id=user_id, definition__key=key).delete()
            else:
                ConfigValue.objects.update_or_create(
                    user_id=user_id,
                    definition=ConfigDefinition.objects.get(key=key),
                    defaults={"value": value},
                )
    return selectors.user_configs(user_id=user_id)


def bump_revision(*, user_id: UUID) -> None:
    """The user's revision has grown by one, so nothing cached before is read again.

    It locks the user's row, so it comes last in a transaction.
    """
    send(BUMP, [user_id])
