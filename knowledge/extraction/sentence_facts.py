"""Makes facts of what one sentence states."""

# ruff: noqa: E501  patterns of alternatives

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
from knowledge.extraction.sentence_kinds import SentenceKind, explicit_prefix_length
from knowledge.extraction.sentences import Sentence
from knowledge.extraction.statements import Statement
from knowledge.extraction.words import word_list
from knowledge.types import ProposedFact, SourceMessage, Span, Trust

MAX_ABOUT = 8  # entities of one fact
MAX_FACT_CHARACTERS = 600
TARGET_CONFIDENCE = 0.7  # of a target that does not look like a name
STATED = 0.6  # how sure a sentence is that no frame understood
COVERED_SHARE = 0.6  # of a sentence that the frames have understood
EXPLICIT = 0.95  # how sure "remember that ..." is
UNSURE_FACTOR = 0.7  # of a sentence with "I think"
MIN_CONTENT_WORDS = 2
MIN_CONTENT_WORDS_TO_ASSISTANT = 4  # of a sentence with "you" in it

_ADDRESSED = re.compile(
    r"(?:^|[,!.]\s*|\b(?:hi|hey|hello|thanks|thank you|wow|dear|ok|yes|oh)\s+)$", re.I
)
_OWN = re.compile(r"\b(?:I|i|I'[a-z]+|my|My|me|we|We|our|Our|us|ich|Ich|[Mm]ein\w*|wir)\b")
_VERB = re.compile(
    r"\b(?:\w{2,}ed|am|is|are|was|were|went|got|had|have|has|made|did|took|came|saw|met|bought|ran|"
    r"found|gave|began|won|lost|wrote|read|sold|left|spent|taught|built|said|told|heard|felt|kept|"
    r"grew|knew|thought|broke|drove|ate|flew|sent|paid|swam|sang|chose|caught|fell|held|led|hurt|"
    r"put|set|cut|love|like|hate|want|need|plan|work|live|play|use|go|going|will|'ll|'ve|'m|'s|"
    r"bin|ist|habe|hat|war|wohne|arbeite|mag|möchte|werde|fahre|gehe)\b|'(?:ve|m|ll|s|re)\b"
)
_PAST = re.compile(
    r"\b(?:\w{3,}ed|was|were|went|got|had|made|did|took|came|saw|met|bought|ran|found|gave|began|won|"
    r"lost|wrote|sold|left|spent|taught|built|said|told|heard|felt|flew|ate|drove|fell|caught)\b"
)
_TALK = re.compile(r"\b(?:you|your|you're|you've|yours|yourself|u|dein\w*|du|dich|dir|Sie)\b", re.I)
_SMALL_TALK = word_list("small_talk")
# What only makes sense beside the message before it, or says how somebody feels about it.
_VAGUE = re.compile(
    r"\s*(?:(?:yeah|yes|yep|well|so|and|but|plus|wow|oh|also|thanks|no|haha|honestly|absolutely|"
    r"definitely|sure|true|right)[,!.\s-]+)*(?:it|it's|its|that|that's|this|these|those|they|they're|"
    r"their|there's|there|let's|lets|we can|we got|we all|we should|we'll|life|everyone|people|nothing|"
    r"something|moments?|he|she|his|her|him|which|makes|don't|can't|i'll|i can|"
    r"(?:i'm|i am|i was|i feel|i felt) (?:so |really |very |super |just |also |always |truly )*(?:sure|glad|"
    r"thankful|grateful|happy|proud|excited|impressed|lucky|blessed|touched|amazed|inspired|here|"
    r"honou?red|pumped|stoked|curious|curious|all|so|determined|fulfilled|ready)|i (?:really |totally |"
    r"definitely |completely )*(?:hope|wish|agree|get|know|understand|think|guess|bet|mean|see|"
    r"believe|appreciate|admire|can))\b",
    re.IGNORECASE,
)
_SINCE_BEHIND = re.compile(r"\b(?:since|from|seit|ab)\s+$")
_SINCE = re.compile(r"\bsince\b|\bseit\b", re.IGNORECASE)
_CLAUSE_BREAK = re.compile(r"[,;:!–]|\s-\s")


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
        text = self.sentence.text
        if self.sentence.kind is SentenceKind.QUESTION:  # what stands before it may be stated
            breaks = [found.start() for found in _CLAUSE_BREAK.finditer(text)]
            text = text[: breaks[-1]] if breaks else ""
        statements: list[Statement] = []
        if self.language == "de":
            statements += read_german_statements(text, speaker=self.referents.speaker)
        statements += read_statements(
            text, begin=explicit_prefix_length(text), referents=self.referents
        )
        for statement in _one_per_topic(statements):
            self._propose_statement(statement)
        covered = 0
        if statements:
            covered = max(one.end for one in statements) - min(one.start for one in statements)
        whole = len(self.sentence.text) - explicit_prefix_length(self.sentence.text)
        if self.sentence.is_stated and covered < COVERED_SHARE * whole:
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
            if not _tells(text, self.language, is_specific=bool(dates or others)):
                return
        speaker = self.referents.speaker
        about = [speaker.key] if _OWN.search(text) else []
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

    def _span(self, start: int, end: int) -> Span:
        return Span(self.message.id, self.sentence.start + start, self.sentence.start + end)


def _one_per_topic(statements: Sequence[Statement]) -> list[Statement]:
    """Each topic of each subject once: what is so, then the surest, then the first.

    What is so tells more than what is not: "I don't work at A, I work at B".
    """
    best: dict[tuple[str, str], tuple[tuple[bool, float], Statement]] = {}
    for statement in statements:
        key = (statement.subject.key, statement.topic)
        worth = (not statement.value.startswith("not "), statement.confidence)
        if key not in best or worth > best[key][0]:
            best[key] = (worth, statement)
    return [statement for _, statement in best.values()]


def _tells(text: str, language: str, *, is_specific: bool) -> bool:
    """The sentence says something of somebody that is worth a fact of its own."""
    if language not in ("en", "de") or not _VERB.search(text):
        return False
    is_specific = is_specific or re.search(r"\d", text) is not None
    is_to_assistant = _TALK.search(text) is not None
    if not is_specific and (is_to_assistant or _VAGUE.match(text)):
        return False
    words = {word for word in re.findall(r"[^\W_][\w'-]*", text.lower()) if word not in _SMALL_TALK}
    if is_to_assistant and len(words) < MIN_CONTENT_WORDS_TO_ASSISTANT:
        return False
    return (is_specific or _OWN.search(text) is not None) and len(words) >= MIN_CONTENT_WORDS
