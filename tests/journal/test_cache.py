"""Reads of the journal that are answered from a cache."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from accounts.models import User
from journal import stores
from journal.models import Journal, Message
from journal.services import append_messages, ensure_journal, save_partial
from journal.types import MessageDraft
from tests.factories import JournalFactory, MessageFactory
from tests.journal.finishing import finish_message

SignIn = Callable[[User], Client]
DAY = "2025/01/14"
DEAD = "redis://127.0.0.1:1/0"  # nothing listens there
PATHS = [
    "/api/journal",
    "/api/journal?limit=5&cursor=2025/12/31",
    f"/api/journal/{DAY}",
    f"/api/journal/{DAY}/messages?limit=50",
    f"/api/journal/{DAY}/messages?limit=50&cursor=9",
    "/api/journal/search?q=hello",
]


@pytest.fixture
def journal(alice: User) -> Journal:
    """A day on which Alice said hello."""
    journal = JournalFactory(user=alice, reference=DAY)
    MessageFactory(journal=journal, content="hello")
    return journal


def redis() -> Any:
    """A client of the test's Redis database."""
    return caches["default"].client.get_client()  # type: ignore[attr-defined]


def change_behind_the_back(journal: Journal) -> None:
    """The rows change, and no service knows."""
    Journal.objects.filter(id=journal.id).update(message_count=99)
    Message.objects.filter(journal=journal).update(content="HELLO behind the back")


def say(user: User, text: str = "hello again") -> None:
    """One more message on that day."""
    append_messages(
        user_id=user.id, reference=DAY, drafts=[MessageDraft(role="user", content=text)]
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_second_read_is_the_first_one(journal: Journal, as_user: SignIn, path: str) -> None:
    """An answer is made once; whoever asks again gets the same bytes."""
    client = as_user(journal.user)
    first = client.get(path).content
    change_behind_the_back(journal)

    assert client.get(path).content == first
    stores.clear_local()  # as in another process
    assert client.get(path).content == first


@pytest.mark.parametrize("path", PATHS)
def test_a_cached_answer_costs_one_query(
    journal: Journal, as_user: SignIn, path: str, django_assert_num_queries: Any
) -> None:
    """Only who is asking, and as of which revision, is read from PostgreSQL."""
    client = as_user(journal.user)
    client.get(path)

    with django_assert_num_queries(1):
        client.get(path)


@pytest.mark.parametrize("path", PATHS)
def test_a_write_is_seen_at_once(journal: Journal, as_user: SignIn, path: str) -> None:
    """After every new message no cached answer of that user is served again."""
    client = as_user(journal.user)
    before = client.get(path).content

    say(journal.user)

    assert client.get(path).content != before


def test_progress_of_an_answer_is_seen_at_once(journal: Journal, as_user: SignIn) -> None:
    """Checkpoints and the end of a streaming answer show in the next read."""
    answer = MessageFactory(journal=journal, role="assistant", content="", status="streaming")
    client = as_user(journal.user)

    def shown() -> tuple[str, str]:
        newest = client.get(f"/api/journal/{DAY}/messages").json()[0]
        return newest["content"], newest["status"]

    at_first = shown()
    save_partial(message_id=answer.id, content="Hel")
    partly = shown()
    finish_message(message_id=answer.id, content="Hello", status="complete")

    assert [at_first, partly, shown()] == [
        ("", "streaming"),
        ("Hel", "streaming"),
        ("Hello", "complete"),
    ]


def test_one_users_write_leaves_another_ones_cache(
    journal: Journal, bob: User, as_user: SignIn, django_assert_num_queries: Any
) -> None:
    """Answers belong to one user, and only that user's writes retire them."""
    client = as_user(journal.user)
    client.get("/api/journal")

    say(bob)

    with django_assert_num_queries(1):
        client.get("/api/journal")


def test_two_users_do_not_share_answers(journal: Journal, bob: User, as_user: SignIn) -> None:
    """The same address, read by two users of one revision, is two answers."""
    User.objects.filter(id=bob.id).update(revision=journal.user.revision)

    first = as_user(journal.user).get("/api/journal").json()

    assert len(first) == 1
    assert as_user(bob).get("/api/journal").json() == []


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/api/journal", "list:limit:20:cursor:_"),
        ("/api/journal?limit=5&cursor=2025/12/31", "list:limit:5:cursor:2025/12/31"),
        (f"/api/journal/{DAY}", f"entry:reference:{DAY}"),
        (f"/api/journal/{DAY}/messages", f"messages:reference:{DAY}:limit:100:cursor:_"),
        (
            f"/api/journal/{DAY}/messages?limit=7&cursor=3",
            f"messages:reference:{DAY}:limit:7:cursor:3",
        ),
    ],
)
def test_answers_are_kept_under_the_contracts_keys(
    journal: Journal, as_user: SignIn, path: str, rest: str
) -> None:
    """Prefix, user, revision, kind and parameters make the key; the value is the answer."""
    user = journal.user

    body = as_user(user).get(path).content

    user_key = f"assistant:journal-cache:user:{user.id}:{stores.SHAPE}"
    key = f"{user_key}:r{user.revision}:journal:{rest}"
    assert redis().get(key) == body


@pytest.fixture
def _known_times(config: Any) -> None:
    """Times to live that tell the kinds apart."""
    config(
        assistant_journal_cache_list_ttl_seconds=21,
        assistant_journal_cache_entry_ttl_seconds=31,
        assistant_journal_cache_messages_ttl_seconds=41,
        assistant_journal_cache_negative_ttl_seconds=9,
        assistant_journal_cache_jitter_max_seconds=0,
    )


@pytest.mark.usefixtures("_known_times")
@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("/api/journal", 21),
        (f"/api/journal/{DAY}", 31),
        (f"/api/journal/{DAY}/messages", 41),
        ("/api/journal/2025/01/15", 9),
    ],
)
def test_each_kind_lives_as_long_as_configured(
    journal: Journal, as_user: SignIn, redis_keys: Any, path: str, seconds: int
) -> None:
    """List, entry, messages and negative answers have their own times."""
    client = as_user(journal.user)
    before = redis_keys()

    client.get(path)

    [key] = redis_keys() - before
    assert redis().ttl(key) in (seconds - 1, seconds)


def test_a_missing_day_is_remembered(
    alice: User, as_user: SignIn, django_assert_num_queries: Any
) -> None:
    """That a day has no journal is kept as a marker, and a 404 from it is like any other."""
    client = as_user(alice)
    first = client.get(f"/api/journal/{DAY}")

    with django_assert_num_queries(1):
        second = client.get(f"/api/journal/{DAY}")

    key = stores.cache_key(user_id=alice.id, revision=alice.revision, rest=f"entry:reference:{DAY}")
    assert redis().get(key) == b'"__not_found__"'
    assert (second.status_code, second.content) == (404, first.content)


def test_a_day_that_was_missing_is_found_once_made(alice: User, as_user: SignIn) -> None:
    """A remembered 404 does not outlive the making of the day."""
    client = as_user(alice)
    client.get(f"/api/journal/{DAY}")

    ensure_journal(user_id=alice.id, reference=DAY)

    assert client.get(f"/api/journal/{DAY}").status_code == 200


@pytest.mark.parametrize("cursor", ["zzz", "2025/02/30", "x" * 3000])
def test_a_cursor_that_is_no_day_leaves_no_key(
    journal: Journal, as_user: SignIn, redis_keys: Any, cursor: str
) -> None:
    """Any text may be a cursor, but not everything is worth remembering."""
    client = as_user(journal.user)
    before = redis_keys()

    client.get(f"/api/journal?cursor={cursor}")

    assert redis_keys() == before


def test_what_was_searched_for_is_in_no_key(
    journal: Journal, as_user: SignIn, redis_keys: Any
) -> None:
    """Whoever lists Redis' keys does not read what users look for."""
    as_user(journal.user).get("/api/journal/search?q=hello")

    assert not [key for key in redis_keys() if b"hello" in key]


# -- while Redis is away


@pytest.mark.parametrize("path", PATHS)
def test_an_outage_does_not_fail_a_read(
    journal: Journal, as_user: SignIn, settings: Any, path: str
) -> None:
    """Without its cache the journal answers the same, from PostgreSQL."""
    client = as_user(journal.user)
    expected = client.get(path).content
    stores.clear_local()

    settings.REDIS_URL = DEAD
    answer = client.get(path)

    assert (answer.status_code, answer.content) == (200, expected)


@pytest.mark.parametrize("path", PATHS)
def test_a_write_during_an_outage_is_seen_afterwards(
    journal: Journal, as_user: SignIn, settings: Any, path: str
) -> None:
    """Redis comes back with its old entries, and none of them is served."""
    client = as_user(journal.user)
    url = settings.REDIS_URL
    old = client.get(path).content

    settings.REDIS_URL = DEAD
    say(journal.user)
    settings.REDIS_URL = url
    stores.clear_local()  # the reader is another process

    new = client.get(path).content
    assert old in {redis().get(key) for key in redis().keys("*:journal:*")}
    assert new != old


def test_a_write_does_not_need_redis(journal: Journal, settings: Any) -> None:
    """Nothing has to be invalidated, so an outage does not hinder a write."""
    settings.REDIS_URL = DEAD

    say(journal.user)

    assert Message.objects.filter(journal=journal).count() == 2
