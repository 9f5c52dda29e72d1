"""The tools of an answer on the page, and what it proposes to the memory."""

import threading

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.provider import Provider, Use
from tests.e2e.test_chat import answer_to, ask

pytestmark = pytest.mark.xdist_group("e2e")


def test_a_proposal_is_decided_below_the_answer(alices: Page, provider: Provider) -> None:
    """The card says what is proposed; a click decides, and it stays decided."""
    provider.will_say(Use("remember", {"text": "Alice drinks mate tea."}))
    provider.will_say("I have proposed it.")
    ask(alices, "Mate?")
    answer = answer_to(alices, "Mate?")
    card = answer.locator(".proposal")
    expect(card).to_contain_text("Alice drinks mate tea.")

    card.get_by_role("button", name="Remember").click()

    expect(card).to_contain_text("Remembered")
    expect(card.get_by_role("button")).to_have_count(0)
    alices.reload()
    expect(answer_to(alices, "Mate?").locator(".proposal")).to_contain_text("Remembered")


def test_a_tool_is_shown_once_whenever_the_page_is_loaded(alices: Page, provider: Provider) -> None:
    """While it is written, after a reload in the middle, and when it is over; folded."""
    gate = threading.Event()
    provider.will_say("Let me see. ", Use("upcoming", {"days": 3}))
    provider.will_say("Nothing ", gate, "at all.")
    ask(alices, "What is on?")
    cards = answer_to(alices, "What is on?").locator(".tool-call")
    expect(cards).to_have_count(1)
    expect(cards.locator(".state")).to_have_text("done")

    alices.reload()
    expect(cards).to_have_count(1)
    expect(cards.locator(".state")).to_have_text("done")
    gate.set()

    expect(answer_to(alices, "What is on?").locator(".prose")).to_contain_text("at all.")
    expect(cards).to_have_count(1)
    expect(cards).not_to_have_attribute("open", "")
    cards.locator("summary").click()
    expect(cards).to_contain_text("0 events found")
