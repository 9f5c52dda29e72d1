"""What is true of every memory, whatever is said and done.

INVARIANT_HISTORIES says how many histories are generated; `benchmarks.memory.invariants` runs many.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings

from accounts.models import User
from tests.knowledge.ledger.histories import Callbacks, World, histories
from tests.knowledge.ledger.scribe import Teller

pytestmark = pytest.mark.django_db

HISTORIES = int(os.environ.get("INVARIANT_HISTORIES", "12"))
REPORT = os.environ.get("INVARIANT_HISTORIES_REPORT")


class _Undo(Exception):
    """Ends a history's savepoint."""


@pytest.mark.timeout(0)
def test_every_history_keeps_the_invariants(
    alice: User, bob: User, django_capture_on_commit_callbacks: Callbacks
) -> None:
    """Newest words outrank, nothing is overwritten, what is forgotten is gone, and so on."""
    checked: Counter[str] = Counter()

    @settings(
        max_examples=HISTORIES,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],  # a history is told soon, but shrunk for minutes
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(histories)
    def live(history: list[Any]) -> None:
        caches["default"].client.get_client().flushdb()  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                world = World(
                    Teller(alice), Teller(bob), django_capture_on_commit_callbacks, checked
                )
                world.live(history)
                world.check()
                raise _Undo
        except _Undo:
            checked["histories"] += 1

    live()

    if REPORT:
        Path(REPORT).write_text(json.dumps(checked))
    assert checked["histories"] >= min(HISTORIES, 5)
    assert checked["forgetting leaves no trace"]
