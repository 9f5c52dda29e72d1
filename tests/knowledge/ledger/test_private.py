"""What the user marks as private stays so, whatever happens to the memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from knowledge.models import Block
from knowledge.services.learning.privacy import PrivateTopics
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.pages.editing import edit_blocks, set_private
from knowledge.services.rebuilding import rebuild
from tests.factories import UserFactory
from tests.knowledge.api import rows
from tests.knowledge.ledger import scribe
from tests.knowledge.ledger.scribe import Teller

pytestmark = pytest.mark.django_db

ELSEWHERE = {
    "model_provider_base_url": "https://models.example.com/v1",
    "knowledge_extractor": "model",
}


def mark(teller: Teller, **fields: Any) -> Block:
    """The user's fact with these fields is private."""
    block = Block.objects.get(user=teller.user, kind="fact", **fields)
    set_private(user_id=teller.user.pk, block_id=block.id, is_private=True)
    return block


def private(teller: Teller) -> list[str]:
    """The values of the user's facts that are private."""
    found = Block.objects.filter(user=teller.user, kind="fact", is_private=True)
    return sorted(found.values_list("value", flat=True))


def test_the_mark_is_an_edit_that_can_be_rolled_back(teller: Teller) -> None:
    """As any other."""
    teller.tell("#home=lyon")
    block = Block.objects.get(topic="home")

    changeset_id = set_private(user_id=teller.user.pk, block_id=block.id, is_private=True)
    marked = private(teller)
    roll_back(user_id=teller.user.pk, changeset_id=changeset_id)

    assert (marked, private(teller)) == (["lyon"], [])


def test_a_correction_is_as_private_as_what_it_corrects(teller: Teller) -> None:
    """Whether it is made before or after the mark."""
    teller.tell("#home=lyon")
    block = mark(teller, topic="home")
    later = edit_blocks(user_id=teller.user.pk, texts={block.id: "My home is Rome."})[block.id]
    marked = set(Block.objects.filter(is_private=True).values_list("id", flat=True))

    set_private(user_id=teller.user.pk, block_id=later, is_private=False)

    assert marked == {block.id, later}
    assert private(teller) == []


def test_a_rebuild_keeps_it(teller: Teller) -> None:
    """And the other statement of the message is not private."""
    teller.tell("#home=lyon and #job=cook")
    mark(teller, topic="home")

    rebuild(user_id=teller.user.pk)

    assert private(teller) == ["lyon"]
    assert Block.objects.get(topic="job").is_private is False


def test_a_rebuild_by_other_rules_keeps_it(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made of the same words under another id is private."""
    teller.tell("#home=lyon")
    block = mark(teller, topic="home")
    plain = scribe._Batch.read

    def read(batch: Any, message: Any) -> None:
        plain(batch, message)
        batch.facts = [replace(fact, topic="residence") for fact in batch.facts]

    monkeypatch.setattr(scribe._Batch, "read", read)
    rebuild(user_id=teller.user.pk)

    assert not Block.objects.filter(id=block.id).exists()
    assert Block.objects.get(topic="residence").is_private


def test_a_model_elsewhere_does_not_read_it(
    teller: Teller, config: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor at a rebuild, which keeps the statement all the same."""
    teller.tell("#home=lyon and #job=cook")
    block = mark(teller, topic="home")
    config(**ELSEWHERE)
    read: list[str] = []
    plain = scribe.Scribe.extract

    def extract(self: Any, *, messages: Any, **more: Any) -> Any:
        read.extend(message.content for message in messages)
        return plain(self, messages=messages, **more)

    monkeypatch.setattr(scribe.Scribe, "extract", extract)
    rebuild(user_id=teller.user.pk)

    assert [("lyon" in text, "cook" in text) for text in read] == [(False, True)]
    assert private(teller) == ["lyon"]
    kept = Block.objects.get(id=block.id)
    assert (kept.text, kept.entity_id) == (block.text, block.entity_id)
    assert Block.objects.get(topic="job").value == "cook"


def test_another_value_is_as_private(teller: Teller) -> None:
    """Told later, in another message, and as often as it changes; other topics are not."""
    teller.tell("#home=lyon and #job=cook", day=1)
    mark(teller, topic="home")

    teller.tell("#home=rome and #job=baker", day=2)
    teller.tell("#home=oslo", day=3)
    told = private(teller)
    rebuild(user_id=teller.user.pk)

    assert told == private(teller) == ["lyon", "oslo", "rome"]


def test_nobody_elses_is(teller: Teller) -> None:
    """The same topic of somebody else."""
    teller.tell("#home=lyon", day=1)
    mark(teller, topic="home")

    teller.tell("@Ann#home=rome", day=2)

    assert private(teller) == ["lyon"]


def test_the_mark_taken_off_stays_off(teller: Teller) -> None:
    """What was said last on a topic decides on what is said next."""
    teller.tell("#home=lyon", day=1)
    mark(teller, topic="home")
    teller.tell("#home=rome", day=2)
    block = Block.objects.get(value="rome")
    set_private(user_id=teller.user.pk, block_id=block.id, is_private=False)

    teller.tell("#home=oslo", day=3)

    assert private(teller) == ["lyon"]


@pytest.mark.parametrize(
    ("later", "is_private"),
    [
        ("I spend 990 francs on rent.", True),
        ("I spend the summers at the lake.", False),
    ],
)
def test_a_statement_by_its_verb_alone_shares_a_word(later: str, is_private: bool) -> None:
    """Else everything said with a common verb would be."""
    user = UserFactory()
    rent = rows.entity(user, "Rent")
    rows.fact(user, rent, "I spend 870 francs on rent.", topic="do:spend", is_private=True)

    found = PrivateTopics(user.pk).holds(
        subject_id=rent.id, topic="do:spend", text=later, corrects_id=None
    )

    assert found is is_private
