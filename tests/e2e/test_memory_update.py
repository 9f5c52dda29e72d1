"""The "Update memory" button: what it does is told in words, as it happens."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.jobs import Jobs
from tests.e2e.provider import Provider
from tests.ops.processes import eventually

pytestmark = pytest.mark.xdist_group("e2e")

LONG = 60_000  # milliseconds; a process may have to start


@pytest.fixture
def running(jobs: Jobs) -> Iterator[None]:
    """Both run."""
    with jobs.orchestrator(), jobs.worker():
        yield


def _say(page: Page, provider: Provider, text: str) -> None:
    provider.will_say("I see.")
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_label("Message", exact=True).press("Enter")
    answer = page.locator(f".message.user:has-text('{text}') + .message.assistant .prose")
    expect(answer).to_have_text("I see.")


def _button(page: Page) -> Locator:
    return page.get_by_role("button", name="Update memory")


def _status(page: Page) -> Locator:
    return page.locator("#memory-status")


def test_what_was_said_is_learned_by_keyboard(
    alices: Page, provider: Provider, running: None
) -> None:
    """The button keeps the focus, and the end is told where screen readers hear it."""
    _say(alices, provider, "I moved to Lisbon.")
    _button(alices).focus()

    alices.keyboard.press("Enter")

    expect(_status(alices)).to_contain_text("The memory is up to date", timeout=LONG)
    expect(_status(alices)).to_have_text(re.compile(r"it learned from \d+ messages"))
    expect(_status(alices)).to_have_attribute("role", "status")
    expect(_button(alices)).to_be_focused()


def test_nothing_new_is_told(alices: Page, provider: Provider, running: None, watch: Watch) -> None:
    """A second click has nothing to do."""
    _say(alices, provider, "Only once.")
    _button(alices).click()
    expect(_status(alices)).to_contain_text("up to date", timeout=LONG)

    _button(alices).click()

    expect(_status(alices)).to_contain_text("There is nothing new to learn")
    watch.forgive("409 (Conflict)")


def test_a_reload_goes_on_telling(alices: Page, provider: Provider, jobs: Jobs) -> None:
    """The update does not belong to the page."""
    _say(alices, provider, "In between.")
    with jobs.orchestrator():
        _button(alices).click()
        expect(_status(alices)).to_contain_text("Waiting for a free worker", timeout=LONG)

        alices.reload()
        expect(_status(alices)).to_contain_text("Waiting for a free worker")
        with jobs.worker():
            expect(_status(alices)).to_contain_text("up to date", timeout=LONG)


def test_without_the_job_service_the_words_are_kept(
    alices: Page, provider: Provider, jobs: Jobs, watch: Watch
) -> None:
    """That is told, and the server goes on by itself when it is back."""
    _say(alices, provider, "Keep this.")

    _button(alices).click()

    expect(_status(alices)).to_contain_text("the update is kept", timeout=LONG)
    watch.forgive("503 (Service Unavailable)")
    with jobs.orchestrator(), jobs.worker():
        eventually(lambda: _states(alices) == {"succeeded"})


def _states(page: Page) -> set[str]:
    return {update["state"] for update in page.request.get("/api/knowledge/updates").json()}


def test_a_visitor_has_no_such_button(page: Page) -> None:
    """Who is not signed in has nothing to remember."""
    page.goto("/")

    expect(_button(page)).to_have_count(0)
