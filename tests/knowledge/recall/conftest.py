"""People who talk, and whose memory is asked."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from accounts.models import User
from knowledge.errors import EmbedderUnavailable
from knowledge.services.recall.recalling import recall
from knowledge.stores.embedders.minilm import MiniLmEmbedder
from knowledge.types import Recall, Scope
from tests.knowledge.ledger.scribe import Teller

NO_HURRY_MS = 20_000
Ask = Callable[..., Recall]
Away = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def teller(alice: User) -> Teller:
    """Alice, talking; what she says is learned by the product's own rules."""
    return Teller(alice)


@pytest.fixture
def ask(alice: User) -> Ask:
    """Asks alice's memory, with time enough for every retriever."""

    def ask(query: str, *, budget_tokens: int = 2000, **values: object) -> Recall:
        fields = {name: values.pop(name) for name in ("as_of", "min_trust") if name in values}
        scope = Scope(user_id=alice.pk, **fields)  # type: ignore[arg-type]
        return recall(
            scope=scope,
            query=query,
            budget_tokens=budget_tokens,
            **{"deadline_ms": NO_HURRY_MS, **values},  # type: ignore[arg-type]
        )

    return ask


@pytest.fixture
def local_model(config: Callable[..., None]) -> None:
    """Texts are embedded by the model that gives token vectors."""
    config(embedding_provider="local", embedding_threads=1)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Away:
    """Within what it returns, the local model is not there."""

    def refuse(*_: object) -> None:
        raise EmbedderUnavailable

    @contextmanager
    def without() -> Iterator[None]:
        with monkeypatch.context() as patched:
            patched.setattr(MiniLmEmbedder, "embed", refuse)
            yield

    return without
