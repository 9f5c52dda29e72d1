"""Changes in sentences."""

from uuid import UUID

import pytest

from knowledge.models import Block, Entity, ReviewItem
from knowledge.selectors.changesets import changeset, list_changesets
from knowledge.selectors.wording import quoted
from knowledge.services.forgetting.erasure import forget
from knowledge.services.identities.merging import keep_apart, merge
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.pages import editing, reviewing
from knowledge.services.pages.retyping import retype_entity
from knowledge.services.pages.splitting import split_page
from knowledge.services.pages.telling import all_sentences, first_sentences, reported
from knowledge.types import Target, TargetKind
from tests.knowledge.ledger.scribe import Teller

pytestmark = pytest.mark.django_db


def told(teller: Teller, changeset_id: UUID | None = None) -> list[str]:
    """What a changeset did, or the last one."""
    user_id = teller.user.pk
    if changeset_id is None:
        entry = list_changesets(user_id=user_id, size=1).rows[0]
    else:
        entry = changeset(user_id=user_id, changeset_id=changeset_id)
    return [sentence.text for sentence in all_sentences(user_id=user_id, entry=entry)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Petra plays the oboe.", "Learned that Petra plays the oboe"),
        ("I was born in Graz.", "Learned that you were born in Graz"),
        ("My aunt is called Vera.", "Learned that your aunt is called Vera"),
        ("I've got a boat and it is mine.", "Learned that you have got a boat and it is yours"),
        ("The dog is afraid of me.", "Learned that the dog is afraid of you"),
        ("Ich wohne seit Mai in Graz.", "Learned: “Ich wohne seit Mai in Graz.”"),
        ("Actually it is further.", "Learned: “Actually it is further.”"),
        ("We bought a house.", "Learned: “We bought a house.”"),
        ("Is it so? It is.", "Learned: “Is it so? It is.”"),
    ],
)
def test_statements_are_reported(text: str, sentence: str) -> None:
    """To the user; in their own words where grammar would have to be guessed."""
    assert reported("Learned", text, names=["Petra"]) == sentence


def test_a_long_text_is_cut() -> None:
    """On one line."""
    assert len(quoted("a\n" * 1000)) < 250
    assert "\n" not in quoted("a\nb")


def test_a_job_tells_what_it_learned(teller: Teller) -> None:
    """Who was met, what was stated, and how much was read."""
    teller.tell("@Ann#home=lyon")

    sentences = told(teller)

    assert "Got to know Ann (person)" in sentences
    assert "Read 1 message of 1 Jan 2025" in sentences
    assert any("@Ann#home=lyon" in sentence for sentence in sentences)


def test_what_is_ended_is_told_with_what_ended_it(teller: Teller) -> None:
    """And that it holds again, when that is rolled back."""
    teller.tell("#home=lyon", day=1)
    teller.tell("#home=rome", day=2)

    ended = told(teller)
    entry = list_changesets(user_id=teller.user.pk, size=1).rows[0]
    back = roll_back(user_id=teller.user.pk, changeset_id=entry.id)

    assert "Ended: “#home=lyon”" in ended
    assert "Holds again: “#home=lyon”" in told(teller, back)
    assert "No longer known: “#home=rome”" in told(teller, back)


def test_what_is_said_twice_is_told_again(teller: Teller) -> None:
    """Nothing new was learned."""
    teller.tell("#home=lyon", day=1)
    teller.tell("#home=lyon", day=2)

    assert told(teller) == ["Told again: “#home=lyon”", "Read 1 message of 3 Jan 2025"]


def test_edits_are_told(teller: Teller) -> None:
    """Corrections, confirmations, notes, names and kinds."""
    teller.tell("@Ann#home=lyon")
    ann, fact = Entity.objects.get(name="Ann"), Block.objects.get(kind="fact")
    user_id = teller.user.pk

    editing.confirm(user_id=user_id, block_id=fact.id)
    assert told(teller) == ["You confirmed: “@Ann#home=lyon”"]
    editing.edit_blocks(user_id=user_id, texts={fact.id: "Ann lives in Rome."})
    assert told(teller) == ["You corrected “@Ann#home=lyon” to “Ann lives in Rome.”"]
    editing.add_note(user_id=user_id, entity_id=ann.id, text="Birthday in May.")
    assert told(teller) == ["You noted on the page Ann: “Birthday in May.”"]
    editing.rename_entity(user_id=user_id, entity_id=ann.id, name="Anna")
    assert told(teller) == ["You renamed Ann to Anna"]
    retype_entity(user_id=user_id, entity_id=ann.id, node_type="node.city")
    assert told(teller) == ["You said that Anna is of the kind City, not Person"]


def test_who_is_who_is_told(teller: Teller) -> None:
    """Merges, splits, and those who are different."""
    teller.tell("@Ann#home=lyon and @Bea#home=rome and @Cleo is here")
    ann, bea, cleo = (Entity.objects.get(name=name) for name in ("Ann", "Bea", "Cleo"))
    user_id = teller.user.pk

    merge(user_id=user_id, keep_id=ann.id, gone_id=bea.id)
    assert "Bea and Ann are one page now" in told(teller)
    keep_apart(user_id=user_id, left_id=ann.id, right_id=cleo.id)
    assert told(teller) == ["You said that Ann and Cleo are different"] or told(teller) == [
        "You said that Cleo and Ann are different"
    ]
    rome = Block.objects.get(value="rome")
    split_page(user_id=user_id, entity_id=ann.id, block_ids=[rome.id], name="Bea Berg")
    assert "You made a page for Bea Berg (person)" in told(teller)
    assert "Moved from Ann to Bea Berg: “@Bea#home=rome”" in told(teller)


def test_questions_and_answers_are_told(teller: Teller) -> None:
    """What was asked, and what followed from the answer."""
    teller.tell("#home=paris", day=10)
    teller.tell("#home?=rome", day=11)
    asked = told(teller)

    reviewing.accept(user_id=teller.user.pk, item_id=ReviewItem.objects.get().id)

    assert any(sentence.startswith("Asked you which holds: ") for sentence in asked)
    assert "In doubt: “#home=paris”" in asked
    assert "You said that it is wrong: “#home=paris”" in told(teller)


def test_what_was_forgotten_is_not_told(teller: Teller) -> None:
    """Only how much, and no changeset before tells of it either."""
    teller.tell("@Ann#home=lyon")
    fact = Block.objects.get(kind="fact")

    forget(user_id=teller.user.pk, target=Target(TargetKind.FACT, id=fact.id))

    entries = list_changesets(user_id=teller.user.pk, size=10).rows
    assert told(teller) == ["Forgot 1 text and 1 page"]
    assert not any("lyon" in text for entry in entries for text in told(teller, entry.id))


def test_a_list_tells_the_first_of_each(teller: Teller) -> None:
    """In a few queries, however many changes."""
    for day in range(3):
        teller.tell(f"@Ann#home=place{day} and +likes tea{day}.", day=day)
    entries = list_changesets(user_id=teller.user.pk, size=10).rows

    found = first_sentences(user_id=teller.user.pk, entries=entries, limit=2)

    assert [len(found[entry.id]) for entry in entries] == [2, 2, 2]


def test_a_secret_is_not_told(teller: Teller) -> None:
    """Only that there is one."""
    teller.tell("+my code is 1234.")
    Block.objects.filter(kind="fact").update(is_secret=True)

    assert "1234" not in str(told(teller))
    assert "Learned: a secret of yours" in told(teller)


def test_no_word_of_the_database_is_used(teller: Teller) -> None:
    """Blocks, edges and mentions are nothing to people."""
    teller.tell("@Ann#home=lyon and @Ann~knows~@Carl", day=1)
    teller.tell("@Ann#home?=rome", day=2)

    for entry in list_changesets(user_id=teller.user.pk, size=10).rows:
        for sentence in told(teller, entry.id):
            assert not {"block", "edge", "mention", "entity"} & set(sentence.lower().split())
