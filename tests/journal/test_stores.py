"""Where ready answers are kept."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import caches
from structlog.testing import capture_logs

from journal import stores
from journal.stores import CircuitBreaker, LocalCache
from journal.types import JournalEntry, JournalMessage

DEAD = "redis://127.0.0.1:1/0"  # nothing listens there


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the stores."""
    clock = Clock()
    monkeypatch.setattr(stores, "monotonic", clock)
    return clock


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    """Accepts connections and never answers, as a Redis that hangs."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.setblocking(False)
        yield server


def redis() -> Any:
    """A client of the test's Redis database."""
    return caches["default"].client.get_client()  # type: ignore[attr-defined]


def connections_to(server: socket.socket) -> int:
    """How many connections have been made."""
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


# -- both together


def test_what_is_written_is_read() -> None:
    """An answer comes back as the bytes it was."""
    stores.write("k", b'["\xc3\xa9"]', ttl_seconds=20)

    assert stores.read("k") == b'["\xc3\xa9"]'


def test_another_process_reads_it_too() -> None:
    """An answer is in Redis, for processes that have not made it."""
    stores.write("k", b"[1]", ttl_seconds=20)
    stores.clear_local()

    assert stores.read("k") == b"[1]"


def test_what_was_read_is_at_hand() -> None:
    """An answer found in Redis is not fetched a second time at once."""
    redis().set("k", b"[1]")
    stores.read("k")
    redis().delete("k")

    assert stores.read("k") == b"[1]"


@pytest.mark.parametrize("value", [b"", b"[1", b"\x80\x04]", b"null"])
def test_what_is_no_answer_is_a_miss(value: bytes) -> None:
    """A value that cannot be a JSON list, object or marker is not served."""
    redis().set("k", value)

    assert stores.read("k") is None


def test_an_answer_lives_for_its_time_and_a_random_rest(config: Any) -> None:
    """The time to live lies between the configured one and that plus the jitter."""
    config(assistant_journal_cache_jitter_max_seconds=5)
    for number in range(50):
        stores.write(f"k{number}", b"[]", ttl_seconds=20)

    lives = {redis().ttl(f"k{number}") for number in range(50)}

    assert lives <= set(range(19, 26))
    assert len(lives) > 2


def test_a_huge_answer_is_not_kept() -> None:
    """Redis and this process are spared answers beyond a megabyte."""
    stores.write("k", b"[" + b"1" * stores.MAX_ANSWER_BYTES + b"]", ttl_seconds=20)

    assert stores.read("k") is None
    assert not redis().exists("k")


def test_the_key_names_user_and_revision(alice: Any, config: Any) -> None:
    """A key starts with the configured prefix, without colons at its ends."""
    config(assistant_journal_cache_key_prefix=":my:cache:")

    key = stores.cache_key(user_id=alice.id, revision=7, rest="list")

    assert key == f"my:cache:user:{alice.id}:{stores.SHAPE}:r7:journal:list"


def test_another_shape_is_another_key() -> None:
    """Answers that were cached before a field was added are not read after it."""

    @dataclass
    class Before:
        calls: list[int]

    @dataclass
    class After:
        calls: list[int]
        language: str

    @dataclass
    class Within:
        calls: list[Before]

    shapes = {stores.shape_of(each) for each in (Before, After, Within)}

    assert len(shapes) == 3
    assert stores.shape_of(JournalEntry, JournalMessage) == stores.SHAPE


# -- while Redis is away


def test_a_dead_redis_is_a_miss(settings: Any) -> None:
    """Neither reading nor writing fails, and this process still remembers."""
    settings.REDIS_URL = DEAD

    assert stores.read("k") is None
    stores.write("k", b"[1]", ttl_seconds=20)
    assert stores.read("k") == b"[1]"


def test_a_hanging_redis_is_waited_for_once(
    settings: Any, silent_server: socket.socket, clock: Clock
) -> None:
    """After a timeout nobody asks again until a second has passed; then one caller does."""
    settings.REDIS_URL = "redis://127.0.0.1:{1}/0".format(*silent_server.getsockname())

    for number in range(20):
        stores.read(f"k{number}")
    in_the_first_second = connections_to(silent_server)
    clock.now += stores.PAUSE_SECONDS
    for number in range(20):
        stores.read(f"k{number}")

    assert in_the_first_second == 1
    assert connections_to(silent_server) == 1


def test_an_outage_is_logged_once_in_a_while(clock: Clock) -> None:
    """However many calls fail, one line in half a minute says so, without any key."""
    breaker = CircuitBreaker()

    with capture_logs() as lines:
        for _ in range(100):
            breaker.failed(ConnectionError("secret"))
        clock.now += stores.LOG_EVERY_SECONDS
        breaker.failed(ConnectionError("secret"))

    assert [line["event"] for line in lines] == ["journal_cache_unavailable"] * 2
    assert "secret" not in str(lines)


def test_one_caller_a_second_tries_again(clock: Clock) -> None:
    """While Redis is away, a second lets one caller through, not all of them."""
    breaker = CircuitBreaker()
    breaker.failed(ConnectionError())

    at_once = [breaker.allows() for _ in range(3)]
    clock.now += stores.PAUSE_SECONDS
    later = [breaker.allows() for _ in range(3)]

    assert (at_once, later) == ([False] * 3, [True, False, False])


def test_a_redis_that_is_back_is_asked_by_all(clock: Clock) -> None:
    """One success ends the outage for everybody."""
    breaker = CircuitBreaker()
    breaker.failed(ConnectionError())

    breaker.succeeded()

    assert [breaker.allows() for _ in range(3)] == [True] * 3


# -- in this process


def test_an_answer_at_hand_ages(clock: Clock) -> None:
    """After some seconds Redis, or PostgreSQL, is asked again."""
    answers = LocalCache(max_bytes=10_000)
    answers.put("k", b"[1]")

    clock.now += stores.LOCAL_SECONDS

    assert answers.get("k") is None


def test_answers_at_hand_are_bounded() -> None:
    """What was not used for longest makes room, and the room is never exceeded."""
    answers = LocalCache(max_bytes=3 * (stores.ENTRY_BYTES + 101))
    for name in "abc":
        answers.put(name, b"x" * 100)
    answers.get("a")

    answers.put("d", b"x" * 100)

    assert [name for name in "abcd" if answers.get(name)] == ["a", "c", "d"]
    assert answers.bytes <= answers.max_bytes


def test_an_answer_put_twice_takes_its_room_once() -> None:
    """Replacing an answer gives back what the old one took."""
    answers = LocalCache(max_bytes=10_000)

    answers.put("k", b"x" * 5000)
    answers.put("k", b"y" * 10)

    assert answers.get("k") == b"y" * 10
    assert answers.bytes == stores.ENTRY_BYTES + 11


def test_an_answer_larger_than_all_room_is_not_kept() -> None:
    """Too large an answer leaves nothing behind."""
    answers = LocalCache(max_bytes=1000)

    answers.put("k", b"x" * 2000)

    assert answers.get("k") is None
    assert answers.bytes == 0
