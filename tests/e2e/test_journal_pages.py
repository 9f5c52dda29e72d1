"""Days that are over, and finding something in them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.world import BOB, LONG_DAY, LONG_DAY_EXCHANGES

pytestmark = pytest.mark.xdist_group("e2e")

SHOWN_FIRST = 50  # messages


@pytest.fixture
def bobs(open_page: Callable[..., Page]) -> Page:
    """Bob's chat; he has many days."""
    page = open_page(BOB)
    page.goto("/")
    return page


def test_another_day_can_be_read_and_not_written(bobs: Page) -> None:
    """A day of the list opens, is marked in the list and has no composer; today has one."""
    bobs.get_by_role("link", name=re.compile("Tue 18 Feb 2025")).click()

    expect(bobs.get_by_role("heading", level=1)).to_have_text("Tuesday, 18 February 2025")
    expect(bobs.locator(".days [aria-current=page]")).to_contain_text("Tue 18 Feb 2025")
    expect(bobs.get_by_label("Message", exact=True)).to_have_count(0)
    bobs.get_by_role("link", name="Go to today").click()
    expect(bobs.get_by_label("Message", exact=True)).to_be_enabled()


def test_earlier_messages_come_on_demand(bobs: Page) -> None:
    """A long day opens at its end; what came before is fetched and keeps the reader's place."""
    bobs.goto(f"/journal/{LONG_DAY}")
    expect(bobs.locator(".message")).to_have_count(SHOWN_FIRST)
    expect(bobs.locator(".message").last).to_be_in_viewport()
    first = bobs.locator(".message").first
    before = first.bounding_box()

    bobs.get_by_role("button", name="Earlier messages").click()
    expect(bobs.locator(".message")).to_have_count(2 * SHOWN_FIRST)

    seen = bobs.locator(".message").nth(SHOWN_FIRST).bounding_box()
    assert before is not None
    assert seen is not None
    bobs.get_by_role("button", name="Earlier messages").click()
    expect(bobs.locator(".message")).to_have_count(2 * LONG_DAY_EXCHANGES)
    expect(bobs.get_by_role("button", name="Earlier messages")).to_have_count(0)


def test_older_days_come_on_demand(bobs: Page) -> None:
    """The list of days goes on as far as there are days."""
    days = bobs.locator(".days a")
    expect(days).to_have_count(31)

    bobs.get_by_role("button", name="Older days").click()

    expect(days).to_have_count(41)
    expect(bobs.get_by_role("button", name="Older days")).to_have_count(0)


def test_search_leads_to_the_message(bobs: Page) -> None:
    """What is found is marked, and a click shows it in its day, also when that is long."""
    bobs.get_by_role("searchbox").fill("NEEDLE7*")
    bobs.get_by_role("searchbox").press("Enter")
    expect(bobs.locator(".results mark")).to_have_text("needle7*")

    bobs.locator(".results li li a").click()

    expect(bobs.locator(".message:target")).to_contain_text("Answer 7,")
    expect(bobs.locator(".message:target")).to_be_in_viewport()
    expect(bobs.get_by_role("link", name="Later messages")).to_be_attached()


def test_search_takes_signs_as_text(bobs: Page) -> None:
    """A per cent sign is one, and nothing is found for what was not said."""
    bobs.goto("/search?q=100%25")
    expect(bobs.locator(".results mark").first).to_have_text("100%")

    bobs.goto("/search?q=" + "%3Cscript%3E")

    expect(bobs.get_by_text("Nothing was found for “<script>”.")).to_be_visible()
