"""Which messages one job learns."""

from collections.abc import Sequence
from dataclasses import dataclass

from exobrain.lib.text import estimate_tokens
from knowledge.events import MAX_WIRE_CHARS
from knowledge.types import SourceMessage

# What the queue carries, whatever the setting says; messages of one or two characters count no
# tokens at all. With the setting's default only the number of messages can matter.
MAX_CHUNK_MESSAGES = 1000
MAX_CHUNK_CHARS = MAX_WIRE_CHARS


@dataclass(frozen=True, slots=True)
class DayMessage:
    """A message where it stands in its journal."""

    message: SourceMessage
    is_free: bool = True  # neither learned nor leased by another update: else it ends a chunk
    is_ready: bool = True  # finished: else it is passed over


def chunked(day_messages: Sequence[DayMessage], *, max_tokens: int) -> list[list[SourceMessage]]:
    """Consecutive free messages of one journal each, as many as `max_tokens` holds, in order.

    `day_messages` are whole journals, by reference and sequence. A message that is too long on its
    own has a chunk of its own.
    """
    chunks: list[list[SourceMessage]] = []
    may_continue = False  # no message that is not free came since the last chunk's end
    tokens = chars = 0  # of the last chunk
    for each in day_messages:
        message = each.message
        if not each.is_free:
            may_continue = False
        elif each.is_ready and message.content:
            tokens += estimate_tokens(message.content)
            chars += len(message.content)
            if (
                may_continue
                and chunks[-1][-1].reference == message.reference
                and tokens <= max_tokens
                and chars <= MAX_CHUNK_CHARS
                and len(chunks[-1]) < MAX_CHUNK_MESSAGES
            ):
                chunks[-1].append(message)
            else:
                chunks.append([message])
                tokens, chars = estimate_tokens(message.content), len(message.content)
            may_continue = True
    return chunks
