"""Failed sign-ins are limited per account and address, and per address."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client, RequestFactory

from accounts.errors import TooManyAttempts
from accounts.models import User
from exobrain.lib import clock
from tests.accounts.auth_calls import log_in, post
from tests.factories import PASSWORD

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
WRONG = "not the password"


def attempt(email: str, password: str = WRONG, *, address: str = HERE, **headers: str) -> Any:
    """The answer to a sign-in from an address."""
    return log_in(email, password, client=Client(REMOTE_ADDR=address, headers=headers))


@pytest.fixture(autouse=True)
def _few_attempts(config: Any) -> None:
    config(login_attempts_per_account=3, login_attempts_per_address=6)


def statuses(count: int, email: str, **how: Any) -> list[int]:
    """What so many attempts in a row are answered with."""
    return [attempt(email, **how).status_code for _ in range(count)]


def test_failures_beyond_the_limit_are_429(alice: User) -> None:
    """Three guesses, then a pause."""
    assert statuses(5, alice.email) == [401, 401, 401, 429, 429]


def test_429_says_when_to_come_back(alice: User) -> None:
    """Within the five minutes, and not at once."""
    statuses(3, alice.email)

    answer = attempt(alice.email)

    assert 0 < int(answer["Retry-After"]) <= 300
    assert answer.json().keys() == {"detail"}


def test_right_password_is_429_too(alice: User) -> None:
    """A guess that hits must not be told from one that misses."""
    statuses(3, alice.email)

    assert attempt(alice.email, PASSWORD).status_code == 429


def test_owner_elsewhere_is_not_locked_out(alice: User) -> None:
    """Who guesses from another address keeps nobody out."""
    statuses(4, alice.email)

    assert attempt(alice.email, PASSWORD, address=ELSEWHERE).status_code == 200


def test_neighbour_at_the_same_address_is_not_locked_out(alice: User, bob: User) -> None:
    """One person's bad memory is not the office's."""
    statuses(4, alice.email)

    assert attempt(bob.email, PASSWORD).status_code == 200


def test_many_accounts_from_one_address_are_429(db: None) -> None:
    """Trying one password on everybody is limited too."""
    answers = [attempt(f"user{number}@example.org").status_code for number in range(8)]

    assert answers == [401] * 6 + [429] * 2


def test_unknown_account_is_limited_alike(db: None) -> None:
    """The limit does not tell whether there is such a user."""
    assert statuses(4, "nobody@example.org") == [401, 401, 401, 429]


def test_case_of_the_email_opens_no_new_limit(alice: User) -> None:
    """An account has one limit however it is written."""
    statuses(3, alice.email)

    assert attempt(alice.email.upper()).status_code == 429


def test_success_counts_for_nothing(alice: User) -> None:
    """Signing in often is not guessing."""
    answers = [attempt(alice.email, PASSWORD).status_code for _ in range(8)]

    assert answers == [200] * 8


def test_success_forgives_the_failures_before_it(alice: User) -> None:
    """Who remembers at last starts anew."""
    statuses(2, alice.email)
    attempt(alice.email, PASSWORD)

    assert statuses(3, alice.email) == [401, 401, 401]


def test_limit_ends_with_its_window(alice: User) -> None:
    """Five minutes later there are new attempts."""
    statuses(4, alice.email)

    with time_machine.travel(clock.now() + timedelta(seconds=301)):
        assert attempt(alice.email, PASSWORD).status_code == 200


def test_invented_forwarding_opens_no_new_limit(alice: User) -> None:
    """Without a proxy of ours nobody is believed about their address."""
    answers = [
        attempt(alice.email, **{"X-Forwarded-For": f"198.51.100.{number}"}).status_code
        for number in range(4)
    ]

    assert answers == [401, 401, 401, 429]


def test_address_behind_our_proxy_is_the_one_it_appended(alice: User, config: Any) -> None:
    """What stands left of our proxy's word was written by the client."""
    config(trusted_proxies=1, login_attempts_per_account=3)
    answers = [
        attempt(alice.email, **{"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"}).status_code
        for number in range(4)
    ]

    other = attempt(alice.email, PASSWORD, **{"X-Forwarded-For": "203.0.113.10"})

    assert answers == [401, 401, 401, 429]
    assert other.status_code == 200


def test_limit_holds_while_redis_is_away(alice: User, settings: Any) -> None:
    """An outage neither opens the door nor shuts it."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    address = "192.0.2.77"  # its own: this process counts until it ends

    assert statuses(4, alice.email, address=address) == [401, 401, 401, 429]


def test_page_is_limited_too(alice: User) -> None:
    """Every door counts, and all count together."""
    statuses(2, alice.email)
    form = {"email": alice.email, "password": WRONG}

    answers = [Client(REMOTE_ADDR=HERE).post("/login", form) for _ in range(2)]

    assert [answer.status_code == 429 for answer in answers] == [False, True]
    assert int(answers[1]["Retry-After"]) > 0


def test_form_of_django_is_limited_too(alice: User) -> None:
    """Whatever signs in through Django's own machinery is refused alike."""
    statuses(2, alice.email)
    request = RequestFactory(REMOTE_ADDR=HERE).post("/")

    assert authenticate(request, username=alice.email, password=WRONG) is None
    with pytest.raises(TooManyAttempts):
        authenticate(request, username=alice.email, password=PASSWORD)


def test_429_is_logged_without_password_or_email(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    """An operator sees that somebody guesses, not what."""
    statuses(4, alice.email)

    assert "sign_in_throttled" in caplog.text
    assert WRONG not in caplog.text
    assert alice.email not in caplog.text


def test_validation_errors_are_not_failures(alice: User) -> None:
    """What cannot be a password was no attempt."""
    for _ in range(4):
        post("login", {"email": alice.email, "password": "short"})

    assert attempt(alice.email, PASSWORD).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_time_are_counted_one_by_one() -> None:
    """Guessing in parallel gives no more guesses."""
    start = threading.Barrier(6)
    answers: list[int] = []

    def race() -> None:
        start.wait()
        answers.append(attempt("nobody@example.org").status_code)
        connection.close()

    racers = [threading.Thread(target=race) for _ in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert sorted(answers) == [401] * 3 + [429] * 3
