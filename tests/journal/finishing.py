"""Finishing one message, as most tests need it."""

from typing import Any
from uuid import UUID

from journal.services import finish_messages
from journal.types import FinalMessage


def finish_message(*, message_id: UUID, **final: Any) -> bool:
    """The message has its final form; tells whether it was still streaming."""
    return message_id in finish_messages(finals=[FinalMessage(message_id, **final)])
