"""Long messages are indexed and recalled by passage."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from knowledge.models import Block, BlockTokens, BlockVector, IndexedBlock
from knowledge.retrieval.passages import MAX_WORDS, passage_spans, passages_of, size_in_words
from knowledge.services.forgetting.erasure import forget
from knowledge.services.indexing.reindexing import embed_missing, rebuild_user
from knowledge.services.indexing.updating import update_indexes
from knowledge.types import Target, TargetKind
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.ledger.traces import tables_with
from tests.knowledge.recall.conftest import Ask

FILLER = "The committee discussed the budget of the new library at some length that evening. "
NEEDLE = "The spare key hangs behind the green barometer. "
LONG = FILLER * 15 + NEEDLE + FILLER * 15


def test_a_short_text_is_one_passage() -> None:
    """It has the block's own id."""
    block_id = uuid4()

    [passage] = passages_of(block_id, "I like tea. Green tea.")

    assert (passage.id, passage.start, passage.end) == (block_id, 0, 22)


def test_a_long_text_is_cut_between_sentences() -> None:
    """Into parts of like size."""
    texts = [LONG[start:end] for start, end in passage_spans(LONG)]

    assert len(texts) > 2
    assert all(text.endswith(". ") for text in texts)
    assert all(MAX_WORDS / 2 < size_in_words(text) < MAX_WORDS * 1.3 for text in texts)


def test_who_speaks_is_known_in_every_passage() -> None:
    """A name before the text counts for all of it."""
    found = passages_of(uuid4(), f"Ann: {LONG}")

    assert {passage.utterance.speaker for passage in found} == {"Ann"}
    assert len({passage.id for passage in found}) == len(found)


@given(st.text(alphabet="ab .!?\n漢。", max_size=3000))
def test_passages_are_all_of_the_text(text: str) -> None:
    """Nothing is lost between them, and none is far too long."""
    spans = passage_spans(text)

    assert "".join(text[start:end] for start, end in spans) == text
    assert all(size_in_words(text[start:end]) <= 2 * MAX_WORDS for start, end in spans)


@pytest.mark.parametrize("text", [" " * 50_000, "\n" * 50_000, "x" * 50_000, "漢" * 20_000])
def test_texts_without_sentences_are_cut_too(text: str) -> None:
    """In no more time than others."""
    assert sum(end - start for start, end in passage_spans(text)) == len(text)


@pytest.mark.django_db
def test_a_passage_is_recalled_not_its_message(teller: Teller, ask: Ask) -> None:
    """What a model gets is the passage's text, and the message that it is from."""
    said = teller.tell(LONG, role="assistant")

    best = ask("Where does the spare key hang?").items[0]

    assert NEEDLE.strip() in best.text
    assert size_in_words(best.text) < MAX_WORDS * 1.3
    assert best.message_ids == [said.id]
    assert best.block_id == Block.objects.get(kind="episode").id


def _passages(user: User) -> dict[str, set[UUID]]:
    """What the indexes have, by table."""
    return {
        "words": set(IndexedBlock.objects.filter(user=user).values_list("block_id", flat=True)),
        "vectors": set(BlockVector.objects.filter(user=user).values_list("block_id", flat=True)),
        "tokens": set(BlockTokens.objects.filter(user=user).values_list("passage_id", flat=True)),
    }


@pytest.mark.django_db
def test_a_forgotten_message_leaves_no_passage(teller: Teller) -> None:
    """Nor its words in any table but the journal's."""
    said = teller.tell(LONG)
    assert "knowledge_posting" in tables_with("baromet")

    forget(user_id=teller.user.pk, target=Target(TargetKind.MESSAGE, id=said.id))

    assert tables_with("baromet") == {}
    assert not any(_passages(teller.user).values())


@pytest.mark.django_db
def test_a_shorter_text_leaves_no_passage_of_the_longer(teller: Teller) -> None:
    """Words, vectors and tokens of what is not said any more are gone."""
    teller.tell(LONG)
    block = Block.objects.get(kind="episode")

    Block.objects.filter(id=block.id).update(text="Nothing of note.")
    update_indexes(user_id=teller.user.pk, block_ids=[block.id])

    assert _passages(teller.user)["words"] == {block.id}
    assert _passages(teller.user)["vectors"] <= {block.id}
    assert _passages(teller.user)["tokens"] <= {block.id}


@pytest.mark.django_db
def test_a_rebuild_makes_passages_of_what_was_indexed_whole(teller: Teller, ask: Ask) -> None:
    """As messages of earlier versions are; the vectors that are missing are made after it."""
    teller.tell(LONG)
    expected = _passages(teller.user)
    later = IndexedBlock.objects.filter(user=teller.user, passage_of__isnull=False)
    ids = list(later.values_list("block_id", flat=True))
    later.delete()
    BlockVector.objects.filter(block_id__in=ids).delete()
    BlockTokens.objects.filter(passage_id__in=ids).delete()

    rebuild_user(user_id=teller.user.pk)
    while embed_missing(user_id=teller.user.pk):
        pass

    assert _passages(teller.user) == expected
    assert NEEDLE.strip() in ask("Where does the spare key hang?").items[0].text


@pytest.mark.django_db
def test_a_rebuild_keeps_the_vectors_of_passages(teller: Teller) -> None:
    """They need not be made again."""
    teller.tell(LONG)
    expected = _passages(teller.user)

    rebuild_user(user_id=teller.user.pk)

    assert _passages(teller.user) == expected


@pytest.mark.django_db
def test_a_long_answer_does_not_speak_for_what_is_beside_it(teller: Teller, ask: Ask) -> None:
    """Its words are found in it, not in the short message before it."""
    teller.tell("Good morning, how are you today?", day=1)
    teller.tell(LONG, day=1, role="assistant")

    scores = {item.text: item.parts.get("lexical", 0.0) for item in ask("barometer budget").items}

    assert max(scores, key=lambda text: scores[text]) != "Good morning, how are you today?"
