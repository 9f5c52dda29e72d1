"""The model of the memory is loaded while the first question is being thought of."""

import threading
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from chat.services import warming
from knowledge.errors import EmbedderUnavailable
from knowledge.services.indexing.embedding import warm_up
from knowledge.stores.embedders import configured_embedder
from tests.knowledge.api import rows
from tests.live import Caller

WAIT_SECONDS = 30.0


class Warming:
    """Stands for the loading of the model."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.began = threading.Event()

    def __call__(self) -> None:
        self.threads.append(threading.current_thread())
        self.began.set()


@pytest.fixture
def loading(monkeypatch: pytest.MonkeyPatch) -> Warming:
    """A process in which nobody has asked yet."""
    loading = Warming()
    monkeypatch.setattr(warming, "warm_up", loading)
    monkeypatch.setattr(warming, "_once", threading.Lock())
    return loading


def test_the_chat_page_begins_it(
    alice: User, as_user: Callable[[User], Client], loading: Warming
) -> None:
    """In a thread of its own: the page does not wait."""
    rows.fact(alice, None, "Ann lives in Lyon.")

    as_user(alice).get("/")

    assert loading.began.wait(WAIT_SECONDS)
    assert loading.threads != [threading.current_thread()]


def test_a_socket_begins_it(alice: User, caller: Callable[..., Caller], loading: Warming) -> None:
    """A page that another process served asks its questions here."""
    rows.fact(alice, None, "Ann lives in Lyon.")

    with caller(alice).socket():
        assert loading.began.wait(WAIT_SECONDS)


def test_once_is_enough(alice: User, as_user: Callable[[User], Client], loading: Warming) -> None:
    """A second page finds it done."""
    rows.fact(alice, None, "Ann lives in Lyon.")
    client = as_user(alice)

    for _ in range(3):
        client.get("/")

    assert loading.began.wait(WAIT_SECONDS)
    assert len(loading.threads) == 1


def test_who_has_no_memory_costs_none(
    alice: User, bob: User, as_user: Callable[[User], Client], loading: Warming
) -> None:
    """Somebody else's memory does not count."""
    rows.fact(bob, None, "Ann lives in Lyon.")

    as_user(alice).get("/")

    assert warming.needs_warm_up()


def test_without_recall_nothing_is_loaded(
    alice: User,
    as_user: Callable[[User], Client],
    loading: Warming,
    config: Callable[..., None],
) -> None:
    """MEMORY_RECALL_ENABLED=false."""
    config(memory_recall_enabled=False)
    rows.fact(alice, None, "Ann lives in Lyon.")

    as_user(alice).get("/")
    config(memory_recall_enabled=True)

    assert warming.needs_warm_up()


def test_a_model_that_is_not_there_is_logged(
    alice: User, monkeypatch: pytest.MonkeyPatch, loading: Warming
) -> None:
    """Nobody waits for the thread, so its failure must be told and end there."""
    told: list[str] = []

    def fail() -> None:
        raise EmbedderUnavailable

    monkeypatch.setattr(warming, "warm_up", fail)
    monkeypatch.setattr(warming.log, "warning", lambda event, **_: told.append(event))

    warming._warm_up()

    assert told == ["warm_up_failed"]


def test_afterwards_the_local_model_is_there(config: Callable[..., None]) -> None:
    """The next text does not wait."""
    config(embedding_provider="local", embedding_threads=1)

    warm_up()

    assert "_model" in vars(configured_embedder())
