"""From messages to memory."""

from uuid import uuid4

import pytest

from accounts.models import User
from knowledge import identity
from knowledge.models import (
    Alias,
    Block,
    Changeset,
    Decision,
    Edge,
    Entity,
    Mention,
    ReviewItem,
    Source,
)
from knowledge.selectors.changesets import why
from knowledge.types import Status, Trust, Verdict
from tests.knowledge.ledger.scribe import Teller

pytestmark = pytest.mark.django_db

LEDGER = (Alias, Block, Changeset, Decision, Edge, Entity, Mention, Source)


def test_a_message_becomes_an_episode(teller: Teller) -> None:
    """As it was said, at its place and time, and it cites the whole message."""
    message = teller.tell("Good morning", day=3)

    episode = Block.objects.get(kind="episode")
    assert episode.id == identity.episode_id(teller.user.pk, message_id=message.id)
    assert (episode.text, episode.said_at) == ("Good morning", message.said_at)
    assert (episode.reference, episode.sequence) == (message.reference, message.sequence)
    source = Source.objects.get(record_id=episode.id)
    assert (source.message_id, source.start, source.end) == (message.id, 0, 12)


def test_a_statement_becomes_a_fact_with_its_place(teller: Teller) -> None:
    """It tells of its subject, and where in the message it was said."""
    message = teller.tell("By the way, @Ann#home=lyon")

    fact = Block.objects.get(kind="fact")
    assert fact.entity is not None
    assert (fact.entity.name, fact.topic, fact.value) == ("Ann", "home", "lyon")
    assert (fact.trust, fact.valid_from) == (Trust.USER_SAID, message.said_at)
    source = Source.objects.get(record_id=fact.id)
    assert message.content[source.start : source.end] == "@Ann#home=lyon"
    assert set(Mention.objects.values_list("block__kind", flat=True)) == {"episode", "fact"}


def test_a_relation_becomes_an_edge(teller: Teller) -> None:
    """Between the two it speaks of, as the schema allows."""
    teller.tell("@Ann~partner_of~@Ben")

    edge = Edge.objects.get()
    assert (edge.source.name, edge.edge_type_id, edge.target.name) == (
        "Ann",
        "edge.partner_of",
        "Ben",
    )


def test_a_relation_outside_the_schema_is_dropped(teller: Teller) -> None:
    """The statement stays; why it has no relation is known."""
    message = teller.tell("@Ann~member_of~@Ben")

    assert not Edge.objects.exists()
    assert Block.objects.filter(kind="fact").exists()
    reasons = {(w.verdict, w.reason) for w in why(user_id=teller.user.pk, message_id=message.id)}
    assert (Verdict.DROPPED, "relation_not_allowed") in reasons


def test_running_a_job_twice_adds_nothing(teller: Teller) -> None:
    """The same job, and another job with the same messages."""
    message = teller.say("@Ann#home=lyon and @Ann~partner_of~@Ben")
    job_id = uuid4()
    first = teller.learn(message, job_id=job_id)
    before = {model: model._default_manager.count() for model in LEDGER if model is not Changeset}

    again = teller.learn(message, job_id=job_id)
    teller.learn(message)

    assert again == first
    assert {
        model: model._default_manager.count() for model in LEDGER if model is not Changeset
    } == before


def test_a_repeated_statement_adds_its_source(teller: Teller) -> None:
    """One fact with two messages, and the second message knows which fact it repeats."""
    teller.tell("#home=lyon", day=1)
    second = teller.tell("As I said: #home=lyon", day=2)

    fact = Block.objects.get(kind="fact")
    assert Source.objects.filter(record_id=fact.id).count() == 2
    [decision] = why(user_id=teller.user.pk, message_id=second.id)
    assert (decision.verdict, decision.record_id) == (Verdict.DUPLICATE, fact.id)


def test_a_statement_without_a_topic_is_known_again(teller: Teller) -> None:
    """By its words."""
    teller.tell("+likes tea.", day=1)
    teller.tell("+Likes  tea.", day=2)

    assert Block.objects.filter(kind="fact").count() == 1


def test_a_newer_statement_supersedes(teller: Teller) -> None:
    """The older one keeps its row, ends where the newer begins, and names it."""
    teller.tell("#home=lyon", day=1)
    second = teller.tell("#home=paris", day=5)

    old, new = Block.objects.filter(kind="fact").order_by("said_at")
    assert (old.superseded_by_id, old.valid_to) == (new.id, second.said_at)
    assert old.superseded_at is not None
    assert (new.superseded_at, new.valid_to, new.status) == (None, None, Status.ASSERTED)


def test_an_older_message_learned_later_supersedes_nothing(teller: Teller) -> None:
    """It is ended by the newer one."""
    newer = teller.tell("#home=paris", day=5)
    teller.tell("#home=lyon", day=1)

    old, new = Block.objects.filter(kind="fact").order_by("said_at")
    assert (old.value, old.superseded_by_id, old.valid_to) == ("lyon", new.id, newer.said_at)
    assert new.superseded_at is None


def test_doubt_disputes_both_and_asks(teller: Teller) -> None:
    """Neither ends; there is a question."""
    teller.tell("#home=lyon", day=1)
    teller.tell("#home?=paris", day=5)

    facts = Block.objects.filter(kind="fact").order_by("said_at")
    assert [fact.status for fact in facts] == [Status.DISPUTED] * 2
    assert not any(fact.superseded_at for fact in facts)
    item = ReviewItem.objects.get(kind="conflict")
    assert (item.left_id, item.right_id) == (facts[1].id, facts[0].id)


def test_a_single_valued_relation_ends_the_older_one(teller: Teller) -> None:
    """The edge ends together with its statement."""
    teller.tell("@Ann~partner_of~@Ben", day=1)
    second = teller.tell("@Ann~partner_of~@Carl", day=5)

    old, new = Edge.objects.order_by("valid_from")
    assert (old.valid_to, old.superseded_by_id) == (second.said_at, new.id)
    assert new.superseded_at is None


def test_the_assistant_never_speaks_for_the_user(teller: Teller) -> None:
    """What it says of the user is no fact, and the decision says why."""
    message = teller.tell("#home=rome", role="assistant")

    assert not Block.objects.filter(kind="fact").exists()
    assert Block.objects.get(kind="episode").trust == Trust.INFERRED
    [decision] = why(user_id=teller.user.pk, message_id=message.id)
    assert decision.verdict == Verdict.LOW_TRUST


def test_what_the_user_said_is_not_ended_by_others(teller: Teller) -> None:
    """Nor is it stored beside it."""
    teller.tell("@Ann#home=lyon", day=1)
    later = teller.tell("@Ann#home=rome", day=5, role="assistant")

    fact = Block.objects.get(kind="fact")
    assert (fact.value, fact.superseded_at) == ("lyon", None)
    [decision] = why(user_id=teller.user.pk, message_id=later.id)
    assert (decision.verdict, decision.reason) == (Verdict.LOW_TRUST, "user_said_otherwise")


def test_the_users_word_ends_the_assistants(teller: Teller) -> None:
    """Even if it was said before."""
    teller.tell("@Ann#home=rome", day=5, role="assistant")
    teller.tell("@Ann#home=lyon", day=1)

    values = dict(Block.objects.filter(kind="fact").values_list("value", "superseded_at"))
    assert values["lyon"] is None
    assert values["rome"] is not None


def test_messages_of_others_are_not_learned(teller: Teller, bob: User) -> None:
    """A job that names another user's message learns nothing of it."""
    theirs = Teller(bob).say("#home=oslo")

    teller.learn(theirs)

    assert not Block.objects.exists()


def test_names_mean_the_same_entity_later(teller: Teller) -> None:
    """In another message, in other letters."""
    teller.tell("I met @Ann", day=1)
    teller.tell("@ANN is nice", day=2)

    assert Entity.objects.get().normal_name == "ann"
    assert Mention.objects.count() == 2


def test_a_name_that_is_nearly_the_same_is_asked_about(teller: Teller) -> None:
    """It becomes an entity of its own, and a question."""
    teller.tell("I met @Johnathan", day=1)
    teller.tell("@Jonathan is nice", day=2)

    assert Entity.objects.count() == 2
    item = ReviewItem.objects.get(kind="merge")
    assert item.features["name"] > 0.8


def test_numbers_tell_names_apart(teller: Teller) -> None:
    """However alike the rest is, nobody is asked."""
    teller.tell("I met @Robot12", day=1)
    teller.tell("@Robot13 is nice", day=2)

    assert Entity.objects.count() == 2
    assert not ReviewItem.objects.exists()
