"""The user's own hand."""

from datetime import timedelta

import pytest

from accounts.models import User
from knowledge.errors import EmptyText, NotEditable, RecordNotFound
from knowledge.models import Block, Changeset, Entity, Mention, Source
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.pages import editing
from knowledge.types import Status, Trust
from tests.knowledge.ledger.scribe import Teller

pytestmark = pytest.mark.django_db


@pytest.fixture
def fact(teller: Teller) -> Block:
    """Something Alice said."""
    teller.tell("@Ann#home=lyon")
    return Block.objects.get(kind="fact")


@pytest.fixture
def ann(fact: Block) -> Entity:
    """Whom she spoke of."""
    return Entity.objects.get(name="Ann", user_id=fact.user_id)


def test_an_edit_supersedes_by_the_users_word(fact: Block) -> None:
    """The new text is confirmed, cites the same message and speaks of the same."""
    new_id = editing.edit_blocks(user_id=fact.user_id, texts={fact.id: "Ann lives in Lyon."})[
        fact.id
    ]

    new = Block.objects.get(pk=new_id)
    fact.refresh_from_db()
    assert (new.text, new.trust, new.entity_id) == (
        "Ann lives in Lyon.",
        Trust.CONFIRMED,
        fact.entity_id,
    )
    assert (fact.superseded_by_id, fact.text) == (new.id, "@Ann#home=lyon")
    assert Source.objects.get(record_id=new.id).message_id == fact.message_id
    assert Mention.objects.filter(block=new).exists()


def test_an_edit_can_be_rolled_back(fact: Block) -> None:
    """Then the old text holds again."""
    editing.edit_blocks(user_id=fact.user_id, texts={fact.id: "Ann lives in Lyon."})

    edit = Changeset.objects.get(kind="edit")
    roll_back(user_id=fact.user_id, changeset_id=edit.id)

    again = Block.objects.get(kind="fact")
    assert (again.id, again.superseded_at) == (fact.id, None)


def test_what_was_over_is_over_when_its_edit_is_rolled_back(fact: Block) -> None:
    """By its own words, which the edit had replaced."""
    over = fact.said_at + timedelta(days=1)
    Block.objects.filter(pk=fact.id).update(valid_to=over)
    editing.edit_blocks(user_id=fact.user_id, texts={fact.id: "Ann lives in Lyon."})

    edit = Changeset.objects.get(kind="edit")
    roll_back(user_id=fact.user_id, changeset_id=edit.id)

    again = Block.objects.get(kind="fact")
    assert (again.valid_to, again.superseded_at) == (over, None)


def test_the_same_text_confirms(fact: Block) -> None:
    """It is the same block, on the user's word."""
    same = editing.edit_blocks(user_id=fact.user_id, texts={fact.id: fact.text})[fact.id]

    fact.refresh_from_db()
    assert (same, fact.trust, fact.confidence) == (fact.id, Trust.CONFIRMED, 1.0)


def test_no_text_falsifies(fact: Block) -> None:
    """The block stays, as something that is wrong."""
    editing.edit_blocks(user_id=fact.user_id, texts={fact.id: " "})

    fact.refresh_from_db()
    assert fact.status == Status.FALSIFIED


def test_edits_are_all_or_none(fact: Block) -> None:
    """One block that does not exist, and nothing is changed."""
    with pytest.raises(RecordNotFound):
        editing.edit_blocks(user_id=fact.user_id, texts={fact.id: "New", fact.user_id: "None"})

    assert Block.objects.filter(kind="fact").count() == 1
    assert not Changeset.objects.filter(kind="edit").exists()


def test_what_was_said_is_not_edited(fact: Block) -> None:
    """An episode is the user's message."""
    episode = Block.objects.get(kind="episode")

    with pytest.raises(NotEditable):
        editing.edit_blocks(user_id=fact.user_id, texts={episode.id: "Never said"})


def test_strangers_edit_nothing(fact: Block, ann: Entity, charlie: User) -> None:
    """For them there is no such block and no such entity."""
    with pytest.raises(RecordNotFound):
        editing.edit_blocks(user_id=charlie.pk, texts={fact.id: "Mine"})
    with pytest.raises(RecordNotFound):
        editing.rename_entity(user_id=charlie.pk, entity_id=ann.pk, name="Mine")


def test_what_was_called_wrong_gives_way(teller: Teller) -> None:
    """The statement that it had ended holds again."""
    teller.tell("#home=lyon", day=1)
    teller.tell("#home=paris", day=2)

    editing.edit_blocks(user_id=teller.user.pk, texts={Block.objects.get(value="paris").id: ""})

    assert Block.objects.get(value="lyon").superseded_at is None


def test_a_note_is_on_the_entitys_page(fact: Block, ann: Entity) -> None:
    """The user's own text, which mentions the entity."""
    note_id = editing.add_note(user_id=ann.user_id, entity_id=ann.pk, text="Met in 2003.")

    note = Block.objects.get(pk=note_id)
    assert (note.kind, note.entity_id, note.trust) == ("note", fact.entity_id, Trust.CONFIRMED)
    with pytest.raises(EmptyText):
        editing.add_note(user_id=ann.user_id, entity_id=ann.pk, text="\x00 ")


def test_a_renamed_entity_is_found_by_both_names(teller: Teller, ann: Entity) -> None:
    """What is said of either means it."""
    editing.rename_entity(user_id=ann.user_id, entity_id=ann.pk, name="Annette")

    teller.tell("@Ann and @Annette")

    entity = Entity.objects.get()
    assert (entity.name, entity.trust) == ("Annette", Trust.CONFIRMED)


def test_the_type_of_a_confirmed_entity_stays(teller: Teller, ann: Entity) -> None:
    """What is learned later does not change it."""
    Entity.objects.filter(pk=ann.pk).update(
        node_type_id="node.ai_agent", trust=int(Trust.CONFIRMED)
    )

    teller.tell("@Ann")

    assert Entity.objects.get().node_type_id == "node.ai_agent"


def test_a_note_makes_the_users_own_page(alice: User) -> None:
    """Where nothing was learned of them yet; the next one stands on the same page."""
    first = editing.add_own_note(user_id=alice.pk, text="I like tea.")
    second = editing.add_own_note(user_id=alice.pk, text="I like milk.")

    own = Entity.objects.get(user_id=alice.pk)
    notes = {block.id: block for block in Block.objects.filter(user_id=alice.pk)}
    assert own.is_self
    assert set(notes) == {first, second}
    assert {(note.kind, note.trust, note.entity_id) for note in notes.values()} == {
        ("note", Trust.CONFIRMED, own.id)
    }


def test_a_note_that_made_a_page_can_be_rolled_back(alice: User) -> None:
    """And the page goes with it."""
    editing.add_own_note(user_id=alice.pk, text="I like tea.")

    roll_back(user_id=alice.pk, changeset_id=Changeset.objects.get(user_id=alice.pk).id)

    assert not Entity.objects.filter(user_id=alice.pk).exists()
    assert not Block.objects.filter(user_id=alice.pk).exists()
