"""Keeps what the user had forgotten from being learned again: tombstones and redactions.

A tombstone is a keyed digest of something that is not to be remembered, so it does not reveal what
that was. It applies to messages from before it was set: a replay or an import restores nothing,
while what the user says later is learned. A redaction names characters of a message that the
memory does not know.
"""

import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings

from exobrain.lib import clock
from knowledge import identity
from knowledge.models import Redaction, Tombstone
from knowledge.types import SourceMessage, TextSpan

BLANK = " "  # one for each character, so that offsets in a message stay valid
LONGEST_NAME_WORDS = 5  # of a forgotten name that is looked for in a message
EVERYTHING = "everything"

_WORD = re.compile(r"\w+(?:['’]\w+)*")


def tombstone_key(*, user_id: UUID, kind: str, said: str) -> str:
    """The keyed digest that a tombstone stores; the text cannot be guessed from it."""
    text = f"{user_id}\x00{kind}\x00{said}"
    return hmac.new(str(settings.SECRET_KEY).encode(), text.encode(), hashlib.sha256).hexdigest()


def fact_keys(*, text: str, subject: str, topic: str, value: str) -> list[str]:
    """The texts by which a statement is recognised: its words, and its subject, topic and value."""
    said = [identity.normal_text(text)]
    if topic:
        said.append("\x00".join([subject, topic, identity.canonical_value(value)]))
    return said


def add_tombstones(*, user_id: UUID, kind: str, said: Iterable[str]) -> None:
    """None of this is remembered again of what was said until now."""
    now = clock.now()
    keys = {tombstone_key(user_id=user_id, kind=kind, said=each) for each in said}
    Tombstone.objects.bulk_create(
        [Tombstone(user_id=user_id, kind=kind, key=key) for key in sorted(keys)],
        ignore_conflicts=True,
    )
    # One that was there already speaks of what was said since then, too.
    Tombstone.objects.filter(user_id=user_id, kind=kind, key__in=keys).update(created_at=now)


def add_redactions(*, user_id: UUID, spans: Iterable[TextSpan]) -> None:
    """The memory does not know these characters."""
    rows = [
        Redaction(
            id=identity.decision_id(user_id, "redaction", s.message_id, s.start, s.end),
            user_id=user_id,
            message_id=s.message_id,
            start=s.start,
            end=s.end,
        )
        for s in spans
        if s.end > s.start
    ]
    Redaction.objects.bulk_create(rows, ignore_conflicts=True)


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with blanks in these places."""
    for start, end in spans:
        text = text[:start] + BLANK * (min(end, len(text)) - start) + text[end:]
    return text


class RedactionMask:
    """What may not be seen of some messages."""

    def __init__(
        self, *, user_id: UUID, spans: Iterable[TextSpan], tombstones: Iterable[Tombstone]
    ) -> None:
        self.user_id = user_id
        self.spans: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
        for span in spans:
            self.spans[span.message_id].append((span.start, span.end))
        self.until: dict[tuple[str, str], datetime] = {
            (t.kind, t.key): t.created_at for t in tombstones
        }
        self.has_names = any(kind == "entity" for kind, _ in self.until)
        self.added: list[TextSpan] = []

    def is_forgotten(self, message: SourceMessage) -> bool:
        """True for a message that is wholly forgotten."""
        if self._has_tombstone(EVERYTHING, [""], message.said_at):
            return True
        key = tombstone_key(user_id=self.user_id, kind="message", said=str(message.id))
        return ("message", key) in self.until

    def redacted(self, message: SourceMessage) -> SourceMessage:
        """The message with blanks for what is forgotten."""
        spans = self.spans.get(message.id)
        return replace(message, content=blanked(message.content, spans)) if spans else message

    def overlaps(self, span: TextSpan) -> bool:
        """True when something of these characters is forgotten."""
        return any(
            start < span.end and span.start < end
            for start, end in self.spans.get(span.message_id, ())
        )

    def add(self, span: TextSpan) -> None:
        """These characters are forgotten, too; `added` has the spans that are not stored yet."""
        self.spans[span.message_id].append((span.start, span.end))
        self.added.append(span)

    def is_forgotten_name(self, names: Iterable[str], *, said_at: datetime) -> bool:
        """True when an entity of one of these names is not to be remembered."""
        if not self.has_names:
            return False
        said = [normal for name in names if (normal := identity.normal_name(name))]
        return self._has_tombstone("entity", said, said_at)

    def is_forgotten_fact(
        self, *, text: str, subject: str, topic: str, value: str, said_at: datetime
    ) -> bool:
        """True when this statement is not to be remembered."""
        said = fact_keys(text=text, subject=subject, topic=topic, value=value)
        return self._has_tombstone("block", said, said_at)

    def find_forgotten_names(self, message: SourceMessage) -> list[TextSpan]:
        """Where the message has a name that was forgotten after it was said."""
        if not self.has_names:
            return []
        words = list(_WORD.finditer(message.content))
        found = []
        for first in range(len(words)):
            for last in range(first, min(first + LONGEST_NAME_WORDS, len(words))):
                start, end = words[first].start(), words[last].end()
                if self.is_forgotten_name([message.content[start:end]], said_at=message.said_at):
                    found.append(TextSpan(message.id, start, end))
        return found

    def _has_tombstone(self, kind: str, said: Iterable[str], said_at: datetime) -> bool:
        if not self.until:
            return False
        keys = (tombstone_key(user_id=self.user_id, kind=kind, said=each) for each in said)
        until = [self.until.get((kind, key)) for key in keys]
        return any(at is not None and said_at <= at for at in until)


def load_redaction_mask(*, user_id: UUID, messages: Sequence[SourceMessage]) -> RedactionMask:
    """What may not be seen of these messages, forgotten names among it; writes nothing."""
    rows = Redaction.objects.filter(user_id=user_id, message_id__in=[m.id for m in messages])
    mask = RedactionMask(
        user_id=user_id,
        spans=[TextSpan(row.message_id, row.start, row.end) for row in rows],
        tombstones=Tombstone.objects.filter(user_id=user_id),
    )
    for message in messages:
        if not mask.is_forgotten(message):
            for span in mask.find_forgotten_names(message):
                mask.add(span)
    return mask
