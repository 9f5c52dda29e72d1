"""POST /api/auth/token_refresh."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from accounts.models import RefreshToken, RefreshTokenFamily, User
from exobrain.lib import clock
from tests.accounts.auth_calls import me, refresh, tokens_of

THREADS = 8


def later(**how_much: float) -> time_machine.travel:
    """So much later, and time goes on from there."""
    return time_machine.travel(clock.now() + timedelta(**how_much))


def test_answer_is_a_token_pair(alice: User) -> None:
    """A refresh answers as a sign-in for tokens does."""
    answer = refresh(tokens_of(alice.email)["refresh_token"])

    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "refresh_token", "token_type", "expires_in"}


def test_new_access_token_works(alice: User) -> None:
    """What a refresh gives signs requests."""
    token = refresh(tokens_of(alice.email)["refresh_token"]).json()["access_token"]

    assert me(token=token).json()["email"] == alice.email


def test_refresh_token_changes(alice: User) -> None:
    """Every refresh token is good for one refresh."""
    pair = tokens_of(alice.email)

    assert refresh(pair["refresh_token"]).json()["refresh_token"] != pair["refresh_token"]


def test_successors_go_on(alice: User) -> None:
    """A chain of refreshes does not end."""
    token = tokens_of(alice.email)["refresh_token"]

    for _ in range(4):
        answer = refresh(token)
        token = answer.json()["refresh_token"]

    assert answer.status_code == 200


def test_immediate_replay_is_401(alice: User) -> None:
    """A refresh token works once, as clients of the original service expect."""
    token = tokens_of(alice.email)["refresh_token"]
    refresh(token)

    assert refresh(token).status_code == 401


def test_replay_within_the_grace_leaves_the_family_alone(alice: User) -> None:
    """Whoever raced themselves keeps the pair they got: its access token and its next refresh."""
    token = tokens_of(alice.email)["refresh_token"]
    pair = refresh(token).json()

    refresh(token)

    assert me(token=pair["access_token"]).status_code == 200
    assert refresh(pair["refresh_token"]).status_code == 200


def test_second_use_after_the_grace_is_401(alice: User) -> None:
    """Later a used token is a stolen one."""
    token = tokens_of(alice.email)["refresh_token"]
    refresh(token)

    with later(seconds=11):
        assert refresh(token).status_code == 401


def test_without_grace_the_second_use_ends_the_family(alice: User, config: Any) -> None:
    """Without a grace any second use counts as theft: the family ends with its access token."""
    config(auth_refresh_grace_seconds=0.0)
    token = tokens_of(alice.email)["refresh_token"]
    access = refresh(token).json()["access_token"]

    assert refresh(token).status_code == 401
    assert me(token=access).status_code == 401


def test_replay_ends_the_successor_too(alice: User) -> None:
    """Thief and owner cannot be told apart, so neither goes on."""
    token = tokens_of(alice.email)["refresh_token"]
    successor = refresh(token).json()["refresh_token"]

    with later(seconds=11):
        refresh(token)
        assert refresh(successor).status_code == 401


def test_replay_ends_the_access_tokens_of_the_family(alice: User) -> None:
    """What the thief already drew is worth nothing either."""
    pair = tokens_of(alice.email)
    access = refresh(pair["refresh_token"]).json()["access_token"]

    with later(seconds=11):
        refresh(pair["refresh_token"])
        assert me(token=access).status_code == 401


def test_replay_leaves_other_families_alone(alice: User) -> None:
    """The user's other devices stay signed in."""
    stolen, other = tokens_of(alice.email), tokens_of(alice.email)
    refresh(stolen["refresh_token"])

    with later(seconds=11):
        refresh(stolen["refresh_token"])
        assert refresh(other["refresh_token"]).status_code == 200


def test_replay_is_logged_without_the_token(alice: User, caplog: pytest.LogCaptureFixture) -> None:
    """An operator learns whose family ended, and nothing that could be used."""
    token = tokens_of(alice.email)["refresh_token"]
    successor = refresh(token).json()["refresh_token"]

    with later(seconds=11):
        refresh(token)

    assert "refresh_token_replayed" in caplog.text
    assert str(alice.id) in caplog.text
    assert token not in caplog.text
    assert successor not in caplog.text


def test_expired_token_is_401(alice: User) -> None:
    """A refresh token ends after its week."""
    token = tokens_of(alice.email)["refresh_token"]

    with later(days=7, seconds=1):
        assert refresh(token).status_code == 401


def test_successor_lives_from_its_own_issue(alice: User) -> None:
    """Who refreshes weekly stays signed in."""
    token = tokens_of(alice.email)["refresh_token"]
    with later(days=6):
        successor = refresh(token).json()["refresh_token"]

    with later(days=12):
        assert refresh(successor).status_code == 200


def test_unknown_token_is_401(db: None) -> None:
    """A token that was never issued gives nothing."""
    assert refresh("x" * 43).status_code == 401


def test_short_token_is_422(db: None) -> None:
    """Less than sixteen characters cannot be a refresh token."""
    answer = refresh("x" * 15)

    assert answer.json()["detail"][0]["loc"] == ["body", "refresh_token"]
    assert answer.json()["detail"][0]["input"] == "[redacted]"


def test_token_of_a_user_who_was_shut_out_is_401(alice: User) -> None:
    """A refresh token does not outlive the right to sign in."""
    token = tokens_of(alice.email)["refresh_token"]
    alice.is_active = False
    alice.save()

    assert refresh(token).status_code == 401


def test_token_is_stored_as_a_hash_only(alice: User) -> None:
    """Who reads the database holds no token."""
    token = tokens_of(alice.email)["refresh_token"]

    assert token not in str(list(RefreshToken.objects.values_list()))
    assert RefreshToken.objects.filter(digest__in=[token]).count() == 0
    assert RefreshToken.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_racing_refreshes_one_succeeds(transactional_db: None) -> None:
    """However many requests race, one gets a pair, and nobody is signed out."""
    User.objects.create_user("racer@example.org", "correct horse battery", display_name="Racer")
    token = tokens_of("racer@example.org")["refresh_token"]
    start = threading.Barrier(THREADS)
    statuses: list[int] = []

    def race() -> None:
        start.wait()
        statuses.append(refresh(token).status_code)
        connection.close()

    racers = [threading.Thread(target=race) for _ in range(THREADS)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert sorted(statuses) == [200] + [401] * (THREADS - 1)
    assert RefreshToken.objects.count() == 2
    assert RefreshTokenFamily.objects.filter(revoked_at=None).count() == 1
