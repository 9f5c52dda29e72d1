"""Which messages one job learns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.events import MAX_WIRE_CHARS
from knowledge.types import SourceMessage

CHARS_PER_TOKEN = 4
# What the queue carries, whatever the setting says; messages of one or two characters count no
# tokens at all. With the setting's default only the number of messages can matter.
MAX_CHUNK_MESSAGES = 1000
MAX_CHUNK_CHARS = MAX_WIRE_CHARS


@dataclass(frozen=True, slots=True)
class DayMessage:
    """A message where it stands in its journal."""

    message: SourceMessage
    is_free: bool = True  # neither learned nor taken by somebody else: else it ends a run
    is_ready: bool = True  # finished: else it is passed over


def chunked(days: Sequence[DayMessage], *, max_tokens: int) -> list[list[SourceMessage]]:
    """Consecutive free messages of one journal each, as many as `max_tokens` holds, in order.

    `days` are whole journals, by reference and sequence. A message that is too long on its own
    has a chunk of its own.
    """
    return [chunk for run in _runs(days) for chunk in _split(run, max_tokens=max_tokens)]


def tokens_of(text: str) -> int:
    """A fourth of the characters, halves to the even number."""
    return round(len(text) / CHARS_PER_TOKEN)


def _runs(days: Sequence[DayMessage]) -> Iterator[list[SourceMessage]]:
    run: list[SourceMessage] = []
    for each in days:
        is_elsewhere = bool(run) and run[-1].reference != each.message.reference
        if is_elsewhere or not each.is_free:
            yield run
            run = []
        if each.is_free and each.is_ready and each.message.content:
            run.append(each.message)
    yield run


def _split(run: Sequence[SourceMessage], *, max_tokens: int) -> Iterator[list[SourceMessage]]:
    chunk: list[SourceMessage] = []
    for message in run:
        if chunk and not _fits([*chunk, message], max_tokens=max_tokens):
            yield chunk
            chunk = []
        chunk.append(message)
    if chunk:
        yield chunk


def _fits(chunk: Sequence[SourceMessage], *, max_tokens: int) -> bool:
    return (
        sum(tokens_of(message.content) for message in chunk) <= max_tokens
        and sum(len(message.content) for message in chunk) <= MAX_CHUNK_CHARS
        and len(chunk) <= MAX_CHUNK_MESSAGES
    )
