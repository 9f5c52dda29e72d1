"""What is true of every memory, whatever is said and done.

INVARIANT_HISTORIES says how many histories are generated; `benchmarks.memory.invariants` runs many.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import caches
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings

from accounts.models import User
from knowledge.services.indexing.embedding import BlockEmbeddings, embed_texts
from knowledge.services.learning import learner
from knowledge.services.learning.schema_context import schema_view
from knowledge.services.withholding import NOTHING, Withheld
from knowledge.stores.embedders.port import Embedder
from tests.knowledge.ledger.histories import Callbacks, World, histories
from tests.knowledge.ledger.indexed import Outside
from tests.knowledge.ledger.scribe import Teller

pytestmark = pytest.mark.django_db

HISTORIES = int(os.environ.get("INVARIANT_HISTORIES", "12"))
PARTS = int(os.environ.get("INVARIANT_HISTORIES_PARTS", "1"))  # that may run side by side
REPORTS = os.environ.get("INVARIANT_HISTORIES_REPORTS")


def with_tokens(
    texts: Mapping[UUID, str], *, withheld: Withheld = NOTHING, embedder: Embedder | None = None
) -> BlockEmbeddings:
    """What the texts are compared by, with tokens as the local model would make them."""
    return BlockEmbeddings(
        vectors=embed_texts(texts, withheld=withheld, embedder=embedder).vectors,
        tokens=dict.fromkeys(texts, b"tokens"),
    )


class _Undo(Exception):
    """Ends a history's savepoint."""


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_history_keeps_the_invariants(
    part: int,
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: Callbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Newest words outrank, nothing is overwritten, what is forgotten is gone, and so on."""
    checked: Counter[str] = Counter()
    wanted = HISTORIES // PARTS + (part < HISTORIES % PARTS)
    outside = Outside(monkeypatch)
    monkeypatch.setattr(learner, "embed_texts", with_tokens)
    schema = schema_view()  # nobody changes it, and it is read for every message
    monkeypatch.setattr(learner, "schema_view", lambda: schema)

    @settings(
        max_examples=wanted,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],  # a history is told soon, but shrunk for minutes
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(histories)
    def live(history: list[Any]) -> None:
        caches["default"].client.get_client().flushdb()  # type: ignore[attr-defined]
        outside.empty()
        try:
            with transaction.atomic():
                told = django_capture_on_commit_callbacks
                world = World(Teller(alice), Teller(bob), told, outside, checked)
                world.live(history)
                world.check()
                raise _Undo
        except _Undo:
            checked["histories"] += 1

    live()

    if REPORTS:
        (Path(REPORTS) / f"{part}.json").write_text(json.dumps(checked))
    assert checked["histories"] == wanted
    assert checked["forgetting leaves no trace"]
