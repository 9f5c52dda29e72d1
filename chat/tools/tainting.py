"""Whether others may speak to the model in what it is given of the user's.

It is told by where a text is from, never by what it says: an answer that is marked, a memory of low
trust, or a message so long that the user will have pasted it.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from chat.tools.permissions import looks_pasted
from journal.selectors import messages_by_ids
from journal.types import StoredMessage
from knowledge.types import BlockKind, Recalled, Trust


def are_from_outside(messages: Iterable[StoredMessage]) -> bool:
    """True when one of the messages may hold what somebody other than the user wrote."""
    return any(
        message.is_from_outside or (message.role == "user" and looks_pasted(message.content))
        for message in messages
    )


def are_memories_from_outside(memories: Sequence[Recalled], *, user_id: UUID) -> bool:
    """The same of the user's memories; what was pasted once is so for ever.

    A passage is as its message is, of which it may be a small part.
    """
    if any(memory.trust < Trust.INFERRED for memory in memories):
        return True
    said = [id_ for each in memories if each.kind == BlockKind.EPISODE for id_ in each.message_ids]
    return bool(said) and are_from_outside(messages_by_ids(user_id=user_id, ids=said))
