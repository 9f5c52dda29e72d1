"""Rolling changesets back."""

from uuid import uuid4

import pytest

from accounts.models import User
from knowledge.errors import AlreadyRolledBack, ChangedSince, ChangesetNotFound
from knowledge.models import Block, Changeset, Edge, Entity, Mention, ReviewItem, Source
from knowledge.selectors.changesets import changes, list_changesets, why
from knowledge.services.forgetting.erasure import forget
from knowledge.services.identities.merging import merge
from knowledge.services.ledger.rollback import preview_roll_back, roll_back
from knowledge.types import Target, TargetKind, Verdict
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.validity import faults

pytestmark = pytest.mark.django_db


def test_a_job_rolled_back_leaves_nothing(teller: Teller) -> None:
    """No row of it is left, and its changeset says so."""
    job = teller.learn(teller.say("@Ann~partner_of~@Ben and @Ann#home=lyon"))

    roll_back(user_id=teller.user.pk, changeset_id=job)

    for model in (Block, Entity, Edge, Mention, Source):
        assert not model._default_manager.exists()
    assert Changeset.objects.get(pk=job).state == "rolled_back"


def test_a_statement_goes_with_the_last_message_that_says_it(teller: Teller) -> None:
    """In whatever order the jobs of those that say it are rolled back."""
    jobs = [teller.learn(teller.say("@Ann#home=lyon", day=day)) for day in (1, 2)]

    roll_back(user_id=teller.user.pk, changeset_id=jobs[0])
    assert Block.objects.filter(kind="fact").count() == 1
    roll_back(user_id=teller.user.pk, changeset_id=jobs[1])

    assert not Block.objects.exists()
    assert not Source.objects.exists()


def test_a_question_stays_while_both_sides_do(teller: Teller) -> None:
    """The job that raised it goes, but another message says the same."""
    teller.tell("#home=paris", day=10)
    job = teller.learn(teller.say("#home?=rome", day=0))
    teller.tell("#home?=rome", day=1)

    roll_back(user_id=teller.user.pk, changeset_id=job)

    assert set(Block.objects.filter(kind="fact").values_list("status", flat=True)) == {"disputed"}
    assert ReviewItem.objects.filter(kind="conflict").count() == 1


def test_what_was_superseded_holds_again(teller: Teller) -> None:
    """With the newer statement goes what it ended."""
    teller.tell("#home=lyon", day=1)
    job = teller.learn(teller.say("#home=paris", day=5))

    roll_back(user_id=teller.user.pk, changeset_id=job)

    fact = Block.objects.get(kind="fact")
    assert (fact.value, fact.superseded_at, fact.valid_to) == ("lyon", None, None)


def test_the_one_in_the_middle_leaves_the_chain_whole(teller: Teller) -> None:
    """What it had ended is ended by the next."""
    teller.tell("#home=lyon", day=1)
    middle = teller.learn(teller.say("#home=paris", day=5))
    last = teller.tell("#home=rome", day=9)

    roll_back(user_id=teller.user.pk, changeset_id=middle)

    old, new = Block.objects.filter(kind="fact").order_by("said_at")
    assert (old.value, old.superseded_by_id, old.valid_to) == ("lyon", new.id, last.said_at)


def test_a_rollback_can_be_rolled_back(teller: Teller) -> None:
    """Then everything is as it was."""
    job = teller.learn(teller.say("@Ann~partner_of~@Ben"))
    before = sorted(Edge.objects.values_list("id", "source_id", "target_id", "block_id"))

    undone = roll_back(user_id=teller.user.pk, changeset_id=job)
    roll_back(user_id=teller.user.pk, changeset_id=undone)

    assert sorted(Edge.objects.values_list("id", "source_id", "target_id", "block_id")) == before
    assert Changeset.objects.get(pk=job).state == "applied"


def test_what_later_messages_use_stays(teller: Teller) -> None:
    """An entity that is still spoken of, a fact that is still said."""
    job = teller.learn(teller.say("@Ann#home=lyon", day=1))
    teller.tell("@Ann#home=lyon", day=2)

    assert preview_roll_back(user_id=teller.user.pk, changeset_id=job).kept
    roll_back(user_id=teller.user.pk, changeset_id=job)

    assert Entity.objects.get().aliases.get().normal_name == "ann"
    assert Block.objects.filter(kind="fact").count() == 1


def test_nobody_is_known_when_their_first_message_is_forgotten_too(teller: Teller) -> None:
    """They stayed for the second, which is rolled back; the preview says that they go."""
    first = teller.tell("@Ann", day=1)
    second = teller.learn(teller.say("@Ann", day=2))
    user_id = teller.user.pk
    forget(user_id=user_id, target=Target(TargetKind.MESSAGE, id=first.id))
    assert Entity.objects.filter(name="Ann").exists()

    told = preview_roll_back(user_id=user_id, changeset_id=second)
    roll_back(user_id=user_id, changeset_id=second)

    assert told.counts["entity"] == 1
    assert not Entity.objects.filter(name="Ann").exists()
    assert faults(user_id) == []


def test_who_is_parted_is_somebody_only_if_spoken_of(teller: Teller) -> None:
    """All that was said of them was forgotten while they were another's name."""
    user_id = teller.user.pk
    teller.tell("@Ben", day=1)
    said = teller.tell("@Ann", day=2)
    ben, ann = Entity.objects.filter(is_self=False).order_by("-name")
    merged = merge(user_id=user_id, keep_id=ben.id, gone_id=ann.id)
    forget(user_id=user_id, target=Target(TargetKind.MESSAGE, id=said.id))

    undone = roll_back(user_id=user_id, changeset_id=merged)

    assert Entity.objects.get(is_self=False) == ben
    assert faults(user_id) == []
    roll_back(user_id=user_id, changeset_id=undone)
    assert faults(user_id) == []


def test_who_is_parted_stays_when_the_other_goes(teller: Teller) -> None:
    """Nothing speaks of the one any more that the other had become; and merged again, they are."""
    user_id = teller.user.pk
    said = teller.tell("@Ben", day=1)
    teller.tell("@Ann#home=lyon and @Ann~knows~@Carl", day=2)
    ids = dict(Entity.objects.filter(is_self=False).values_list("name", "id"))
    merged = merge(user_id=user_id, keep_id=ids["Ben"], gone_id=ids["Ann"])
    forget(user_id=user_id, target=Target(TargetKind.MESSAGE, id=said.id))

    undone = roll_back(user_id=user_id, changeset_id=merged)

    left = Entity.objects.filter(is_self=False)
    assert set(left.values_list("id", flat=True)) == {ids["Ann"], ids["Carl"]}
    ann = left.get(pk=ids["Ann"])
    assert (ann.merged_into_id, ann.aliases.get().normal_name) == (None, "ann")
    assert Block.objects.get(value="lyon").entity_id == ann.id
    assert Edge.objects.get().source_id == ann.id
    assert faults(user_id) == []
    roll_back(user_id=user_id, changeset_id=undone)
    assert Entity.objects.get(pk=ids["Ann"]).merged_into_id == ids["Ben"]
    assert faults(user_id) == []


def test_nobody_comes_back_of_whom_nothing_speaks(teller: Teller) -> None:
    """The message that did was forgotten after its job had been rolled back."""
    user_id = teller.user.pk
    said = teller.say("@Ann and @Ben", day=1)
    undone = roll_back(user_id=user_id, changeset_id=teller.learn(said))
    forget(user_id=user_id, target=Target(TargetKind.MESSAGE, id=said.id))

    roll_back(user_id=user_id, changeset_id=undone)

    assert not Entity.objects.filter(is_self=False).exists()
    assert faults(user_id) == []


def test_later_changes_stand_in_the_way(teller: Teller) -> None:
    """They are named, and once they are rolled back the way is free."""
    teller.tell("I met @Ann")
    job = teller.learn(teller.say("I met @Anna"))
    ann, anna = Entity.objects.order_by("name")
    merged = merge(user_id=teller.user.pk, keep_id=ann.id, gone_id=anna.id)

    with pytest.raises(ChangedSince) as refusal:
        roll_back(user_id=teller.user.pk, changeset_id=job)
    roll_back(user_id=teller.user.pk, changeset_id=merged)
    roll_back(user_id=teller.user.pk, changeset_id=job)

    assert refusal.value.changeset_ids == [merged]
    assert Entity.objects.get() == ann


def test_a_changeset_is_rolled_back_once(teller: Teller) -> None:
    """The second time is refused."""
    job = teller.learn(teller.say("@Ann"))
    roll_back(user_id=teller.user.pk, changeset_id=job)

    with pytest.raises(AlreadyRolledBack):
        roll_back(user_id=teller.user.pk, changeset_id=job)


def test_a_job_that_was_rolled_back_can_run_again(teller: Teller) -> None:
    """It learns as if for the first time."""
    message, job_id = teller.say("@Ann"), uuid4()
    job = teller.learn(message, job_id=job_id)
    roll_back(user_id=teller.user.pk, changeset_id=job)

    again = teller.learn(message, job_id=job_id)

    assert again != job
    assert Entity.objects.count() == 1


def test_a_message_knows_that_it_was_rolled_back(teller: Teller) -> None:
    """Why it is not remembered."""
    message = teller.say("hello")
    roll_back(user_id=teller.user.pk, changeset_id=teller.learn(message))

    [reason] = why(user_id=teller.user.pk, message_id=message.id)

    assert (reason.verdict, reason.reason) == (Verdict.DROPPED, "rolled_back")


def test_strangers_find_no_changeset(teller: Teller, charlie: User) -> None:
    """They can neither see nor roll back another's."""
    job = teller.learn(teller.say("@Ann"))

    with pytest.raises(ChangesetNotFound):
        roll_back(user_id=charlie.pk, changeset_id=job)
    assert not list_changesets(user_id=charlie.pk, size=10).rows
    assert not changes(user_id=charlie.pk, changeset_id=job, size=10).rows


def test_changesets_are_listed_in_pages(teller: Teller) -> None:
    """The latest first, and the next page begins after the last one."""
    made = [teller.learn(teller.say(f"@Name{n}x")) for n in range(3)]

    first = list_changesets(user_id=teller.user.pk, size=2)
    second = list_changesets(user_id=teller.user.pk, size=2, before=first.last.id)

    assert [row.id for row in first.rows] == made[:0:-1]
    assert (first.has_more, second.has_more) == (True, False)
    assert [row.id for row in second.rows] == [made[0]]
    assert first.rows[0].summary["entity"] == {"added": 1}


def test_a_merge_waits_for_the_one_that_removed_what_it_moved(teller: Teller) -> None:
    """Else the relation would come back between others than those it was told of."""
    user_id = teller.user.pk
    teller.tell("@Ann~knows~@Fenn and @Wim")
    ids = dict(Entity.objects.filter(is_self=False).values_list("name", "id"))
    before = Edge.objects.values_list("source_id", "target_id").get()
    first = merge(user_id=user_id, keep_id=ids["Wim"], gone_id=ids["Fenn"])
    second = merge(user_id=user_id, keep_id=ids["Wim"], gone_id=ids["Ann"])
    assert not Edge.objects.exists()  # it would be from Wim to Wim

    with pytest.raises(ChangedSince) as refusal:
        roll_back(user_id=user_id, changeset_id=first)
    roll_back(user_id=user_id, changeset_id=second)
    roll_back(user_id=user_id, changeset_id=first)

    assert refusal.value.changeset_ids == [second]
    assert Edge.objects.values_list("source_id", "target_id").get() == before
    assert faults(user_id) == []
