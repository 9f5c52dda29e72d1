"""An answer while it is written, and when it is done."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from journal.models import Message, ToolCall
from journal.services import save_partial
from journal.types import FinalStatus, ToolCallDraft
from tests.factories import JournalFactory, MessageFactory
from tests.journal.finishing import finish_message


@pytest.fixture
def answer(alice: User) -> Message:
    """The place of an answer that is being written."""
    return MessageFactory(
        journal=JournalFactory(user=alice), role="assistant", content="", status="streaming"
    )


def test_a_partial_answer_is_kept(answer: Message) -> None:
    """What has been written so far is in the row, which goes on streaming."""
    assert save_partial(message_id=answer.id, content="Hello, w")

    answer.refresh_from_db()
    assert (answer.content, answer.status) == ("Hello, w", "streaming")


def test_a_partial_answer_is_news_to_its_reader(answer: Message, alice: User) -> None:
    """The owner's revision grows with every checkpoint."""
    save_partial(message_id=answer.id, content="Hello, w")

    assert User.objects.get(id=alice.id).revision == alice.revision + 1


def test_a_late_checkpoint_changes_nothing(answer: Message) -> None:
    """A message that is done is not made shorter again."""
    finish_message(message_id=answer.id, content="Hello, world", status="complete")

    assert not save_partial(message_id=answer.id, content="Hello, w")

    answer.refresh_from_db()
    assert answer.content == "Hello, world"


@pytest.mark.parametrize("status", ["complete", "interrupted", "failed"])
def test_an_answer_is_finished(answer: Message, status: FinalStatus) -> None:
    """Content, status, model and usage are in the row."""
    changed = finish_message(
        message_id=answer.id,
        content="Hello",
        status=status,
        model="agent",
        metadata={"usage": {"input_tokens": 3}},
    )

    answer.refresh_from_db()
    assert changed
    assert (answer.content, answer.status, answer.model) == ("Hello", status, "agent")
    assert answer.metadata == {"usage": {"input_tokens": 3}}


def test_finishing_is_news_to_its_reader(answer: Message, alice: User) -> None:
    """The owner's revision grows."""
    finish_message(message_id=answer.id, content="Hello", status="complete")

    assert User.objects.get(id=alice.id).revision == alice.revision + 1


def test_the_first_finish_stays(answer: Message, alice: User) -> None:
    """A second finish changes neither the message, nor its tool calls, nor the revision."""
    finish_message(message_id=answer.id, content="Hello", status="complete")

    changed = finish_message(
        message_id=answer.id,
        content="",
        status="interrupted",
        tool_calls=[ToolCallDraft(tool_call_id="1", title="t", description="d")],
    )

    answer.refresh_from_db()
    assert not changed
    assert (answer.content, answer.status) == ("Hello", "complete")
    assert not ToolCall.objects.exists()
    assert User.objects.get(id=alice.id).revision == alice.revision + 1


def test_without_content_the_checkpoint_stays(answer: Message) -> None:
    """A crashed generation is finished with what was saved last."""
    save_partial(message_id=answer.id, content="Hello, w")

    finish_message(message_id=answer.id, content=None, status="interrupted")

    answer.refresh_from_db()
    assert (answer.content, answer.status) == ("Hello, w", "interrupted")


def test_the_model_of_the_draft_stays_unless_another_is_named(answer: Message) -> None:
    """An unnamed model does not blank the one that the placeholder has."""
    Message.objects.filter(id=answer.id).update(model="agent")

    finish_message(message_id=answer.id, content="Hello", status="complete")

    answer.refresh_from_db()
    assert answer.model == "agent"


def test_what_postgresql_cannot_hold_is_left_out(answer: Message) -> None:
    """A NUL character from a model does not lose the answer around it."""
    finish_message(message_id=answer.id, content="Hel\x00lo", status="complete")

    answer.refresh_from_db()
    assert answer.content == "Hello"


def test_tool_calls_keep_their_order(answer: Message) -> None:
    """Tool calls are stored in the order they were made, calls without an id left out."""
    drafts = [
        ToolCallDraft(tool_call_id=f"call-{n}" if n else "", title="t", description="d")
        for n in range(20)
    ]

    finish_message(message_id=answer.id, content="Hello", status="complete", tool_calls=drafts)

    stored = ToolCall.objects.filter(message=answer).values_list("tool_call_id", flat=True)
    assert list(stored) == [f"call-{n}" for n in range(1, 20)]


def test_a_repeated_tool_call_id_does_not_cost_the_answer(answer: Message) -> None:
    """The first of two calls with one id is kept, and the answer is finished."""
    drafts = [
        ToolCallDraft(tool_call_id="same", title=title, description="d")
        for title in ("first", "second")
    ]

    finish_message(message_id=answer.id, content="Hello", status="complete", tool_calls=drafts)

    answer.refresh_from_db()
    assert answer.status == "complete"
    assert ToolCall.objects.get().title == "first"


def test_times_of_the_message_stay(answer: Message) -> None:
    """A message keeps the time it was asked for; only updated_at moves."""
    Message.objects.filter(id=answer.id).update(updated_at=datetime(2025, 1, 14, tzinfo=UTC))

    finish_message(message_id=answer.id, content="Hello", status="complete")

    created_at = answer.created_at
    answer.refresh_from_db()
    assert answer.created_at == created_at
    assert answer.updated_at > datetime(2025, 1, 14, tzinfo=UTC)
