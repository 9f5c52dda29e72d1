"""What a page says: who it is to the user, what holds, what is coming, and what was."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from exobrain.lib import clock
from knowledge.models import Alias, Block, Edge, Entity
from knowledge.selectors.relations import Party, relation_text
from knowledge.templatetags.memory import recurrence_in_words
from knowledge.types import BlockKind, EventState, Precision, Status
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]
LONG_AGO = datetime(2020, 3, 1, tzinfo=UTC)


@pytest.fixture
def own(alice: User) -> Entity:
    """Alice's own page."""
    return rows.entity(alice, "Alice", is_self=True)


def related(source: Entity, target: Entity, relation: str = "", **fields: Any) -> Edge:
    """An edge with what it means."""
    edge = rows.edge(source.user, source, target)
    Edge.objects.filter(pk=edge.pk).update(relation=relation, **fields)
    return edge


def event(about: Entity, text: str, **fields: Any) -> Block:
    """Something that takes place."""
    values = {"event_state": EventState.PLANNED, "time_precision": Precision.DAY, **fields}
    return rows.fact(about.user, about, text, kind=BlockKind.EVENT, **values)


def read(client: Client, page: Entity, **query: str) -> dict[str, Any]:
    """What the API says."""
    answer = client.get(f"/api/knowledge/page/{page.id}", query)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def show(client: Client, page: Entity, **query: str) -> str:
    """What people see, in one line."""
    answer = client.get(reverse("memory-page", args=[page.id]), query)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# -- who they are


@pytest.mark.parametrize(
    ("source", "target", "relation", "edge_type", "text"),
    [
        (Party("Al", True), Party("Vera"), "aunt", "edge.knows", "Vera is your aunt"),
        (Party("Vera"), Party("Al", True), "aunt", "edge.knows", "You are Vera’s aunt"),
        (Party("James"), Party("Vera"), "boss", "edge.knows", "Vera is James’ boss"),
        (Party("Al", True), Party("Acme"), "works_at", "", "You work at Acme"),
        (Party("Vera"), Party("Acme"), "works_at", "", "Vera works at Acme"),
        (Party("Vera"), Party("Al", True), "", "edge.knows", "Vera knows you"),
        (Party("Vera"), Party("Ben"), "", "edge.related_to", ""),
        (Party("Al", True), Party("your aunt", False, True), "aunt", "edge.knows", ""),
        (Party("your aunt", False, True), Party("Linz"), "lives_in", "", "Your aunt lives in Linz"),
    ],
)
def test_relations_read_as_sentences(
    source: Party, target: Party, relation: str, edge_type: str, text: str
) -> None:
    """From either end; without a relation by the type, if that says anything."""
    assert relation_text(source, target, relation=relation, edge_type=edge_type) == text


def test_a_page_says_who_they_are_to_you(alice: User, as_user: SignIn, own: Entity) -> None:
    """First of all; whoever is over is not."""
    vera, acme = rows.entity(alice, "Vera"), rows.entity(alice, "Acme", type_id="node.company")
    related(own, vera, "aunt")
    related(own, acme, "works_at", valid_to=LONG_AGO, superseded_at=LONG_AGO)
    client = as_user(alice)

    assert read(client, vera)["to_user"] == ["Vera is your aunt"]
    assert "Vera is your aunt." in show(client, vera)
    assert read(client, acme)["to_user"] == []
    page = show(client, acme)
    assert "You work at Acme · until 1 Mar 2020" in page.partition("What was")[2]


def test_a_role_is_told_where_no_relation_does(alice: User, as_user: SignIn, own: Entity) -> None:
    """But is no name; and who has only a role is called by it."""
    vera = rows.entity(alice, "Vera")
    aunt = rows.entity(alice, "your aunt", is_unnamed=True)
    for each, name in ((vera, "my boss"), (vera, "Vee"), (aunt, "my aunt"), (own, "me")):
        Alias.objects.create(id=uuid4(), user=alice, entity=each, name=name, normal_name=name)
    client = as_user(alice)

    page, unnamed = show(client, vera), show(client, aunt)

    assert read(client, vera)["to_user"] == ["Your boss"]
    assert "Your boss. Also known as Vee." in page
    assert "Your aunt Person" in unnamed
    assert "Also known as" not in unnamed + show(client, own)


def test_others_are_named_with_what_connects_them(
    alice: User, as_user: SignIn, own: Entity
) -> None:
    """Without a relation by the statement it is from."""
    vera, ben = rows.entity(alice, "Vera"), rows.entity(alice, "Ben")
    edge = related(vera, ben)
    said = rows.fact(alice, vera, "Vera and Ben sing in the same choir.")
    Edge.objects.filter(pk=edge.pk).update(block=said)
    client = as_user(alice)

    (link,) = read(client, ben)["relations"]

    assert (link["title"], link["text"]) == ("Vera", "Vera and Ben sing in the same choir")
    assert "from there" not in show(client, ben)


# -- what holds


def test_what_holds_is_grouped_by_subject(alice: User, as_user: SignIn, own: Entity) -> None:
    """In one order; notes last, and what fits nowhere before them."""
    rows.fact(alice, own, "Mind the gap.", kind=BlockKind.NOTE)
    rows.fact(alice, own, "I collect stamps.", topic="do:collect")
    rows.fact(alice, own, "I am allergic to nuts.", topic="allergy:nuts")
    rows.fact(alice, own, "I live in Graz.", topic="home")
    client = as_user(alice)

    groups = read(client, own)["now"]
    page = show(client, own)

    headings = [group["heading"] for group in groups]
    assert headings == ["Home and origin", "Health and body", "More", "Your notes"]
    assert "your note" in page
    assert "you confirmed it" not in page
    assert "This is you." in page


def test_times_are_as_exact_as_they_are_known(alice: User, as_user: SignIn, own: Entity) -> None:
    """A year is no day, and when it was said is not since when it holds."""
    rows.fact(alice, own, "I live in Graz.", valid_from=LONG_AGO, since_precision="year")
    rows.fact(alice, own, "I sing.", valid_from=LONG_AGO, since_precision="month")
    rows.fact(alice, own, "I ski.", valid_from=rows.SAID_AT)
    page = show(as_user(alice), own)

    assert "I live in Graz. since 2020 ·" in page
    assert "I sing. since March 2020 ·" in page
    assert "I ski. you said so · 14 Jan 2025" in page


def test_a_secret_is_folded(alice: User, as_user: SignIn, own: Entity) -> None:
    """Nobody reads it over the shoulder."""
    rows.fact(alice, own, "My PIN is 0000.", is_secret=True)

    answer = as_user(alice).get(reverse("memory-page", args=[own.id])).content.decode()

    assert re.search(r"<details><summary>A secret of yours</summary>My PIN is 0000.", answer)


# -- what is coming, and what was


def test_what_is_coming_is_told_by_time(alice: User, as_user: SignIn, own: Entity) -> None:
    """The next first; what has passed or was called off is among what was."""
    now = clock.now()
    event(own, "Ski trip", starts_at=now + timedelta(days=30))
    event(own, "Dentist", starts_at=now + timedelta(days=2))
    event(own, "Choir", starts_at=LONG_AGO, recurrence="FREQ=WEEKLY;BYDAY=TU")
    event(own, "Course", starts_at=LONG_AGO, recurrence="FREQ=WEEKLY;COUNT=3")
    event(own, "Concert", starts_at=now - timedelta(days=30))
    event(own, "Party", starts_at=now + timedelta(days=3), event_state=EventState.CANCELLED)
    client = as_user(alice)

    body = read(client, own)
    page = show(client, own)

    coming = [each["markdown"] for each in body["coming"]]
    assert set(coming) == {"Choir", "Dentist", "Ski trip"}
    assert coming.index("Dentist") < coming.index("Ski trip")
    assert {each["markdown"] for each in body["past"]} == {"Concert", "Party", "Course"}
    assert "every week on Tuesday" in page.partition("What is coming")[2]
    assert "called off" in page.partition("What was")[2]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "every 2 weeks on Monday and Friday"),
        ("FREQ=MONTHLY;BYDAY=1TU", "every month on the first Tuesday"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "every month on day 15"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_recurrences_are_told_in_words(rule: str, words: str) -> None:
    """What is not understood is not told."""
    assert recurrence_in_words(rule) == words


def test_what_was_has_its_time(alice: User, as_user: SignIn, own: Entity) -> None:
    """What is over by its own words, too; and what was wrong."""
    until = LONG_AGO + timedelta(days=31)
    rows.fact(alice, own, "I worked at Acme.", valid_from=LONG_AGO, valid_to=until)
    rows.fact(alice, own, "I am a spy.", status=Status.FALSIFIED)
    client = as_user(alice)

    present, _, past = show(client, own).partition("What was")

    assert "I worked at Acme. from 1 Mar 2020 until 1 Apr 2020" in past
    assert "I am a spy. you said that it is wrong" in past
    assert "Acme" not in present
    # Clients of the original edit it by its id, so it stays among the blocks.
    assert "I worked at Acme." in [b["markdown"] for b in read(client, own)["content_blocks"]]


# -- of a day


def test_a_page_can_be_read_as_of_a_day(alice: User, as_user: SignIn, own: Entity) -> None:
    """What held then, with nothing to change."""
    moved = datetime(2022, 5, 1, tzinfo=UTC)
    rows.fact(
        alice, own, "I live in Graz.", valid_from=LONG_AGO, valid_to=moved, superseded_at=moved
    )
    rows.fact(alice, own, "I live in Linz.", valid_from=moved)
    client = as_user(alice)

    then = read(client, own, as_of="2021-01-01T00:00:00Z")
    page = show(client, own, as_of="2021-01-01")

    assert [each["markdown"] for each in then["content_blocks"]] == ["I live in Graz."]
    assert ("Graz" in page, "Linz" in page, "Add the note" in page) == (True, False, False)
    assert "What held on 1 Jan 2021" in page
    assert "Linz" in show(client, own, as_of="nonsense")


# -- by hand


def test_the_page_leads_to_its_index(alice: User, as_user: SignIn) -> None:
    """Also for what is of no certain kind."""
    zorp = rows.entity(alice, "Zorp")
    Entity.objects.filter(pk=zorp.pk).update(node_type="node.entity")
    client = as_user(alice)

    page = client.get(reverse("memory-page", args=[zorp.id])).content.decode()

    assert 'href="/memory/pages?type=node.entity"' in page


def test_two_pages_are_made_one_by_a_form(alice: User, as_user: SignIn, own: Entity) -> None:
    """Candidates by name; the own page stays, and the merge can be taken back on the page."""
    ann, anne = rows.entity(alice, "Ann"), rows.entity(alice, "Anne")
    for each in (ann, anne):
        rows.mention(rows.fact(alice, each, f"{each.name} sings."), each)
    client = as_user(alice)
    path = reverse("memory-merge", args=[ann.id])

    offered = client.get(path).content.decode()
    into_own = client.post(path, {"other": str(own.id)})
    nobody = client.post(path, {"other": "x"}, follow=True).content.decode()

    assert "Anne" in offered
    assert into_own["Location"] == reverse("memory-page", args=[own.id])
    assert "Choose the other page." in nobody
    page = client.get(reverse("memory-page", args=[own.id])).content.decode()
    undo = re.search(r'action="(/memory/changes/[^"]+/rollback)"', page)
    assert undo
    client.post(undo[1])
    assert "Ann sings." in show(client, ann)


def test_something_is_moved_by_a_form(alice: User, as_user: SignIn) -> None:
    """To a new page, or to one that exists; without a choice it says so."""
    ann, ben = rows.entity(alice, "Ann"), rows.entity(alice, "Ben")
    sings = rows.fact(alice, ann, "Ann sings.")
    swims = rows.fact(alice, ann, "Ann swims.")
    client = as_user(alice)
    path = reverse("memory-split", args=[ann.id])

    offered = client.get(path).content.decode()
    nothing = client.post(path, {"name": "Ann B"}, follow=True).content.decode()
    new = client.post(path, {"block": [str(sings.id)], "name": "Ann B"}, follow=True)
    moved = client.post(path, {"block": [str(swims.id)], "other": str(ben.id)})

    assert ("Ann sings." in offered, "Ann swims." in offered) == (True, True)
    assert "Nothing was chosen" in nothing
    assert "<h1>Ann B</h1>" in new.content.decode()
    assert moved["Location"] == reverse("memory-page", args=[ben.id])
    assert "Ann swims." in show(client, ben)


def test_a_page_is_retyped_by_a_form(alice: User, as_user: SignIn) -> None:
    """Of a type of the schema; others are refused in words."""
    ann = rows.entity(alice, "Ann")
    client = as_user(alice)

    client.post(reverse("memory-retype", args=[ann.id]), {"type": "node.city"})
    refused = client.post(
        reverse("memory-retype", args=[ann.id]), {"type": "node.unicorn"}, follow=True
    )

    assert Entity.objects.get(pk=ann.pk).node_type_id == "node.city"
    assert "There is no such type" in refused.content.decode()


def test_a_stranger_does_nothing(alice: User, charlie: User, as_user: SignIn) -> None:
    """404, with Alice's page, and with Alice's as the other one."""
    ann, own = rows.entity(alice, "Ann"), rows.entity(charlie, "Own")
    block, theirs = rows.fact(alice, ann, "Ann sings."), rows.fact(charlie, own, "Own swims.")
    client = as_user(charlie)
    before = list(Block.objects.values("id", "entity_id", "text"))

    answers = [
        client.get(reverse("memory-merge", args=[ann.id])),
        client.get(reverse("memory-split", args=[ann.id])),
        client.post(reverse("memory-merge", args=[ann.id]), {"other": str(own.id)}),
        client.post(reverse("memory-merge", args=[own.id]), {"other": str(ann.id)}),
        client.post(
            reverse("memory-split", args=[ann.id]), {"block": [str(block.id)], "name": "B"}
        ),
        client.post(
            reverse("memory-split", args=[own.id]),
            {"block": [str(theirs.id)], "other": str(ann.id)},
        ),
        client.post(reverse("memory-retype", args=[ann.id]), {"type": "node.city"}),
    ]
    mixed = client.post(
        reverse("memory-split", args=[own.id]), {"block": [str(block.id)], "name": "B"}, follow=True
    )

    assert {answer.status_code for answer in answers} == {404}
    assert "does not belong to this page" in mixed.content.decode()
    assert list(Block.objects.values("id", "entity_id", "text")) == before


def test_a_page_tells_what_other_pages_say_of_it(alice: User, as_user: SignIn) -> None:
    """A firm's page says who works there, though it has no statement of its own."""
    firm, olga = rows.entity(alice, "Nordlicht"), rows.entity(alice, "Olga")
    told = rows.fact(alice, olga, "Olga works at Nordlicht.")
    rows.mention(told, firm)

    page = show(as_user(alice), firm)

    assert "Olga works at Nordlicht." in page.partition("On other pages")[2]
    assert "Nothing is known but the name" not in page
