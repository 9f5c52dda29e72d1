"""Makes facts of what one sentence states."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.dates import DateInterval
from knowledge.extraction.corrections import (
    CORRECTING,
    bare_correction,
    contrasted,
    corrected,
    corrects_quantity,
    takes_back,
)
from knowledge.extraction.english import SentenceReader, capitalised, filled
from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.names import Name, find_names
from knowledge.extraction.people import Kin
from knowledge.extraction.quantities import QUANTITY
from knowledge.extraction.restated import Restated
from knowledge.extraction.sentence_kinds import explicit_prefix_length
from knowledge.extraction.statement_facts import MAX_ABOUT, StatementFacts
from knowledge.extraction.statements import OPEN_TOPIC, Statement, Subject, normal_value
from knowledge.extraction.times import (
    Times,
    clock_in,
    dates_in,
    event_at,
    recurrence_in,
)
from knowledge.extraction.topics import topic_named
from knowledge.extraction.voices import MASK
from knowledge.types import (
    LAST_SAID,
    ProposedEvent,
    ProposedFact,
    Trust,
)

MIN_KEY_CHARACTERS = 3  # of what names a task; less says nothing
BARE_CORRECTION = 0.85  # "sorry, it's Steven"
PERHAPS_CORRECTION = 0.7  # "actually it's Steven": only of a value that looks like it
FRAGMENT = 0.7  # how sure a date or a number without a verb is

_DUE = re.compile(r"(?i)\s*\b(?:by|on|until|till|before|due|at|in|for|bis|am|um)?[\s,:-]*$")


@dataclass
class SentenceFacts(StatementFacts):
    """The facts of one sentence, put among the proposals."""

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
        is_meant = self.sentence.is_explicit or not times.dates
        if not is_meant and _is_amount_or_time(words, times.dates):
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
