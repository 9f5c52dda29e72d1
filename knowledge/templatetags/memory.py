"""How templates show the memory's values: in words, never in numbers alone."""

from datetime import datetime
from typing import Any

from django import template
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils.timezone import localtime

from exobrain.lib.markdown import plain
from knowledge.types import BlockKind, EventState, Precision, Status, Trust, Verdict

UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS = {name[:2].upper(): name for name in DAY_NAMES}
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
THINGS = {  # one of them, several of them, where a table's own name says little
    "alias": ("other name", "other names"),
    "block": ("text", "texts"),
    "distinct": ("answer of yours", "answers of yours"),
    "edge": ("relation", "relations"),
    "entity": ("page", "pages"),
    "episode": ("message as learned", "messages as learned"),
    "redaction": ("passage hidden from the model", "passages hidden from the model"),
    "review": ("question", "questions"),
    "source": ("place in the journal", "places in the journal"),
}
ANSWERS = {
    "merge": ("The same", "Different"),
    "conflict": ("The first", "The second"),
    "ending": ("It is over", "It is not"),
    "forget": ("Forget it", "Keep it"),
}
REASONS = {  # of decisions, where the short word does not say it
    "episode": "",
    "fact": "",
    "entity": "",
    "known": "it was known",
    "forgotten": "you had it forgotten",
    "newer_statement": "something newer holds",
    "no_name": "it has no name",
    "not_said_there": "the message does not say so",
    "not_in_message": "the message does not say so",
    "rolled_back": "you rolled it back",
    "unknown_type": "there is no such kind of thing",
    "said_by_assistant": "Exobrain said it, not you",
    "not_said_by_user": "it is not your own word",
    "said_twice": "the same message says it twice",
    "said_by_another": "somebody else says it, not you",
    "said_of_another": "it is said of somebody else",
    "name_not_said": "the model named somebody whom the message does not name",
    "number_not_said": "the model told a number that the message does not tell",
    "negation_changed": "the model turned yes into no, or no into yes",
    "other_words": "the message says it otherwise",
    "topic_not_said": "the message does not say what the model took it to mean",
    "date_not_said": "the message does not tell the model's date",
    "unknown_subject": "the message does not speak of whom the model named",
    "type_outside_schema": "there is no such kind of thing",
    "malformed": "that part of the model's answer made no sense",
    "no_such_message": "the model named a message that it was not given",
    "too_many": "the model listed too much",
    "corrected_by_user": "you corrected it",
    "timeout": "the model took too long",
    "unreachable": "the model's provider could not be reached",
    "busy": "the model had too many requests",
    "provider_failed": "the model's provider failed",
    "key_refused": "the model's provider refused the key",
    "unknown_model": "the provider does not know the model",
    "request_refused": "the model's provider refused the request",
    "unusable_answer": "the model's answer made no sense",
    "failed_before": "the model had failed a moment before",
    "too_much_for_one_job": "there was too much for the model at once",
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
    words = {Status.DISPUTED: "disputed", Status.FALSIFIED: "you said that it is wrong"}
    return words.get(Status(status), "")


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


@register.filter(expects_localtime=True)
def on_day(moment: datetime) -> str:
    """The date in words, by the clock that all pages go by."""
    return format_date(moment, "j M Y")


@register.filter(expects_localtime=True)
def at_time(moment: datetime) -> str:
    """The date and the time in words, with the name of the clock that all pages go by."""
    return format_date(moment, "j M Y, H:i T")


@register.filter
def held_when(block: Any, is_past: object = False) -> str:
    """Since when, or from when until when, in words; empty where only its telling is known."""
    if block.event:
        return event_time(block.event)
    since = as_exactly(block.since, block.since_precision)
    until = as_exactly(block.valid_to, block.until_precision)
    if block.is_ending:
        return since
    if since and until:
        return f"from {since} until {until}"
    if until:
        return f"until {until}"
    if since:
        return f"from {since}" if is_past else f"since {since}"
    return ""


def as_exactly(moment: datetime | None, precision: str) -> str:
    """A time as exactly as it is known: a day, a month or a year."""
    if moment is None or precision == Precision.UNKNOWN:
        return ""
    formats: dict[str, str] = {
        Precision.MONTH: "F Y",
        Precision.YEAR: "Y",
        Precision.MOMENT: "j M Y, H:i",
    }
    return format_date(localtime(moment), formats.get(precision, "j M Y"))


def event_time(event: Any) -> str:
    """When an event takes place, and whether it was called off."""
    exact = event.precision or (Precision.DAY if event.is_all_day else Precision.MOMENT)
    when = as_exactly(event.starts_at, exact)
    until = as_exactly(event.ends_at, exact)
    if until and until != when and not event.is_all_day:
        when = f"{when} to {until}"
    parts = [when, recurrence_in_words(event.recurrence)]
    if event.state == EventState.CANCELLED:
        parts.append("called off")
    return ", ".join(part for part in parts if part)


def recurrence_in_words(rule: str) -> str:
    """`every week on Tuesday` of `FREQ=WEEKLY;BYDAY=TU`."""
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
    unit = UNITS.get(parts.get("FREQ", ""))
    if unit is None:
        return ""
    count = parts.get("INTERVAL", "1")
    often = f"every {unit}" if count == "1" else f"every {count} {unit}s"
    days = [WEEKDAYS[day[-2:]] for day in parts.get("BYDAY", "").split(",") if day[-2:] in WEEKDAYS]
    return f"{often} on {' and '.join(days)}" if days else often


@register.filter
def stated_by(block: Any) -> str:
    """By whose word a text is there."""
    if block.kind == BlockKind.EPISODE:
        return "your message" if _is_users(block) else "Exobrain’s answer"
    return "your note" if block.kind == BlockKind.NOTE else whose_word(block.trust)


@register.filter
def type_name(type_id: str) -> str:
    """A type of the schema without its prefix: `edge.partner_of` is `partner of`."""
    return type_id.partition(".")[2].replace("_", " ") or type_id


@register.filter
def read_by(extractor: str) -> str:
    """Who read the messages: the rules that are built in, or a model."""
    if not extractor.startswith("model"):
        return "read by the built-in rules"
    name = extractor.partition(":")[2]
    return f"read by the model {name}" if name else "read by a model"


@register.filter
def answer_name(kind: str, answer: str) -> str:
    """What the button of an answer to a question says."""
    yes, no = ANSWERS.get(kind, ("Yes", "No"))
    return yes if answer == "accept" else no


@register.filter
def reason_in_words(reason: str) -> str:
    """Why something was decided."""
    return REASONS.get(reason, reason.replace("_", " "))


@register.filter
def thing_name(kind: str) -> str:
    """What a row or a text is called on pages."""
    return THINGS[kind][0] if kind in THINGS else kind


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
    if table in THINGS:
        return THINGS[table][count != 1]
    word = table.replace("_", " ")
    if count == 1 or word.endswith("s"):
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
