"""What is marked as private or is a secret, and which characters of the journal say it."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from exobrain.lib.sql import all_rows

# The first alternative is the condition of an index, which is empty for most users.
_WITHHELD = """
SELECT b.id, b.is_private, b.is_secret, b.topic, b.value, b.text, s.message_id, s.start, s."end",
       m.sequence, j.reference, m.content
FROM knowledge_block b
LEFT JOIN knowledge_source s ON s.record_id = b.id AND s.user_id = b.user_id
LEFT JOIN journal_message m ON m.id = s.message_id
LEFT JOIN journal_journal j ON j.id = m.journal_id
WHERE b.user_id = %(user)s AND (b.is_private OR b.is_secret)
"""

_ANSWERS = """
SELECT m.id FROM journal_message m JOIN journal_journal j ON j.id = m.journal_id
JOIN unnest(%(references)s::text[], %(sequences)s::int[]) AS said(reference, sequence)
    ON j.reference = said.reference AND m.sequence = said.sequence + 1
WHERE j.user_id = %(user)s AND m.role <> 'user'
"""


class WithheldRow(NamedTuple):
    """A block that is private or a secret, and one place in the journal that says it, if any."""

    block_id: UUID
    is_private: bool
    is_secret: bool
    topic: str
    value: str
    text: str
    message_id: UUID | None
    start: int
    end: int
    sequence: int
    reference: str
    content: str


def withheld_rows(*, user_id: UUID) -> list[WithheldRow]:
    """Every block of the user that is private or a secret, once for each place that says it."""
    return [WithheldRow._make(row) for row in all_rows(_WITHHELD, {"user": user_id})]


def answers_to(*, user_id: UUID, positions: Collection[tuple[str, int]]) -> set[UUID]:
    """What the assistant said right after the messages at these places of the user's journal."""
    if not positions:
        return set()
    references, sequences = zip(*positions, strict=True)
    values = {"user": user_id, "references": list(references), "sequences": list(sequences)}
    return {row[0] for row in all_rows(_ANSWERS, values)}
