"""Recall while only a part of a memory is embedded; with the local model."""

import pytest

from knowledge.models import Block, BlockTokens, BlockVector, EmbeddingSpace
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.recall.conftest import Ask, Away
from tests.knowledge.recall.test_kept_embeddings import told
from tests.knowledge.recall.test_passages import LONG

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("local_model")]

QUESTIONS = {
    "Where does Ida live?": "Turin",
    "What can Nils not eat?": "walnuts",
    "When was the gutter mended?": "gutter",
    "Where does the spare key hang?": "barometer",
}


def test_few_tokens_do_not_hide_the_rest(teller: Teller, ask: Ask) -> None:
    """What has none is judged by its words and its vector."""
    told(teller)
    kept = Block.objects.get(kind="episode", reference="2025/01/05").id
    BlockTokens.objects.filter(user=teller.user).exclude(passage_id=kept).delete()

    for question, answer in QUESTIONS.items():
        assert answer in ask(question, drop_weak=True).items[0].text


def test_what_is_not_embedded_yet_is_found_beside_what_is(
    teller: Teller, ask: Ask, away: Away
) -> None:
    """The embedder was away for some days: neither those nor the others are hidden."""
    teller.tell("My cousin Ida moved to Turin last spring.", day=1)
    teller.tell("Somebody mended the gutter on Friday.", day=4)
    with away():
        teller.tell("Nils cannot eat walnuts, he gets a rash.", day=2)
        teller.tell(LONG, day=3, role="assistant")

    for question, answer in QUESTIONS.items():
        assert answer in ask(question, drop_weak=True).items[0].text


def test_while_a_space_is_being_filled_words_decide(teller: Teller, ask: Ask) -> None:
    """Its tokens are not compared as long as its vectors are not searched."""
    told(teller)
    EmbeddingSpace.objects.update(is_active=False)

    found = ask("Where does Ida live?", drop_weak=True).items

    assert "tokens" not in found[0].parts
    assert "Turin" in found[0].text


def test_only_what_is_not_embedded_is_expected(teller: Teller, ask: Ask) -> None:
    """The parts of a score of what has vectors are as they are without the others."""
    teller.tell("My cousin Ida moved to Turin last spring.", day=1)
    teller.tell("Nils cannot eat walnuts, he gets a rash.", day=2)
    question = "Where does Ida live?"
    before = {item.block_id: item.parts["dense"] for item in ask(question).items}
    lost = Block.objects.get(kind="episode", reference="2025/01/03").id
    BlockVector.objects.filter(block_id=lost).delete()
    BlockTokens.objects.filter(passage_id=lost).delete()

    after = {item.block_id: item.parts["dense"] for item in ask(question).items}

    assert {id_: part for id_, part in after.items() if id_ != lost} == {
        id_: part for id_, part in before.items() if id_ in after and id_ != lost
    }
