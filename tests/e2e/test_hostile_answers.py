"""Answers of a model that belongs to somebody else, in a real browser: nothing of them happens.

Each payload is shown twice, as history that the server renders and as an answer that grows in
pieces. What happens says whose doing it was: alerts and addresses carry the payload's number.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, Request, expect

from exobrain.vendor import STAMP
from tests.chat.hostile.payloads import PAYLOADS
from tests.e2e.conftest import Elsewhere, Watch
from tests.e2e.provider import Provider
from tests.e2e.test_chat import ask
from tests.e2e.world import HOSTILE_BATCHES, TRUDY, hostile_day
from tests.web_server import page as web_page

pytestmark = [
    pytest.mark.xdist_group("e2e"),
    pytest.mark.skipif(
        not STAMP.is_file(), reason="no KaTeX and mermaid; `python -m exobrain.vendor` says why"
    ),
]

SENTINEL = Path(__file__).with_name("sentinel.js").read_text()
ALWAYS = {"messages": "DIV", "main": "MAIN", "announcer": "DIV", "sidebar": "NAV"}
OF_THE_CHAT = {
    **ALWAYS,
    "composer": "FORM",
    "draft": "TEXTAREA",
    "send": "BUTTON",
    "stop": "BUTTON",
    "notice": "P",
    "use-memory": "INPUT",
    "growing-answer": "TEMPLATE",
    "unsent-message": "TEMPLATE",
}
SETTLE_MILLISECONDS = 300  # that an animation or a refresh might take
DRAW_MILLISECONDS = 60_000  # some diagrams are made to take long
PIECES = 40  # of a long answer; a short one comes a few characters at a time


@pytest.fixture
def trudys(open_page: Callable[..., Page], watch: Watch, elsewhere: Elsewhere) -> Iterator[Page]:
    """A page of the user whose model belongs to somebody else; it stays where it is."""
    page = open_page(TRUDY)
    visits = elsewhere.visits
    moved: list[str] = []

    def note_move(frame: Frame) -> None:
        if frame is page.main_frame or not frame.url.endswith(("/diagrams", "about:blank")):
            moved.append(f"went to {frame.url}")

    def note_request(request: Request) -> None:
        if request.method != "GET":
            watch.offences.append(f"{request.method} {request.url}")

    def note_failure(request: Request) -> None:
        # What the policy of the sandboxed frame refuses is announced and never sent.
        if request.failure == "csp" and request.frame.url.endswith("/diagrams"):
            watch.forgive(f"request: {request.url}")

    page.on("requestfailed", note_failure)
    page.on("framenavigated", note_move)
    page.on("request", note_request)
    page.on("popup", lambda popup: watch.offences.append(f"opened {popup.url}"))
    page.on("download", lambda download: watch.offences.append(f"loaded {download.url}"))
    yield page
    assert len(moved) <= 1, moved  # to where the test went
    assert elsewhere.visits == visits
    forgive_the_frame(watch)


def forgive_the_frame(watch: Watch) -> None:
    """What the policy refused in the sandboxed frame was not done.

    Chromium reports a handler also in a document that is only parsed, as mermaid's sanitiser does.
    """
    watch.forgive("/static/vendor/mermaid/")
    watch.forgive("/diagrams)")


def settle(page: Page) -> None:
    """Formulas are set and diagrams drawn, or given up."""
    page.wait_for_function(
        """() => [...document.querySelectorAll('.mermaid-source')].every(
            (source) => source.closest('details') || source.title)
          && [...document.querySelectorAll('.math')].every(
            (formula) => formula.matches('.typeset') || formula.title)""",
        timeout=DRAW_MILLISECONDS,
    )
    page.wait_for_timeout(SETTLE_MILLISECONDS)


def pieces(text: str) -> Sequence[str]:
    """The text as a model might send it."""
    size = max(7, len(text) // PIECES)
    return [text[at : at + size] for at in range(0, len(text), size)]


def test_there_are_enough_of_them() -> None:
    """A table that lost its rows would pass."""
    assert len(PAYLOADS) >= 250
    assert sum(map(len, HOSTILE_BATCHES)) == len(PAYLOADS)


@pytest.mark.sample(10)
@pytest.mark.parametrize("batch", range(len(HOSTILE_BATCHES)))
def test_as_history_they_do_nothing(trudys: Page, watch: Watch, batch: int) -> None:
    """Rendered by the server, with formulas and diagrams."""
    trudys.goto(f"/journal/{hostile_day(batch)}")
    expect(trudys.locator(".message.assistant")).to_have_count(len(HOSTILE_BATCHES[batch]))
    settle(trudys)

    assert trudys.evaluate(SENTINEL, ALWAYS) == []
    forgive_the_frame(watch)
    assert watch.offences == []


@pytest.mark.sample(15)
@pytest.mark.parametrize("batch", range(len(HOSTILE_BATCHES)))
def test_as_they_come_they_do_nothing(
    trudys: Page, watch: Watch, provider: Provider, batch: int
) -> None:
    """As plain text while they grow, and rendered when they are complete."""
    trudys.goto("/")
    expect(trudys.locator("#send")).to_be_visible()
    for number, name in enumerate(HOSTILE_BATCHES[batch]):
        provider.will_say(*pieces(PAYLOADS[name]))
        question = f"Say {batch}.{number}!"
        ask(trudys, question)
        answer = trudys.locator(f".message.user:has-text('{question}') + .message.assistant")
        expect(answer.locator(".prose")).to_have_count(1)
        forgive_the_frame(watch)
        assert watch.offences == [], name

    settle(trudys)

    assert trudys.evaluate(SENTINEL, OF_THE_CHAT) == []
    forgive_the_frame(watch)
    assert watch.offences == []


def test_whoever_comes_is_seen(page: Page, elsewhere: Elsewhere, watch: Watch) -> None:
    """A judge that sees nothing would pass everything."""
    before = elsewhere.visits
    elsewhere.pages["/"] = [web_page(b"Hello.")]

    page.goto("http://evil.test/")

    assert elsewhere.visits > before
    assert watch.offences == ["request: http://evil.test/"]
    watch.forgive("evil.test")
