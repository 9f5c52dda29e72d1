"""Getting in and out."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Watch, sign_in
from tests.e2e.world import ALICE, PASSWORD

pytestmark = pytest.mark.xdist_group("e2e")


def test_signing_in_leads_to_the_page_that_was_asked_for(page: Page) -> None:
    """A visitor is sent to sign in and then to where they wanted to go."""
    sign_in(page, ALICE, "/settings")

    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_wrong_password_is_said(page: Page, watch: Watch) -> None:
    """A wrong password stays on the page and says so."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(ALICE)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_have_text("E-mail or password is wrong.")
    expect(page.get_by_label("Password")).to_be_focused()
    watch.forgive("400 (Bad Request)")


def test_signing_out_ends_the_session(page: Page) -> None:
    """After signing out the chat asks for a sign-in again, and the tab forgets its draft."""
    sign_in(page, ALICE)
    page.get_by_label("Message").fill("half a thought")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    page.goto("/")

    expect(page).to_have_url("/login?next=/")
    assert "half a thought" not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_everything_can_be_done_with_the_keyboard(page: Page) -> None:
    """Sign in, ask, open a day and sign out without a pointer."""
    page.goto("/login")
    page.keyboard.type(ALICE)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.keyboard.type("From the keyboard")
    page.keyboard.press("Enter")
    expect(page.locator(".message.assistant .prose").last).to_have_text("Yes.")

    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.ariaLabel") == "Sign out":
            break
    page.keyboard.press("Enter")

    page.wait_for_url("**/login")
