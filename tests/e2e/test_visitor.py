"""Chatting without an account, where the operator allows it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import WAIT_MILLISECONDS, Watch, serving
from tests.e2e.provider import Provider
from tests.forks import Forks

pytestmark = pytest.mark.xdist_group("e2e")


@pytest.fixture(scope="module")
def open_server(forks: Forks) -> Iterator[str]:
    """The product, open to visitors."""
    with serving(forks, CHAT_ALLOW_ANONYMOUS="true") as address:
        yield address


def test_visitor_chats_and_nothing_stays(
    chrome: Browser, open_server: str, provider: Provider
) -> None:
    """A visitor gets a rendered answer, and an empty page when they come back."""
    watch = Watch(open_server)
    with chrome.new_context(base_url=open_server) as context:
        context.set_default_timeout(WAIT_MILLISECONDS)
        page = context.new_page()
        watch.over(page)
        page.goto("/")
        provider.will_say("You are **welcome**.")
        page.get_by_label("Message").fill("May I?")
        page.get_by_label("Message").press("Enter")
        expect(page.locator(".message.assistant .prose strong")).to_have_text("welcome")
        expect(page.locator(".message.user")).to_have_count(1)

        page.reload()

        expect(page.locator(".message")).to_have_count(0)
    assert watch.offences == []
