"""Makes facts of statements: since when they hold, which event they tell, how they read."""

# ruff: noqa: E501, PLR0911  patterns of alternatives; a case, a branch, a return each

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from knowledge.dates import DateInterval, read_duration_start
from knowledge.extraction.english import Antecedents
from knowledge.extraction.masking import mask_foreign_text
from knowledge.extraction.name_types import FORMAL_TITLE
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import ENTITY
from knowledge.extraction.parsing import Parse
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.sentences import Sentence
from knowledge.extraction.statements import Statement, Subject, normal_value
from knowledge.extraction.times import (
    FUTURE_WORDS,
    Times,
    clock_in,
    dates_in,
    event_at,
    precision_of,
    recurrence_in,
)
from knowledge.extraction.topics import topic_named
from knowledge.extraction.voices.text import strip_unprintable
from knowledge.types import (
    EventState,
    ProposedEvent,
    ProposedFact,
    SourceMessage,
    TextSpan,
    Trust,
)

MAX_ABOUT = 8  # entities of one fact
MAX_FACT_CHARACTERS = 600
TARGET_CONFIDENCE = 0.7  # of a target that does not look like a name
EXPLICIT = 0.95  # how sure "remember that ..." is
LONG_AGO = timedelta(days=365)  # "I moved to Malaga in 2012" does not say that it is so now
_PAST = re.compile(
    r"\b(?:\w{3,}ed|was|were|went|got|had|made|did|took|came|saw|met|bought|ran|found|gave|began|won|"
    r"lost|wrote|sold|left|spent|taught|built|said|told|heard|felt|flew|ate|drove|fell|caught|quit)\b"
)
_SINCE_BEHIND = re.compile(r"(?i)\b(?:since|from|as of|starting|seit|ab)\s+(?:the )?$")
_SINCE = re.compile(r"(?i)\b(?:since|seit)\b")
# What tells that "for two weeks" looks back and not ahead; of years it mostly does.
_LASTS = re.compile(r"(?i)\b(?:have|has|had|been|now|already|years?)\b|'ve\b|'s been")
UNTIL_BEHIND = re.compile(r"(?i)\b(?:until|till|to|through|bis)\s+(?:the )?$")


@dataclass
class StatementFacts:
    """Puts the statements of one sentence among the proposals, with their times."""

    proposals: Proposals
    message: SourceMessage
    sentence: Sentence
    language: str
    speaker: Subject
    names: Sequence[Name]
    antecedents: Antecedents
    parse: Parse | None

    def __post_init__(self) -> None:
        self._text = self.sentence.text  # as it is read
        self._is_whole = False  # offsets of `_text` are none of the sentence
        # As it was said, with what is taken back and asked for; others' words are masked.
        said = mask_foreign_text(self.message.content)
        self._said = said[self.sentence.start : self.sentence.end]

    def _propose_statement(self, statement: Statement) -> None:
        subject, target = statement.subject, statement.target
        about = [subject.key]
        if statement.target_key is not None:
            about.append(statement.target_key)
        elif target is not None:
            found = next((one for one in self.names if one.start == target.start), None)
            name = found or Name(
                target.start, target.end, target.text, target.node_type or ENTITY, TARGET_CONFIDENCE
            )
            node_type = None if name.key else target.node_type
            span = self._span(target.start, target.end)
            about.append(self.proposals.propose_entity(name, span, node_type=node_type))
        about += statement.others
        self.proposals.add_identifiers(subject.key, statement.identifiers)
        edge_type = statement.edge_type if len(about) > 1 else None
        if edge_type is not None and not self.proposals.allows_edge(edge_type, about):
            edge_type = (
                "edge.related_to" if self.proposals.allows_edge("edge.related_to", about) else None
            )
        times, is_past = self._times(statement)
        valid_from, valid_to, since, until = self._validity(statement, times)
        event = statement.event or self._event(statement, times, is_past=is_past)
        topic, value, is_single = statement.topic or None, statement.value, statement.is_single
        if (
            event is not None
            and (topic is None or topic.startswith("do:"))
            and event.state == EventState.PLANNED
        ):
            topic, value, is_single = self._event_topic(statement, event)
        text = self._dated(self._titled(statement.text), times.dates)
        self.proposals.facts.append(
            ProposedFact(
                text=text[:MAX_FACT_CHARACTERS],
                span=self._span(statement.start, min(statement.end, len(self.sentence.text))),
                about=tuple(dict.fromkeys(about))[:MAX_ABOUT],
                trust=Trust.USER_SAID if statement.told_by is None else Trust.INFERRED,
                confidence=self._confidence(statement.confidence),
                edge_type=edge_type,
                relation=statement.relation if edge_type is not None else None,
                topic=topic,
                value=value or None,
                single_valued=is_single and not statement.ends,
                valid_from=valid_from,
                valid_to=valid_to,
                holds_now=not (statement.takes_date and _is_long_ago(valid_from, self.message)),
                since_precision=since,
                until_precision=until,
                polarity=statement.polarity,
                ends=statement.ends,
                corrects=statement.corrects,
                event=event,
                told_by=statement.told_by,
            )
        )

    def _titled(self, text: str) -> str:
        """The text with the titles by which somebody is called in the sentence: Dr. Okafor."""
        for name in self.names:
            title = FORMAL_TITLE.search(self._text, 0, name.start)
            if title is None or " " in name.text:
                continue
            bare = re.escape(name.text)
            called = f"{title[0].strip()} {name.text}"
            text = re.sub(rf"(?:{re.escape(title[0])})?(?<![\w-]){bare}(?![\w-])", called, text)
        return text

    def _times(self, statement: Statement) -> tuple[Times, bool]:
        """What the statement's own words say of when, and whether it looks back."""
        span = self._text[statement.start : statement.end]
        is_past = statement.is_past or _PAST.search(statement.text) is not None
        is_past = is_past and FUTURE_WORDS.search(span) is None
        looks_back = is_past or statement.takes_date or statement.is_over
        found = dates_in(span, self.message.said_at, prefer_past=looks_back)
        dates = [
            replace(
                one,
                text_start=one.text_start + statement.start,
                text_end=one.text_end + statement.start,
            )
            for one in self._own_dates(statement, span, found)
        ]
        recurrence = recurrence_in(span)
        if recurrence:  # "every first Monday" is no one day
            dates = [one for one in dates if _SINCE_BEHIND.search(self._text, 0, one.text_start)]
        return Times(dates, recurrence, clock_in(span)), is_past

    def _own_dates(
        self, statement: Statement, span: str, dates: Sequence[DateInterval]
    ) -> list[DateInterval]:
        """Those behind the statement's value, when the clause has a value and a date for more than one."""
        if len(dates) < 2 or not statement.value or statement.target is None:
            return list(dates)
        at = statement.target.end - statement.start
        behind = [one for one in dates if one.text_start >= at - 1]
        if (
            behind
            and (UNTIL_BEHIND.search(span, 0, behind[0].text_start) is None)
            and len(behind) < len(dates)
        ):
            return behind
        return list(dates)

    def _validity(
        self, statement: Statement, times: Times
    ) -> tuple[datetime | None, datetime | None, str, str]:
        """From when to when it holds, as far as its words tell, and how exactly."""
        said_at, text = self.message.said_at, self._text
        span = self._text[statement.start : statement.end]
        past = [one for one in times.dates if one.start <= said_at]
        if statement.is_over and not statement.takes_date:
            if (
                statement.ends
                and len(past) == 1
                and not UNTIL_BEHIND.search(text, 0, past[0].text_start)
                and not _SINCE_BEHIND.search(text, 0, past[0].text_start)
            ):
                return past[0].start, None, precision_of(past[0]), ""
            if len(past) >= 2:
                return past[0].start, past[1].start, precision_of(past[0]), precision_of(past[1])
            if past and UNTIL_BEHIND.search(text, 0, past[0].text_start):
                return None, past[0].start, "", precision_of(past[0])
            return None, None, "", ""
        until = next(
            (
                one
                for one in times.dates
                if re.search(
                    r"(?i)\b(?:until|till|runs until|valid until|bis)\s+(?:the )?$",
                    text[: one.text_start],
                )
            ),
            None,
        )
        if until is not None:
            return None, until.end, "", precision_of(until)
        begins = next(
            (
                one
                for one in times.dates
                if _SINCE_BEHIND.search(text, 0, one.text_start)
                or text[one.text_start : one.text_end]
                .lower()
                .startswith(("since", "seit", "from ", "as of "))
            ),
            None,
        )
        if begins is not None:
            return begins.start, None, precision_of(begins), ""
        if past and (statement.takes_date or statement.topic.startswith("do:")):
            return past[0].start, None, precision_of(past[0]), ""
        lasts = _LASTS.search(f"{statement.text} {span}") is not None
        began = read_duration_start(span, at=said_at) if lasts and not statement.ends else None
        return began, None, "year" if began else "", ""

    def _event(self, statement: Statement, times: Times, *, is_past: bool) -> ProposedEvent | None:
        row = topic_named(statement.topic) if statement.topic else None
        if statement.ends or statement.polarity:
            return None
        if statement.topic == "birthday":
            month, day = statement.value[-5:-3], statement.value[-2:]
            rule = f"FREQ=YEARLY;BYMONTH={int(month)};BYMONTHDAY={int(day)}"
            return ProposedEvent(recurrence=rule, is_all_day=True, precision="day")
        if row is not None:
            return None  # what holds is no event, though it may happen every week
        if _SINCE.search(self._text[statement.start : statement.end]):
            return None
        span = self._text[statement.start : statement.end]
        if (
            re.search(r"(?i)\b(?:until|till|since|for \d+ (?:years|months))\b", span)
            and not times.recurrence
        ):
            return None
        return event_at(times, self.message.said_at, is_past=is_past)

    def _event_topic(self, statement: Statement, event: ProposedEvent) -> tuple[str, str, bool]:
        """By what the event is known when its time changes, and when it is."""
        if statement.subject.is_thing and statement.subject.said != "it":
            key = normal_value(statement.subject.said)
        else:
            key = " ".join(
                one for one in (statement.topic.removeprefix("do:"), statement.value) if one
            )
            key = re.sub(r"^(?:have|get|book|be|go|make) (?=\w{3})", "", key)
        when = event.recurrence or (event.starts_at.isoformat()[:16] if event.starts_at else "")
        return f"event:{key[:60].strip()}", when, not event.recurrence

    def _dated(self, text: str, dates: Sequence[DateInterval]) -> str:
        """The text with its relative dates written in full."""
        text = strip_unprintable(text)
        for one in dates:
            if not one.is_relative:
                continue
            said = self._text[one.text_start : one.text_end]
            at = text.lower().find(said.lower())
            if at >= 0 and str(one) not in text:
                end = at + len(said)
                if one.is_year_assumed:  # all but the year is written
                    comma = "," if said[-1].isdigit() else ""
                    text = f"{text[:end]}{comma} {one.start.year}{text[end:]}"
                else:
                    text = f"{text[:end]} ({one}){text[end:]}"
        return _ASIDE.sub("", " ".join(text.split()))

    def _confidence(self, confidence: float) -> float:
        if self.sentence.is_explicit:
            return max(confidence, EXPLICIT)
        return round(min(confidence, 1.0), 3)

    def _span(self, start: int, end: int) -> TextSpan:
        limit = max(len(self.sentence.text), 1)
        if self._is_whole:
            return TextSpan(self.message.id, self.sentence.start, self.sentence.start + limit)
        start = min(max(start, 0), limit - 1)
        return TextSpan(
            self.message.id,
            self.sentence.start + start,
            self.sentence.start + min(max(end, start + 1), limit),
        )


_ASIDE = re.compile(r"(?i),? by the way(?=[.!]?$)")


def _is_long_ago(at: datetime | None, message: SourceMessage) -> bool:
    return at is not None and message.said_at - at > LONG_AGO
