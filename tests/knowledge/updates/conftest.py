"""Days with something to learn, and a harness on which their jobs run."""

from collections.abc import Callable, Iterator

import pytest

from accounts.models import User
from journal.models import Journal, Message
from knowledge import extraction as configured
from knowledge.extraction.model import ModelExtractor
from knowledge.services.learning import learner
from tests.factories import JournalFactory, MessageFactory
from tests.knowledge.extraction.test_provider import provider_at
from tests.model_server import ModelServer, running
from tests.orchestrator.harness import Harness, harness

DAY = "2025/01/14"

Said = Callable[..., list[Message]]


def said(user: User, *texts: str | None, day: str = DAY, **fields: object) -> list[Message]:
    """The texts are the newest messages of the user's day."""
    journal = Journal.objects.filter(user=user, reference=day).first()
    journal = journal or JournalFactory(user=user, reference=day)
    return [MessageFactory(journal=journal, content=text, **fields) for text in texts]


def committed(*messages: Message) -> list[bool]:
    """Which of the messages count as committed."""
    found = Message.objects.in_bulk([message.pk for message in messages])
    return [found[message.pk].committed_to_knowledge_base for message in messages]


@pytest.fixture
def jobs(transactional_db: None, config: Callable[..., None]) -> Iterator[Harness]:
    """A harness on which retries follow at once and a silent worker is soon given up."""
    config(
        job_backoff_base_seconds=0.05,
        job_backoff_max_seconds=0.1,
        job_consumer_ack_wait_seconds=1.0,
        job_orchestrator_connect_timeout_seconds=10.0,
    )
    with harness() as made:
        yield made


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A provider of bytes."""
    with running() as made:
        yield made


@pytest.fixture
def model(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, config: Callable[..., None]
) -> ModelExtractor:
    """The extractor that asks it."""
    return _model_at(server.url, 5.0, monkeypatch, config)


@pytest.fixture
def quick_model(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, config: Callable[..., None]
) -> ModelExtractor:
    """The same, which waits for a second only."""
    return _model_at(server.url, 1.0, monkeypatch, config)


def _model_at(
    url: str, seconds: float, monkeypatch: pytest.MonkeyPatch, config: Callable[..., None]
) -> ModelExtractor:
    config(model_provider_base_url=url, knowledge_extractor="model", main_agent_use_mock=True)
    extractor = ModelExtractor(provider_at(url, seconds=seconds))
    monkeypatch.setattr(learner, "configured_extractor", lambda: extractor)
    monkeypatch.setattr(configured, "_configured", None)
    return extractor
