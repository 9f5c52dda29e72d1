"""What a user may change."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.world import ALICE, BOB

pytestmark = pytest.mark.xdist_group("e2e")


def test_theme_is_kept(open_page: Callable[..., Page]) -> None:
    """A theme is shown as soon as it is chosen, and everywhere once it is saved."""
    page = open_page(BOB)
    page.goto("/settings")
    page.get_by_label("Purple Intelligence").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "purple-intelligence")

    page.get_by_role("button", name="Save").first.click()

    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-theme", "purple-intelligence")
    page.goto("/settings")
    page.get_by_label("Gruvbox Dark").check()
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "gruvbox-dark")


def test_name_is_changed(open_page: Callable[..., Page]) -> None:
    """The new name is shown beside the days."""
    page = open_page(ALICE)
    page.goto("/settings")
    page.get_by_role("textbox", name="Name").fill("Alice in Wonderland")
    page.get_by_role("textbox", name="Name").press("Enter")

    expect(page.locator(".me .name")).to_have_text("Alice in Wonderland")
