"""The ledger without an extractor of its own to test."""

import pytest

from accounts.models import User
from knowledge.services.learning import learner
from tests.knowledge.ledger.proposing import Mind, Proposer
from tests.knowledge.ledger.scribe import Scribe, Teller


@pytest.fixture(autouse=True)
def _scribe(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is to be remembered stands in the messages; see `scribe`."""
    monkeypatch.setattr(learner, "configured_extractor", Scribe)
    monkeypatch.setattr(learner, "filter_extraction", lambda extraction, _messages: extraction)


@pytest.fixture
def teller(alice: User) -> Teller:
    """Alice, talking."""
    return Teller(alice)


@pytest.fixture
def mind(alice: User, monkeypatch: pytest.MonkeyPatch) -> Mind:
    """Alice, whose messages come with what is proposed of them."""
    proposer = Proposer()
    monkeypatch.setattr(learner, "configured_extractor", lambda: proposer)
    return Mind(alice, proposer)
