"""What a correction that names nothing speaks of: "sorry, the 14th", "actually it's Kris"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from difflib import SequenceMatcher

from knowledge import identity
from knowledge.dates import read_dates
from knowledge.dates.words import MONTH_NAMES
from knowledge.extraction.quantities import QUANTITY, starts_with_number
from knowledge.extraction.times import clock_in
from knowledge.models import Block
from knowledge.services.learning.events import event_of, moved_within_week
from knowledge.services.learning.references import (
    OPEN,
    RECENT,
    WEEKDAYS,
    head_of,
    reads_corrected,
    tail_of,
    weekday_named,
)
from knowledge.services.learning.resolved_fact import ResolvedFact
from knowledge.types import LAST_SAID, BlockKind, ProposedEvent, ProposedFact, Trust

JUST_SAID = timedelta(days=3)  # how long what was said last can be corrected without naming it
SURELY_WRONG = 0.8  # confidence from which the right value need not look like the wrong one
ALIKE = 0.5  # share of letters that two spellings of one name have in common

_SAME_UNITS = (
    {"km", "kilometre"}, {"km", "kilometer"}, {"minute", "min"}, {"hour", "h"}, {"euro", "€"},
    {"kg", "kilo"}, {"pound", "£"}, {"dollar", "$"}, {"minuten", "minute"}, {"stunden", "stunde"},
)  # fmt: skip
_CLOCK = re.compile(
    r"(?i)\b(?:[01]?\d|2[0-3])(?:[:.][0-5]\d)? ?(?:am|pm|o'clock|uhr)\b|\b\d?\d:\d\d"
)
_DAY_OF_MONTH = re.compile(r"(?i)(?:the )?(\d{1,2})(?:st|nd|rd|th)\.?")


def last_said(blocks: Sequence[Block], right: ProposedFact) -> Block | None:
    """The only statement of the user's last message that the right value can belong to."""
    own = [block for block in blocks if block.trust >= Trust.USER_SAID and not block.polarity]
    if not own:
        return None
    latest = max((block.said_at, block.sequence or 0) for block in own)
    told = [block for block in own if (block.said_at, block.sequence or 0) == latest]
    fitting = [block for block in told if _can_be_of(block, right)]
    are_many = len({identity.canonical_value(block.value) for block in fitting}) > 1
    if are_many and right.event is None and not starts_with_number(right.text):
        fitting = [block for block in fitting if _are_alike(block.value, right.text)]
    if len({identity.canonical_value(block.value) for block in fitting}) != 1:
        return None
    return min(fitting, key=lambda block: (head_of(block.topic) == OPEN, str(block.id)))


def _can_be_of(block: Block, right: ProposedFact) -> bool:
    if right.event is not None:
        return block.kind == BlockKind.EVENT and block.starts_at is not None
    if starts_with_number(right.text):
        return bool(block.topic) and _quantity_in(block, right.text) is not None
    at = block.text.casefold().find(block.value.casefold()) if block.value else -1
    if block.kind != BlockKind.FACT or at < 0 or not block.topic:
        return False
    if block.value[0].isdigit():
        return False
    is_name = block.text[at].isupper() and (at > 0 or head_of(block.topic) != OPEN)
    return is_name and (right.confidence >= SURELY_WRONG or _are_alike(block.value, right.text))


def _quantity_in(block: Block, right: str) -> tuple[int, int] | None:
    """Where the block's text has the number in whose place the right one comes.

    It has the unit of the right one; where that has none, it is the only number of the text.
    """
    said = QUANTITY.fullmatch(right.strip(" ."))
    if said is None:
        return None
    text = block.text
    value = text.casefold().find(block.value.casefold()) if block.value else -1
    found = [one for one in QUANTITY.finditer(text) if not _CLOCK.match(text, one.start())]
    if said["unit"]:
        found = [one for one in found if _are_one_unit(one["unit"] or "", said["unit"])]
    if len(found) > 1 and value >= 0:
        end = value + len(block.value)
        found = [one for one in found if value <= one.start() and one.end("number") <= end]
    if len(found) != 1:
        return None
    one = found[0]
    return one.start(), one.end() if said["unit"] else one.end("number")


def _are_one_unit(one: str, other: str) -> bool:
    ours, theirs = (unit.casefold().removesuffix("s") for unit in (one, other))
    return ours == theirs or {ours, theirs} in _SAME_UNITS


def _are_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio() >= ALIKE


def restated(right: ProposedFact, wrong: Block, *, zone: tzinfo) -> ProposedFact:
    """The wrong statement with the right value or time in its place."""
    if right.event is None and starts_with_number(right.text):
        return _requantified(right, wrong)
    if right.event is None:
        at = wrong.text.casefold().find(wrong.value.casefold())
        text = f"{wrong.text[:at]}{right.text}{wrong.text[at + len(wrong.value) :]}"
        return replace(right, text=text, corrects=wrong.value, is_secret=wrong.is_secret)
    event = _retimed(right.event, wrong, right.text, zone)
    return replace(
        right, text=_reads_retimed(wrong, event, right.text, zone), corrects=None, event=event
    )


def _requantified(right: ProposedFact, wrong: Block) -> ProposedFact:
    """The wrong statement with the right number in its place, in its value as well."""
    place = _quantity_in(wrong, right.text)
    if place is None:
        return right
    old, new = wrong.text[slice(*place)], right.text.strip(" .")
    text = f"{wrong.text[: place[0]]}{new}{wrong.text[place[1] :]}"
    value = re.sub(rf"(?i)\b{re.escape(old)}\b", new.casefold(), wrong.value, count=1)
    return replace(right, text=text, value=value, corrects=old, is_secret=wrong.is_secret)


def _retimed(event: ProposedEvent, wrong: Block, words: str, zone: tzinfo) -> ProposedEvent:
    """The event at the right time, whose words may leave out the day or the month."""
    if wrong.starts_at is None:
        return event
    old = wrong.starts_at.astimezone(zone)
    new = event.starts_at
    if clock := clock_in(words):
        new = old.replace(hour=clock[0], minute=clock[1])
    elif match := _DAY_OF_MONTH.fullmatch(words):
        new = _on_day(old, int(match[1]))
    elif weekday_named(words.casefold().split()[-1]) is not None:
        return moved_within_week(event, wrong, said_at=wrong.said_at)
    return replace(event, starts_at=new)


def _on_day(old: datetime, day: int) -> datetime:
    """The day of that number in the month of the old one; the old one where it has none."""
    try:
        return old.replace(day=day)
    except ValueError:
        return old


def _reads_retimed(wrong: Block, event: ProposedEvent, words: str, zone: tzinfo) -> str:
    """The wrong statement's text with the right time."""
    text, start = wrong.text, event.starts_at
    if clock_in(words):
        said = _CLOCK.search(text)
        if said is None:
            return f"{text.rstrip('.')} at {words}."
        return f"{text[: said.start()]}{words}{text[said.end() :]}"
    dates = read_dates(text, at=wrong.said_at.astimezone(zone), lenient=True)
    if not dates or start is None:
        return text
    first, last = dates[0].text_start, max(one.text_end for one in dates)
    before = re.sub(r"(?i)\bthe $", "", text[:first])
    on = "on " if text[first:].casefold().startswith("on ") else ""
    written = f"{on}{start.day} {MONTH_NAMES[start.month]} {start.year}"
    return f"{before}{written}{text[last:].removeprefix(')')}"


def corrected_fact(fact: ResolvedFact, wrong: Block, zone: tzinfo) -> ResolvedFact:
    """The fact in the place of the wrong one, since when that was believed."""
    if fact.proposal.corrects == LAST_SAID:
        return _restated_fact(fact, wrong, zone)
    start = fact.start
    if not fact.proposal.valid_from and fact.message.said_at - wrong.said_at < RECENT:
        start = wrong.valid_from or wrong.said_at
    if fact.topic and head_of(fact.topic) != OPEN:
        return replace(fact, start=start, corrects_id=wrong.id)
    # It does not say what it is about: "no, I mean Ericsson".
    proposal = fact.proposal
    right = proposal.value or ""
    if wrong.kind == BlockKind.EVENT and proposal.event is not None:
        proposal = replace(
            proposal,
            event=moved_within_week(proposal.event, wrong, said_at=fact.message.said_at),
        )
        right = right or _weekday_beside(proposal.corrects or "", proposal.event)
    text = reads_corrected(wrong.text, wrong=proposal.corrects or "", right=right)
    text = _with_new_date(text, wrong, proposal.event)
    topic = wrong.topic
    if tail_of(topic) and wrong.kind != BlockKind.EVENT:
        topic = f"{head_of(topic)}:{identity.canonical_value(right)}"
    return replace(
        fact,
        proposal=replace(proposal, text=text or proposal.text),
        topic=topic,
        is_single_valued=wrong.is_single_valued,
        start=start,
        corrects_id=wrong.id,
    )


def _restated_fact(fact: ResolvedFact, wrong: Block, zone: tzinfo) -> ResolvedFact:
    """The wrong statement said again with the right value or time."""
    proposal = restated(fact.proposal, wrong, zone=zone)
    if wrong.kind == BlockKind.EVENT and proposal.event is None:
        proposal = replace(proposal, event=event_of(wrong))
    topic, value = wrong.topic, identity.canonical_value(proposal.value or "")
    if tail_of(topic) and tail_of(topic) in identity.canonical_value(wrong.value):
        topic = f"{head_of(topic)}:{value}"
    return replace(
        fact,
        proposal=proposal,
        topic=wrong.topic if wrong.kind == BlockKind.EVENT else topic,
        value=value,
        read_value=proposal.value or "",
        is_single_valued=wrong.is_single_valued,
        start=wrong.valid_from or wrong.said_at,
        corrects_id=wrong.id,
    )


def _weekday_beside(wrong: str, event: ProposedEvent | None) -> str:
    """The weekday of the event, in the language of the one that was wrong; empty for no weekday."""
    number = weekday_named(identity.canonical_value(wrong))
    if number is None or event is None or event.starts_at is None:
        return ""
    names = WEEKDAYS[event.starts_at.weekday()]
    is_german = identity.canonical_value(wrong) in WEEKDAYS[number][1:]
    return names[1 if is_german else 0].capitalize()


def _with_new_date(text: str, wrong: Block, event: ProposedEvent | None) -> str:
    """The text with the day on which the event now is, where it had the old one written out."""
    if event is None or event.starts_at is None or wrong.starts_at is None:
        return text
    old = wrong.starts_at.astimezone(event.starts_at.tzinfo)
    before, after = (f"{at.day} {MONTH_NAMES[at.month]} {at.year}" for at in (old, event.starts_at))
    return text.replace(before, after)
