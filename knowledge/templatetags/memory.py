"""How templates show the memory's values: in words, never in numbers alone."""

from datetime import datetime
from typing import Any

from django import template
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone

from exobrain.lib.markdown import plain
from knowledge.types import BlockKind, Status, Trust, Verdict

MESSAGES_AFTER = 10  # shown below the message that a link leads to
CERTAIN, LIKELY = 0.9, 0.6  # confidence

WHOSE_WORD = {
    Trust.WEB: "from the web",
    Trust.TOOL: "from a tool",
    Trust.INFERRED: "the assistant’s conclusion",
    Trust.USER_SAID: "you said so",
    Trust.CONFIRMED: "you confirmed it",
}
KINDS = {
    BlockKind.EPISODE: "message",
    BlockKind.FACT: "fact",
    BlockKind.SUMMARY: "summary",
    BlockKind.NOTE: "note",
    BlockKind.EVENT: "event",
}
VERDICTS = {
    Verdict.REMEMBERED: "Remembered",
    Verdict.GATED: "Not worth remembering",
    Verdict.DUPLICATE: "Known already",
    Verdict.SUPERSEDED: "A newer statement holds",
    Verdict.LOW_TRUST: "Not your own words",
    Verdict.FORGOTTEN: "You had it forgotten",
    Verdict.DROPPED: "Not understood",
    Verdict.ERROR: "Failed",
}
CHANGES = {
    "job": "Learned from the journal",
    "edit": "You edited",
    "merge": "Two became one",
    "forget": "You had something forgotten",
    "rollback": "A change was rolled back",
}
ACTIONS = ("added", "changed", "removed")
ROWS = {  # one of them, several of them, where the table's own name says little
    "alias": ("other name", "other names"),
    "edge": ("relation", "relations"),
    "redaction": ("passage hidden from the model", "passages hidden from the model"),
}

register = template.Library()


@register.filter
def as_shown(memory: Any) -> str:
    """A found memory's text: what the user typed as it is, what answers say without Markdown."""
    text: str = memory.text
    return plain(text) if memory.kind == BlockKind.EPISODE and not _is_users(memory) else text


def _is_users(memory: Any) -> bool:
    """A receipt names whose word it is as the API does."""
    trust = Trust[memory.trust.upper()] if isinstance(memory.trust, str) else memory.trust
    return trust >= Trust.USER_SAID


@register.filter
def whose_word(trust: int) -> str:
    """Who stands for it."""
    return WHOSE_WORD[Trust(trust)]


@register.filter
def how_sure(confidence: float) -> str:
    """How sure the memory is."""
    if confidence >= CERTAIN:
        return "certain"
    return "likely" if confidence >= LIKELY else "unsure"


@register.filter
def in_doubt(status: str) -> str:
    """What speaks against it, if anything does."""
    return {Status.DISPUTED: "disputed", Status.FALSIFIED: "found wrong"}.get(Status(status), "")


@register.filter
def kind_name(kind: str) -> str:
    """What a block is."""
    return KINDS[BlockKind(kind)]


@register.filter
def verdict_name(verdict: str) -> str:
    """What became of something that was said."""
    return VERDICTS[Verdict(verdict)]


@register.filter
def change_name(kind: str) -> str:
    """What a changeset was."""
    return CHANGES.get(kind, kind)


@register.filter
def on_day(moment: datetime) -> str:
    """The date in words."""
    return format_date(timezone.localtime(moment), "j M Y")


@register.filter
def type_name(type_id: str) -> str:
    """A type of the schema without its prefix: `edge.partner_of` is `partner of`."""
    return type_id.partition(".")[2].replace("_", " ") or type_id


@register.filter
def counts_in_words(summary: Any) -> str:
    """`2 blocks added, 1 edge changed` of a changeset's summary; other shapes say nothing."""
    if not isinstance(summary, dict):
        return ""
    parts = [
        f"{count} {_plural(table, count)} {action}"
        for table, counts in sorted(summary.items())
        if isinstance(counts, dict)
        for action in ACTIONS
        if isinstance(count := counts.get(action), int) and count
    ]
    return ", ".join(parts)


@register.filter
def rows_in_words(counts: Any) -> str:
    """`2 blocks, 1 edge` of the rows that go."""
    if not isinstance(counts, dict):
        return ""
    return ", ".join(
        f"{count} {_plural(str(table), count)}" for table, count in sorted(counts.items()) if count
    )


@register.simple_tag
def message_url(reference: str, sequence: int, message_id: object) -> str:
    """Where a message stands on its day's page."""
    before = sequence + MESSAGES_AFTER
    return f"{reverse('journal', args=[reference])}?before={before}#message-{message_id}"


def _plural(table: str, count: int) -> str:
    if table in ROWS:
        return ROWS[table][count != 1]
    word = table.replace("_", " ")
    if count == 1 or word.endswith("s"):
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
