"""Wishes to forget, and the user's answers to what the memory is unsure of."""

from typing import Any

import pytest

from knowledge.models import Block, Entity, ReviewItem
from knowledge.selectors.changesets import why
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.pages import reviewing
from knowledge.services.rebuilding import rebuild
from knowledge.types import ForgetWish, Status, Verdict
from tests.knowledge.ledger.proposing import ANYWHERE, Mind, Proposal, fact, person
from tests.knowledge.ledger.traces import tables_calling

pytestmark = pytest.mark.django_db


def wish(what: str, **more: Any) -> ForgetWish:
    """A wish that this be forgotten."""
    return ForgetWish(ANYWHERE, what, **more)


def rome(mind: Mind) -> None:
    """A fact, and the wish that it be forgotten."""
    lived = fact("You lived in Rome.", topic="home", value="Rome", single_valued=True)
    mind.tell("I lived in Rome once.", lived, day=1)
    mind.tell("I like tea.", fact("You like tea.", topic="likes:tea"), day=1)
    mind.tell("Forget that I ever lived in Rome.", wish("I ever lived in Rome"), day=2)


def test_a_wish_to_forget_is_a_question(mind: Mind) -> None:
    """Nothing is deleted without the user's yes."""
    rome(mind)

    item = ReviewItem.objects.get()
    assert item.kind == "forget"
    assert Block.objects.get(pk=item.left_id).text == "You lived in Rome."
    assert Block.objects.get(pk=item.right_id).kind == "episode"


def test_what_was_said_just_before_can_be_meant(mind: Mind) -> None:
    """A day is learned at once, and many a wish takes back what has just been said."""
    lived = fact("You lived in Rome.", topic="home", value="Rome")
    told: list[tuple[str, list[Proposal]]] = [
        ("I lived in Rome once.", [lived]),
        ("Vera is kind.", [person("Vera"), fact("Vera is kind.", "Vera")]),
        ("Forget that I ever lived in Rome.", [wish("I ever lived in Rome")]),
        ("Forget Vera.", [wish("Vera"), person("Vera")]),
        ("Forget Otto.", [wish("Otto"), person("Otto")]),
        ("I lived in Rome, again.", [fact("You lived in Rome, again.", topic="again:rome")]),
    ]
    messages = [mind.say(text) for text, _ in told]
    for message, (_, proposals) in zip(messages, told, strict=True):
        mind.proposer.proposals[message.id] = proposals

    mind.learn(*messages)

    meant = set(ReviewItem.objects.values_list("left_id", flat=True))
    assert {block.text for block in Block.objects.filter(pk__in=meant)} == {"You lived in Rome."}
    assert {entity.name for entity in Entity.objects.filter(pk__in=meant)} == {"Vera"}


def test_yes_forgets_it_and_the_words_of_the_wish(mind: Mind) -> None:
    """Nothing in the memory says it any more."""
    rome(mind)

    reviewing.accept(user_id=mind.user.pk, item_id=ReviewItem.objects.get().id)

    assert tables_calling({"rome"}, user_id=mind.user.pk).keys() == {"journal_message"}
    assert Block.objects.get(kind="fact").text == "You like tea."


def test_no_keeps_it(mind: Mind) -> None:
    """And does not ask again, also after a rebuild."""
    rome(mind)

    reviewing.reject(user_id=mind.user.pk, item_id=ReviewItem.objects.get().id)
    rebuild(user_id=mind.user.pk)

    assert Block.objects.filter(text="You lived in Rome.").exists()
    assert ReviewItem.objects.get().state == "rejected"


def test_a_wish_may_name_somebody(mind: Mind) -> None:
    """Then everything about them is proposed."""
    mind.tell("Anna is tall.", person("Anna"), fact("Anna is tall.", "Anna"), day=1)
    mind.tell("Forget Anna.", wish("Anna"), day=2)

    assert ReviewItem.objects.get().left_id == Entity.objects.get(name="Anna").id


def test_a_wish_that_fits_nothing_is_told(mind: Mind) -> None:
    """The decision about the message says why nothing is asked."""
    message = mind.tell("Forget my shoe size.", wish("my shoe size"))

    assert not ReviewItem.objects.exists()
    verdicts = {(d.verdict, d.reason) for d in why(user_id=mind.user.pk, message_id=message.id)}
    assert (Verdict.DROPPED, "nothing_to_forget") in verdicts


def test_only_the_user_wishes(mind: Mind) -> None:
    """What the assistant says of forgetting proposes nothing."""
    mind.tell("Anna is tall.", person("Anna"), fact("Anna is tall.", "Anna"), day=1)
    mind.tell("I will forget Anna.", wish("Anna"), day=2, role="assistant")

    assert not ReviewItem.objects.exists()


def golfs(mind: Mind) -> ReviewItem:
    """Two cars, of which one is sold; the question about the first."""
    for name in ("Golf GTI", "Golf Kombi"):
        car = fact(f"You own a {name}.", topic=f"owns:{name}", value=name)
        mind.tell(f"I have a {name}.", car, day=1)
    mind.tell("Sold the Golf.", fact("You sold it.", topic="owns:Golf", ends=True), day=30)
    return ReviewItem.objects.get(right_id=Block.objects.get(text="You own a Golf GTI.").id)


def test_yes_to_an_ending_ends_that_one(mind: Mind) -> None:
    """The other one holds, and is not asked about any more; a rebuild comes to the same."""
    reviewing.accept(user_id=mind.user.pk, item_id=golfs(mind).id)

    for _ in range(2):
        holding = Block.objects.filter(kind="fact", superseded_at=None).values_list("text")
        assert {text for (text,) in holding} == {"You own a Golf Kombi.", "You sold it."}
        assert not ReviewItem.objects.filter(state="open").exists()
        rebuild(user_id=mind.user.pk)


def test_an_answer_can_be_taken_back(mind: Mind) -> None:
    """Then the question is there again, and nothing has ended."""
    done = reviewing.accept(user_id=mind.user.pk, item_id=golfs(mind).id)

    roll_back(user_id=mind.user.pk, changeset_id=done)

    assert not Block.objects.filter(kind="fact").exclude(superseded_at=None).exists()
    assert ReviewItem.objects.filter(state="open").count() == 2


def test_no_to_an_ending_leaves_it(mind: Mind) -> None:
    """The other question stays open."""
    reviewing.reject(user_id=mind.user.pk, item_id=golfs(mind).id)

    assert not Block.objects.filter(kind="fact").exclude(superseded_at=None).exists()
    assert not Block.objects.filter(status=Status.FALSIFIED).exists()
    assert ReviewItem.objects.filter(state="open").count() == 1
