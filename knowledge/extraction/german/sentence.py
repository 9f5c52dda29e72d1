"""One German sentence that is read: its dates, its facts, and clauses of it as texts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from knowledge.dates import DateInterval, Precision, read_dates, read_duration_start
from knowledge.extraction.german.chunks import Chunk, Kind
from knowledge.extraction.german.clause import GermanClause
from knowledge.extraction.german.frames import Match
from knowledge.extraction.german.lexicon import (
    small_words,
)
from knowledge.extraction.german.morphology import Tense
from knowledge.extraction.german.people import (
    People,
)
from knowledge.extraction.german.times import (
    german_date,
    precision_of,
)
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.sentences import Sentence
from knowledge.extraction.topics import Effect
from knowledge.types import (
    ProposedFact,
    SourceMessage,
    TextSpan,
    Trust,
)

CONFIDENCE = 0.85

_BARE_EVENTS = ("termin", "verabredung", "date")  # their name is whom they are with
_ARRANGED = small_words("arranged")


@dataclass
class GermanSentence:
    """What is being read, and the facts found so far."""

    proposals: Proposals
    people: People
    message: SourceMessage
    sentence: Sentence
    speaker_key: str
    facts: list[ProposedFact] = field(default_factory=list)

    @property
    def text(self) -> str:
        """As it was said."""
        return self.sentence.text

    def dates(self, clause: GermanClause) -> list[DateInterval]:
        is_past = self.is_past(clause) or any(
            c.text.lower().startswith("seit") for c in clause.times
        )
        is_arranged = clause.verb in _ARRANGED  # "von Montag auf Mittwoch": the last one counts
        found = read_dates(
            self.sentence.text, at=self.message.said_at, prefer_past=is_past, lenient=is_arranged
        )
        spans = [(c.start - 3, c.end + 1) for c in clause.times]
        named = [
            date
            for date in found
            if date.precision is not Precision.RANGE
            and any(
                start <= date.text_start + 3 and date.text_end <= end + 3 and date.text_end > start
                for start, end in spans
            )
        ]
        return named[-1:] if is_arranged else named

    def coming_dates(self, clause: GermanClause) -> list[DateInterval]:
        """The dates of a clause in the present that are still to come, or "bald"."""
        if self.is_past(clause):
            return []
        words = [c.text.lower() for c in clause.times]
        if any(word.startswith("seit") for word in words):
            return []
        return [date for date in self.dates(clause) if date.start > self.message.said_at]

    def since(
        self, clause: GermanClause, match: Match
    ) -> tuple[datetime | None, datetime | None, str]:
        """From when it holds, when it ended, and how exactly that is known."""
        said_at = self.message.said_at
        dates = self.dates(clause)
        past = [date for date in dates if date.start <= said_at]
        has_since = any(c.text.lower().startswith(("seit", "ab ")) for c in clause.times)
        if match.effect is Effect.ENDS and dates:
            return None, dates[0].start, precision_of(dates[0])
        if past and (has_since or match.effect is Effect.STARTS):
            return past[0].start, past[0].start, precision_of(past[0])
        if has_since:
            text = " ".join(c.text for c in clause.times)
            began = read_duration_start(text, at=said_at)
            return began, None, "month" if began else ""
        return (
            None,
            (past[0].start if past and clause.negation else None),
            (precision_of(past[0]) if past and clause.negation else ""),
        )

    def is_nowadays(self, date: DateInterval) -> bool:
        """ "Heute" beside "früher" is no day."""
        text = self.sentence.text.lower()
        return "früher" in text and text[date.text_start : date.text_end] == "heute"

    def is_past(self, clause: GermanClause) -> bool:
        """It was; what was arranged is still to come: "auf den 5. September verschoben"."""
        was = clause.tense is Tense.PAST or clause.is_perfect
        return was and clause.verb not in _ARRANGED

    def written(
        self,
        clause: GermanClause,
        label: str,
        *,
        alone: Chunk | None = None,
        without: Sequence[Chunk] = (),
        is_inner: bool = False,
    ) -> str:
        """The clause with its subject, relative dates written in full."""
        put: dict[int, str] = {}
        if alone is not None:
            for chunk in (*clause.front, *clause.middle, *clause.behind):
                if chunk is alone or alone in chunk.others:
                    lead = (
                        f"{self.sentence.text[chunk.start : chunk.noun_start]}"
                        if chunk.kind is Kind.PREPOSITION and alone is not chunk
                        else ""
                    )
                    put[chunk.start] = f"{lead}{alone.text}"
        text = clause.written(label, put=put, without=without)
        for date in self.dates(clause):
            if date.is_relative and not _is_birthday(clause) and not self.is_nowadays(date):
                words = self.sentence.text[date.text_start : date.text_end]
                position = text.lower().find(words.lower())
                if position >= 0:
                    end = position + len(words)
                    text = f"{text[:end]} ({german_date(date)}){text[end:]}"
        text = " ".join(text.split())
        return text if is_inner else capital(text)

    def add(
        self,
        clause: GermanClause,
        topic: str,
        value: str,
        text: str,
        *,
        about: Sequence[str],
        confidence: float = CONFIDENCE,
        is_single: bool = False,
        valid_from: datetime | None = None,
        precision: str = "",
        trust: Trust = Trust.USER_SAID,
        **fields: object,
    ) -> None:
        same = [
            f
            for f in self.facts
            if f.topic == topic and f.value == (value or None) and f.about[0] == about[0]
        ]
        if same and not fields.get("ends"):
            return
        self.facts = [f for f in self.facts if f not in same]  # "unsere Katze" is over with its end
        edge_type = fields.pop("edge_type", None)
        if edge_type is not None and not self.proposals.allows_edge(str(edge_type), about):
            edge_type = None
        if self.sentence.is_explicit:
            confidence = max(confidence, 0.95)
        self.facts.append(
            ProposedFact(
                text=text,
                span=self.span(clause.start, clause.end),
                about=tuple(dict.fromkeys(about)),
                trust=trust,
                confidence=confidence,
                topic=topic,
                value=value or None,
                single_valued=is_single,
                valid_from=valid_from,
                since_precision=precision if valid_from is not None else "",
                edge_type=edge_type,  # type: ignore[arg-type]  # a string or None
                **fields,  # type: ignore[arg-type]  # of ProposedFact
            )
        )

    def span(self, start: int, end: int) -> TextSpan:
        begin = self.sentence.start
        return TextSpan(
            self.message.id, begin + max(start, 0), begin + min(end, len(self.sentence.text))
        )


def _is_birthday(clause: GermanClause) -> bool:
    nouns = [*clause.objects, *([clause.subject] if clause.subject is not None else [])]
    return any(c.head == "Geburtstag" for c in nouns) or (
        clause.complement is not None and clause.complement.word == "geboren"
    )


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
