"""The store of token vectors: the same of PostgreSQL and of its twin."""

from uuid import uuid4

import pytest

from accounts.models import User
from knowledge.models import Block
from knowledge.stores.tokens import MemoryTokens, PostgresTokens, Tokens, TokenStore
from tests.knowledge.api.rows import fact

pytestmark = pytest.mark.django_db

SPACE = "minilm@1"
OLD = b"of its text"


@pytest.fixture(params=[PostgresTokens, MemoryTokens])
def store(request: pytest.FixtureRequest) -> TokenStore:
    """Each implementation in turn."""
    made: TokenStore = request.param()
    return made


@pytest.fixture
def block(alice: User) -> Block:
    """A block of alice."""
    return fact(alice, None, "Tea is good.")


def test_what_is_put_is_found(store: TokenStore, alice: User, block: Block) -> None:
    """A block's tokens come back byte for byte."""
    store.put(user_id=alice.pk, space=SPACE, packed={block.id: Tokens(OLD, b"\x00\xff")})

    found = store.get(user_id=alice.pk, space=SPACE, block_ids=[block.id, uuid4()])

    assert {id_: bytes(packed) for id_, packed in found.items()} == {block.id: b"\x00\xff"}


def test_another_model_has_other_tokens(store: TokenStore, alice: User, block: Block) -> None:
    """Tokens of one space are not compared with those of another."""
    store.put(user_id=alice.pk, space=SPACE, packed={block.id: Tokens(OLD, b"1")})

    assert store.get(user_id=alice.pk, space="other@1", block_ids=[block.id]) == {}


def test_putting_again_replaces(store: TokenStore, alice: User, block: Block) -> None:
    """A block has the tokens that were put last, in the space of then."""
    store.put(user_id=alice.pk, space=SPACE, packed={block.id: Tokens(OLD, b"1")})
    store.put(user_id=alice.pk, space="other@1", packed={block.id: Tokens(OLD, b"2")})

    assert store.get(user_id=alice.pk, space=SPACE, block_ids=[block.id]) == {}
    assert store.get(user_id=alice.pk, space="other@1", block_ids=[block.id]) == {block.id: b"2"}


def test_a_stranger_finds_nothing(
    store: TokenStore, alice: User, charlie: User, block: Block
) -> None:
    """Another user's id does not reach a block: not to read, replace or remove it."""
    store.put(user_id=alice.pk, space=SPACE, packed={block.id: Tokens(OLD, b"1")})

    store.remove_stale(user_id=charlie.pk, block_ids=[block.id], digests={})
    store.clear(user_id=charlie.pk)

    assert store.get(user_id=charlie.pk, space=SPACE, block_ids=[block.id]) == {}
    assert store.get(user_id=alice.pk, space=SPACE, block_ids=[block.id]) == {block.id: b"1"}


def test_tokens_of_another_text_are_stale(store: TokenStore, alice: User, block: Block) -> None:
    """A changed text, and a block that is gone, lose their tokens; others keep theirs."""
    other, gone = (fact(alice, None, text) for text in ("Tea is hot.", "Tea is cold."))
    ids = [block.id, other.id, gone.id]
    store.put(user_id=alice.pk, space=SPACE, packed=dict.fromkeys(ids, Tokens(OLD, b"1")))

    now = {block.id: OLD, other.id: b"changed"}
    store.remove_stale(user_id=alice.pk, block_ids=ids, digests=now)

    assert store.get(user_id=alice.pk, space=SPACE, block_ids=ids) == {block.id: b"1"}


def test_a_cleared_user_has_none(store: TokenStore, alice: User, block: Block) -> None:
    """Nothing of the user is left."""
    store.put(user_id=alice.pk, space=SPACE, packed={block.id: Tokens(OLD, b"1")})

    store.clear(user_id=alice.pk)

    assert store.get(user_id=alice.pk, space=SPACE, block_ids=[block.id]) == {}
