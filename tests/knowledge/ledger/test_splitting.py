"""Pages that the user splits and retypes by hand; each is one changeset that can be rolled back."""

import pytest

from accounts.models import User
from knowledge.errors import (
    BlockNotOnPage,
    CannotMerge,
    CannotMoveHere,
    CannotRetypeYourself,
    EmptyText,
    NothingChosen,
    PageNotFound,
    UnknownType,
)
from knowledge.models import Alias, Block, CannotLink, Edge, Entity, Mention
from knowledge.services.identities.merging import merge
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.pages import editing
from knowledge.services.pages.retyping import retype_entity
from knowledge.services.pages.splitting import move_blocks, split_page
from knowledge.services.rebuilding import rebuild
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.validity import faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def mixed(teller: Teller) -> Entity:
    """One page for two people of one name."""
    teller.tell("@Anna#home=lyon", day=1)
    teller.tell("@Anna#home=rome and @Anna~knows~@Carl", day=2)
    return Entity.objects.get(name="Anna")


def state() -> list[object]:
    """All that a split may change."""
    return [
        sorted(Entity.objects.values_list("id", "name", "node_type")),
        sorted(Alias.objects.values_list("entity_id", "normal_name")),
        sorted(Mention.objects.values_list("block_id", "entity_id")),
        sorted(Edge.objects.values_list("source_id", "target_id", "edge_type")),
        sorted(Block.objects.values_list("id", "entity_id", "status", "valid_to"), key=str),
        sorted(CannotLink.objects.values_list("left_id", "right_id")),
    ]


def split(page: Entity, *values: str, name: str = "Anna Berg") -> Entity:
    """The page of those statements of the page that have these values."""
    chosen = Block.objects.filter(entity=page, value__in=values).values_list("id", flat=True)
    new_id, _ = split_page(
        user_id=page.user_id, entity_id=page.id, block_ids=list(chosen), name=name
    )
    return Entity.objects.get(pk=new_id)


def test_what_was_chosen_is_on_the_new_page(teller: Teller, mixed: Entity) -> None:
    """And what it had ended on the old one holds again."""
    new = split(mixed, "rome")

    assert list(Block.objects.filter(entity=new).values_list("value", flat=True)) == ["rome"]
    old = Block.objects.get(value="lyon")
    assert (old.entity_id, old.superseded_at, old.valid_to) == (mixed.id, None, None)
    assert faults(teller.user.pk) == []


def test_the_message_speaks_of_both_when_something_stays(teller: Teller, mixed: Entity) -> None:
    """Carl is still known by the Anna of the old page."""
    new = split(mixed, "rome")

    second = Block.objects.get(kind="episode", said_at__day=3)
    spoken_of = set(Mention.objects.filter(block=second).values_list("entity_id", flat=True))
    assert {mixed.id, new.id} <= spoken_of
    assert Edge.objects.get(edge_type="edge.knows").source_id == mixed.id


def test_a_message_of_which_nothing_stays_speaks_of_the_new_one(
    teller: Teller, mixed: Entity
) -> None:
    """It is listed on one page only."""
    new = split(mixed, "lyon")

    first = Block.objects.get(kind="episode", said_at__day=2)
    mentions = Mention.objects.filter(block=first).values_list("entity_id", flat=True)
    assert list(mentions) == [new.id]


def test_a_relation_goes_with_the_statement_that_tells_it(teller: Teller, mixed: Entity) -> None:
    """Whoever knows Carl is on the new page."""
    statement = Edge.objects.get(edge_type="edge.knows").block
    assert statement is not None

    new_id, _ = split_page(
        user_id=teller.user.pk, entity_id=mixed.id, block_ids=[statement.id], name="Anna B"
    )

    assert Edge.objects.get(edge_type="edge.knows").source_id == new_id


def test_a_correction_takes_along_what_it_corrected(teller: Teller, mixed: Entity) -> None:
    """The history of a text stays with it."""
    old = Block.objects.get(value="rome")
    made = editing.edit_blocks(user_id=teller.user.pk, texts={old.id: "Anna lives in Ostia."})

    new_id, _ = split_page(
        user_id=teller.user.pk, entity_id=mixed.id, block_ids=[made[old.id]], name="Anna B"
    )

    assert set(Block.objects.filter(entity=new_id).values_list("id", flat=True)) == {
        old.id,
        made[old.id],
    }


def test_a_chosen_message_speaks_of_the_new_page(teller: Teller, mixed: Entity) -> None:
    """Also without a statement."""
    message = teller.tell("@Anna called.", day=3)
    episode = Block.objects.get(kind="episode", message=message.id)

    new_id, _ = split_page(
        user_id=teller.user.pk, entity_id=mixed.id, block_ids=[episode.id], name="Anna B"
    )

    assert Mention.objects.get(block=episode).entity_id == new_id
    assert Block.objects.get(pk=episode.pk).entity_id is None


def test_the_two_are_different_from_then_on(teller: Teller, mixed: Entity) -> None:
    """Nobody is asked about them, and a merge is refused."""
    new = split(mixed, "rome")

    with pytest.raises(CannotMerge):
        merge(user_id=teller.user.pk, keep_id=mixed.id, gone_id=new.id)


def test_a_name_that_was_the_old_ones_means_the_new_one(teller: Teller) -> None:
    """Who was merged by mistake is found by their own name again."""
    teller.tell("@Johnathan#home=lyon", day=1)
    teller.tell("@Jonathan#home=paris", day=2)
    keep, gone = Entity.objects.get(name="Johnathan"), Entity.objects.get(name="Jonathan")
    merge(user_id=teller.user.pk, keep_id=keep.id, gone_id=gone.id)

    new = split(keep, "paris", name="Jonathan")
    teller.tell("@Jonathan#job=cook", day=3)

    assert Block.objects.get(topic="job").entity_id == new.id


def test_a_split_can_be_rolled_back(teller: Teller, mixed: Entity) -> None:
    """Everything is as it was."""
    before = state()
    chosen = [Block.objects.get(value="rome").id]
    _, changeset_id = split_page(
        user_id=teller.user.pk, entity_id=mixed.id, block_ids=chosen, name="Anna B"
    )

    roll_back(user_id=teller.user.pk, changeset_id=changeset_id)

    assert state() == before
    assert faults(teller.user.pk) == []


def test_a_rebuilt_memory_has_the_split(teller: Teller, mixed: Entity) -> None:
    """What the user did by hand is done again."""
    split(mixed, "rome")
    before = state()

    rebuild(user_id=teller.user.pk)

    assert state() == before


def test_a_text_can_be_moved_to_a_page_that_exists(teller: Teller, mixed: Entity) -> None:
    """And back, by rolling it back."""
    before = state()
    carl = Entity.objects.get(name="Carl")
    chosen = [Block.objects.get(value="rome").id]

    done = move_blocks(user_id=teller.user.pk, entity_id=mixed.id, to_id=carl.id, block_ids=chosen)

    assert Block.objects.get(value="rome").entity_id == carl.id
    roll_back(user_id=teller.user.pk, changeset_id=done)
    assert state() == before


def test_a_relation_between_the_two_ends_when_they_are_one(teller: Teller, mixed: Entity) -> None:
    """Nobody knows themselves."""
    carl = Entity.objects.get(name="Carl")
    statement = Edge.objects.get().block
    assert statement is not None

    move_blocks(user_id=teller.user.pk, entity_id=mixed.id, to_id=carl.id, block_ids=[statement.id])

    assert not Edge.objects.exists()
    assert faults(teller.user.pk) == []


def test_what_stands_elsewhere_cannot_be_split_off(
    teller: Teller, mixed: Entity, bob: User
) -> None:
    """Neither texts of other pages nor of other users; and nothing is written."""
    Teller(bob).tell("@Anna#home=oslo")
    before = state()
    theirs = Block.objects.get(value="oslo")
    user_id = teller.user.pk

    for block_ids, error in [([theirs.id], BlockNotOnPage), ([], NothingChosen)]:
        with pytest.raises(error):
            split_page(user_id=user_id, entity_id=mixed.id, block_ids=block_ids, name="B")
    with pytest.raises(EmptyText):
        split(mixed, "rome", name=" -- ")
    with pytest.raises(PageNotFound):
        split_page(user_id=bob.pk, entity_id=mixed.id, block_ids=[theirs.id], name="B")
    with pytest.raises(PageNotFound):
        move_blocks(
            user_id=user_id,
            entity_id=mixed.id,
            to_id=Entity.objects.get(user=bob, name="Anna").id,
            block_ids=[Block.objects.get(value="rome").id],
        )
    with pytest.raises(CannotMoveHere):
        move_blocks(
            user_id=user_id,
            entity_id=mixed.id,
            to_id=mixed.id,
            block_ids=[Block.objects.get(value="rome").id],
        )
    assert state() == before


# -- types


def test_an_entity_is_what_the_user_says(teller: Teller, mixed: Entity) -> None:
    """A relation that does not fit stays as one that says less; rolled back, all is as before."""
    before = state()

    done = retype_entity(user_id=teller.user.pk, entity_id=mixed.id, node_type="node.company")

    mixed.refresh_from_db()
    assert mixed.node_type_id == "node.company"
    assert Edge.objects.get().edge_type_id == "edge.related_to"
    roll_back(user_id=teller.user.pk, changeset_id=done)
    assert state() == before


def test_a_later_message_does_not_change_it(teller: Teller) -> None:
    """The user's word stands, also where a message would say more."""
    teller.tell("@Anna called.", day=1)
    anna = Entity.objects.get(name="Anna")
    retype_entity(user_id=teller.user.pk, entity_id=anna.id, node_type="node.entity")

    teller.tell("@Anna#home=lyon", day=2)

    anna.refresh_from_db()
    assert anna.node_type_id == "node.entity"


@pytest.mark.parametrize(
    "node_type", ["node", "node.unicorn", "node.block", "node.quote", "node.image", "edge.knows"]
)
def test_there_are_things_that_nothing_can_be(
    teller: Teller, mixed: Entity, node_type: str
) -> None:
    """Unknown, abstract and inactive types, and those of texts."""
    with pytest.raises(UnknownType):
        retype_entity(user_id=teller.user.pk, entity_id=mixed.id, node_type=node_type)


def test_the_user_stays_a_person(teller: Teller, bob: User) -> None:
    """And nobody else's page can be retyped."""
    teller.tell("#home=lyon")
    own = Entity.objects.get(is_self=True)

    with pytest.raises(CannotRetypeYourself):
        retype_entity(user_id=teller.user.pk, entity_id=own.id, node_type="node.place")
    with pytest.raises(PageNotFound):
        retype_entity(user_id=bob.pk, entity_id=own.id, node_type="node.place")
