"""The conversation, with everything that can come between question and answer."""

import re
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.e2e.provider import Cut, Provider
from tests.e2e.world import ALICE

pytestmark = pytest.mark.xdist_group("e2e")


def ask(page: Page, question: str) -> None:
    """The question is sent."""
    page.get_by_label("Message").fill(question)
    page.get_by_label("Message").press("Enter")


def answer_to(page: Page, question: str) -> Locator:
    """The answer that follows the question; both must be there exactly once."""
    asked = page.locator(".message.user").filter(has_text=question)
    expect(asked).to_have_count(1)
    return page.locator(f".message.user:has-text('{question}') + .message.assistant")


def test_answer_is_rendered_when_it_is_complete(alices: Page, provider: Provider) -> None:
    """The text grows as it comes, plainly, and then gets its form."""
    gate = threading.Event()
    provider.will_say("It is **bold", gate, "** now.")
    ask(alices, "How is it?")
    answer = answer_to(alices, "How is it?")
    expect(answer.locator(".growing .text")).to_have_text("It is **bold")

    gate.set()

    expect(answer.locator(".prose strong")).to_have_text("bold")
    expect(answer.locator(".prose")).to_have_text("It is bold now.")
    expect(answer.locator("time")).to_have_text(re.compile(r"\d\d:\d\d"))


def test_thoughts_are_folded_while_they_come_and_after(alices: Page, provider: Provider) -> None:
    """What the model thinks is kept apart from what it says, also after a reload."""
    gate = threading.Event()
    provider.will_say("<think>Owls, hm", "m.</think>", gate, "Four.")
    ask(alices, "How many owls?")
    answer = answer_to(alices, "How many owls?")
    expect(answer.locator(".reasoning summary")).to_have_text("Thinking…")
    expect(answer.locator(".reasoning .thoughts")).to_be_hidden()

    gate.set()
    expect(answer.locator(".prose")).to_have_text("Four.")
    alices.reload()
    answer.locator(".reasoning summary").click()

    expect(answer.locator(".reasoning .thoughts")).to_have_text("Owls, hmm.")
    expect(answer.locator(".prose")).to_have_text("Four.")


def test_a_busy_model_is_waited_for_in_sight(alices: Page, provider: Provider) -> None:
    """The page says so until the answer begins."""
    gate = threading.Event()
    provider.will_be_busy(1)
    provider.will_say("Now.", gate)
    ask(alices, "Are you free?")
    answer = answer_to(alices, "Are you free?")
    expect(answer.locator(".wait-notice")).to_have_text("The model is busy; trying again in 1 s.")

    expect(answer.locator(".growing .text")).to_have_text("Now.")
    expect(answer.locator(".wait-notice")).to_have_count(0)
    gate.set()
    expect(answer.locator(".prose")).to_have_text("Now.")


def test_an_answer_that_was_cut_can_be_continued(alices: Page, provider: Provider) -> None:
    """The page says so, also after a reload, and asks the model to go on; then no more."""
    provider.will_say("One, two,", Cut())
    ask(alices, "Count to three!")
    cut = answer_to(alices, "Count to three!")
    expect(cut.locator(".outcome")).to_contain_text("The answer was cut off")
    alices.reload()
    provider.will_say("three.")

    cut.get_by_role("button", name="Continue").click()

    expect(answer_to(alices, "Please continue.").locator(".prose")).to_have_text("three.")
    expect(alices.get_by_role("button", name="Continue")).to_have_count(0)


def test_reload_in_the_middle_loses_and_doubles_nothing(alices: Page, provider: Provider) -> None:
    """After a reload the answer is there from its start and goes on to its end, once."""
    gate = threading.Event()
    provider.will_say("The first half ", gate, "and the second.")
    ask(alices, "Both halves?")
    expect(answer_to(alices, "Both halves?")).to_contain_text("The first half")

    alices.reload()
    expect(answer_to(alices, "Both halves?")).to_contain_text("The first half")
    gate.set()

    answer = answer_to(alices, "Both halves?")
    expect(answer.locator(".prose")).to_have_text("The first half and the second.")
    expect(alices.locator(".message", has_text="The first half")).to_have_count(1)


def test_lost_connection_is_resumed(open_page: Callable[..., Page], provider: Provider) -> None:
    """When the socket breaks in the middle, a new one goes on where it was."""
    sockets: list[WebSocketRoute] = []

    def connect(route: WebSocketRoute) -> None:
        sockets.append(route)
        route.connect_to_server()

    page = open_page(ALICE)
    page.route_web_socket("**/ws/chat/", connect)
    page.goto("/")
    gate = threading.Event()
    provider.will_say("Before. ", gate, "After.")
    ask(page, "Through the storm?")
    expect(answer_to(page, "Through the storm?")).to_contain_text("Before.")

    sockets[0].close(code=1001)
    gate.set()

    answer = answer_to(page, "Through the storm?")
    expect(answer.locator(".prose")).to_have_text("Before. After.")
    assert len(sockets) == 2


def test_unreachable_server_is_said_and_the_message_kept(
    open_page: Callable[..., Page], provider: Provider
) -> None:
    """A message written without a connection is shown as waiting, and sent when there is one."""
    is_up = threading.Event()

    def connect(route: WebSocketRoute) -> None:
        if is_up.is_set():
            route.connect_to_server()
        else:
            route.close(code=1001)

    page = open_page(ALICE)
    page.route_web_socket("**/ws/chat/", connect)
    page.goto("/")
    expect(page.locator("#notice")).to_have_text("The connection is lost. Trying again…")
    ask(page, "Anybody there?")
    expect(page.locator(".message.user").last).to_contain_text("Waiting for the connection")
    page.reload()
    expect(page.locator(".message.user").last).to_contain_text("Anybody there?")

    is_up.set()

    expect(answer_to(page, "Anybody there?").locator(".prose")).to_have_text("Yes.")
    expect(page.locator("#notice")).to_be_hidden()


def test_refused_message_can_be_edited(alices: Page) -> None:
    """What the server does not take is kept, with its reason, and goes back to the composer."""
    ask(alices, "with a NUL \x00 inside")
    unsent = alices.locator(".message.user").last
    expect(unsent).to_contain_text("NUL")

    unsent.get_by_role("button", name="Edit").click()

    expect(alices.get_by_label("Message")).to_have_value(re.compile("with a NUL"))
    expect(alices.locator(".message.user", has_text="with a NUL")).to_have_count(0)


def test_stop_keeps_what_was_written(alices: Page, provider: Provider) -> None:
    """Stop ends the answer; its text stays and is marked, also after a reload."""
    gate = threading.Event()
    provider.will_say("Only this much", gate, " and never this.")
    ask(alices, "Tell me all")
    expect(answer_to(alices, "Tell me all")).to_contain_text("Only this much")

    alices.get_by_role("button", name="Stop the answer").click()

    answer = answer_to(alices, "Tell me all")
    expect(answer.locator(".outcome")).to_have_text("This answer was stopped before its end.")
    expect(alices.get_by_role("button", name="Send")).to_be_visible()
    alices.reload()
    expect(answer_to(alices, "Tell me all").locator(".prose")).to_have_text("Only this much")
    gate.set()


def test_failing_model_is_said_and_the_next_answer_works(alices: Page, provider: Provider) -> None:
    """A model that fails leaves its reason; the conversation goes on."""
    provider.will_refuse(401)
    ask(alices, "With a bad key?")
    failed = answer_to(alices, "With a bad key?")
    expect(failed.locator(".outcome.bad")).to_contain_text("credentials")
    alices.reload()
    expect(failed.locator(".outcome.bad")).to_contain_text("credentials")

    ask(alices, "And now?")

    expect(answer_to(alices, "And now?").locator(".prose")).to_have_text("Yes.")


def test_other_tabs_follow(
    open_page: Callable[..., Page], alices: Page, provider: Provider
) -> None:
    """A question asked in one tab is answered in the other too."""
    other = open_page(ALICE)
    other.goto("/")
    gate = threading.Event()
    provider.will_say("To all ", gate, "of you.")

    ask(alices, "Who hears me?")

    expect(answer_to(other, "Who hears me?").locator(".text")).to_have_text("To all ")
    gate.set()
    expect(answer_to(other, "Who hears me?").locator(".prose")).to_have_text("To all of you.")
    expect(answer_to(alices, "Who hears me?").locator(".prose")).to_have_text("To all of you.")


def test_what_others_asked_meanwhile_is_found(
    open_page: Callable[..., Page], alices: Page, provider: Provider
) -> None:
    """A page that was cut off learns of a question asked in another tab when it is back."""
    is_up = threading.Event()
    is_up.set()
    sockets: list[WebSocketRoute] = []

    def connect(route: WebSocketRoute) -> None:
        sockets.append(route)
        if is_up.is_set():
            route.connect_to_server()
        else:
            route.close(code=1001)

    other = open_page(ALICE)
    other.route_web_socket("**/ws/chat/", connect)
    other.goto("/")
    expect(other.get_by_label("Message")).to_be_enabled()
    is_up.clear()
    sockets[0].close(code=1001)
    gate = threading.Event()
    provider.will_say("While you were ", gate, "away.")
    ask(alices, "Did you miss me?")
    expect(answer_to(alices, "Did you miss me?")).to_contain_text("While you were")

    is_up.set()

    expect(answer_to(other, "Did you miss me?").locator(".text")).to_have_text("While you were ")
    gate.set()
    expect(answer_to(other, "Did you miss me?").locator(".prose")).to_have_text(
        "While you were away."
    )


def test_unsent_text_survives_a_reload(alices: Page) -> None:
    """What was typed and not sent is still there."""
    alices.get_by_label("Message").fill("a thought in the making")

    alices.reload()

    expect(alices.get_by_label("Message")).to_have_value("a thought in the making")


def test_shift_and_enter_start_a_line(alices: Page, provider: Provider) -> None:
    """Enter sends, with Shift it does not; the lines stay lines."""
    message = alices.get_by_label("Message")
    message.fill("one")
    message.press("Shift+Enter")
    message.press_sequentially("two")
    message.press("Enter")

    expect(alices.locator(".message.user .body").last).to_have_text("one\ntwo", use_inner_text=True)


def test_answer_is_announced_once_and_whole(alices: Page, provider: Provider) -> None:
    """A screen reader is told the answer when it is complete, and no piece of it before."""
    gate = threading.Event()
    provider.will_say("In ", gate, "one piece.")
    ask(alices, "How do I hear it?")
    answer = answer_to(alices, "How do I hear it?")
    expect(answer.locator(".growing")).to_have_attribute("aria-busy", "true")
    expect(alices.locator("#announcer")).to_be_empty()

    gate.set()

    expect(alices.locator("#announcer")).to_have_text("In one piece.")


def test_reader_of_earlier_messages_is_left_alone(alices: Page, provider: Provider) -> None:
    """New text scrolls along for whoever is at the end, and for nobody else."""
    gate = threading.Event()
    provider.will_say("line\n\n" * 80, gate, "more\n\n" * 80)
    ask(alices, "A long one?")
    expect(answer_to(alices, "A long one?")).to_contain_text("line")
    alices.locator("#main").evaluate("(main) => { main.scrollTop = 0; }")

    gate.set()
    expect(answer_to(alices, "A long one?").locator(".prose")).to_contain_text("more")

    assert alices.locator("#main").evaluate("(main) => main.scrollTop") == 0


def test_late_maths_does_not_push_the_end_away(alices: Page, provider: Provider) -> None:
    """Formulas and diagrams grow after the page was drawn; its end stays in view."""
    formula = "$$\\frac{1}{\\frac{1}{\\frac{1}{\\frac{1}{x}}}}$$\n\n"
    diagram = "```mermaid\ngraph TD; A-->B; B-->C\n```\n\n"
    provider.will_say("line\n\n" * 40, formula * 4, diagram, "The end")
    ask(alices, "With formulas?")
    expect(answer_to(alices, "With formulas?").locator(".typeset")).to_have_count(4)

    alices.reload()

    answer = answer_to(alices, "With formulas?")
    expect(answer.locator(".typeset")).to_have_count(4)
    expect(answer.locator(".diagram img")).to_be_visible()
    expect(answer.get_by_text("The end")).to_be_in_viewport(ratio=1)


def test_end_of_the_session_leads_to_sign_in(alices: Page) -> None:
    """When the session has ended elsewhere, a question leads to the sign-in page."""
    alices.context.clear_cookies()
    ask(alices, "Still me?")
    alices.reload()

    expect(alices).to_have_url("/login?next=/")


def test_new_day_opens_its_own_page(alices: Page, provider: Provider) -> None:
    """A page left open over midnight shows the new day as soon as something is said on it."""
    alices.locator("[data-chat]").evaluate("(list) => { list.dataset.reference = '2020/01/01'; }")
    alices.evaluate("window.isOld = true")

    ask(alices, "Good morning")

    expect(answer_to(alices, "Good morning").locator(".prose")).to_have_text("Yes.")
    assert alices.evaluate("window.isOld") is None
