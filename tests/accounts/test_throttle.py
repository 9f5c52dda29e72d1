"""Rate limits that all processes share."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import caches

from exobrain.lib import clock, throttle
from exobrain.lib.throttle import Limit

LIMIT = Limit("test", amount=2, seconds=60)


@pytest.fixture
def who() -> str:
    """Somebody new."""
    return str(uuid4())


def test_events_beyond_the_amount_are_refused(who: str) -> None:
    """Two are allowed, the third is not."""
    assert [throttle.hit(LIMIT, who) for _ in range(3)] == [True, True, False]


def test_nobody_waits_before_the_amount_is_used_up(who: str) -> None:
    """Asking counts nothing."""
    throttle.hit(LIMIT, who)

    assert [throttle.wait_seconds(LIMIT, who) for _ in range(5)] == [0] * 5


def test_who_used_it_up_waits_for_the_window(who: str) -> None:
    """Until the oldest event leaves it."""
    throttle.hit(LIMIT, who)
    throttle.hit(LIMIT, who)

    assert 55 <= throttle.wait_seconds(LIMIT, who) <= 60


def test_window_moves(who: str) -> None:
    """Each event is forgotten on its own time."""
    throttle.hit(LIMIT, who)
    with time_machine.travel(clock.now() + timedelta(seconds=40)):
        throttle.hit(LIMIT, who)

    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert [throttle.hit(LIMIT, who) for _ in range(2)] == [True, False]


def test_cleared_is_as_new(who: str) -> None:
    """What was counted is forgotten."""
    throttle.hit(LIMIT, who)
    throttle.hit(LIMIT, who)

    throttle.clear(LIMIT, who)

    assert throttle.wait_seconds(LIMIT, who) == 0


def test_parts_cannot_imitate_each_other() -> None:
    """("a", "b/c") and ("a/b", "c") are two."""
    throttle.hit(LIMIT, "a", "b/c")
    throttle.hit(LIMIT, "a", "b/c")

    assert throttle.wait_seconds(LIMIT, "a/b", "c") == 0


def test_redis_learns_no_name() -> None:
    """A key names the limit, and whom only by a hash."""
    throttle.hit(LIMIT, "alice@example.org")

    keys = caches["default"].client.get_client().keys()  # type: ignore[attr-defined]
    assert len(keys) == 1
    assert b"alice" not in keys[0]


def test_process_counts_alone_while_redis_is_away(who: str, settings: Any) -> None:
    """An outage lifts no limit for long."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert [throttle.hit(LIMIT, who) for _ in range(3)] == [True, True, False]
