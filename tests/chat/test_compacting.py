"""What is forgotten leaves Redis's own file."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django_redis import get_redis_connection
from redis.exceptions import ResponseError

from accounts.models import User
from chat.services import compacting
from chat.services.compacting import SETTLE, WANTED, compact, want_compaction
from exobrain.lib import clock
from tests.knowledge.api import rows
from tests.ops.processes import eventually


def in_the_file(words: str) -> bool:
    """Whether Redis's log of changes holds them."""
    folder = settings.EXOBRAIN.data_dir / "valkey" / "appendonlydir"
    texts = []
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # Valkey's temporary files come and go
            texts.append(file.read_bytes())
    assert texts
    return any(words.encode() in text for text in texts)


def settled() -> time_machine.travel:
    """When what had to go has gone."""
    return time_machine.travel(clock.now() + SETTLE + timedelta(seconds=1), tick=True)


def test_forgotten_words_leave_the_file() -> None:
    """They stay in it after they left Redis, until it is made anew."""
    words = f"secret {uuid4()}"
    get_redis_connection("default").set("told", words)
    get_redis_connection("default").delete("told")
    assert eventually(lambda: in_the_file(words))

    want_compaction()
    with settled():
        compact()

    assert eventually(lambda: not in_the_file(words))


def test_forgetting_wants_it(
    alice: User, as_user: Callable[[User], Client], django_capture_on_commit_callbacks: Any
) -> None:
    """Whatever is forgotten."""
    rows.fact(alice, None, "Ann lives in Lyon.")
    cache.delete(WANTED)

    with django_capture_on_commit_callbacks(execute=True):
        as_user(alice).delete("/api/knowledge?confirm=everything")

    assert cache.get(WANTED)
    cache.delete(WANTED)


def test_it_waits_until_streams_are_gone() -> None:
    """A file made too early would have them still."""
    want_compaction()

    compact()

    assert cache.get(WANTED)
    cache.delete(WANTED)


def test_a_refusal_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As while another rewriting is going on."""

    class Busy:
        def info(self, _section: str) -> dict[str, Any]:
            return {"aof_enabled": 1}

        def bgrewriteaof(self) -> None:
            raise ResponseError("already in progress")

    monkeypatch.setattr(compacting, "get_redis_connection", lambda _name: Busy())
    want_compaction()

    with settled():
        compact()

    assert cache.get(WANTED)
    cache.delete(WANTED)
