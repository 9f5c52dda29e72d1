"""The store of token vectors: the same of PostgreSQL and of its twin."""

from uuid import UUID, uuid4

import pytest

from accounts.models import User
from knowledge.models import Block
from knowledge.stores.tokens.memory import InMemoryTokenStore
from knowledge.stores.tokens.port import StoredTokens, TokenStore, position_alone
from knowledge.stores.tokens.postgres import PostgresTokenStore
from knowledge.types import MessagePosition
from tests.knowledge.api.rows import fact

pytestmark = pytest.mark.django_db

SPACE = "minilm@1"
OLD = b"of its text"


@pytest.fixture(params=[PostgresTokenStore, InMemoryTokenStore])
def store(request: pytest.FixtureRequest) -> TokenStore:
    """Each implementation in turn."""
    made: TokenStore = request.param()
    return made


@pytest.fixture
def block(alice: User) -> Block:
    """A block of alice."""
    return fact(alice, None, "Tea is good.")


def kept(
    store: TokenStore, user: User, *block_ids: UUID, space: str = SPACE, reach: int = 0
) -> dict[MessagePosition, bytes]:
    """The tokens of these blocks, and of what is beside them."""
    found = store.with_neighbours(user_id=user.pk, space=space, passage_ids=block_ids, reach=reach)
    return {position: bytes(packed) for position, packed in found.items()}


def test_what_is_put_is_found(store: TokenStore, alice: User, block: Block) -> None:
    """A block's tokens come back byte for byte."""
    store.put(
        user_id=alice.pk,
        space=SPACE,
        tokens={block.id: StoredTokens(OLD, b"\x00\xff", position_alone(block.id), block.id)},
    )

    found = kept(store, alice, block.id, uuid4())

    assert found == {position_alone(block.id): b"\x00\xff"}


def test_another_model_has_other_tokens(store: TokenStore, alice: User, block: Block) -> None:
    """Tokens of one space are not compared with those of another."""
    store.put(
        user_id=alice.pk,
        space=SPACE,
        tokens={block.id: StoredTokens(OLD, b"1", position_alone(block.id), block.id)},
    )

    assert kept(store, alice, block.id, space="other@1") == {}


def test_putting_again_repositions(store: TokenStore, alice: User, block: Block) -> None:
    """A block has the tokens that were put last, in the space of then."""
    store.put(
        user_id=alice.pk,
        space=SPACE,
        tokens={block.id: StoredTokens(OLD, b"1", position_alone(block.id), block.id)},
    )
    store.put(
        user_id=alice.pk,
        space="other@1",
        tokens={block.id: StoredTokens(OLD, b"2", position_alone(block.id), block.id)},
    )

    assert kept(store, alice, block.id) == {}
    assert kept(store, alice, block.id, space="other@1") == {position_alone(block.id): b"2"}


def test_a_stranger_finds_nothing(
    store: TokenStore, alice: User, charlie: User, block: Block
) -> None:
    """Another user's id does not reach a block: not to read, replace or remove it."""
    store.put(
        user_id=alice.pk,
        space=SPACE,
        tokens={block.id: StoredTokens(OLD, b"1", position_alone(block.id), block.id)},
    )

    store.remove_stale(user_id=charlie.pk, passage_ids=[block.id], digests={})

    assert kept(store, charlie, block.id) == {}
    assert kept(store, alice, block.id) == {position_alone(block.id): b"1"}


def test_tokens_of_another_text_are_stale(store: TokenStore, alice: User, block: Block) -> None:
    """A changed text, and a block that is gone, lose their tokens; others keep theirs."""
    other, gone = (fact(alice, None, text) for text in ("Tea is hot.", "Tea is cold."))
    ids = [block.id, other.id, gone.id]
    store.put(
        user_id=alice.pk,
        space=SPACE,
        tokens={id_: StoredTokens(OLD, b"1", position_alone(id_), id_) for id_ in ids},
    )

    now = {block.id: OLD, other.id: b"changed"}
    store.remove_stale(user_id=alice.pk, passage_ids=ids, digests=now)

    assert kept(store, alice, *ids) == {position_alone(block.id): b"1"}


def test_what_is_beside_a_block_comes_with_it(store: TokenStore, alice: User) -> None:
    """By sequences of the same day's journal; a block that is no message has nothing beside it."""
    positions = [("2026/11/20", 1), ("2026/11/20", 2), ("2026/11/20", 3), ("2026/11/21", 2)]
    blocks = [fact(alice, None, f"Tea {number}.") for number in range(5)]
    positions.append(position_alone(blocks[4].id))
    rows = {
        block.id: StoredTokens(OLD, bytes([at]), position, block.id)
        for at, (block, position) in enumerate(zip(blocks, positions, strict=True))
    }
    store.put(user_id=alice.pk, space=SPACE, tokens=rows)

    assert kept(store, alice, blocks[0].id, reach=1) == {
        positions[0]: b"\x00",
        positions[1]: b"\x01",
    }
    assert kept(store, alice, blocks[4].id, reach=1) == {positions[4]: b"\x04"}
