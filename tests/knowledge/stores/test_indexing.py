"""Keeping the indexes true to the ledger, inside PostgreSQL and outside."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from qdrant_client import QdrantClient

from accounts.models import User
from exobrain.lib import clock
from knowledge.errors import IndexUnavailable
from knowledge.models import (
    Block,
    BlockVector,
    EmbeddingSpace,
    Entity,
    Mention,
    NodeType,
    OutboxEntry,
)
from knowledge.services.indexing import outbox, reindexing, relay
from knowledge.services.indexing.embedding import embed_texts
from knowledge.services.indexing.updating import update_indexes
from knowledge.stores.embedders import configured_embedder
from knowledge.stores.embedders.hashing import HashingEmbedder
from knowledge.stores.graph.memory import InMemoryGraphIndex
from knowledge.stores.vectors import configured_index, local_index
from knowledge.stores.vectors.qdrant import QdrantVectorIndex
from knowledge.types import Scope, Trust
from tests.factories import JournalFactory, MessageFactory
from tests.knowledge.stores.points import NOON

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect"),
]


@pytest.fixture
def say(alice: User) -> Callable[[str], Block]:
    """Writes an episode of Alice's day, without any index knowing of it."""
    journal = JournalFactory(user=alice)

    def write(text: str) -> Block:
        message = MessageFactory(journal=journal, content=text)
        return Block.objects.create(
            id=uuid.uuid4(),
            user=alice,
            trust=Trust.USER_SAID,
            recorded_at=NOON,
            said_at=NOON,
            kind="episode",
            text=text,
            message=message,
            reference=journal.reference,
            sequence=message.sequence,
        )

    return write


Say = Callable[[str], Block]


def found(user: User, term: str) -> list[uuid.UUID]:
    """The blocks that a word finds in PostgreSQL, best first."""
    blocks = local_index().search_words(scope=Scope(user.id), terms={term: 1.0}, limit=10).blocks
    return [block.block_id for block in blocks]


def test_a_projected_block_is_found(alice: User, say: Say) -> None:
    """Its words find it."""
    block = say("I like orchids")

    update_indexes(user_id=alice.id, block_ids=[block.id])

    assert found(alice, "orchid") == [block.id]


def test_a_block_is_found_by_its_neighbours_words(alice: User, say: Say) -> None:
    """What was said around a message finds it too, after the one that said it."""
    question, answer = say("Which flower?"), say("Orchids")

    update_indexes(user_id=alice.id, block_ids=[question.id, answer.id])

    assert found(alice, "orchid") == [answer.id, question.id]


def test_a_new_message_reaches_the_ones_before(alice: User, say: Say) -> None:
    """Projecting a message projects its neighbours again."""
    question = say("Which flower?")
    update_indexes(user_id=alice.id, block_ids=[question.id])
    answer = say("Orchids")

    update_indexes(user_id=alice.id, block_ids=[answer.id])

    assert found(alice, "orchid") == [answer.id, question.id]


def test_a_deleted_message_leaves_its_neighbours_too(alice: User, say: Say) -> None:
    """No neighbour is found by a word that is gone."""
    question, answer = say("Which flower?"), say("Orchids")
    update_indexes(user_id=alice.id, block_ids=[question.id, answer.id])
    gone = answer.id
    answer.delete()

    update_indexes(user_id=alice.id, block_ids=[gone])

    assert found(alice, "orchid") == []
    assert found(alice, "flower") == [question.id]


def test_an_edited_block_loses_its_vector(alice: User, say: Say) -> None:
    """A vector of the old text does not stand for the new one."""
    block = say("I like orchids")
    vectors = embed_texts({block.id: block.text}).vectors
    update_indexes(user_id=alice.id, block_ids=[block.id], vectors=vectors)
    Block.objects.filter(id=block.id).update(text="I like roses")

    update_indexes(user_id=alice.id, block_ids=[block.id])

    assert not BlockVector.objects.exists()


def test_missing_vectors_are_filled_in(alice: User, say: Say) -> None:
    """What was learned without the embedder is found by meaning later."""
    block = say("I like orchids")
    update_indexes(user_id=alice.id, block_ids=[block.id])

    filled = [reindexing.embed_missing(), reindexing.embed_missing()]

    [vector] = HashingEmbedder().embed([block.text]).vectors
    blocks = local_index().search_meaning(scope=Scope(alice.id), vector=vector, limit=5)
    assert filled == [1, 0]
    assert [block.block_id for block in blocks] == [block.id]


def test_without_outside_indexes_nothing_waits(alice: User, say: Say) -> None:
    """No row is written that nobody would read."""
    update_indexes(user_id=alice.id, block_ids=[say("I like orchids").id])

    assert not OutboxEntry.objects.exists()


# -- rebuilding


def test_rebuilding_finds_the_same(alice: User, say: Say) -> None:
    """Indexes made anew answer as the old ones did."""
    blocks = [say(text) for text in ("orchids", "roses", "tulips")]
    update_indexes(user_id=alice.id, block_ids=[block.id for block in blocks])
    before = found(alice, "orchid"), found(alice, "tulip")

    call_command("rebuild_indexes", stdout=StringIO())

    assert (found(alice, "orchid"), found(alice, "tulip")) == before


def test_rebuilding_drops_what_the_ledger_has_not(alice: User, say: Say) -> None:
    """A block that is only in the index goes."""
    lost, kept = say("orchids"), say("roses")
    reindexing.embed_missing()
    Block.objects.filter(id=lost.id).delete()

    reindexing.rebuild_user(user_id=alice.id)

    assert found(alice, "orchid") == []
    assert found(alice, "rose") == [kept.id]
    assert BlockVector.objects.count() == 1


def test_another_embedder_takes_over_when_all_is_embedded(
    alice: User, say: Say, config: Callable[..., None]
) -> None:
    """The new model's vectors are made beside the old ones, and then searched instead."""
    block = say("orchids")
    reindexing.embed_missing()
    config(embedding_use_mock=True)

    reindexing.embed_missing()
    during = set(EmbeddingSpace.objects.values_list("name", "is_active"))
    reindexing.catch_up(seconds=5.0)

    embedder = configured_embedder()
    assert embedder is not None
    [vector] = embedder.embed(["orchids"]).vectors
    blocks = local_index().search_meaning(scope=Scope(alice.id), vector=vector, limit=5)
    assert during == {("hashing-v1/64", True), (embedder.space, False)}
    assert [block.block_id for block in blocks] == [block.id]
    assert EmbeddingSpace.objects.get().name == embedder.space


# -- outside


class Broken(InMemoryGraphIndex):
    """A graph that is away."""

    def remove(self, **_: Any) -> None:
        """Cannot be asked."""
        raise IndexUnavailable


@pytest.fixture
def qdrant(monkeypatch: pytest.MonkeyPatch, config: Callable[..., None]) -> QdrantVectorIndex:
    """Blocks are in Qdrant, too; within its client."""
    index = QdrantVectorIndex(QdrantClient(":memory:"), space="hashing-v1/64", dimensions=64)
    config(exobrain_qdrant_url="http://qdrant.invalid")
    monkeypatch.setattr("knowledge.stores.vectors._qdrant", lambda *_: index)
    return index


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch, config: Callable[..., None]) -> InMemoryGraphIndex:
    """The graph is in another place, too."""
    index = InMemoryGraphIndex()
    config(exobrain_memgraph_url="bolt://memgraph.invalid")
    monkeypatch.setattr("knowledge.stores.graph._bolt", lambda *_: index)
    return index


@pytest.fixture
def later() -> Callable[[], None]:
    """Makes every change due."""

    def advance() -> None:
        OutboxEntry.objects.update(next_try_at=clock.now() - timedelta(seconds=1))

    return advance


def test_a_change_waits_for_the_worker(alice: User, say: Say, qdrant: QdrantVectorIndex) -> None:
    """The ledger's transaction writes what to tell, and tells nobody."""
    update_indexes(user_id=alice.id, block_ids=[say("I like orchids").id])

    assert [lag.waiting for lag in outbox.lags()] == [1]
    assert qdrant.search_words(scope=Scope(alice.id), terms={"orchid": 1.0}, limit=5).blocks == []


def test_qdrant_is_told(alice: User, say: Say, qdrant: QdrantVectorIndex) -> None:
    """After draining it finds the block, by words and by meaning, and nothing waits."""
    block = say("I like orchids")
    reindexing.embed_missing()

    relay.relay_changes()

    scope = Scope(alice.id)
    [vector] = HashingEmbedder().embed([block.text]).vectors
    words = configured_index().search_words(scope=scope, terms={"orchid": 1.0}, limit=5).blocks
    meaning = configured_index().search_meaning(scope=scope, vector=vector, limit=5)
    assert (
        [block.block_id for block in words] == [block.block_id for block in meaning] == [block.id]
    )
    assert not OutboxEntry.objects.exists()


def test_qdrant_is_told_of_what_is_gone(alice: User, say: Say, qdrant: QdrantVectorIndex) -> None:
    """A deleted block leaves it, and is not brought back by older changes."""
    block = say("I like orchids")
    update_indexes(user_id=alice.id, block_ids=[block.id])
    relay.relay_changes()
    update_indexes(user_id=alice.id, block_ids=[block.id])
    gone = block.id
    block.delete()
    update_indexes(user_id=alice.id, block_ids=[gone])

    relay.relay_changes()

    assert qdrant.search_words(scope=Scope(alice.id), terms={"orchid": 1.0}, limit=5).blocks == []


def test_the_graph_is_told(alice: User, say: Say, graph: InMemoryGraphIndex) -> None:
    """Entities and mentions are in it after draining."""
    block, entity = say("I met Ann"), _entity(alice)
    _mention(alice, block, entity)
    update_indexes(user_id=alice.id, block_ids=[block.id], entity_ids=[entity.id])

    relay.relay_changes()

    pairs = graph.mentioning(scope=Scope(alice.id), entity_ids=[entity.id], limit=5)
    assert pairs == [(block.id, entity.id)]


def test_the_graph_is_told_of_what_is_gone(
    alice: User, say: Say, graph: InMemoryGraphIndex
) -> None:
    """A forgotten entity leaves it."""
    block, entity = say("I met Ann"), _entity(alice)
    _mention(alice, block, entity)
    update_indexes(user_id=alice.id, block_ids=[block.id], entity_ids=[entity.id])
    relay.relay_changes()
    gone = entity.id
    entity.delete()
    update_indexes(user_id=alice.id, block_ids=[block.id], entity_ids=[gone])

    relay.relay_changes()

    assert graph.nodes[alice.id] == {}
    assert graph.edges[alice.id] == {}


def test_a_deleted_user_leaves_the_outside_too(
    alice: User, say: Say, qdrant: QdrantVectorIndex
) -> None:
    """Nothing of a deleted account is found in Qdrant after draining."""
    update_indexes(user_id=alice.id, block_ids=[say("I like orchids").id])
    relay.relay_changes()
    gone = alice.id
    alice.delete()

    relay.relay_changes()

    assert qdrant.search_words(scope=Scope(gone), terms={"orchid": 1.0}, limit=5).blocks == []
    assert not OutboxEntry.objects.exists()


def test_an_index_that_is_away_is_told_later(
    alice: User, graph: InMemoryGraphIndex, monkeypatch: pytest.MonkeyPatch, later: Any
) -> None:
    """A failure keeps the change, counts it, and the next try succeeds."""
    entity = _entity(alice)
    update_indexes(user_id=alice.id, block_ids=[], entity_ids=[entity.id])
    with monkeypatch.context() as away:
        away.setattr("knowledge.stores.graph._bolt", lambda *_: Broken())
        relay.relay_changes()
    waiting = OutboxEntry.objects.get()

    told_too_early = relay.relay_changes()
    later()
    told = relay.relay_changes()

    assert (waiting.attempts, waiting.error) == (1, "IndexUnavailable")
    assert waiting.next_try_at > clock.now()
    assert (told_too_early, told) == (0, 1)


def test_an_index_that_is_away_is_not_asked_for_answers(
    alice: User, say: Say, qdrant: QdrantVectorIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL answers instead."""
    block = say("I like orchids")
    update_indexes(user_id=alice.id, block_ids=[block.id])

    def away(**_: Any) -> None:
        raise IndexUnavailable

    monkeypatch.setattr(qdrant, "search_words", away)
    blocks = (
        configured_index()
        .search_words(scope=Scope(alice.id), terms={"orchid": 1.0}, limit=5)
        .blocks
    )

    assert [block.block_id for block in blocks] == [block.id]


def test_a_long_lag_is_told(alice: User, graph: InMemoryGraphIndex) -> None:
    """The readiness check names an index that has not been told for ten minutes."""
    update_indexes(user_id=alice.id, block_ids=[], entity_ids=[_entity(alice).id])
    outbox.check()
    OutboxEntry.objects.update(created_at=clock.now() - timedelta(minutes=11))

    with pytest.raises(outbox.FarBehind):
        outbox.check()


def _entity(user: User) -> Entity:
    NodeType.objects.get_or_create(id="node.person", defaults={"name": "Person"})
    return Entity.objects.create(
        id=uuid.uuid4(),
        user=user,
        trust=Trust.USER_SAID,
        recorded_at=NOON,
        node_type_id="node.person",
        name="Ann",
        normal_name="ann",
    )


def _mention(user: User, block: Block, entity: Entity) -> Mention:
    return Mention.objects.create(
        id=uuid.uuid4(),
        user=user,
        trust=Trust.USER_SAID,
        recorded_at=NOON,
        block=block,
        entity=entity,
    )
