"""Another embedding model fills a space of its own, and is searched when that is whole."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from qdrant_client import QdrantClient

from accounts.models import ProviderKey, ProviderSettings, User
from accounts.services.provider import save_provider
from accounts.types import ProviderValues
from exobrain.lib.model_errors import ModelUnreachable
from journal.models import Message
from knowledge.errors import EmbedderUnavailable
from knowledge.models import Block, BlockTokens, BlockVector, EmbeddingSpace
from knowledge.services.checking import embedding_build
from knowledge.services.forgetting.erasure import forget
from knowledge.services.indexing import relay
from knowledge.services.indexing.reindexing import (
    activate_space,
    catch_up,
    embed_missing,
    rebuild_user,
)
from knowledge.services.learning.learner import apply_learning, prepare_learning
from knowledge.stores import vectors
from knowledge.stores.embedders import configured_embedder, is_elsewhere
from knowledge.stores.embedders.hashing import ByteEmbedder, HashingEmbedder
from knowledge.stores.embedders.minilm import MiniLmEmbedder
from knowledge.stores.spaces import searched_embedder
from knowledge.stores.vectors import configured_index
from knowledge.stores.vectors.qdrant import QdrantVectorIndex
from knowledge.types import Scope, Target, TargetKind
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.recall.conftest import Ask
from tests.model_server import ModelServer, document, running

OLD, NEW = "hashing-v1/64", ByteEmbedder.space
DEAD = "http://127.0.0.1:9/v1"

Config = Callable[..., None]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect"),
]


@pytest.fixture
def changed(teller: Teller, config: Config) -> None:
    """Three messages are remembered by one model, and another one is to be used."""
    for day, text in enumerate(("Ida lives in Turin.", "I like orchids.", "Nils eats rice."), 1):
        teller.tell(text, day=day)
    config(embedding_use_mock=True)


def spaces_of(text: str) -> set[str]:
    """In which spaces the message that says this has a vector."""
    block = Block.objects.get(kind="episode", text__contains=text)
    rows = BlockVector.objects.filter(block_id=block.id)
    return set(rows.values_list("space__name", flat=True))


def near(user: User, text: str) -> list[str]:
    """Texts of the messages near this one in the searched space, the nearest first."""
    embedder = searched_embedder()
    assert embedder is not None
    [vector] = embedder.embed([text]).vectors
    found = configured_index().search_meaning(scope=Scope(user.pk), vector=vector, limit=20)
    texts = dict(Block.objects.filter(kind="episode").values_list("id", "text"))
    return [texts[each.block_id] for each in found if each.block_id in texts]


# -- while it is being filled


@pytest.mark.usefixtures("changed")
def test_questions_are_answered_by_the_model_before(teller: Teller, ask: Ask) -> None:
    """Its vectors are searched with its own of the question."""
    embed_missing(limit=1)

    found = ask("Who likes orchids?")

    assert (embedder := searched_embedder()) is not None
    assert embedder.space == OLD
    assert "dense" in found.items[0].parts
    assert near(teller.user, "I like orchids.")[0] == "I like orchids."


@pytest.mark.usefixtures("changed")
def test_what_is_learned_is_found_at_once_and_is_in_both(teller: Teller) -> None:
    """By the model before at first; no change over without the other's."""
    embed_missing(limit=1)

    teller.tell("Ben plays chess.", day=4)
    at_once = spaces_of("chess")
    while embed_missing(limit=1):
        pass

    assert at_once == {OLD}
    assert spaces_of("chess") == {OLD, NEW}


@pytest.mark.usefixtures("changed")
def test_what_is_forgotten_is_in_neither(teller: Teller) -> None:
    """Also where it had vectors of both."""
    embed_missing()
    message = Message.objects.get(content="I like orchids.")
    ids = list(Block.objects.filter(message=message).values_list("id", flat=True))
    assert BlockVector.objects.filter(block_id__in=ids).count() == 2 * len(ids)

    forget(user_id=teller.user.pk, target=Target(TargetKind.MESSAGE, id=message.pk))

    assert not BlockVector.objects.filter(block_id__in=ids).exists()


@pytest.mark.usefixtures("changed")
def test_how_far_it_is_can_be_told() -> None:
    """In passages, of everybody."""
    embed_missing(limit=1)

    build = embedding_build()

    assert build is not None
    assert (build.searched, build.wanted, build.is_whole) == (OLD, NEW, False)
    assert 0 < build.done < build.total == BlockVector.objects.filter(space__name=OLD).count()


@pytest.mark.usefixtures("changed")
def test_who_comes_next_goes_on(teller: Teller) -> None:
    """What a process had made before it died is not made again."""
    embed_missing(limit=1)
    made = BlockVector.objects.filter(space__name=NEW).count()

    left = catch_up(seconds=30.0)

    assert 0 < left == Block.objects.count() - made


# -- changing over


@pytest.mark.usefixtures("changed")
def test_nothing_changes_over_before_it_is_whole() -> None:
    """One missing vector is enough."""
    while embed_missing():
        pass
    BlockVector.objects.filter(space__name=NEW).first().delete()  # type: ignore[union-attr]

    assert activate_space() is False
    assert EmbeddingSpace.objects.get(is_active=True).name == OLD


@pytest.mark.usefixtures("changed")
def test_the_whole_one_is_searched_and_the_old_one_is_gone(teller: Teller) -> None:
    """With its vectors and its index."""
    catch_up(seconds=30.0)

    assert (embedder := searched_embedder()) is not None
    assert embedder.space == NEW
    assert EmbeddingSpace.objects.get().name == NEW
    assert not BlockVector.objects.exclude(space__name=NEW).exists()
    assert near(teller.user, "I like orchids.")[0] == "I like orchids."


@pytest.mark.usefixtures("local_model")
def test_token_vectors_of_the_old_one_are_gone(teller: Teller, config: Config) -> None:
    """They belong to its space."""
    teller.tell("I like orchids.", day=1)
    assert BlockTokens.objects.exists()
    config(embedding_provider="hashing")

    catch_up(seconds=30.0)

    assert not BlockTokens.objects.exists()


@pytest.mark.usefixtures("changed")
def test_what_was_embedded_before_is_not_written_after(teller: Teller) -> None:
    """A job that began with the old model ends with the new one."""
    message = teller.say("Ben plays chess.", day=4)
    prepared = prepare_learning(user_id=teller.user.pk, messages=[message])
    assert prepared.space == OLD
    catch_up(seconds=30.0)

    apply_learning(user_id=teller.user.pk, job_id=uuid4(), prepared=prepared)
    at_first = spaces_of("chess")
    catch_up(seconds=30.0)

    assert (at_first, spaces_of("chess")) == (set(), {NEW})


@pytest.mark.usefixtures("changed")
def test_a_model_that_is_not_wanted_any_more_leaves_nothing(config: Config) -> None:
    """Staff changed their mind while its space was being filled."""
    embed_missing(limit=1)
    config(embedding_use_mock=False)

    catch_up(seconds=30.0)

    assert EmbeddingSpace.objects.get().name == OLD


def test_a_worker_notices_what_staff_have_set(teller: Teller, config: Config) -> None:
    """In another process, and without a restart."""
    teller.tell("I like orchids.", day=1)
    config(embedding_provider=None)
    ProviderSettings.objects.create(embedding_provider="local")

    catch_up(seconds=30.0)

    assert EmbeddingSpace.objects.get().name == MiniLmEmbedder.space


# -- when it cannot be filled


@pytest.mark.usefixtures("changed")
def test_a_model_that_fails_leaves_the_old_one(teller: Teller, config: Config) -> None:
    """And why is told, until it works again."""
    config(
        embedding_use_mock=False,
        embedding_provider="provider",
        model_provider_base_url=DEAD,
    )

    with pytest.raises(EmbedderUnavailable):
        catch_up(seconds=30.0)

    build = embedding_build()
    assert build is not None
    assert build.problem == ModelUnreachable.__doc__
    assert near(teller.user, "I like orchids.")[0] == "I like orchids."


# -- another provider


@pytest.fixture
def servers() -> Iterator[tuple[ModelServer, ModelServer]]:
    """Two providers, with embeddings of their own."""
    with running() as first, running() as second:
        for server, vector in ((first, [1.0, 0.0]), (second, [0.0, 1.0, 0.0])):
            answers = [{"index": 0, "embedding": vector}]
            server.says(document({"data": answers, "model": "e"}))
        yield first, second


def test_the_former_provider_is_asked_until_then_with_its_own_key(
    alice: User,
    teller: Teller,
    ask: Ask,
    config: Config,
    servers: tuple[ModelServer, ModelServer],
) -> None:
    """Which is deleted afterwards."""
    config(embedding_provider=None, embedding_batch_size=1, knowledge_extractor="rules")
    keys = ("sk-first", "sk-second")

    def use(number: int) -> None:
        values = ProviderValues(
            model_provider_base_url=servers[number].url,
            embedding_provider="provider",
            embedding_model=f"e{number}",
            embedding_dimensions=number + 2,
        )
        save_provider(values=values, key=keys[number], by=alice.pk)

    use(0)
    teller.tell("I like orchids.", day=1)
    use(1)
    servers[0].script.requests.clear()

    ask("Who likes orchids?")
    asked = [request.headers["authorization"] for request in servers[0].script.requests]
    nobody_else = list(servers[1].script.requests)
    catch_up(seconds=30.0)

    assert (set(asked), nobody_else) == ({"Bearer sk-first"}, [])
    assert {r.headers["authorization"] for r in servers[1].script.requests} == {"Bearer sk-second"}
    assert EmbeddingSpace.objects.get().name == "e1/3"
    assert ProviderKey.objects.get().address == servers[1].url


def test_a_former_provider_elsewhere_stays_elsewhere(alice: User, config: Config) -> None:
    """Whatever is said of the present one: private facts are not shown to it."""
    config(embedding_provider="provider", model_provider_base_url="https://models.example.org/v1")
    former = configured_embedder()
    config(model_provider_base_url=DEAD, model_provider_is_local=True)

    assert former is not None
    assert is_elsewhere(former)
    assert not is_elsewhere(HashingEmbedder())


# -- Qdrant


@pytest.fixture
def qdrant(monkeypatch: pytest.MonkeyPatch, config: Config) -> QdrantClient:
    """Blocks are in Qdrant, too; within its client."""
    client = QdrantClient(":memory:")
    config(exobrain_qdrant_url="http://qdrant.invalid")
    monkeypatch.setattr(
        vectors,
        "_qdrant",
        lambda _, space, size: QdrantVectorIndex(client, space=space, dimensions=size),
    )
    return client


def test_qdrant_has_both_and_then_the_new_one(
    teller: Teller, config: Config, qdrant: QdrantClient
) -> None:
    """What is learned meanwhile is in both collections, and what is forgotten in none."""
    teller.tell("I like orchids.", day=1)
    relay.relay_changes()
    config(embedding_use_mock=True)
    embed_missing()
    teller.tell("Ben plays chess.", day=2)
    relay.relay_changes()

    def counts() -> dict[str, int]:
        names = [each.name for each in qdrant.get_collections().collections]
        return {name: qdrant.count(name).count for name in names}

    both = counts()
    nearest = near(teller.user, "Ben plays chess.")[0]
    gone = Message.objects.get(content="I like orchids.")
    forget(user_id=teller.user.pk, target=Target(TargetKind.MESSAGE, id=gone.pk))
    relay.relay_changes()
    after = counts()
    catch_up(seconds=30.0)

    assert set(both) == {"blocks_hashing_v1_64", "blocks_bytes_v1_3072"}
    assert len(set(both.values())) == 1
    assert nearest == "Ben plays chess."
    assert max(after.values()) < min(both.values())
    assert set(counts()) == {"blocks_bytes_v1_3072"}
    assert near(teller.user, "Ben plays chess.")[0] == "Ben plays chess."


def test_a_rebuilt_index_reaches_both_collections(
    teller: Teller, config: Config, qdrant: QdrantClient
) -> None:
    """What is emptied for it is emptied once."""
    teller.tell("I like orchids.", day=1)
    config(embedding_use_mock=True)
    embed_missing()

    rebuild_user(user_id=teller.user.pk)
    relay.relay_changes()

    names = [each.name for each in qdrant.get_collections().collections]
    assert len(names) == 2
    assert {qdrant.count(name).count for name in names} == {Block.objects.count()}
