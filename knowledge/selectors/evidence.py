"""The words of the journal that something is known from."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knowledge.models import Block, Mention, Redaction, Source
from knowledge.types import BlockKind

AROUND = 120  # characters shown before and after what was cited
LONGEST_QUOTE = 400
EACH = 3  # quotes of one record, the latest
MOST_MENTIONS = 200  # of all entities that are asked about


@dataclass(frozen=True)
class Evidence:
    """A quote of a message, with its place."""

    quote: str
    message_id: UUID
    reference: str
    sequence: int
    role: str
    said_at: datetime


def evidence_of(*, user_id: UUID, record_ids: Iterable[UUID]) -> dict[UUID, list[Evidence]]:
    """The latest quotes that each block or entity is known from.

    What the memory does not know of a message any more is not quoted.
    """
    wanted = set(record_ids)
    mentions = dict(
        Mention.objects.filter(user_id=user_id, entity__in=wanted, block__kind=BlockKind.EPISODE)
        .order_by("-block__said_at")
        .values_list("id", "entity_id")[:MOST_MENTIONS]
    )
    sources = list(
        Source.objects.filter(user_id=user_id, record_id__in=[*wanted, *mentions])
        .exclude(table="entity")  # a name without what was said of it
        .select_related("message__journal")
        .order_by("-message__created_at", "-message__sequence", "start")
    )
    redacted = _redactions(user_id, {source.message_id for source in sources})
    episodes = set(
        Block.objects.filter(pk__in=wanted, kind=BlockKind.EPISODE).values_list("pk", flat=True)
    )
    found: dict[UUID, list[Evidence]] = defaultdict(list)
    for source in sources:
        record_id = mentions.get(source.record_id, source.record_id)
        shown = found[record_id]
        if len(shown) >= EACH or any(each.message_id == source.message_id for each in shown):
            continue
        message = source.message
        text = _without(message.content or "", redacted.get(message.pk, ()))
        is_whole = record_id in episodes
        quote = excerpt(text, 0, 0) if is_whole else excerpt(text, source.start, source.end)
        if quote:
            place = (message.pk, message.journal.reference, message.sequence, message.role)
            shown.append(Evidence(quote, *place, message.created_at))
    return dict(found)


def excerpt(text: str, start: int, end: int) -> str:
    """These characters with some before and after, from word to word, on one line."""
    first, last = max(0, start - AROUND), min(len(text), max(end, start) + AROUND)
    last = min(last, first + LONGEST_QUOTE)
    if first:
        first = text.find(" ", first, start) + 1 or first
    if last < len(text):
        last = max(text.rfind(" ", end, last), end)
    line = " ".join(text[first:last].split())
    return f"{'… ' if first else ''}{line}{' …' if last < len(text) else ''}" if line else ""


def _redactions(user_id: UUID, message_ids: Iterable[UUID]) -> dict[UUID, list[tuple[int, int]]]:
    spans: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    rows = Redaction.objects.filter(user_id=user_id, message__in=message_ids)
    for message_id, start, end in rows.values_list("message_id", "start", "end"):
        spans[message_id].append((start, end))
    return spans


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (min(end, len(text)) - start) + text[end:]
    return text
