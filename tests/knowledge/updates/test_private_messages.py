"""What names something private is read here, and shown to no model elsewhere."""

import json
from collections.abc import Callable, Sequence

import pytest

from accounts.models import User
from knowledge.extraction.model import ModelExtractor
from knowledge.models import Block, PendingReading
from knowledge.services.indexing import embedding
from knowledge.services.pages.editing import set_private
from knowledge.stores import spaces
from knowledge.stores.embedders.hashing import HashingEmbedder
from knowledge.stores.embedders.port import Embeddings
from tests.knowledge.updates.conftest import said
from tests.knowledge.updates.model_reading import facts, is_well, learn
from tests.model_server import ModelServer

pytestmark = pytest.mark.django_db


def make_private(user: User, **fields: str) -> None:
    """The user marks the fact."""
    block = Block.objects.get(user=user, **fields)
    set_private(user_id=user.id, block_id=block.id, is_private=True)


@pytest.fixture
def elsewhere(
    server: ModelServer, model: ModelExtractor, config: Callable[..., None]
) -> Callable[[], str]:
    """The model is somebody else's; what it was sent since."""
    config(
        model_provider_base_url=server.url,
        model_provider_is_local=False,
        knowledge_extractor="model",
        main_agent_use_mock=True,
    )
    is_well(server, model)
    return lambda: json.dumps([request.body for request in server.script.requests])


def test_a_message_that_repeats_it_is_read_by_the_rules(
    alice: User, elsewhere: Callable[[], str]
) -> None:
    """The other message of the job is the model's to read."""
    learn(alice, *said(alice, "I suffer from gout."))
    make_private(alice, value="gout")
    before = len(elsewhere())

    learn(alice, *said(alice, "The gout is back, and I live in Lyon.", "I live near the park."))

    sent = elsewhere()[before:]
    assert "gout" not in sent
    assert "near the park" in sent
    assert any("Lyon" in fact for fact in facts(alice))
    assert not PendingReading.objects.exists()  # nor is the model asked later


def test_a_model_of_the_users_own_is_shown_it(
    alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """What is on loopback is not elsewhere."""
    is_well(server, model)
    learn(alice, *said(alice, "I suffer from gout."))
    make_private(alice, value="gout")
    is_well(server, model)

    learn(alice, *said(alice, "The gout is back."))

    assert "The gout is back" in json.dumps(server.script.requests[-1].body)


class Recording(HashingEmbedder):
    """An embedder that keeps what it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """Their vectors."""
        self.shown += texts
        return super().embed(texts)


def test_an_embedder_elsewhere_is_shown_marks(
    alice: User, config: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place of what is private, when a message is learned and when vectors are made anew."""
    embedder = Recording()
    monkeypatch.setattr(spaces, "configured_embedder", lambda: embedder)
    learn(alice, *said(alice, "I suffer from gout."))
    make_private(alice, value="gout")
    config(
        embedding_provider="provider",
        embedding_dimensions=64,
        model_provider_base_url="https://models.example.com/v1",
        main_agent_use_mock=True,
        knowledge_extractor="rules",
    )
    embedder.address = "https://models.example.com/v1"
    embedder.shown.clear()

    learn(alice, *said(alice, "My gout is back, said the doctor."))
    learned = " ".join(embedder.shown)
    embedder.shown.clear()
    embedding.embed_texts(
        dict(Block.objects.filter(user=alice).values_list("id", "text")),
        withheld=embedding.withheld_from_embedder(embedder, user_id=alice.id),
    )

    assert "the doctor" in learned
    assert "gout" not in learned
    assert embedder.shown
    assert "gout" not in " ".join(embedder.shown)
