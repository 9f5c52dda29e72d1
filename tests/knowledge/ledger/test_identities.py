"""Who is who: merges, questions, and those who are different for ever."""

import pytest

from accounts.models import User
from knowledge.errors import (
    AlreadyDecided,
    CannotMerge,
    ChangedSince,
    RecordNotFound,
    ReviewItemNotFound,
)
from knowledge.models import Alias, Block, Changeset, Edge, Entity, Mention, ReviewItem, Source
from knowledge.selectors.review import review_items
from knowledge.services.identities.merging import keep_apart, merge
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.pages import reviewing
from knowledge.types import Status
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.validity import faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(teller: Teller) -> tuple[Entity, Entity]:
    """Two who may be the same."""
    teller.tell("@Johnathan#home=lyon and @Johnathan~knows~@Carl", day=1)
    teller.tell("@Jonathan#home=paris", day=2)
    return Entity.objects.get(name="Johnathan"), Entity.objects.get(name="Jonathan")


def state() -> list[object]:
    """All that a merge may change."""
    return [
        sorted(Entity.objects.values_list("id", "merged_into_id")),
        sorted(Alias.objects.values_list("entity_id", "normal_name")),
        sorted(Mention.objects.values_list("block_id", "entity_id")),
        sorted(Edge.objects.values_list("source_id", "target_id")),
        sorted(Block.objects.values_list("id", "entity_id", "status"), key=str),
        list(ReviewItem.objects.values_list("id", "state")),
    ]


def test_everything_of_one_becomes_the_others(teller: Teller, pair: tuple[Entity, Entity]) -> None:
    """Names, mentions and statements; which are compared from then on."""
    keep, gone = pair

    merge(user_id=teller.user.pk, keep_id=keep.id, gone_id=gone.id)

    gone.refresh_from_db()
    assert gone.merged_into == keep
    assert set(keep.aliases.values_list("normal_name", flat=True)) == {"johnathan", "jonathan"}
    assert not Mention.objects.filter(entity=gone).exists()
    older = Block.objects.get(value="lyon")
    assert older.superseded_by_id == Block.objects.get(value="paris").id


def test_later_names_mean_the_one_that_was_kept(
    teller: Teller, pair: tuple[Entity, Entity]
) -> None:
    """Under either name."""
    keep, gone = pair
    merge(user_id=teller.user.pk, keep_id=keep.id, gone_id=gone.id)

    teller.tell("@Jonathan again", day=3)

    assert Mention.objects.filter(entity=keep, block__text="@Jonathan again").exists()


def test_a_merge_can_be_undone(teller: Teller, pair: tuple[Entity, Entity]) -> None:
    """Every row is as it was."""
    keep, gone = pair
    before = state()

    merged = merge(user_id=teller.user.pk, keep_id=gone.id, gone_id=keep.id)
    assert state() != before
    roll_back(user_id=teller.user.pk, changeset_id=merged)

    assert state() == before


def test_parting_can_be_undone(teller: Teller, pair: tuple[Entity, Entity]) -> None:
    """They are one again."""
    keep, gone = pair
    merged = merge(user_id=teller.user.pk, keep_id=keep.id, gone_id=gone.id)
    after = state()

    parted = roll_back(user_id=teller.user.pk, changeset_id=merged)
    roll_back(user_id=teller.user.pk, changeset_id=parted)

    assert state() == after


def test_what_was_said_since_stands_in_the_way_of_one_again(
    teller: Teller, pair: tuple[Entity, Entity]
) -> None:
    """It would be left with nobody: they can be merged anew, which takes it along."""
    keep, gone = pair
    merged = merge(user_id=teller.user.pk, keep_id=keep.id, gone_id=gone.id)
    parted = roll_back(user_id=teller.user.pk, changeset_id=merged)
    teller.tell("@Jonathan~knows~@Carl", day=3)
    said = Changeset.objects.latest("created_at")
    before = state()

    with pytest.raises(ChangedSince) as refused:
        roll_back(user_id=teller.user.pk, changeset_id=parted)

    assert refused.value.changeset_ids == [said.id]
    assert state() == before
    merge(user_id=teller.user.pk, keep_id=keep.id, gone_id=gone.id)
    assert faults(teller.user.pk) == []


def test_a_question_accepted_merges(teller: Teller, pair: tuple[Entity, Entity]) -> None:
    """And it is answered."""
    [question] = review_items(user_id=teller.user.pk, size=10, kind="merge").rows
    assert {question.left_text, question.right_text} == {"Johnathan", "Jonathan"}

    reviewing.accept(user_id=teller.user.pk, item_id=question.id)

    assert Entity.objects.filter(merged_into=None).exclude(name="Carl").count() == 1
    assert not review_items(user_id=teller.user.pk, size=10, kind="merge").rows
    with pytest.raises(AlreadyDecided):
        reviewing.accept(user_id=teller.user.pk, item_id=question.id)


def test_a_question_rejected_is_a_rule(teller: Teller, pair: tuple[Entity, Entity]) -> None:
    """The two cannot be merged, and nobody asks again."""
    [question] = review_items(user_id=teller.user.pk, size=10, kind="merge").rows

    reviewing.reject(user_id=teller.user.pk, item_id=question.id)

    with pytest.raises(CannotMerge):
        merge(user_id=teller.user.pk, keep_id=pair[0].id, gone_id=pair[1].id)
    assert not review_items(user_id=teller.user.pk, size=10, kind="merge").rows


def test_a_conflict_is_decided_by_the_user(teller: Teller) -> None:
    """The one holds, the other is wrong, whichever was said later."""
    teller.tell("#home=lyon", day=1)
    teller.tell("#home?=paris", day=2)
    [question] = review_items(user_id=teller.user.pk, size=10, kind="conflict").rows

    reviewing.reject(user_id=teller.user.pk, item_id=question.id)

    statuses = dict(Block.objects.filter(kind="fact").values_list("value", "status"))
    assert statuses == {"lyon": Status.ASSERTED, "paris": Status.FALSIFIED}


def test_strangers_decide_nothing(
    teller: Teller, pair: tuple[Entity, Entity], charlie: User
) -> None:
    """For them there is no such question, and nobody to merge."""
    item = ReviewItem.objects.get(kind="merge")

    with pytest.raises(ReviewItemNotFound):
        reviewing.accept(user_id=charlie.pk, item_id=item.id)
    with pytest.raises(RecordNotFound):
        merge(user_id=charlie.pk, keep_id=pair[0].id, gone_id=pair[1].id)
    with pytest.raises(RecordNotFound):
        keep_apart(user_id=charlie.pk, left_id=pair[0].id, right_id=pair[1].id)


def test_who_became_one_of_two_different_ones_stays_different(teller: Teller) -> None:
    """The rule holds for all that were merged, by whichever way they would become one."""
    teller.tell("@Ann and @Ben and @Carl", day=1)
    ann, ben, carl = (Entity.objects.get(name=name) for name in ("Ann", "Ben", "Carl"))
    user_id = teller.user.pk
    keep_apart(user_id=user_id, left_id=ann.id, right_id=carl.id)
    merge(user_id=user_id, keep_id=ben.id, gone_id=ann.id)

    with pytest.raises(CannotMerge):
        merge(user_id=user_id, keep_id=ben.id, gone_id=carl.id)
    with pytest.raises(CannotMerge):
        keep_apart(user_id=user_id, left_id=ann.id, right_id=ben.id)


def test_a_merge_leaves_no_source_of_what_is_not_there(teller: Teller) -> None:
    """Of their relation nothing is left; a block that spoke of both still tells where."""
    message = teller.tell("@Ann~knows~@Ben", day=1)
    ann, ben = Entity.objects.get(name="Ann"), Entity.objects.get(name="Ben")
    before = state()

    changeset = merge(user_id=teller.user.pk, keep_id=ann.id, gone_id=ben.id)

    assert faults(teller.user.pk) == []
    episode = Block.objects.get(kind="episode")
    mention = Mention.objects.get(block=episode)
    spans = Source.objects.filter(record_id=mention.id).values_list("start", "end")
    assert {message.content[start:end] for start, end in spans} >= {"Ann", "Ben"}
    roll_back(user_id=teller.user.pk, changeset_id=changeset)
    assert state() == before
