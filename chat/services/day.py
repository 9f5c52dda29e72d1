"""The day so far, as the model may be told of it."""

from collections.abc import Sequence
from uuid import UUID

from chat.agent.prompt import context_characters
from chat.selectors import messages_for_model
from exobrain.lib.config import Config
from journal.selectors import recent_messages, uncommitted
from journal.types import StoredMessage


def day_so_far(
    *, user_id: UUID, journal_id: UUID, before_sequence: int, question: str, config: Config
) -> list[StoredMessage]:
    """The day's messages before that sequence, as many as fit beside the question, oldest first.

    A mark stands in the place of what the user had forgotten and, for a model elsewhere, of what
    is private; the answer to such a message was made from it and is withheld whole.
    """
    messages = recent_messages(
        user_id=user_id,
        journal_id=journal_id,
        before_sequence=before_sequence,
        max_chars=context_characters(tokens=config.main_agent_context_tokens, question=question),
    )
    return messages_for_model(messages, user_id=user_id, is_elsewhere=config.model_is_elsewhere)


def not_learned_of(
    messages: Sequence[StoredMessage], *, user_id: UUID | None
) -> list[StoredMessage]:
    """Those of the user's messages that the memory does not have yet; a visitor has none."""
    if user_id is None or not messages:
        return []
    found = uncommitted(user_id=user_id, ids=[message.id for message in messages])
    waiting = {message.id for message in found}
    return [message for message in messages if message.id in waiting]
