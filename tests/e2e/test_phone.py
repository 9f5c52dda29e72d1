"""The pages on a small screen with a finger."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.world import BOB, LONG_DAY, MALLORY, SHOWN_DAY

pytestmark = pytest.mark.xdist_group("e2e")

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}


def test_days_are_a_drawer(open_page: Callable[..., Page]) -> None:
    """The list of days opens by its button, leads to a day, and closes by Escape."""
    page = open_page(BOB, **PHONE)
    page.goto("/")
    day = page.get_by_role("link", name="Tue 18 Feb 2025")
    expect(day).to_be_hidden()
    page.get_by_role("button", name="Open the menu").tap()
    expect(day).to_be_visible()
    page.keyboard.press("Escape")
    expect(day).to_be_hidden()

    page.get_by_role("button", name="Open the menu").tap()
    day.tap()

    expect(page.get_by_role("heading", level=1)).to_have_text("Tuesday, 18 February 2025")


def test_question_is_asked(open_page: Callable[..., Page]) -> None:
    """The composer is on the screen and its button sends."""
    page = open_page(BOB, **PHONE)
    page.goto("/")
    page.get_by_label("Message", exact=True).fill("From the bus")
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)

    page.get_by_role("button", name="Send").tap()

    expect(page.locator(".message.assistant .prose").last).to_have_text("Yes.")


@pytest.mark.parametrize(
    ("user", "path"),
    [
        (None, "/login"),
        (BOB, "/"),
        (BOB, f"/journal/{LONG_DAY}"),
        (MALLORY, f"/journal/{SHOWN_DAY}"),
        (BOB, "/search?q=needle"),
        (BOB, "/settings"),
        (BOB, "/no-such-page"),
    ],
)
def test_no_page_is_wider_than_the_screen(
    open_page: Callable[..., Page], watch: Watch, user: str | None, path: str
) -> None:
    """Nothing has to be scrolled sideways but what scrolls by itself."""
    page = open_page(user, **PHONE)
    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    # Most pages scroll in their main part, which hides from the document how wide it is.
    assert page.evaluate("document.querySelector('main').scrollWidth") <= 360
    watch.forgive("404 (Not Found)")
