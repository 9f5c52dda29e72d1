"""The memory's pages: what is known, since when, how surely and from where."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from exobrain.lib.text import storable
from knowledge.models import Block, Changeset, ReviewItem
from knowledge.services.pages import editing
from knowledge.services.recall import searching
from knowledge.templatetags.memory import rows_in_words
from knowledge.types import MAX_TEXT_CHARS, BlockKind, Status, Trust
from tests.e2e.world import HOSTILE
from tests.factories import JournalFactory
from tests.knowledge.api import rows
from tests.knowledge.remembering import Remembering

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def show(client: Client, name: str, *args: object) -> str:
    """The page's text."""
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_page_leads_to_the_memory(alice: User, as_user: SignIn) -> None:
    """The link is in the frame around all of them."""
    assert 'href="/memory"' in show(as_user(alice), "settings")


def test_an_empty_memory_says_so(alice: User, as_user: SignIn) -> None:
    """And how it is filled."""
    assert "Nothing is remembered yet" in show(as_user(alice), "memory")


def test_categories_tell_how_much_is_below(alice: User, as_user: SignIn) -> None:
    """A city counts for places too."""
    rows.node_type("node.place", parent="node.entity")
    rows.node_type("node.city", parent="node.place")
    rows.entity(alice, "Lyon", type_id="node.place")

    page = show(as_user(alice), "memory")

    assert re.search(r'node\.place">Place</a> <span class="muted small">1</span>', page)
    assert "Lyon" in page


def test_empty_categories_are_not_listed(alice: User, as_user: SignIn) -> None:
    """Twenty noughts would hide what there is."""
    rows.node_type("node.place", parent="node.entity")
    rows.node_type("node.city", parent="node.place")
    rows.entity(alice, "Lyon", type_id="node.place")

    page = show(as_user(alice), "memory")

    assert "node.place" in page
    assert "node.city" not in page


def test_what_is_found_is_words(
    alice: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long answer is found by its words, shown without the marks of its Markdown, and cut."""
    text = "# Plan\n\nTake the **red** train. " + "And so on. " * 100
    block = rows.episode(rows.said(JournalFactory(user=alice), text, role="assistant"))
    monkeypatch.setattr(searching, "search", Remembering([block]))

    page = as_user(alice).get("/memory", {"q": "train"}).content.decode()

    assert "Plan Take the red train." in page
    assert page.count("And so on.") < 50


def test_what_you_typed_is_found_as_you_typed_it(
    alice: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What looks like Markdown in it may be a name."""
    block = rows.episode(rows.said(JournalFactory(user=alice), "My file is __init__.py"))
    monkeypatch.setattr(searching, "search", Remembering([block]))

    page = as_user(alice).get("/memory", {"q": "file"}).content.decode()

    assert "My file is __init__.py" in page


def test_a_category_lists_its_pages(alice: User, as_user: SignIn) -> None:
    """With what each begins with."""
    ann = rows.entity(alice, "Ann")
    rows.fact(alice, ann, "Ann lives in Lyon.")

    page = show(as_user(alice), "memory-category", "node.person")

    assert f'href="/memory/pages/{ann.id}"' in page
    assert "Ann lives in Lyon." in page


def test_a_long_category_goes_on(alice: User, as_user: SignIn) -> None:
    """The rest comes as a part that takes the button's place."""
    for number in range(51):
        rows.entity(alice, f"Person {number}")
    client = as_user(alice)

    assert "?after=50" in show(client, "memory-category", "node.person")
    rest = client.get("/memory/categories/node.person?after=50", headers=HTMX).content.decode()
    assert (rest.count("<li>"), "<html" in rest) == (1, False)


def test_a_page_tells_where_a_fact_is_from(alice: User, as_user: SignIn) -> None:
    """How sure, whose word, since when, and the message on its day."""
    ann = rows.entity(alice, "Ann")
    message = rows.said(JournalFactory(user=alice), "Ann lives in Lyon.")
    rows.fact(alice, ann, "Ann lives in Lyon.", message=message, confidence=0.7)

    page = show(as_user(alice), "memory-page", ann.id)

    assert "likely" in page
    assert "you said so" in page
    assert ">14 Jan 2025</a>" in page
    assert f'href="/journal/2025/01/14?before=11#message-{message.id}"' in page


def test_a_page_tells_what_is_in_doubt(alice: User, as_user: SignIn) -> None:
    """Disputed facts are marked, and can be confirmed."""
    ann = rows.entity(alice, "Ann")
    rows.fact(alice, ann, "Ann is a spy.", status=Status.DISPUTED, trust=Trust.INFERRED)

    page = show(as_user(alice), "memory-page", ann.id)

    assert "disputed" in page
    assert "not your own word" in page
    assert "Confirm" in page


def test_a_page_keeps_what_held_once(alice: User, as_user: SignIn) -> None:
    """Apart from what holds now."""
    ann = rows.entity(alice, "Ann")
    rows.fact(alice, ann, "Ann lives in Rome.", superseded_at=rows.SAID_AT, valid_to=rows.SAID_AT)
    rows.fact(alice, ann, "Ann lives in Lyon.")

    present, _, past = show(as_user(alice), "memory-page", ann.id).partition("What was")

    assert ("Lyon" in present, "Rome" in present) == (True, False)
    assert ("Rome" in past, "until 14 Jan 2025" in past) == (True, True)


def test_a_page_leads_to_its_neighbours(alice: User, as_user: SignIn) -> None:
    """With the relation in words."""
    ann, ben = rows.entity(alice, "Ann"), rows.entity(alice, "Ben")
    rows.edge(alice, ann, ben, type_id="edge.partner_of")

    page = show(as_user(alice), "memory-page", ann.id)

    assert f'href="/memory/pages/{ben.id}"' in page
    assert "Ann is together with Ben" in page


def test_a_merged_page_leads_to_the_one_it_became(alice: User, as_user: SignIn) -> None:
    """Old links go on working."""
    ann = rows.entity(alice, "Ann")
    annie = rows.entity(alice, "Annie", merged_into=ann)

    answer = as_user(alice).get(reverse("memory-page", args=[annie.id]))

    assert (answer.status_code, answer["Location"]) == (302, f"/memory/pages/{ann.id}")


def test_a_message_tells_what_became_of_it(alice: User, as_user: SignIn) -> None:
    """Before the memory has seen it, that it has not."""
    message = rows.said(JournalFactory(user=alice), "Ann lives in Lyon.")

    page = show(as_user(alice), "memory-why", message.id)

    assert "The memory has not seen this message yet." in page
    assert "Ann lives in Lyon." in page


def test_a_message_is_found_on_its_day(alice: User, as_user: SignIn) -> None:
    """Whoever knows its id is led there."""
    message = rows.said(JournalFactory(user=alice), "Ann lives in Lyon.")

    answer = as_user(alice).get(reverse("memory-message", args=[message.id]))

    assert answer["Location"] == f"/journal/2025/01/14?before=11#message-{message.id}"


class _Offences(HTMLParser):
    """Collects what a page of ours does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element."""
        values = {name: value or "" for name, value in attrs}
        if tag in ("iframe", "style", "base", "object", "embed", "frame"):
            self.found.append(tag)
        if tag == "script" and not values.get("src", "").startswith("/static/"):
            self.found.append("script")
        if tag == "meta" and "http-equiv" in values:
            self.found.append("meta")
        for name, value in values.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction", "hx-get") and not _is_safe(
                tag, value
            ):
                self.found.append(f"{tag} {name}={value}")


def _is_safe(tag: str, url: str) -> bool:
    """Our own addresses; of others only such as are followed by a click, or a picture's bytes."""
    if url.startswith(("/", "#")) and not url.startswith("//"):
        return True
    if tag == "img":
        return url.startswith("data:image/")
    return tag == "a" and url.startswith(("http://", "https://", "mailto:"))


def offences(page: str) -> list[str]:
    """What a page has that it must not have."""
    parser = _Offences()
    parser.feed(page)
    return parser.found


def test_the_check_of_hostile_pages_can_fail() -> None:
    """Handlers, scripts and foreign addresses are found."""
    page = "<script>x</script><img src='http://a'><p onclick=x style=y><a href='javascript:x'>"

    assert len(offences(page)) == 5


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_memory_is_only_text(alice: User, as_user: SignIn, text: str) -> None:
    """No tag, handler or address of the text gets into a page, wherever it is shown."""
    text = storable(text)
    ann = rows.entity(alice, text[:200])
    ben = rows.entity(alice, "Ben")
    rows.edge(alice, ann, ben)
    rows.fact(alice, ann, text)
    rows.fact(alice, ann, text, kind=BlockKind.NOTE)
    rows.fact(alice, ann, text, superseded_at=rows.SAID_AT)
    message = rows.said(JournalFactory(user=alice), text)
    client = as_user(alice)
    editing.add_note(user_id=alice.id, entity_id=ben.id, text=text[:MAX_TEXT_CHARS])
    ReviewItem.objects.create(user=alice, kind="merge", left_id=ann.id, right_id=ben.id)

    pages = [
        show(client, "memory-change", Changeset.objects.get().id),
        show(client, "memory-review"),
        show(client, "memory-forget-entity", ann.id),
        show(client, "memory"),
        show(client, "memory-category", "node.person"),
        show(client, "memory-page", ann.id),
        show(client, "memory-page", ben.id),
        show(client, "memory-why", message.id),
    ]

    assert [offence for page in pages for offence in offences(page)] == []


@pytest.mark.parametrize("name", ["memory-page", "memory-why", "memory-message"])
def test_what_is_not_there_is_not_found(alice: User, as_user: SignIn, name: str) -> None:
    """404 for ids that nobody has."""
    assert as_user(alice).get(reverse(name, args=[uuid4()])).status_code == 404


def test_an_unknown_category_is_not_found(alice: User, as_user: SignIn) -> None:
    """404."""
    assert as_user(alice).get("/memory/categories/node.unicorn").status_code == 404


def test_a_stranger_sees_nothing(alice: User, charlie: User, as_user: SignIn) -> None:
    """Alice's pages and messages are absent for Charlie, and on none of his lists."""
    ann = rows.entity(alice, "Ann")
    rows.fact(alice, ann, "Ann lives in Lyon.")
    message = rows.said(JournalFactory(user=alice), "Ann lives in Lyon.")
    client = as_user(charlie)

    for name, record_id in [
        ("memory-page", ann.id),
        ("memory-why", message.id),
        ("memory-message", message.id),
    ]:
        assert client.get(reverse(name, args=[record_id])).status_code == 404
    for page in (show(client, "memory"), show(client, "memory-category", "node.person")):
        assert "Ann" not in page


def test_a_stranger_changes_nothing(alice: User, charlie: User, as_user: SignIn) -> None:
    """Edits of pages that are not theirs are 404, and nothing is written."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Lyon.")
    client = as_user(charlie)
    before = list(Block.objects.values())

    answers = [
        client.post(reverse("memory-edit", args=[ann.id, block.id]), {"text": "Mine."}),
        client.post(reverse("memory-confirm", args=[ann.id, block.id])),
        client.post(reverse("memory-note", args=[ann.id]), {"text": "Mine."}),
        client.post(reverse("memory-rename", args=[ann.id]), {"name": "Mine"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert list(Block.objects.values()) == before


def test_edits_lead_back_to_the_page(alice: User, as_user: SignIn) -> None:
    """Each is done, and the page shows it."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Lyon.")
    client = as_user(alice)

    for name, args, fields in [
        ("memory-confirm", [ann.id, block.id], {}),
        ("memory-edit", [ann.id, block.id], {"text": "Ann lives in Paris."}),
        ("memory-note", [ann.id], {"text": "Birthday in *May*."}),
        ("memory-rename", [ann.id], {"name": "Anna"}),
    ]:
        answer = client.post(reverse(name, args=args), fields)
        assert (answer.status_code, answer["Location"]) == (302, f"/memory/pages/{ann.id}")
    page = show(client, "memory-page", ann.id)

    present, _, past = page.partition("What was")
    assert "Ann lives in Paris." in present
    assert "Birthday in <em>May</em>." in present
    assert "<h1>Anna</h1>" in present
    assert "Ann lives in Lyon." in past


@pytest.mark.parametrize("name", ["memory-edit", "memory-note", "memory-rename"])
def test_an_empty_text_changes_nothing(alice: User, as_user: SignIn, name: str) -> None:
    """The page says that there was none."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Lyon.")
    args = [ann.id, block.id] if name == "memory-edit" else [ann.id]
    client = as_user(alice)

    client.post(reverse(name, args=args), {"text": "  ", "name": "  "})

    page = show(client, "memory-page", ann.id)
    assert "There is no text." in page
    assert "Ann lives in Lyon." in page


@pytest.mark.parametrize("name", ["memory-edit", "memory-note", "memory-rename"])
def test_a_text_too_long_changes_nothing(alice: User, as_user: SignIn, name: str) -> None:
    """The page says so, and no part of the text is kept."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Lyon.")
    args = [ann.id, block.id] if name == "memory-edit" else [ann.id]
    client = as_user(alice)

    client.post(reverse(name, args=args), {"text": "x" * 20_001, "name": "x" * 201})

    page = show(client, "memory-page", ann.id)
    assert "The text is too long" in page
    assert "xxx" not in page


def test_the_changes_show_what_was_edited(alice: User, as_user: SignIn) -> None:
    """An edit is on the list, with before and after, and can be rolled back."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Lyon.")
    client = as_user(alice)
    client.post(reverse("memory-edit", args=[ann.id, block.id]), {"text": "Ann lives in Paris."})

    changes = show(client, "memory-changes")
    found = re.search(r"/memory/changes/([0-9a-f-]{36})", changes)
    assert found
    change = show(client, "memory-change", found[1])
    client.post(reverse("memory-rollback", args=[found[1]]))

    assert "You edited" in changes
    assert "Ann lives in Paris." in change
    present, _, _ = show(client, "memory-page", ann.id).partition("What was")
    assert ("Lyon" in present, "Paris" in present) == (True, False)


def test_a_stranger_finds_no_change(alice: User, charlie: User, as_user: SignIn) -> None:
    """Neither listed, nor shown, nor rolled back."""
    ann = rows.entity(alice, "Ann")
    client = as_user(alice)
    client.post(reverse("memory-note", args=[ann.id]), {"text": "A secret."})
    found = re.search(r"/memory/changes/([0-9a-f-]{36})", show(client, "memory-changes"))
    assert found
    stranger = as_user(charlie)

    assert "/memory/changes/" not in show(stranger, "memory-changes")
    assert stranger.get(reverse("memory-change", args=[found[1]])).status_code == 404
    assert stranger.post(reverse("memory-rollback", args=[found[1]])).status_code == 404


def test_no_questions_is_said(alice: User, as_user: SignIn) -> None:
    """And what questions would be."""
    assert "No questions" in show(as_user(alice), "memory-review")


def test_rows_are_told_in_words() -> None:
    """Nobody need know the tables to see what would go."""
    told = rows_in_words({"alias": 2, "edge": 1, "entity": 2, "mention": 0, "redaction": 1})

    assert told == "2 other names, 1 relation, 2 pages, 1 passage hidden from the model"
