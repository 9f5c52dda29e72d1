"""What only the index in PostgreSQL has to prove."""

import numpy as np
import pytest

from accounts.models import User
from exobrain.lib.sql import all_rows, send
from knowledge.models import BlockVector, EmbeddingSpace, IndexedBlock, IndexedUser, Posting
from knowledge.stores.scope import scope_values
from knowledge.stores.vectors import postgres, posting_lists
from knowledge.stores.vectors.memory import InMemoryVectorIndex
from knowledge.stores.vectors.postgres import PostgresVectorIndex
from knowledge.types import Scope
from tests.knowledge.stores.points import point, vector

SPACE = "test-v1/8"


@pytest.fixture
def index(db: None) -> PostgresVectorIndex:
    """An empty index."""
    return PostgresVectorIndex(space=SPACE, dimensions=8)


def test_removing_leaves_no_byte(index: PostgresVectorIndex, alice: User) -> None:
    """After the last block has gone no row of the user has a term, a vector or an id."""
    points = [point("tea secret", vector=vector(1)), point("tea", vector=vector(1))]
    index.upsert(user_id=alice.id, points=points)

    index.remove(user_id=alice.id, block_ids=[each.block_id for each in points])

    assert not Posting.objects.exists()
    assert not BlockVector.objects.exists()
    assert not IndexedBlock.objects.exists()
    assert IndexedUser.objects.get().blocks == 0


def test_a_removed_blocks_own_word_is_gone_from_the_lists(
    index: PostgresVectorIndex, alice: User
) -> None:
    """A term that only it had is no longer in any row."""
    secret, other = point("tea secret"), point("tea")
    index.upsert(user_id=alice.id, points=[secret, other])

    index.remove(user_id=alice.id, block_ids=[secret.block_id])

    assert list(Posting.objects.values_list("term", flat=True)) == ["tea"]


def test_many_changes_leave_what_was_asked_for(index: PostgresVectorIndex, alice: User) -> None:
    """After random upserts and removals it answers as the plain one does."""
    random = np.random.default_rng(3)
    plain = InMemoryVectorIndex()
    points = [point(" ".join(f"w{n}" for n in random.integers(0, 30, 6))) for _ in range(60)]
    for _ in range(20):
        some = [points[n] for n in random.integers(0, 60, 10)]
        words = {f"w{n}": float(random.integers(1, 4)) for n in random.integers(0, 30, 5)}
        changed = [point(words, block_id=each.block_id) for each in some]
        gone = [points[n].block_id for n in random.integers(0, 60, 4)]
        for each in (index, plain):
            each.upsert(user_id=alice.id, points=changed)
            each.remove(user_id=alice.id, block_ids=gone)
    scope, terms = Scope(user_id=alice.id), {f"w{n}": 1.0 for n in range(8)}

    blocks = index.search_words(scope=scope, terms=terms, limit=100).blocks

    truth = plain.search_words(scope=scope, terms=terms, limit=100).blocks
    scores = {block.block_id: block.score for block in truth}
    assert {block.block_id for block in blocks} == set(scores)
    assert all(block.score == pytest.approx(scores[block.block_id], rel=0.05) for block in blocks)


def test_lists_span_chunks(
    index: PostgresVectorIndex, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of every range of ordinals are found and removed."""
    monkeypatch.setattr(posting_lists, "CHUNK", 4)
    points = [point("tea") for _ in range(11)]
    index.upsert(user_id=alice.id, points=points)
    index.remove(user_id=alice.id, block_ids=[points[5].block_id])

    blocks = index.search_words(scope=Scope(user_id=alice.id), terms={"tea": 1.0}, limit=20).blocks

    assert {block.block_id for block in blocks} == {p.block_id for p in points} - {
        points[5].block_id
    }


def test_the_first_space_is_searched(index: PostgresVectorIndex, alice: User) -> None:
    """Vectors of the first model there is can be found at once."""
    index.upsert(user_id=alice.id, points=[point("tea", vector=vector(1))])

    assert EmbeddingSpace.objects.get().is_active


def test_another_space_is_filled_beside_it(index: PostgresVectorIndex, alice: User) -> None:
    """Vectors of a new model are kept, and neither searched nor mixed with the old ones."""
    block = point("tea", vector=vector(1), digest=b"1")
    other = PostgresVectorIndex(space="test-v2/8", dimensions=8)
    index.upsert(user_id=alice.id, points=[block])
    other.upsert(user_id=alice.id, points=[block])
    scope = Scope(user_id=alice.id)

    assert len(index.search_meaning(scope=scope, vector=vector(1), limit=10)) == 1
    assert other.search_meaning(scope=scope, vector=vector(1), limit=10) == []


def test_an_activated_space_takes_over(index: PostgresVectorIndex, alice: User) -> None:
    """From the swap on only the new model's vectors are searched; the old ones are gone."""
    block = point("tea", vector=vector(1), digest=b"1")
    other = PostgresVectorIndex(space="test-v2/8", dimensions=8)
    index.upsert(user_id=alice.id, points=[block])
    other.open()
    other.upsert(user_id=alice.id, points=[block])

    other.activate()

    scope = Scope(user_id=alice.id)
    assert index.search_meaning(scope=scope, vector=vector(1), limit=10) == []
    assert len(other.search_meaning(scope=scope, vector=vector(1), limit=10)) == 1
    assert BlockVector.objects.count() == 1


def test_a_deleted_user_leaves_nothing(index: PostgresVectorIndex, alice: User) -> None:
    """Deleting an account empties its indexes."""
    index.upsert(user_id=alice.id, points=[point("tea", vector=vector(1))])

    alice.delete()

    assert not Posting.objects.exists()
    assert not BlockVector.objects.exists()
    assert not IndexedBlock.objects.exists()
    assert not IndexedUser.objects.exists()


def test_a_large_memory_is_searched_by_its_index(index: PostgresVectorIndex, alice: User) -> None:
    """The statement for large memories is answered by the space's own index."""
    index.upsert(user_id=alice.id, points=[point("tea", vector=vector(1))])
    space = EmbeddingSpace.objects.get()
    query = postgres._NEAREST.format(dimensions=8, space=space.id)
    scope = Scope(user_id=alice.id)
    values = scope_values(scope, **postgres._vector_values(vector(1), 10))

    send(postgres._WALK, ["100"])
    plan = "\n".join(row[0] for row in all_rows(f"EXPLAIN {query}", values))

    assert f"knowledge_vectors_of_{space.id}" in plan
