"""Forgetting: what goes, everywhere, and that it stays gone."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from journal.models import Journal, Message
from knowledge.errors import CannotForgetYourself, CannotRollBack, NothingToForget
from knowledge.events import UPDATE_JOB, update_payload
from knowledge.models import Block, Changeset, Edge, Entity, Mention
from knowledge.selectors.changesets import why
from knowledge.selectors.history import changes_of
from knowledge.services.forgetting.erasure import forget, preview
from knowledge.services.forgetting.signals import forgetting_begins, messages_forgotten_with
from knowledge.services.identities.merging import keep_apart, merge
from knowledge.services.learning.learner import apply_learning
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.pages import editing
from knowledge.types import (
    Extraction,
    PreparedLearning,
    ProposedEntity,
    Target,
    TargetKind,
    TextSpan,
    Trust,
    Verdict,
)
from orchestrator.models import DeadLetter, Job
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.ledger.traces import keys_with, rows_naming, tables_with
from tests.knowledge.validity import faults

pytestmark = pytest.mark.django_db

WORD = "zanzibar"  # said nowhere but where it is to be forgotten
JOURNAL = {"journal_message"}
Captured = Callable[..., AbstractContextManager[Any]]


def message_target(message: Any) -> Target:
    """That message."""
    return Target(TargetKind.MESSAGE, id=message.id)


def test_a_forgotten_message_leaves_no_trace(
    teller: Teller,
    as_user: Callable[[User], Client],
    django_capture_on_commit_callbacks: Captured,
) -> None:
    """Not in any column of any table, nor in Redis."""
    teller.tell("good morning", day=1)
    message = teller.tell(f"@Ann#home={WORD} and +loves {WORD}. with @{WORD}", day=1)
    teller.tell("@Ann says hello", day=1)
    as_user(teller.user).get(f"/api/journal/{message.reference}/messages")
    assert len(tables_with(WORD)) > 5
    assert keys_with(WORD)

    with django_capture_on_commit_callbacks(execute=True):
        forget(user_id=teller.user.pk, target=message_target(message))

    assert tables_with(WORD) == {}
    assert keys_with(WORD) == []
    assert Entity.objects.filter(is_self=False).get().name == "Ann"


def test_a_repeated_fact_is_told_by_who_is_left(teller: Teller) -> None:
    """The fact stays, in the words of the message that stays."""
    first = teller.tell(f"From {WORD}: +likes  tea.", day=1)
    second = teller.tell("As said, +Likes tea.", day=2)

    forget(user_id=teller.user.pk, target=message_target(first))

    fact = Block.objects.get(kind="fact")
    assert (fact.text, fact.message_id) == ("+Likes tea.", second.id)
    assert tables_with(WORD) == {}


def test_what_the_user_wrote_is_not_told_by_a_message(teller: Teller) -> None:
    """One that says what the user has corrected: the correction keeps its words and its time."""
    first = teller.tell("#home=lyon", day=1)
    second = teller.tell("#home=lyon", day=2)
    wrong = Block.objects.get(kind="fact")
    edited = editing.edit_blocks(user_id=teller.user.pk, texts={wrong.id: "I live in Rome."})[
        wrong.id
    ]
    said_at = Block.objects.get(pk=edited).said_at

    forget(user_id=teller.user.pk, target=message_target(first))

    block = Block.objects.get(pk=edited)
    assert (block.text, block.said_at, block.superseded_at) == ("I live in Rome.", said_at, None)
    assert block.message_id == second.id
    assert Block.objects.get(pk=wrong.id).superseded_by_id == edited


def test_what_is_told_by_a_later_message_counts_from_then(teller: Teller) -> None:
    """What was said between the two no longer ends it."""
    first = teller.tell("#home=lyon", day=1)
    teller.tell("#home=lyon", day=9)
    teller.tell("#home=oslo", day=5)

    forget(user_id=teller.user.pk, target=message_target(first))

    assert Block.objects.get(value="lyon").superseded_at is None
    assert Block.objects.get(value="oslo").superseded_at is not None


def test_a_forgotten_fact_leaves_the_memory(teller: Teller) -> None:
    """The journal keeps the message; the memory has blanks there."""
    teller.tell(f"Listen: #home={WORD} and @Ann is here", day=1)
    fact = Block.objects.get(kind="fact")

    forget(user_id=teller.user.pk, target=Target(TargetKind.FACT, id=fact.id))

    assert set(tables_with(WORD)) == JOURNAL
    episode = Block.objects.get(kind="episode")
    assert episode.text.split() == ["Listen:", "and", "@Ann", "is", "here"]


def test_a_forgotten_fact_goes_with_its_earlier_versions(teller: Teller) -> None:
    """What the user had edited is forgotten in every version, and no changeset tells it."""
    teller.tell(f"#home={WORD}", day=1)
    fact = Block.objects.get(kind="fact")
    edited = editing.edit_blocks(user_id=teller.user.pk, texts={fact.id: f"By {WORD} bay"})[fact.id]

    forget(user_id=teller.user.pk, target=Target(TargetKind.FACT, id=edited))

    assert set(tables_with(WORD)) == JOURNAL
    assert not Block.objects.filter(kind="fact").exists()


def test_forgetting_one_value_leaves_the_others(teller: Teller) -> None:
    """What it had ended holds again."""
    teller.tell("#home=lyon", day=1)
    teller.tell(f"#home={WORD}", day=2)

    forget(
        user_id=teller.user.pk,
        target=Target(TargetKind.FACT, id=Block.objects.get(value=WORD).id),
    )

    fact = Block.objects.get(kind="fact")
    assert (fact.value, fact.superseded_at) == ("lyon", None)


@pytest.mark.parametrize("is_forgotten", [True, False])
def test_a_relation_holds_again_with_its_statement(teller: Teller, is_forgotten: bool) -> None:
    """Also when what had ended it told of no relation."""
    teller.tell("#home=lyon>Ben", day=1)
    newer = teller.say("#home=nowhere", day=2)
    job = teller.learn(newer)
    assert Edge.objects.get().superseded_at is not None

    if is_forgotten:
        forget(user_id=teller.user.pk, target=message_target(newer))
    else:
        roll_back(user_id=teller.user.pk, changeset_id=job)

    edge = Edge.objects.get()
    assert (edge.superseded_at, edge.valid_to) == (None, None)
    assert faults(teller.user.pk) == []


def test_a_relation_comes_back_as_its_statement_does(teller: Teller) -> None:
    """What had ended both was forgotten while they were rolled back."""
    job = teller.learn(teller.say("#home=lyon>Ben", day=1))
    newer = teller.tell("#home=nowhere", day=2)
    undone = roll_back(user_id=teller.user.pk, changeset_id=job)
    forget(user_id=teller.user.pk, target=message_target(newer))

    roll_back(user_id=teller.user.pk, changeset_id=undone)

    edge = Edge.objects.get()
    assert (edge.superseded_at, edge.valid_to) == (None, None)
    assert faults(teller.user.pk) == []


@pytest.mark.parametrize("is_rolled_back", [True, False])
def test_what_a_forgotten_statement_had_ended_takes_part_again(
    teller: Teller, is_rolled_back: bool
) -> None:
    """Whatever is rolled back that tells of it."""
    job = teller.learn(teller.say("#home=lyon", day=1))
    newer = teller.tell("#home=oslo", day=2)
    if is_rolled_back:
        undone = roll_back(user_id=teller.user.pk, changeset_id=job)
    else:
        editing.edit_blocks(user_id=teller.user.pk, texts={Block.objects.get(value="oslo").id: ""})
        undone = Changeset.objects.get(kind="edit").id
    forget(user_id=teller.user.pk, target=message_target(newer))

    roll_back(user_id=teller.user.pk, changeset_id=undone)

    fact = Block.objects.get(kind="fact")
    assert (fact.superseded_at, fact.superseded_by_id, fact.valid_to) == (None, None, None)
    assert faults(teller.user.pk) == []


def test_a_forgotten_entity_leaves_the_memory(teller: Teller) -> None:
    """Under every name, with all that speaks of it, also where nobody had noticed it."""
    teller.tell(f"@{WORD}#home=lyon", day=1)
    teller.tell(f"@Ann~knows~@{WORD}", day=2)
    teller.tell(f"And {WORD.title()}, of course", day=3)
    entity = Entity.objects.get(normal_name=WORD)

    forget(user_id=teller.user.pk, target=Target(TargetKind.ENTITY, id=entity.id))

    assert set(tables_with(WORD)) == JOURNAL
    assert Entity.objects.filter(is_self=False).count() == 0  # Ann was known from there alone
    assert not Block.objects.filter(kind="fact").exists()


def test_what_was_corrected_does_not_come_back(teller: Teller) -> None:
    """It goes with what the user wrote in its place, and nothing else does."""
    teller.tell("#work=acme and +likes tea.", day=1)
    teller.tell(f"@{WORD} is a company", day=2)
    wrong = Block.objects.get(value="acme")
    for text in (f"I work at {WORD}", f"I work for {WORD}"):
        block = Block.objects.get(topic="work", superseded_at=None)
        editing.edit_blocks(user_id=teller.user.pk, texts={block.id: text})
    entity = Entity.objects.get(normal_name=WORD)

    forget(user_id=teller.user.pk, target=Target(TargetKind.ENTITY, id=entity.id))

    assert Block.objects.get(kind="fact").text == "+likes tea."
    assert rows_naming([wrong.id]) == []
    assert faults(teller.user.pk) == []


def test_what_was_corrected_does_not_come_back_by_a_rollback(teller: Teller) -> None:
    """Nor when the correction was forgotten while both were rolled back."""
    job = teller.learn(teller.say("#work=acme and +likes tea.", day=1))
    teller.tell(f"@{WORD} is a company", day=2)
    wrong = Block.objects.get(value="acme")
    editing.edit_blocks(user_id=teller.user.pk, texts={wrong.id: f"I work at {WORD}"})
    undone = roll_back(user_id=teller.user.pk, changeset_id=job)
    entity = Entity.objects.get(normal_name=WORD)
    forget(user_id=teller.user.pk, target=Target(TargetKind.ENTITY, id=entity.id))

    roll_back(user_id=teller.user.pk, changeset_id=undone)

    assert Block.objects.get(kind="fact").text == "+likes tea."
    assert rows_naming([wrong.id]) == []


def test_what_replaced_a_forgotten_text_stays(teller: Teller) -> None:
    """Whoever is named only in what the user has corrected since."""
    teller.tell("#work=acme", day=1)
    teller.tell(f"@{WORD} is a company", day=2)
    for text in (f"I work at {WORD}", "I work at home"):
        block = Block.objects.get(topic="work", superseded_at=None)
        editing.edit_blocks(user_id=teller.user.pk, texts={block.id: text})
    entity = Entity.objects.get(normal_name=WORD)

    forget(user_id=teller.user.pk, target=Target(TargetKind.ENTITY, id=entity.id))

    assert Block.objects.get(kind="fact").text == "I work at home"


def test_a_forgotten_journal_leaves_no_trace(teller: Teller) -> None:
    """Its messages, its row and what was learned from them; other days stay."""
    teller.tell(f"#home={WORD} by @{WORD}", day=1)
    kept = teller.tell("#home=lyon", day=2)
    gone = Journal.objects.order_by("reference").first()
    assert gone is not None

    forget(user_id=teller.user.pk, target=Target(TargetKind.JOURNAL, reference=gone.reference))

    assert tables_with(WORD) == {}
    assert Journal.objects.get().reference == kept.reference
    assert Block.objects.get(kind="fact").value == "lyon"


def test_everything_forgotten_leaves_the_account(teller: Teller, bob: User) -> None:
    """Nothing of the user's is left, and all of another's."""
    teller.tell(f"#home={WORD} by @{WORD}", day=1)
    Teller(bob).tell("#home=oslo", day=1)

    forget(user_id=teller.user.pk, target=Target(TargetKind.EVERYTHING))

    assert tables_with(WORD) == {}
    assert not Message.objects.filter(user=teller.user).exists()
    assert Block.objects.get(kind="fact").value == "oslo"
    assert Changeset.objects.get(user=teller.user).kind == "forget"


def test_what_is_forgotten_is_not_learned_again(teller: Teller) -> None:
    """The same words, said before they were forgotten, come back under another id: an import."""
    teller.tell(f"#home={WORD} and @{WORD} is here", day=1)
    fact = Block.objects.get(kind="fact")
    entity = Entity.objects.get(normal_name=WORD)
    forget(user_id=teller.user.pk, target=Target(TargetKind.FACT, id=fact.id))
    forget(user_id=teller.user.pk, target=Target(TargetKind.ENTITY, id=entity.id))

    again = teller.tell(f"Once more #home={WORD} and {WORD} is here", day=1)

    assert set(tables_with(WORD)) == JOURNAL
    verdicts = {w.verdict for w in why(user_id=teller.user.pk, message_id=again.id)}
    assert Verdict.FORGOTTEN in verdicts


def test_nobody_is_known_from_what_is_forgotten(teller: Teller) -> None:
    """Whose every word is a forgotten statement that is said again is not known by it."""
    teller.tell("@Ben#home=lyon", day=2)
    fact = Block.objects.get(kind="fact")
    forget(user_id=teller.user.pk, target=Target(TargetKind.FACT, id=fact.id))

    teller.tell("@Ben#home=lyon", day=1)

    assert not Entity.objects.filter(is_self=False).exists()
    assert faults(teller.user.pk) == []


def test_who_became_another_goes_with_them(teller: Teller) -> None:
    """When the last message goes that speaks of either."""
    ann, anna = teller.tell("@Ann"), teller.tell("@Anna")
    entities = {entity.name: entity.id for entity in Entity.objects.filter(is_self=False)}
    merge(user_id=teller.user.pk, keep_id=entities["Ann"], gone_id=entities["Anna"])

    for message in (ann, anna):
        forget(user_id=teller.user.pk, target=message_target(message))

    assert not Entity.objects.filter(is_self=False).exists()
    assert faults(teller.user.pk) == []


def test_what_is_said_anew_counts(teller: Teller) -> None:
    """After forgetting, the user may say it again."""
    teller.tell("#home=lyon", day=1)
    forget(
        user_id=teller.user.pk,
        target=Target(TargetKind.FACT, id=Block.objects.get(kind="fact").id),
    )

    teller.tell("#home=lyon", day=5_000)

    assert Block.objects.get(kind="fact").value == "lyon"


def test_payloads_of_jobs_are_scrubbed(teller: Teller) -> None:
    """What travelled in a job, or lies among the dead letters, has no words of it."""
    message = teller.tell(f"I saw {WORD}", day=1)
    user_id = str(teller.user.pk)
    payload = update_payload(user_id=user_id, messages=[message])
    job = Job.objects.create(
        job_type=UPDATE_JOB, user_id=user_id, payload=payload, state="completed",
        is_terminal=True, created_at=message.said_at,
    )  # fmt: skip
    DeadLetter.objects.create(job=job, user_id=user_id, reason="x", raw_message=str(payload))

    forget(user_id=teller.user.pk, target=message_target(message))

    assert tables_with(WORD) == {}
    assert Job.objects.get().payload["messages"][0]["content"] is None


def test_the_preview_tells_and_changes_nothing(teller: Teller) -> None:
    """Counts and items, as they will be reported."""
    message = teller.tell("@Ann#home=lyon", day=1)
    before = tables_with("ann")

    shown = preview(user_id=teller.user.pk, target=message_target(message))
    after = tables_with("ann")
    report = forget(user_id=teller.user.pk, target=message_target(message))

    assert shown.counts == report.counts == {"message": 1, "entity": 1, "episode": 1, "fact": 1}
    assert {(item.kind, item.text) for item in shown.items} == {
        ("message", "@Ann#home=lyon"),
        ("entity", "Ann"),
        ("fact", "@Ann#home=lyon"),
    }
    assert after == before


def test_no_rule_names_whom_nobody_knows(teller: Teller) -> None:
    """Who was said to be different is forgotten in that, too: ids are made from names."""
    teller.tell("@Ann and @Ben", day=1)
    ann, ben = Entity.objects.get(name="Ann"), Entity.objects.get(name="Ben")
    keep_apart(user_id=teller.user.pk, left_id=ann.id, right_id=ben.id)

    forget(user_id=teller.user.pk, target=Target(TargetKind.ENTITY, id=ann.id))

    assert rows_naming([ann.id]) == []


def test_no_changeset_leads_to_what_is_gone(teller: Teller) -> None:
    """What a forgotten statement had ended was told with its id."""
    teller.tell("#home=lyon", day=1)
    newer = teller.tell(f"#home={WORD}", day=2)
    gone = Block.objects.get(value=WORD)

    forget(user_id=teller.user.pk, target=message_target(newer))

    assert rows_naming([gone.id, newer.id]) == []


def test_no_source_is_left_of_a_name_that_is_blank(teller: Teller) -> None:
    """The forgotten fact takes the mention of whom it told of, and where that was read."""
    teller.tell("Listen: @Ann#home=lyon", day=1)
    mentions = list(Mention.objects.values_list("id", flat=True))

    forget(
        user_id=teller.user.pk,
        target=Target(TargetKind.FACT, id=Block.objects.get(kind="fact").id),
    )

    assert rows_naming(mentions) == []


def test_forgetting_cannot_be_rolled_back(teller: Teller) -> None:
    """The changeset says that it was, and keeps no words."""
    message = teller.tell("@Ann#home=lyon", day=1)

    report = forget(user_id=teller.user.pk, target=message_target(message))

    assert changes_of(user_id=teller.user.pk, changeset_id=report.changeset_id) == []
    with pytest.raises(CannotRollBack):
        roll_back(user_id=teller.user.pk, changeset_id=report.changeset_id)


def test_rolling_back_a_job_does_not_bring_it_back(teller: Teller) -> None:
    """Nor does rolling back the rollback."""
    message = teller.say(f"@Ann#home={WORD}", day=1)
    job = teller.learn(message, teller.say("@Ben", day=1))
    undone = roll_back(user_id=teller.user.pk, changeset_id=job)
    forget(user_id=teller.user.pk, target=message_target(message))

    roll_back(user_id=teller.user.pk, changeset_id=undone)

    assert tables_with(WORD) == {}
    assert Entity.objects.get().name == "Ben"


def test_what_others_said_in_a_job_that_is_rolled_back_stays(teller: Teller) -> None:
    """Only the forgotten message's own facts are missing when the job is made again."""
    said = [teller.say(f"#topic{number}=value{number} @Ann") for number in range(3)]
    job = teller.learn(*said)
    undone = roll_back(user_id=teller.user.pk, changeset_id=job)
    forget(user_id=teller.user.pk, target=message_target(said[0]))

    roll_back(user_id=teller.user.pk, changeset_id=undone)

    facts = Block.objects.filter(kind="fact").values_list("value", flat=True)
    assert set(facts) == {"value1", "value2"}
    assert Entity.objects.filter(name="Ann").exists()


@pytest.mark.parametrize(
    "text",
    [
        "Call *{first}  {last}* first",
        "_{first} {last}_ is late",
        "{first}_{last} wrote",
        "{last}, {first}: invoice",
        "**{first}\n{last}**",
    ],
)
def test_a_name_goes_however_it_is_written(teller: Teller, text: str) -> None:
    """In Markdown, with other spaces, last name first."""
    teller.tell(f"@{WORD} is here", day=1)
    entity = Entity.objects.get(normal_name=WORD)
    editing.rename_entity(user_id=teller.user.pk, entity_id=entity.id, name=f"{WORD} Vandermeer")
    teller.tell("@Ann is here", day=2)
    ann = Entity.objects.get(name="Ann")
    note = text.format(first=WORD, last="Vandermeer")
    editing.add_note(user_id=teller.user.pk, entity_id=ann.id, text=note)

    forget(user_id=teller.user.pk, target=Target(TargetKind.ENTITY, id=entity.id))

    assert not Block.objects.filter(kind="note").exists()


def test_what_comes_back_by_a_rollback_is_whole(teller: Teller) -> None:
    """Nothing of a statement comes back whose subject was forgotten meanwhile with another."""
    job = teller.learn(teller.say("@Ann#home?=lyon and @Ann~knows~@Ben", day=1))
    undone = roll_back(user_id=teller.user.pk, changeset_id=job)
    teller.tell("@Ann#home=oslo", day=2)
    forget(
        user_id=teller.user.pk,
        target=Target(TargetKind.FACT, id=Block.objects.get(value="oslo").id),
    )

    roll_back(user_id=teller.user.pk, changeset_id=undone)

    assert faults(teller.user.pk) == []
    assert not Block.objects.filter(kind="fact", topic="home").exists()


def test_a_fact_told_by_another_message_names_the_first_nowhere(teller: Teller) -> None:
    """Nor does the changeset that first told it."""
    first = teller.tell("#home=lyon", day=1)
    teller.tell("#home=lyon", day=2)

    forget(user_id=teller.user.pk, target=message_target(first))

    assert rows_naming([first.id]) == []


def test_what_was_called_wrong_is_not_ended_by_what_is_gone(teller: Teller) -> None:
    """It names nothing that is forgotten."""
    teller.tell("#home=lyon", day=1)
    teller.tell("#home=oslo", day=2)
    wrong, newer = Block.objects.get(value="lyon"), Block.objects.get(value="oslo")
    editing.edit_blocks(user_id=teller.user.pk, texts={wrong.id: ""})

    forget(user_id=teller.user.pk, target=Target(TargetKind.FACT, id=newer.id))

    assert rows_naming([newer.id]) == []


def test_strangers_forget_nothing(teller: Teller, charlie: User) -> None:
    """For them there is nothing like that."""
    message = teller.tell("@Ann#home=lyon", day=1)
    targets = [
        message_target(message),
        Target(TargetKind.FACT, id=Block.objects.get(kind="fact").id),
        Target(TargetKind.ENTITY, id=Entity.objects.get().id),
        Target(TargetKind.JOURNAL, reference=message.reference),
    ]

    for target in targets:
        with pytest.raises(NothingToForget):
            forget(user_id=charlie.pk, target=target)
    forget(user_id=charlie.pk, target=Target(TargetKind.EVERYTHING))

    assert Mention.objects.count() == 2
    assert Message.objects.exists()


def test_nobody_forgets_themselves(teller: Teller) -> None:
    """The user's own entity goes with everything, or not at all."""
    teller.tell("#home=lyon")

    with pytest.raises(CannotForgetYourself):
        forget(
            user_id=teller.user.pk,
            target=Target(TargetKind.ENTITY, id=Entity.objects.get(is_self=True).id),
        )
    with pytest.raises(NothingToForget):
        forget(user_id=teller.user.pk, target=Target(TargetKind.FACT, id=uuid4()))


def test_others_are_told(teller: Teller) -> None:
    """Which messages go, and a way to tell their words; and they may name more."""
    question = teller.tell(f"What is {WORD}", day=1)
    answer = teller.tell(f"{WORD} is an island", day=1, role="assistant")
    told: dict[str, Any] = {}

    def name_answer(**_: Any) -> list[Any]:
        return [answer.id]

    def note(**signal: Any) -> None:
        told.update(signal)

    messages_forgotten_with.connect(name_answer)
    forgetting_begins.connect(note)
    try:
        forget(user_id=teller.user.pk, target=message_target(question))
    finally:
        messages_forgotten_with.disconnect(name_answer)
        forgetting_begins.disconnect(note)

    assert set(told["message_ids"]) == {question.id, answer.id}
    assert told["tells_forgotten"](f"You asked: what is {WORD}?")
    assert not told["tells_forgotten"]("What is new?")
    assert tables_with(WORD) == {}


@pytest.mark.parametrize("is_forgotten", [True, False])
def test_what_only_the_assistant_still_says_counts_as_its_word(
    teller: Teller, is_forgotten: bool
) -> None:
    """The user's trust goes with the user's message, forgotten or rolled back."""
    users = teller.say("@Ann#home=lyon", day=1)
    job = teller.learn(users)
    teller.tell("@Ann#home=lyon", day=1, role="assistant")

    if is_forgotten:
        forget(user_id=teller.user.pk, target=message_target(users))
    else:
        roll_back(user_id=teller.user.pk, changeset_id=job)

    assert Block.objects.get(kind="fact").trust == Trust.INFERRED
    assert faults(teller.user.pk) == []


def test_a_name_that_was_rolled_back_goes_with_its_message(teller: Teller) -> None:
    """No version has it, though who is called so stays."""
    teller.tell("@Ann", day=1)
    ann = Entity.objects.get()
    message = teller.say(f"{WORD} is another name", day=2)
    span = TextSpan(message.id, 0, len(WORD))
    proposed = ProposedEntity(
        key=str(ann.id), name="Ann", aliases=[WORD], node_type="node.person", spans=[span]
    )
    prepared = PreparedLearning([message], Extraction(entities=[proposed]))
    job = apply_learning(user_id=teller.user.pk, job_id=uuid4(), prepared=prepared)
    roll_back(user_id=teller.user.pk, changeset_id=job)
    assert "knowledge_aliasversion" in tables_with(WORD)

    forget(user_id=teller.user.pk, target=message_target(message))

    assert tables_with(WORD) == {}
    assert Entity.objects.get() == ann


def test_versions_of_what_stays_have_its_present_words(teller: Teller) -> None:
    """A blank is in every version of a message, and rolling back does not bring its words back."""
    teller.tell(f"#home={WORD} and @Ann is here", day=1)
    ann = Entity.objects.get(is_self=False)
    teller.tell("@Annabel", day=2)
    other = Entity.objects.get(name="Annabel")
    merged = merge(user_id=teller.user.pk, keep_id=other.id, gone_id=ann.id)
    episode = Block.objects.get(kind="episode", said_at__day=2)  # the first day
    undone = roll_back(user_id=teller.user.pk, changeset_id=merged)

    forget(
        user_id=teller.user.pk,
        target=Target(TargetKind.FACT, id=Block.objects.get(kind="fact").id),
    )
    roll_back(user_id=teller.user.pk, changeset_id=undone)

    assert set(tables_with(WORD)) == JOURNAL
    assert Block.objects.get(pk=episode.pk).text.split() == ["and", "@Ann", "is", "here"]
    assert faults(teller.user.pk) == []


@pytest.mark.parametrize("is_learned", [True, False])
def test_a_forgotten_fact_goes_wherever_it_is_told_again(teller: Teller, is_learned: bool) -> None:
    """In other words, from which nothing was learned; what else they say stays."""
    user_id = teller.user.pk
    teller.tell(f"+Prawns of {WORD} make me ill.", day=1)
    later = [
        teller.say(f"It rains. Ill from {WORD} prawns, they make me so! Then I slept.", day=2),
        teller.say(f"No dish of {WORD} then: its prawns make you ill.", day=3, role="assistant"),
        teller.say(f"My sister was in {WORD}.", day=4),
    ]
    if is_learned:
        teller.learn(*later)

    forget(user_id=user_id, target=Target(TargetKind.FACT, id=Block.objects.get(kind="fact").id))
    if not is_learned:
        teller.learn(*later)

    said = " ".join(Block.objects.filter(kind="episode").values_list("text", flat=True))
    assert "prawns" not in said
    assert all(kept in said for kept in ("It rains.", "Then I slept.", f"My sister was in {WORD}."))
    assert faults(user_id) == []


def test_a_sentence_that_tells_something_else_too_stays(teller: Teller) -> None:
    """What was learned from it is not forgotten."""
    teller.tell("+Prawns make me ill.", day=1)
    fact = Block.objects.get(kind="fact")
    teller.tell("As prawns make me ill #home=lyon", day=2)

    forget(user_id=teller.user.pk, target=Target(TargetKind.FACT, id=fact.id))

    assert Block.objects.get(kind="fact").value == "lyon"
    assert Block.objects.filter(kind="episode", text__contains="As prawns make me ill").exists()


@pytest.mark.parametrize("forgotten", ["note", "fact"])
def test_a_note_goes_with_the_fact_that_says_the_same(teller: Teller, forgotten: str) -> None:
    """What the user wanted remembered was learned from their message, too."""
    user_id = teller.user.pk
    teller.tell("+I am allergic to prawns.", day=1)
    teller.tell("+I am not allergic to nuts.", day=1)
    for text in ("I'm allergic to prawns", "I am allergic to nuts", "Call the doctor"):
        editing.add_own_note(user_id=user_id, text=text)
    Block.objects.filter(kind="fact").update(entity=Entity.objects.get(is_self=True))
    block = Block.objects.get(kind=forgotten, text__contains="prawns")

    forget(user_id=user_id, target=Target(TargetKind.FACT, id=block.id))

    left = Block.objects.exclude(kind="episode").order_by("text").values_list("text", flat=True)
    assert list(left) == ["+I am not allergic to nuts.", "Call the doctor", "I am allergic to nuts"]
