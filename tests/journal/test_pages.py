"""Pages of the journal."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from journal.models import Journal, Message, ToolCall
from journal.services import today_reference
from tests.factories import JournalFactory, MessageFactory, TurnFactory

DAY = "2025/02/18"


@pytest.fixture
def alices(alice: User, as_user: Callable[[User], Client]) -> Client:
    """Alice's browser."""
    return as_user(alice)


@pytest.fixture
def day(alice: User) -> Journal:
    """A day of Alice's."""
    return JournalFactory(user=alice, reference=DAY)


def test_a_day_shows_its_messages_in_order(alices: Client, day: Journal) -> None:
    """Oldest first; answers are rendered, questions are shown as they were typed."""
    MessageFactory(journal=day, content="*first* <b>")
    MessageFactory(journal=day, role="assistant", content="*second*")

    page = alices.get(f"/journal/{DAY}").content.decode()

    assert page.index("*first* &lt;b&gt;") < page.index("<em>second</em>")
    assert "Tuesday, 18 February 2025" in page
    assert "This day is over" in page


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_a_day_tells_why_an_answer_broke_off(alices: Client, day: Journal, status: str) -> None:
    """In the words that were said at the time."""
    reason = {"error": "The model was asleep."}
    MessageFactory(journal=day, role="assistant", status=status, metadata=reason)

    assert "The model was asleep." in alices.get(f"/journal/{DAY}").content.decode()


@pytest.mark.parametrize(
    ("status", "words"), [("failed", "The model failed"), ("interrupted", "was stopped")]
)
def test_a_day_says_that_an_answer_broke_off(
    alices: Client, day: Journal, status: str, words: str
) -> None:
    """Also when nobody knows why."""
    MessageFactory(journal=day, role="assistant", status=status)

    assert words in alices.get(f"/journal/{DAY}").content.decode()


def test_today_is_the_chat(alices: Client) -> None:
    """Today's own address leads to where one can write."""
    assert alices.get(f"/journal/{today_reference()}")["Location"] == "/"


@pytest.mark.parametrize("path", ["2025/02/30", "2025/01/01", "0000/00/00"])
def test_a_day_without_a_journal_is_not_found(alices: Client, path: str) -> None:
    """What is no day, or has no journal, is 404 in the pages' own look."""
    answer = alices.get(f"/journal/{path}")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_long_day_comes_in_pages(alices: Client, day: Journal) -> None:
    """The newest fifty come first, the rest when asked for, and nothing twice."""
    for number in range(60):
        MessageFactory(journal=day, content=f"message number {number:02}.")

    last = alices.get(f"/journal/{DAY}").content.decode()
    first = alices.get(f"/journal/{DAY}/older?before=11").content.decode()

    assert last.count("<article") == 50
    assert f"/journal/{DAY}/older?before=11" in last
    assert "message number 10." in last
    assert first.count("<article") == 10
    assert "older?before" not in first


@pytest.mark.parametrize("before", ["-1", "0", "x", "99999999999999999999", "٣"])
def test_a_strange_cursor_does_no_harm(alices: Client, day: Journal, before: str) -> None:
    """Whatever stands for a sequence, the answer is a page."""
    MessageFactory(journal=day)

    assert alices.get(f"/journal/{DAY}/older", {"before": before}).status_code == 200


def test_days_come_in_pages(alices: Client, alice: User) -> None:
    """The list shows thirty days and then more, without today."""
    for number in range(1, 29):
        JournalFactory(user=alice, reference=f"2025/02/{number:02}")
        JournalFactory(user=alice, reference=f"2025/01/{number:02}")

    page = alices.get("/").content.decode()
    rest = alices.get("/journal/days?before=2025/01/27&current=2025/01/05").content.decode()

    assert page.count('href="/journal/2025') == 30
    assert "/journal/days?before=2025/01/27" in page
    assert rest.count('href="/journal/2025') == 26
    assert rest.count('aria-current="page"') == 1


def test_a_tool_call_is_shown(alices: Client, day: Journal) -> None:
    """What the assistant used is told with its answer, escaped."""
    message = MessageFactory(journal=day, role="assistant", content="Found.")
    ToolCall.objects.create(
        message=message,
        tool_call_id="1",
        title="Search <the> web",
        description="for tulips",
        response="12 hits",
    )

    page = alices.get(f"/journal/{DAY}").content.decode()

    assert "Search &lt;the&gt; web" in page
    assert "12 hits" in page


def test_a_broken_answer_says_so(alices: Client, day: Journal) -> None:
    """An answer that was stopped or failed is marked."""
    MessageFactory(journal=day, role="assistant", content="a", status="interrupted")
    MessageFactory(journal=day, role="assistant", content="b", status="failed")

    page = alices.get(f"/journal/{DAY}").content.decode()

    assert "This answer was stopped before its end." in page
    assert "The model failed before the end of this answer." in page


def test_an_answer_being_written_can_be_followed(alices: Client, alice: User) -> None:
    """Today's page tells the script which stream fills which answer."""
    today = JournalFactory(user=alice, reference=today_reference())
    question = MessageFactory(journal=today)
    answer = MessageFactory(journal=today, role="assistant", content="So far", status="streaming")
    turn = TurnFactory(user=alice, question=question, answer=answer)

    page = alices.get("/").content.decode()

    assert f'data-stream-id="{turn.id}"' in page
    assert '<div class="text">So far</div>' in page


def test_search_marks_what_it_found(alices: Client, day: Journal) -> None:
    """The words are marked where they stand, as text, and lead to their message."""
    message: Message = MessageFactory(journal=day, content="<i>100% of the Tulips_</i>")

    page = alices.get("/search", {"q": "TULIPS_"}).content.decode()

    assert "<mark>Tulips_</mark>" in page
    assert "&lt;i&gt;100% of the " in page
    assert f"#message-{message.id}" in page
    assert f'<h2><a href="/journal/{DAY}">' in page


def test_search_shows_words_as_the_day_does(alices: Client, day: Journal) -> None:
    """An answer without the marks of its Markdown, what the user typed as it was typed."""
    MessageFactory(journal=day, role="assistant", content="Red **tulips**, `<b>`")
    MessageFactory(journal=day, role="user", content="*more* tulips")

    page = alices.get("/search", {"q": "tulips"}).content.decode()

    assert "Red <mark>tulips</mark>, &lt;b&gt;" in page
    assert "*more* <mark>tulips</mark>" in page


@pytest.mark.parametrize(
    "query", ["", " ", "%", "_", "\x00", "a" * 5000, "<script>alert(1)</script>"]
)
def test_any_query_has_an_answer(alices: Client, day: Journal, query: str) -> None:
    """Signs are text, nothing runs, and nothing is found that was not said."""
    MessageFactory(journal=day, content="plain words")

    answer = alices.get("/search", {"q": query})

    assert answer.status_code == 200
    assert "plain words" not in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
