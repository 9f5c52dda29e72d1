"""Who asks, as sockets and streams find out."""

import copy
from typing import Any

import pytest

from accounts.errors import InvalidConfig
from accounts.models import User
from accounts.selectors import resolve_principal
from accounts.services import bump_revision, change_configs
from exobrain.lib.errors import Unavailable
from tests.accounts.auth_calls import COOKIE, signed_in, tokens_of


def test_bearer_brings_its_family(alice: User) -> None:
    """Everything that is known of the asker."""
    token = tokens_of(alice.email)["access_token"]

    principal = resolve_principal(authorization=f"Bearer {token}", session_key=None)

    assert principal is not None
    assert (principal.user_id, principal.email, principal.display_name) == (
        alice.id,
        alice.email,
        "Alice",
    )
    assert (principal.via, principal.session_key) == ("bearer", None)
    assert principal.family_id == alice.token_families.get().id


def test_session_brings_its_key(alice: User) -> None:
    """And no family."""
    key = signed_in(alice.email).cookies[COOKIE].value

    principal = resolve_principal(authorization=None, session_key=key)

    assert principal is not None
    assert (principal.user_id, principal.via) == (alice.id, "session")
    assert (principal.session_key, principal.family_id) == (key, None)


def test_revision_is_the_present_one(alice: User) -> None:
    """Caches key on it."""
    token = tokens_of(alice.email)["access_token"]

    bump_revision(user_id=alice.id)
    bump_revision(user_id=alice.id)

    principal = resolve_principal(authorization=f"Bearer {token}", session_key=None)
    assert principal is not None
    assert principal.revision == alice.revision + 2


def test_revision_of_others_stays(alice: User, bob: User) -> None:
    """What one may read says nothing about another's."""
    bump_revision(user_id=alice.id)

    bob.refresh_from_db()
    assert bob.revision == 0


def test_nothing_is_nobody(db: None) -> None:
    """Who brings nothing is nobody."""
    assert resolve_principal(authorization=None, session_key=None) is None


@pytest.mark.parametrize("authorization", [None, "Bearer x"])
def test_outage_is_not_nobody(db: None, settings: Any, authorization: str | None) -> None:
    """A session that cannot be read is neither valid nor invalid."""
    settings.CACHES = copy.deepcopy(settings.CACHES)
    settings.CACHES["sessions"]["LOCATION"] = "redis://127.0.0.1:1/0"
    settings.CACHES = settings.CACHES

    with pytest.raises(Unavailable):
        resolve_principal(authorization=authorization, session_key="x" * 32)


def test_refused_config_grows_no_revision(alice: User) -> None:
    """All or nothing includes what caches see."""
    with pytest.raises(InvalidConfig):
        change_configs(user_id=alice.id, changes=[("no.such.key", True)])

    alice.refresh_from_db()
    assert alice.revision == 0
