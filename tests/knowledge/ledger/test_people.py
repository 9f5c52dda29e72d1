"""People known by a role, by a name, by several, and of one name."""

import pytest

from knowledge.models import Alias, Block, Entity, ReviewItem
from knowledge.services.forgetting.erasure import forget
from knowledge.services.identities import people
from knowledge.types import ProposedEntity, Target, TargetKind
from tests.knowledge.ledger.proposing import ANYWHERE, Mind, fact, person, role

pytestmark = pytest.mark.django_db


def others() -> list[str]:
    """The names of all but the user."""
    found = Entity.objects.filter(is_self=False, merged_into=None)
    return sorted(found.values_list("name", flat=True))


def test_somebody_is_known_before_they_have_a_name(mind: Mind) -> None:
    """By what they are to the user, each time they are spoken of."""
    for day, place in enumerate(("Bonn", "Rome")):
        lives = fact(f"Your sister lives in {place}.", "role:sister", topic="home", value=place,
                     single_valued=True)  # fmt: skip
        mind.tell(f"My sister lives in {place}.", role("sister"), lives, day=day)

    sister = Entity.objects.get(is_self=False)
    assert (sister.name, sister.is_unnamed) == ("your sister", True)
    assert set(Alias.objects.filter(entity=sister).values_list("name", flat=True)) == {"my sister"}
    assert Block.objects.filter(entity=sister, superseded_at=None).get().value == "rome"


def test_a_name_joins_who_had_none(mind: Mind) -> None:
    """The page stays the same and is found under both."""
    mind.tell("My sister is a nurse.", role("sister"), day=1)
    before = Entity.objects.get(is_self=False).id
    mind.tell("My sister Anna called.", person("Anna", role="sister"), day=2)
    mind.tell("My sister is tired.", role("sister"), day=3)
    mind.tell("Anna is tired.", person("Anna"), day=4)

    anna = Entity.objects.get(is_self=False)
    assert (anna.id, anna.name, anna.is_unnamed) == (before, "Anna", False)


def test_who_loses_the_name_is_known_by_the_role(mind: Mind) -> None:
    """When the only message that said the name is forgotten."""
    mind.tell("My sister is a nurse.", role("sister"), day=1)
    named = mind.tell("My sister Anna called.", person("Anna", role="sister"), day=2)

    forget(user_id=mind.user.pk, target=Target(TargetKind.MESSAGE, id=named.id))

    sister = Entity.objects.get(is_self=False)
    assert (sister.name, sister.is_unnamed) == ("your sister", True)


def test_another_of_a_role_is_another(mind: Mind) -> None:
    """When the user says so, or when the name is another."""
    mind.tell("My sister Anna.", person("Anna", role="sister"), day=1)
    mind.tell("My other sister is here.", role("sister", is_another=True), day=2)
    mind.tell("My sister Beth.", person("Beth", role="sister"), day=3)

    assert others() == ["Anna", "Beth"]
    assert not ReviewItem.objects.exists()


def test_a_name_of_two_roles_that_exclude_each_other_is_two(mind: Mind) -> None:
    """The user is asked; nothing is merged in silence."""
    mind.tell("My sister Anna.", person("Anna", role="sister"), day=1)
    mind.tell("My boss Anna.", person("Anna", key="boss", role="manager"), day=2)

    assert others() == ["Anna", "Anna"]
    assert ReviewItem.objects.get().kind == "merge"


def test_a_known_name_in_a_role_that_excludes_its_own_is_another(mind: Mind) -> None:
    """Though the extractor took it for the one that it knows."""
    mind.tell("My boss Rosa.", person("Rosa", role="boss"), day=1)
    known = str(Entity.objects.get(name="Rosa").id)
    mind.tell("My aunt Rosa.", person("Rosa", key=known, role="aunt"), day=2)

    assert others() == ["Rosa", "Rosa"]
    assert ReviewItem.objects.get().kind == "merge"


def test_a_longer_name_in_the_same_role_is_a_further_name(mind: Mind) -> None:
    """A surname added later; of a role that only one has, an initial will do."""
    mind.tell("My friend Jana.", person("Jana", role="friend"), day=1)
    mind.tell("My friend Jana Holm.", person("Jana Holm", role="friend"), day=2)
    mind.tell("My boss is P. Dorn.", person("P. Dorn", role="boss"), day=3)
    mind.tell("My boss Paula Dorn.", person("Paula Dorn", role="boss"), day=4)

    assert others() == ["Jana", "P. Dorn"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("Valentina", "Val"), ("Tad", "Tadeusz Nowicki"), ("Nicky", "Nicholas")],
)
def test_forms_that_share_few_letters_are_asked_about(mind: Mind, first: str, second: str) -> None:
    """Neither swallowed nor somebody else in silence."""
    mind.tell(f"{first} called.", person(first), day=1)
    mind.tell(f"{second} called.", person(second), day=2)

    assert ReviewItem.objects.count() == 1


def test_another_title_is_asked_about(mind: Mind) -> None:
    """Dr. Brandl and Mrs Brandl may be two."""
    for day, title in enumerate(("Dr.", "Mrs", "Mrs")):
        mind.tell(
            f"{title} Brandl called.", person("Brandl", aliases=(f"{title} Brandl",)), day=day
        )

    assert others() == ["Brandl", "Brandl"]
    assert ReviewItem.objects.count() == 1


def test_a_short_form_in_a_role_of_many_is_asked_about(mind: Mind) -> None:
    """Jan may be no Janosch."""
    mind.tell("My cousin Jan.", person("Jan", role="cousin"), day=1)
    mind.tell("My cousin Janosch.", person("Janosch", role="cousin"), day=2)

    assert others() == ["Jan", "Janosch"]
    assert ReviewItem.objects.count() == 1


def test_a_friend_may_be_a_neighbour(mind: Mind) -> None:
    """Roles that go together are of one person."""
    mind.tell("My neighbour Anna.", person("Anna", role="neighbour"), day=1)
    mind.tell("My friend Anna.", person("Anna", role="friend"), day=2)

    assert others() == ["Anna"]


def test_two_of_one_name_in_one_sentence_are_two(mind: Mind) -> None:
    """When they are told apart there, and found again by what tells them apart."""
    two = [
        ProposedEntity(f"ben{n}", "Ben", "node.person", [ANYWHERE], aliases=[alias],
                       is_another=bool(n))
        for n, alias in enumerate(("Ben in accounting", "Ben the intern"))
    ]  # fmt: skip
    mind.tell("Ben in accounting and Ben the intern.", *two)

    assert others() == ["Ben", "Ben"]


def test_a_short_form_is_asked_about(mind: Mind) -> None:
    """It may be the same person, and may be not."""
    mind.tell("Robert Hill called.", person("Robert Hill"), day=1)
    mind.tell("Bobby came.", person("Bobby"), day=2)

    assert others() == ["Bobby", "Robert Hill"]
    assert ReviewItem.objects.get().kind == "merge"


def test_a_name_that_is_said_to_be_anothers_joins(mind: Mind) -> None:
    """Bobby is Robert: one page."""
    mind.tell("Robert came.", person("Robert"), day=1)
    mind.tell("Bobby, that is Robert.", person("Robert", aliases=["Bobby"]), day=2)
    mind.tell("Bobby is ill.", person("Bobby"), day=3)

    assert others() == ["Robert"]


def test_the_user_is_found_by_a_name_of_theirs(mind: Mind) -> None:
    """No second page."""
    me = ProposedEntity("me", "me", "node.person", [ANYWHERE], is_user=True, aliases=["Maya"])
    mind.tell("I'm Maya.", me, day=1)
    mind.tell("Maya is my name.", person("Maya"), day=2)

    assert others() == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("deb", "deborah"),
        ("robbi", "robert"),
        ("bob", "robert hill"),
        ("professor halloran", "mary halloran"),
        ("dr weber", "frau weber"),
        ("petra", "petra hoffmann"),
        ("cal", "calvin"),
        ("kathi", "katharina"),
    ],
)
def test_forms_of_one_name(left: str, right: str) -> None:
    """Two names that may be of one person."""
    assert people.is_variant(left, right)
    assert people.is_variant(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [("tom miller", "tom baker"), ("ann", "ben"), ("al", "alice"), ("mary hill", "john hill")],
)
def test_other_names(left: str, right: str) -> None:
    """Two names that are not."""
    assert not people.is_variant(left, right)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("sister", "manager", True),
        ("sister", "aunt", True),
        ("sister", "sibling", False),
        ("wife", "girlfriend", False),
        ("wife", "sister", True),
        ("manager", "client", False),
        ("sister", "friend", False),
        ("uncle", "cat", True),
    ],
)
def test_roles_that_exclude_each_other(left: str, right: str, expected: bool) -> None:
    """Whoever is the one is not the other."""
    assert people.exclude_each_other(left, right) == expected
