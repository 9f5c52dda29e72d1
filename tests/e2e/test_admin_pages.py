"""The admin in a browser: under its own policy, and with a clean console."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.world import BOB, OPERATOR

pytestmark = pytest.mark.xdist_group("e2e")


def test_operator_finds_a_user(open_page: Callable[..., Page]) -> None:
    """Lists, search and forms work; the users' way to sign in is the operators' too."""
    page = open_page(OPERATOR)
    page.goto("/admin/")
    page.get_by_role("link", name="Users").first.click()
    page.goto("/admin/accounts/user/?q=bob")
    page.get_by_role("link", name=BOB).click()

    expect(page.get_by_label("Email")).to_have_value(BOB)
    expect(page.get_by_label("Display name")).to_have_value("Bob")


def test_words_are_on_no_list(open_page: Callable[..., Page]) -> None:
    """The list of messages does not show what was said."""
    page = open_page(OPERATOR)
    page.goto(f"/admin/journal/message/?q={BOB}")

    expect(page.get_by_text(BOB).first).to_be_visible()
    expect(page.get_by_text("needle")).to_have_count(0)
