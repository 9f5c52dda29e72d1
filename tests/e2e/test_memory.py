"""The memory in the browser: learned, read, used in an answer, corrected, forgotten."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from exobrain.vendor import NODE_MODULES
from tests.e2e.jobs import Jobs
from tests.e2e.provider import Provider
from tests.e2e.world import OLIVE, OLIVES_WORDS

pytestmark = pytest.mark.xdist_group("e2e")

LONG = 60_000  # milliseconds; a process may have to start
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
THEMES = ("gruvbox-dark", "purple-intelligence")


@pytest.fixture(scope="module")
def running(jobs: Jobs) -> Iterator[None]:
    """An orchestrator and a worker of the server."""
    with jobs.orchestrator(), jobs.worker():
        yield


@pytest.fixture
def olives(open_page: Callable[..., Page], running: None) -> Page:
    """Olive's page; her memory holds what she said long ago."""
    page = open_page(OLIVE)
    page.goto("/")
    if "Ann" not in page.request.get("/api/knowledge/category/node.person/pages").text():
        page.get_by_role("button", name="Update memory").click()
        expect(page.locator("#memory-status")).to_contain_text("up to date", timeout=LONG)
    return page


def _ask(page: Page, provider: Provider, question: str, answer: str) -> None:
    provider.will_say(answer)
    page.goto("/")
    page.get_by_label("Message", exact=True).fill(question)
    page.get_by_label("Message", exact=True).press("Enter")
    last = page.locator(".message.assistant .prose").last
    expect(last).to_contain_text(answer.split("[", maxsplit=1)[0].strip())


def _open_ann(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Memory", exact=True).click()
    page.get_by_role("link", name="Ann", exact=True).first.click()
    expect(page.get_by_role("heading", name="Ann", level=1)).to_be_visible()


def test_what_was_said_has_a_page(olives: Page) -> None:
    """The entity, the fact, whose word it is, and the way to the day it was said."""
    _open_ann(olives)

    fact = olives.locator(".fact", has_text="Lyon").first
    expect(fact).to_contain_text("you said so")
    fact.get_by_role("link", name="3 Mar 2025").first.click()

    expect(olives).to_have_url(re.compile(r"/journal/2025/03/03"))
    expect(olives.locator(".message.user")).to_contain_text(OLIVES_WORDS)


def test_an_answer_has_a_receipt(olives: Page, provider: Provider) -> None:
    """Folded below the answer, with what was cited, and the way to its page."""
    _ask(olives, provider, "Where does my sister Ann live?", "She lives in Lyon [m1].")

    receipt = olives.locator(".receipt").last
    expect(receipt.locator("summary")).to_contain_text("1 cited")
    receipt.locator("summary").focus()
    olives.keyboard.press("Enter")

    cited = receipt.locator(".fact.cited")
    expect(cited).to_have_count(1)
    expect(cited).to_contain_text("m1")
    expect(receipt).to_contain_text("Lyon")


def test_an_answer_can_do_without_memory(olives: Page, provider: Provider) -> None:
    """The choice is kept over a reload, and leaves no receipt."""
    olives.get_by_label("Use my memory for the answer").uncheck()
    olives.reload()
    expect(olives.get_by_label("Use my memory for the answer")).not_to_be_checked()
    before = olives.locator(".receipt").count()

    _ask(olives, provider, "Where does Ann live?", "I do not know that.")

    expect(olives.locator(".message.assistant").last.locator(".receipt")).to_have_count(0)
    assert olives.locator(".receipt").count() == before


def test_a_note_can_be_added_and_taken_back(olives: Page) -> None:
    """The change is on the list and can be rolled back."""
    _open_ann(olives)
    olives.get_by_label("A note of yours").fill("Likes *liquorice*.")
    olives.get_by_role("button", name="Add the note").click()
    expect(olives.locator(".fact em", has_text="liquorice")).to_be_visible()

    olives.get_by_role("link", name="Changes").click()
    olives.get_by_role("link", name="You edited").first.click()
    expect(olives.get_by_label("What changed")).to_contain_text("liquorice")
    olives.get_by_role("button", name="Roll back").click()

    expect(olives.get_by_text("Rolled back.")).to_be_visible()
    _open_ann(olives)
    expect(olives.locator(".fact em", has_text="liquorice")).to_have_count(0)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed; it comes with npm")
@pytest.mark.parametrize(
    "path", ["/memory", "ann", "/memory/pages", "/memory/changes", "/memory/review", "search"]
)
def test_axe_finds_nothing(olives: Page, path: str) -> None:
    """Names, roles, contrast and order are as WCAG AA has them, in both themes."""
    olives.emulate_media(reduced_motion="reduce")
    if path == "ann":
        _open_ann(olives)
    else:
        olives.goto("/memory?q=Where+does+Ann+live" if path == "search" else path)
    olives.evaluate(AXE.read_text())
    found = []

    for theme in THEMES:
        olives.locator("html").evaluate(f"(html) => {{ html.dataset.theme = '{theme}'; }}")
        found += olives.evaluate("axe.run({iframes: false}).then(({violations}) => violations)")

    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize(
    "path",
    ["/memory", "ann", "/memory/pages", "/memory/changes", "/memory/profile", "/memory/review"],
)
def test_a_phone_needs_no_sideways_scrolling(
    olives: Page, open_page: Callable[..., Page], path: str
) -> None:
    """Everything fits 360 pixels."""
    phone = open_page(OLIVE, viewport={"width": 360, "height": 740})
    phone.goto("/memory" if path == "ann" else path)
    if path == "ann":
        phone.get_by_role("link", name="Ann", exact=True).first.click()
        expect(phone.get_by_role("heading", name="Ann", level=1)).to_be_visible()

    width = phone.evaluate("document.documentElement.scrollWidth")

    assert width <= 360
    assert phone.evaluate("document.getElementById('main').scrollWidth") <= 360


def test_what_is_forgotten_is_gone(olives: Page, provider: Provider) -> None:
    """A preview first; then neither the page nor a new answer knows of it."""
    _open_ann(olives)
    olives.get_by_role("link", name="Forget Ann", exact=True).click()
    expect(olives.locator(".forget")).to_contain_text("It cannot be brought back")

    olives.locator(".forget").get_by_role("button", name="Forget it").click()

    expect(olives.get_by_text("Forgotten.")).to_be_visible()
    expect(olives.get_by_role("link", name="Ann", exact=True)).to_have_count(0)
    _ask(olives, provider, "Where did I say that Ann is?", "I cannot say.")
    found = olives.request.get("/api/knowledge/search?q=Ann+Lyon").json()["items"]
    assert [item for item in found if "Lyon" in item["text"]] == []
