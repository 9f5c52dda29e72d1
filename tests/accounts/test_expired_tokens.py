"""Tokens that nobody can use any more are deleted."""

from datetime import timedelta
from io import StringIO

import time_machine
from django.core.management import call_command

from accounts.models import RefreshToken, RefreshTokenFamily, User
from exobrain.lib import clock
from tests.accounts.auth_calls import me, refresh, tokens_of


def delete() -> str:
    """What the command says."""
    out = StringIO()
    call_command("delete_expired_tokens", stdout=out)
    return out.getvalue()


def test_expired_tokens_and_their_families_go(alice: User) -> None:
    """Nothing remains of a family whose last token is past."""
    refresh(tokens_of(alice.email)["refresh_token"])

    with time_machine.travel(clock.now() + timedelta(days=8)):
        said = delete()

    assert said == "Deleted 1 token families.\n"
    assert not RefreshToken.objects.exists()
    assert not RefreshTokenFamily.objects.exists()


def test_living_tokens_stay(alice: User) -> None:
    """Whoever is signed in stays so."""
    pair = tokens_of(alice.email)

    said = delete()

    assert said == "Deleted 0 token families.\n"
    assert refresh(pair["refresh_token"]).status_code == 200


def test_family_stays_while_its_last_access_token_is_good(alice: User) -> None:
    """The family is what vouches for it."""
    start = clock.now()
    with time_machine.travel(start):
        token = tokens_of(alice.email)["refresh_token"]
    with time_machine.travel(start + timedelta(days=7, seconds=-1)):
        access = refresh(token).json()["access_token"]
    with time_machine.travel(start + timedelta(days=7, seconds=60)):
        delete()
        assert me(token=access).status_code == 200


def test_used_tokens_stay_until_they_expire(alice: User) -> None:
    """A replay is recognised by the row."""
    token = tokens_of(alice.email)["refresh_token"]
    successor = refresh(token).json()["refresh_token"]

    with time_machine.travel(clock.now() + timedelta(days=3)):
        delete()
        refresh(token)
        assert refresh(successor).status_code == 401


def test_signing_in_clears_up_behind_oneself(alice: User, bob: User) -> None:
    """Rows do not pile up where nobody runs the command; others' are left alone."""
    tokens_of(alice.email)
    tokens_of(bob.email)

    with time_machine.travel(clock.now() + timedelta(days=8)):
        tokens_of(alice.email)

    assert alice.token_families.count() == 1
    assert bob.token_families.count() == 1
