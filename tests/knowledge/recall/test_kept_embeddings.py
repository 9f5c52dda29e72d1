"""What a memory has embedded stays, and what it lacks is made up for; with the local model."""

from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command

from accounts.models import User
from knowledge.models import Block, BlockTokens, BlockVector, IndexedBlock
from knowledge.services.forgetting.erasure import forget
from knowledge.services.indexing.carrying import stored_embeddings
from knowledge.services.indexing.reindexing import embed_missing, rebuild_user
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.rebuilding import rebuild, swap
from knowledge.types import Target, TargetKind
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.recall.conftest import Ask, Away
from tests.knowledge.recall.test_passages import LONG

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("local_model")]


def embedded(user: User) -> tuple[dict[UUID, bytes], dict[UUID, bytes]]:
    """Vectors and token vectors, by passage."""
    vectors = BlockVector.objects.filter(user=user).values_list("block_id", "own")
    tokens = BlockTokens.objects.filter(user=user).values_list("passage_id", "packed")
    return {id_: bytes(own) for id_, own in vectors}, {id_: bytes(each) for id_, each in tokens}


def passages(user: User) -> set[UUID]:
    """All that could be embedded."""
    return set(IndexedBlock.objects.filter(user=user).values_list("block_id", flat=True))


def given(ask: Ask, question: str) -> str:
    """What a prompt would get."""
    return "\n".join(item.text for item in ask(question, drop_weak=True).items)


def told(teller: Teller) -> None:
    """Some days, with a long text among them."""
    teller.tell("My cousin Ida moved to Turin last spring.", day=1)
    teller.tell("Turin has fine chocolate, they say.", day=1, role="assistant")
    teller.tell("Nils cannot eat walnuts, he gets a rash.", day=2)
    teller.tell(LONG, day=3, role="assistant")
    teller.tell("The gutter was mended on Friday.", day=4)


# -- rebuilding


@pytest.mark.parametrize("beside", [False, True])
def test_a_rebuilt_memory_keeps_its_embeddings(
    teller: Teller, ask: Ask, away: Away, beside: bool
) -> None:
    """Of first and later passages, byte for byte; no text is embedded again."""
    told(teller)
    before = embedded(teller.user)
    assert set(before[0]) == set(before[1]) == passages(teller.user)

    with away():
        made = rebuild(user_id=teller.user.pk, into="beside" if beside else "")
        if beside:
            swap(user_id=teller.user.pk, schema=made.schema)

    assert embedded(teller.user) == before
    assert "Turin" in given(ask, "Where does Ida live?")
    assert "walnuts" in given(ask, "What can Nils not eat?")


def test_what_a_rebuilt_memory_lacks_is_made(teller: Teller, away: Away) -> None:
    """What was learned while the embedder was away, and what nobody had learned at all."""
    with away():
        teller.tell("My cousin Ida moved to Turin.", day=1)
    teller.say("Nils cannot eat walnuts.", day=2)
    teller.user.messages.update(committed_to_knowledge_base=True)

    rebuild(user_id=teller.user.pk)

    assert Block.objects.filter(user=teller.user, kind="episode").count() == 2
    vectors, tokens = embedded(teller.user)
    assert set(vectors) == set(tokens) == passages(teller.user)


def test_a_rebuild_does_not_need_the_model(teller: Teller, away: Away) -> None:
    """What is missing waits for it."""
    with away():
        teller.tell("My cousin Ida moved to Turin.", day=1)
        rebuild(user_id=teller.user.pk)
    assert embedded(teller.user) == ({}, {})

    while embed_missing(user_id=teller.user.pk):
        pass

    vectors, tokens = embedded(teller.user)
    assert set(vectors) == set(tokens) == passages(teller.user)


def test_texts_are_known_under_any_id(teller: Teller, bob: User, away: Away) -> None:
    """The same words said again have the vectors that they had; another user's are not taken."""
    teller.tell("The gutter was mended on Friday.", day=1)
    with away():
        again = teller.tell("The gutter was mended on Friday.", day=2)
        stranger = Teller(bob).tell("The gutter was mended on Friday.", day=1)
        first = Block.objects.get(user=teller.user, kind="episode", reference="2025/01/02")
        second, his = (
            Block.objects.get(kind="episode", message_id=each.id) for each in (again, stranger)
        )

        found = stored_embeddings(user_id=teller.user.pk, block_ids=[second.id])
        nothing = stored_embeddings(user_id=bob.pk, block_ids=[his.id])

    vectors, tokens = embedded(teller.user)
    assert found.tokens == {second.id: tokens[first.id]}
    assert found.vectors[second.id].astype("float16").tobytes() == vectors[first.id]
    assert (nothing.vectors, nothing.tokens) == ({}, {})


# -- indexes made anew


def test_lost_tokens_are_made_again(teller: Teller) -> None:
    """Also where the vectors are there; a text without words has none, and is not asked again."""
    told(teller)
    teller.tell("?!", day=5)
    before = embedded(teller.user)
    later = IndexedBlock.objects.filter(user=teller.user, passage_of__isnull=False)
    ids = [later.values_list("block_id", flat=True)[0]]
    ids += Block.objects.filter(user=teller.user).values_list("id", flat=True)[:2]
    BlockTokens.objects.filter(passage_id__in=ids).delete()

    out = StringIO()
    call_command("rebuild_indexes", stdout=out)

    assert embedded(teller.user) == before
    assert "3 texts embedded" in out.getvalue()
    assert embed_missing() == 0


# -- changes that take texts away


def test_what_comes_back_is_embedded_again(teller: Teller, ask: Ask) -> None:
    """A message that was rolled back, and whose rollback was rolled back in turn."""
    told(teller)
    job = teller.learn(teller.say("My aunt Berta breeds alpacas.", day=5))
    undone = roll_back(user_id=teller.user.pk, changeset_id=job)
    assert set(embedded(teller.user)[1]) == passages(teller.user)
    roll_back(user_id=teller.user.pk, changeset_id=undone)
    assert "alpacas" in given(ask, "What does Berta breed?")

    while embed_missing(user_id=teller.user.pk):
        pass

    vectors, tokens = embedded(teller.user)
    assert set(vectors) == set(tokens) == passages(teller.user)
    assert "alpacas" in given(ask, "What does Berta breed?")


def test_what_is_left_of_a_message_is_embedded_again(teller: Teller, ask: Ask) -> None:
    """The part that is forgotten leaves no vector; the rest is found before and after."""
    told(teller)
    said = teller.tell("I play the oboe. I collect stamps from Iceland.", day=5)
    episode = Block.objects.get(kind="episode", message_id=said.id)
    fact = Block.objects.filter(user=teller.user, kind="fact", text__contains="oboe")[0]

    forget(user_id=teller.user.pk, target=Target(TargetKind.FACT, id=fact.id))

    vectors, tokens = embedded(teller.user)
    assert episode.id not in vectors
    assert episode.id not in tokens
    assert "stamps" in given(ask, "Which stamps do I collect?")
    while embed_missing(user_id=teller.user.pk):
        pass
    vectors, tokens = embedded(teller.user)
    assert set(vectors) == set(tokens) == passages(teller.user)
    found = given(ask, "Which stamps do I collect?")
    assert "stamps" in found
    assert "oboe" not in found


def test_the_index_keeps_what_it_has(teller: Teller, away: Away) -> None:
    """Making indexes anew asks no model for texts that it knows."""
    told(teller)
    before = embedded(teller.user)

    with away():
        rebuild_user(user_id=teller.user.pk)

    assert embedded(teller.user) == before
