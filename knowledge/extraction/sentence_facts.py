"""Makes facts of what one sentence states."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge.dates import DateInterval, Precision, read_dates, read_duration_start
from knowledge.extraction.clauses import Referents, is_unsure, read_statements
from knowledge.extraction.frames.german import read_german_statements
from knowledge.extraction.masking import strip_unprintable
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import ENTITY
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.sentence_kinds import explicit_prefix_length
from knowledge.extraction.sentence_worth import SAYS_I, tells_enough
from knowledge.extraction.sentences import Sentence
from knowledge.extraction.statements import Statement, one_per_topic
from knowledge.types import ProposedFact, SourceMessage, TextSpan, Trust

MAX_ABOUT = 8  # entities of one fact
MAX_FACT_CHARACTERS = 600
TARGET_CONFIDENCE = 0.7  # of a target that does not look like a name
STATED = 0.6  # how sure a sentence is that no frame understood
COVERED_SHARE = 0.6  # of a sentence that the frames have understood
EXPLICIT = 0.95  # how sure "remember that ..." is
UNSURE_FACTOR = 0.7  # of a sentence with "I think"

_ADDRESSED = re.compile(
    r"(?:^|[,!.]\s*|\b(?:hi|hey|hello|thanks|thank you|wow|dear|ok|yes|oh)\s+)$", re.IGNORECASE
)
_PAST = re.compile(
    r"\b(?:\w{3,}ed|was|were|went|got|had|made|did|took|came|saw|met|bought|ran|found|gave|began|won|"
    r"lost|wrote|sold|left|spent|taught|built|said|told|heard|felt|flew|ate|drove|fell|caught)\b"
)
_SINCE_BEHIND = re.compile(r"\b(?:since|from|seit|ab)\s+$")
_SINCE = re.compile(r"\bsince\b|\bseit\b", re.IGNORECASE)


def is_addressed(text: str, name: Name) -> bool:
    """True when the name is whom the message talks to: "Hey Ann!"."""
    ends = text[name.end : name.end + 1] in ("", ",", "!", ".", "?")
    return ends and _ADDRESSED.search(text[: name.start]) is not None


@dataclass
class SentenceFacts:
    """The facts of one sentence, put among the proposals."""

    proposals: Proposals
    message: SourceMessage
    sentence: Sentence
    language: str
    referents: Referents

    def propose(self) -> None:
        """The proposals have what the frames read; else the sentence itself, if it tells enough."""
        text = self.sentence.stated_text
        statements: list[Statement] = []
        if self.language == "de":
            statements += read_german_statements(text, speaker=self.referents.speaker)
        statements += read_statements(
            text, begin=explicit_prefix_length(text), referents=self.referents
        )
        for statement in one_per_topic(statements):
            self._propose_statement(statement)
        covered = 0
        if statements:
            covered = max(one.end for one in statements) - min(one.start for one in statements)
        whole = len(self.sentence.text) - explicit_prefix_length(self.sentence.text)
        if (
            self.sentence.is_stated
            and self.sentence.is_meant_whole
            and covered < COVERED_SHARE * whole
        ):
            self._propose_sentence()

    def _propose_statement(self, statement: Statement) -> None:
        subject, target = statement.subject, statement.target
        about = [subject.key]
        if target is not None:
            found = next((one for one in self.referents.names if one.start == target.start), None)
            name = found or Name(
                target.start, target.end, target.text, target.node_type or ENTITY, TARGET_CONFIDENCE
            )
            node_type = None if name.key else target.node_type
            span = self._span(target.start, target.end)
            about.append(self.proposals.propose_entity(name, span, node_type=node_type))
        self.proposals.add_identifiers(subject.key, statement.identifiers)
        edge_type = statement.edge_type if target is not None else None
        if edge_type is not None and not self.proposals.allows_edge(edge_type, about):
            edge_type = None
        valid_from, valid_to = self._validity(statement)
        self.proposals.facts.append(
            ProposedFact(
                text=statement.text,
                span=self._span(statement.start, min(statement.end, len(self.sentence.text))),
                about=tuple(dict.fromkeys(about)),
                trust=Trust.USER_SAID,
                confidence=self._confidence(statement.confidence * subject.certainty),
                edge_type=edge_type,
                topic=statement.topic,
                value=statement.value,
                single_valued=True,
                valid_from=valid_from,
                valid_to=valid_to,
            )
        )

    def _validity(self, statement: Statement) -> tuple[datetime | None, datetime | None]:
        """From when to when it holds, as far as the sentence tells; plans begin when said."""
        said_at, text = self.message.said_at, self.sentence.text
        dates = [date for date in self._dates(prefer_past=True) if date.start <= said_at]
        if statement.is_over:
            return None, dates[0].start if dates else None
        if statement.topic.startswith("lived:") and len(dates) >= 2:
            return dates[0].start, dates[1].start
        if dates and (
            statement.takes_date
            or _SINCE_BEHIND.search(text, 0, dates[0].text_start)
            or _SINCE.search(text)
        ):
            return dates[0].start, None
        return read_duration_start(text, at=said_at), None

    def _propose_sentence(self) -> None:
        """The whole sentence is a fact when it tells something of somebody."""
        text = self.sentence.text
        begin = explicit_prefix_length(text)
        dates = self._dates(prefer_past=_PAST.search(text) is not None)
        names = self.referents.names
        if not self.sentence.is_explicit:
            others = [name for name in names if not is_addressed(text, name)]
            if not tells_enough(text, self.language, is_specific=bool(dates or others)):
                return
        speaker = self.referents.speaker
        about = [speaker.key] if SAYS_I.search(text) else []
        about += [
            self.proposals.propose_entity(name, self._span(name.start, name.end)) for name in names
        ]
        past = [date for date in dates if date.end <= self.message.said_at]
        self.proposals.facts.append(
            ProposedFact(
                text=self._readable(begin, dates),
                span=self._span(begin, len(text)),
                about=tuple(dict.fromkeys(about or [speaker.key]))[:MAX_ABOUT],
                trust=Trust.USER_SAID,
                confidence=self._confidence(STATED),
                valid_from=past[0].start if past else None,
            )
        )

    def _readable(self, begin: int, dates: Sequence[DateInterval]) -> str:
        """The sentence with its relative dates written in full, and who says "I" in it."""
        content, offset = self.message.content, self.sentence.start
        pieces, position = [], offset + begin
        for date in dates:
            if date.is_relative:
                end = offset + date.text_end
                pieces.append(f"{content[position:end]} ({date})")
                position = end
        pieces.append(content[position : self.sentence.end])
        text = " ".join(strip_unprintable("".join(pieces)).split())[:MAX_FACT_CHARACTERS]
        text = text[0].upper() + text[1:] if text else text
        speaker = self.referents.speaker
        return text if speaker.is_self else f"{speaker.name}: {text}"

    def _dates(self, *, prefer_past: bool) -> list[DateInterval]:
        found = read_dates(self.sentence.text, at=self.message.said_at, prefer_past=prefer_past)
        # "In the last two weeks" tells neither when something began nor when it was.
        return [date for date in found if date.precision is not Precision.RANGE]

    def _confidence(self, confidence: float) -> float:
        if self.sentence.is_explicit:
            return max(confidence, EXPLICIT)
        return round(confidence * (UNSURE_FACTOR if is_unsure(self.sentence.text) else 1.0), 3)

    def _span(self, start: int, end: int) -> TextSpan:
        return TextSpan(self.message.id, self.sentence.start + start, self.sentence.start + end)
