"""Makes facts of what one sentence states."""

# ruff: noqa: E501, PLR0911  patterns of alternatives; a case, a branch, a return each

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from knowledge.dates import DateInterval, read_duration_start
from knowledge.extraction.corrections import (
    CORRECTING,
    bare_correction,
    contrasted,
    corrected,
    corrects_quantity,
    takes_back,
)
from knowledge.extraction.english import Antecedents, SentenceReader, capitalised, filled
from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.masking import mask_foreign_text
from knowledge.extraction.name_types import FORMAL_TITLE
from knowledge.extraction.names import Name, find_names
from knowledge.extraction.node_types import ENTITY
from knowledge.extraction.parsing import Parse
from knowledge.extraction.people import Kin
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.quantities import QUANTITY
from knowledge.extraction.restated import Restated
from knowledge.extraction.sentence_kinds import explicit_prefix_length
from knowledge.extraction.sentences import Sentence
from knowledge.extraction.statements import OPEN_TOPIC, Statement, Subject, normal_value
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
from knowledge.extraction.voices import MASK
from knowledge.extraction.voices.text import strip_unprintable
from knowledge.types import (
    LAST_SAID,
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
MIN_KEY_CHARACTERS = 3  # of what names a task; less says nothing
BARE_CORRECTION = 0.85  # "sorry, it's Steven"
PERHAPS_CORRECTION = 0.7  # "actually it's Steven": only of a value that looks like it
LONG_AGO = timedelta(days=365)  # "I moved to Malaga in 2012" does not say that it is so now
FRAGMENT = 0.7  # how sure a date or a number without a verb is

_PAST = re.compile(
    r"\b(?:\w{3,}ed|was|were|went|got|had|made|did|took|came|saw|met|bought|ran|found|gave|began|won|"
    r"lost|wrote|sold|left|spent|taught|built|said|told|heard|felt|flew|ate|drove|fell|caught|quit)\b"
)
_SINCE_BEHIND = re.compile(r"(?i)\b(?:since|from|as of|starting|seit|ab)\s+(?:the )?$")
_SINCE = re.compile(r"(?i)\b(?:since|seit)\b")
# What tells that "for two weeks" looks back and not ahead; of years it mostly does.
_LASTS = re.compile(r"(?i)\b(?:have|has|had|been|now|already|years?)\b|'ve\b|'s been")
UNTIL_BEHIND = re.compile(r"(?i)\b(?:until|till|to|through|bis)\s+(?:the )?$")
_DUE = re.compile(r"(?i)\s*\b(?:by|on|until|till|before|due|at|in|for|bis|am|um)?[\s,:-]*$")


@dataclass
class SentenceFacts:
    """The facts of one sentence, put among the proposals."""

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

    def propose(self) -> None:
        """The proposals have what the sentence says of somebody."""
        if self.language != "en":
            return
        is_own = self.sentence.speaker is None
        if is_own and corrects_quantity(self._said) and self.propose_correction():
            return
        text = self.sentence.wished_text.replace(MASK, " ")
        if takes_back(self._said):  # what is taken back is left out further down
            text = self._said.replace(MASK, " ")
        begin = explicit_prefix_length(text)
        statements: list[Statement] = []
        is_read = self.sentence.is_stated or takes_back(self._said)
        if is_read and text.strip():
            statements = self._read_english(" " * begin + text[begin:])
        if self.sentence.is_explicit:  # that is kept word for word already
            statements = [one for one in statements if not one.topic.startswith(OPEN_TOPIC)]
        for statement in statements:
            self._propose_statement(statement)
        if not statements and self.sentence.speaker is None and self.propose_correction():
            return
        if self.sentence.speaker is None and (
            not statements
            and self.sentence.is_stated
            and self.sentence.is_meant_whole
            and not self.sentence.is_explicit
        ):
            self._propose_fragment(text, begin)

    def propose_restated(self, restated: Restated) -> None:
        """The proposals have what a sentence says that stands for the one in the message."""
        text = restated.text
        names = find_names(capitalised(text), self.proposals.gazetteer)
        self._text, self.names, self._is_whole = text, names, True
        for statement in self._read_statements(text):
            if restated.is_topical and statement.topic.startswith(OPEN_TOPIC):
                continue
            self._propose_statement(statement)

    def _read_english(self, text: str) -> list[Statement]:
        taken_back = corrected(text)
        names, old = self.names, ""
        if taken_back is not None:
            # What is taken back is left out; where it stood, the spans are the whole sentence.
            text, old = taken_back
            names = find_names(capitalised(text), self.proposals.gazetteer)
            self._is_whole = True
        self._text, self.names = text, names
        statements = self._read_statements(text)
        if old:
            return [replace(one, corrects=normal_value(old)) for one in statements]
        match = contrasted(text)
        if match is None:
            return statements
        wrong = normal_value(match["old"])
        statements = [
            replace(one, corrects=wrong, polarity="", ends=False)
            for one in statements
            if wrong not in one.value.split()
        ]
        if not any(one.start <= match.start() and one.end >= match.end() for one in statements):
            statements = [
                one for one in statements if one.start > match.end() or one.end < match.start()
            ]
            statements.append(self._bare_correction(match, wrong))
        return statements

    def _read_statements(self, text: str) -> list[Statement]:
        """What a text says with the names in it, which are entities from now on."""
        keys = {
            name.start: self.proposals.propose_entity(name, self._span(name.start, name.end))
            for name in self.names
        }
        reader = SentenceReader(
            text=capitalised(text),
            names=self.names,
            keys=keys,
            speaker=self.speaker,
            people=self,
            antecedents=self.antecedents,
            parse=self.parse,
        )
        return reader.read()

    def _bare_correction(self, match: re.Match[str], wrong: str) -> Statement:
        """ "Actually, not Tuesday but Wednesday": of what, the memory has to find out."""
        new = match["new"].strip(" .,")
        new = re.sub(r"(?i)^(?:it's|it is|its|that's|i'm|i am|(?:i )?meant|(?:i )?mean) ", "", new)
        return Statement(
            text=f"Not {match['old'].strip()} but {new}.",
            subject=self.speaker,
            start=match.start(),
            end=match.end(),
            topic="",
            value=normal_value(new),
            confidence=0.8,
            corrects=wrong,
            is_single=False,
        )

    # -- people

    def subject_of_name(self, name: Name, kin: Kin | None) -> Subject:
        """The subject that a name stands for."""
        span = self._span(name.start, name.end)
        node_type = kin.node_type if kin is not None else None
        key = self.proposals.propose_entity(name, span, node_type=node_type)
        role = ""
        if (
            kin is not None
            and kin.is_mine
            and not kin.is_denied
            and not kin.is_over
            and self.speaker.is_self
        ):
            role = kin.role
            key = self.proposals.propose_namesake(key, role, span) or key
            self.proposals.add_role(key, role)
        return Subject(
            key,
            name.text,
            is_self=False,
            certainty=0.9,
            gender=kin.gender if kin is not None else "",
            role=role,
            is_animal=kin.is_animal if kin is not None else self.proposals.is_animal(key),
        )

    def subject_of_role(self, kin: Kin, owner: Subject) -> Subject:
        """The subject that somebody without a name is."""
        mine = owner.is_self
        role = kin.role
        key = f"role:{role}" if mine else f"role:{role}:{owner.key}"
        shown = f"your {kin.word}" if mine else f"{owner.name}'s {kin.word}"
        key = self.proposals.propose_role(
            key,
            shown,
            role if mine else "",
            self._span(kin.role_start, kin.end),
            node_type=kin.node_type,
            is_another=bool(re.search(r"\b(?:other|another|second)\b", kin.word)),
        )
        said = (
            f"{kin.owner} {kin.word}"
            if mine and kin.owner
            else kin.word
            if not mine
            else f"my {kin.word}"
        )
        if not mine:
            said = f"{owner.owner_label} {kin.word}"
        return Subject(
            key,
            shown,
            is_self=False,
            certainty=0.9,
            gender=kin.gender,
            role=role,
            said=said[0].upper() + said[1:],
            is_animal=kin.is_animal,
        )

    def has_role(self, subject: Subject, kin: Kin) -> None:
        """Somebody who was named before is this to the speaker."""
        if kin.is_mine and not kin.is_over and self.speaker.is_self:
            self.proposals.add_role(subject.key, kin.role)

    def is_user(self, name: Name) -> None:
        """The name is the user's own."""
        if self.speaker.is_self and name.key is None:
            for part in (name.text, *name.text.split()):
                self.proposals.leave_out(f"name:{fold_name(part)}")

    # -- facts

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

    def propose_correction(self) -> bool:
        """ "Sorry, the 14th": the memory finds out of what; False when it is none."""
        bare = None
        if self.sentence.kind in CORRECTING:
            bare = bare_correction(self._said, self.language)
        if bare is None:
            return False
        event = None
        if bare.is_time:
            dates = dates_in(bare.new, self.message.said_at, prefer_past=False)
            event = event_at(
                Times(dates, "", clock_in(bare.new)), self.message.said_at, is_past=False
            )
            event = event or ProposedEvent()
        named = [n for n in self.names if bare.start <= n.start and n.end <= bare.end]
        keys = [
            self.proposals.propose_entity(name, self._span(name.start, name.end)) for name in named
        ]
        self.proposals.facts.append(
            ProposedFact(
                text=bare.new,
                span=self._span(bare.start, bare.end),
                about=(self.speaker.key, *dict.fromkeys(keys))[:MAX_ABOUT],
                trust=Trust.USER_SAID,
                confidence=BARE_CORRECTION if bare.is_sure else PERHAPS_CORRECTION,
                value=normal_value(bare.new),
                corrects=LAST_SAID,
                event=event,
            )
        )
        return True

    def propose_task(self, what: str) -> None:
        """The proposals have what the user has yet to do, which is all of the sentence."""
        times = Times(
            dates_in(what, self.message.said_at, prefer_past=False),
            recurrence_in(what),
            clock_in(what),
        )
        event = event_at(times, self.message.said_at, is_past=False) or ProposedEvent()
        self._text, self.names = what, find_names(capitalised(what), self.proposals.gazetteer)
        others = [
            self.proposals.propose_entity(name, self._span(name.start, name.end))
            for name in self.names
        ]
        undated = _DUE.sub("", what[: times.dates[0].text_start]) if times.dates else ""
        key = normal_value(undated if len(undated) > MIN_KEY_CHARACTERS else what)
        self.proposals.facts.append(
            ProposedFact(
                text=self._dated(f"On my to-do list: {what}.", times.dates),
                span=self._span(0, len(what)),
                about=tuple(dict.fromkeys((self.speaker.key, *others)))[:MAX_ABOUT],
                trust=Trust.USER_SAID,
                confidence=self._confidence(0.85),
                topic=f"event:{key[:60]}",
                value=event.starts_at.isoformat()[:16] if event.starts_at else None,
                event=event,
            )
        )

    def _propose_fragment(self, text: str, begin: int) -> None:
        """A date with a name, or a number, without a verb: "Lunch with Priya tomorrow"."""
        words = text[begin:].strip(" .!")
        if (other := self._in_its_place(words)) is not None:
            self._propose_statement(other)
            return
        if (
            not words
            or len(words.split()) > 14
            or re.search(r"(?i)\b(?:you|your|let's|thanks|thx|please)\b", words)
            or re.match(
                r"(?i)(?:thinking|considering|maybe|perhaps|might|possibly|not sure)\b", words
            )
        ):
            return
        if self.parse is not None and any(
            token.tag_ in ("VBD", "VBZ", "VBP", "MD") for token in self.parse(words)
        ):
            return
        times = Times(
            dates_in(words, self.message.said_at, prefer_past=False),
            recurrence_in(words),
            clock_in(words),
        )
        if times.recurrence:  # "on tues + thurs" is no one day
            times = replace(times, dates=())
        if not self.sentence.is_explicit and _is_amount_or_time(words, times.dates):
            return  # "14 km last Sunday" answers a question, of what it does not say
        event = event_at(times, self.message.said_at, is_past=False)
        has_number = re.search(r"\d", words) is not None
        if event is None and not has_number and not self.sentence.is_explicit:
            return
        key = normal_value(
            words[: times.dates[0].text_start]
            if times.dates and times.dates[0].text_start > 3
            else words
        )
        others = [
            self.proposals.propose_entity(name, self._span(name.start, name.end))
            for name in self.names
        ]
        shown = words[0].upper() + words[1:]
        self.proposals.facts.append(
            ProposedFact(
                text=self._dated(f"{shown}.", times.dates),
                span=self._span(begin, len(text)),
                about=tuple(dict.fromkeys((self.speaker.key, *others)))[:MAX_ABOUT],
                trust=Trust.USER_SAID,
                confidence=self._confidence(FRAGMENT),
                topic=f"event:{key[:60]}" if event is not None else f"do:note {key[:40]}",
                value=(event.starts_at.isoformat()[:16] if event and event.starts_at else key)
                or None,
                event=event,
            )
        )

    def _in_its_place(self, words: str) -> Statement | None:
        """ "I gave up on Spanish. Dutch instead." """
        ended = self.antecedents.ended
        match = re.fullmatch(r"(?i)(?:now )?(?P<what>[\w '-]{2,40}?),? (?:instead|now)", words)
        row = topic_named(ended.topic) if ended is not None else None
        if ended is None or match is None or row is None or "en" not in row.says:
            return None
        value = normal_value(match["what"])
        return replace(
            ended,
            text=filled(row.says["en"], ended.subject, match["what"]),
            start=0,
            end=len(self._text),
            topic=row.key(value),
            value=value,
            polarity="",
            ends=False,
            is_over=False,
            is_past=False,
            target=None,
        )

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


def _is_amount_or_time(words: str, dates: Sequence[DateInterval]) -> bool:
    """True where nothing is left beside an amount and a day."""
    for one in reversed(dates):
        words = f"{words[: one.text_start]} {words[one.text_end :]}"
    words = QUANTITY.sub(" ", words)
    return not [
        word for word in re.findall(r"[\w']+", words.lower()) if word not in _BESIDE_AMOUNTS
    ]


_BESIDE_AMOUNTS = frozenset(
    [
        "on",
        "at",
        "in",
        "the",
        "last",
        "this",
        "next",
        "about",
        "around",
        "roughly",
        "only",
        "just",
        "maybe",
        "almost",
        "nearly",
        "over",
        "more",
        "than",
        "less",
        "and",
        "a",
        "an",
        "i",
        "think",
        "of",
    ]
)
_ASIDE = re.compile(r"(?i),? by the way(?=[.!]?$)")


def _is_long_ago(at: datetime | None, message: SourceMessage) -> bool:
    return at is not None and message.said_at - at > LONG_AGO
