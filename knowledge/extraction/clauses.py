"""Finds the subjects of a sentence and tries the frames on what is said of them."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from knowledge.extraction.frames.clause import Clause
from knowledge.extraction.frames.possessives import Possessive, read_possessive
from knowledge.extraction.frames.table import FRAMES
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import ENTITY, PERSON
from knowledge.extraction.statements import Statement, Subject

MAX_SUBJECTS = 20  # of one sentence

_ADVERB = (
    r"(?:really|also|still|just|now|currently|recently|actually|absolutely|always|finally|already|"
    r"both|do|so|truly|totally|personally|especially|mostly|mainly|generally|usually|kinda|kind of|"
    r"sort of|officially|definitely|honestly|even|only|much|very|literally|happily|simply|certainly|"
    r"have|been|then|soon|since|once|myself|ever|got to|lately|quite|particularly|originally)"
)
_NEGATION = r"(?:not|never|no longer|hardly)"
_CONTRACTED = r"(?:don't|doesn't|didn't|haven't|hasn't|hadn't|isn't|wasn't|aren't|weren't|ain't|dont|doesnt|didnt)"
_AUXILIARY = re.compile(
    rf"(?P<aux>'(?:ve|m|s|re|d|ll)|\s+(?:{_CONTRACTED}|have|has|had|am|is|are|was|were|do|does|did|"
    r"will|would|can|could|may|might|should|must|can't|cannot|cant|won't|wouldn't|couldn't|shouldn't|"
    rf"used to be|want to|wanna|going to|gonna)(?!['\w]))?(?P<middle>(?:,?\s+(?:{_NEGATION}|{_ADVERB})\b)*)",
    re.IGNORECASE,
)
_VERBS = {
    **dict.fromkeys(("'m", "'re", "'s", "am", "is", "are", "isn't", "aren't", "ain't"), "be"),
    **dict.fromkeys(("was", "were", "wasn't", "weren't"), "was"),
    **dict.fromkeys(("'ve", "have", "has", "haven't", "hasn't"), "have"),
    **dict.fromkeys(
        ("do", "does", "did", "don't", "doesn't", "didn't", "dont", "doesnt", "didnt"), "do"
    ),
    **dict.fromkeys(("can't", "cannot", "cant"), "modal"),
    **dict.fromkeys(("will", "'ll", "going to", "gonna"), "modal"),
}
_NEGATED = frozenset({"cannot", "cant", "dont", "doesnt", "didnt"})
_NOT = re.compile(r"\b(?:not|never|hardly)\b")
_SELF = re.compile(r"(?<![\w'.-])(?:I|i|We|we)(?=['\s])")
_OTHER = re.compile(r"(?<![\w'-])(?:She|she|He|he)(?=['\s])")
_MINE = re.compile(r"(?<![\w'-])(?:My|my|Our|our|MY)(?=\s)")
_HERS = re.compile(r"(?<![\w'-])(?:Her|her|His|his)(?=\s)")
# What stands before a clause and takes back that it is so: anywhere, or in the same clause.
_NOT_SO = re.compile(
    r"\b(?:if|unless|whether|would|wish|imagine|pretend\w*|suppose|could|might|maybe|perhaps|"
    r"(?:don't|doesn't|didn't|not) (?:think|believe|say|mean|know)|not sure|doubt|wonder\w*|"
    r"dream(?:ed|t)?|joked|kidding|lied|lie|false|untrue|not true|no way|wenn|falls|hypothetically)\b",
    re.IGNORECASE,
)
_NOT_HERE = re.compile(
    r"\b(?:when|before|until|once|after|said|says|say|told|tells|tell|asks?|asked|thinks?|thought|"
    r"believes?|claims?|claimed|heard|hope[sd]?|hoping|read|while|where|how|why|what|who|which|that)\b"
    r"[^,;:]*$",
    re.IGNORECASE,
)
_I_THINK = re.compile(r"\b(?:i (?:think|guess|believe|know|mean|said|say|told you)|remember|note|"
                      r"know|fact|mention(?:ed)?|forget|happy|glad|say)(?: that)?\s*$|\b(?:since|because|so) $", re.IGNORECASE)  # fmt: skip
_UNSURE = re.compile(
    r"\b(?:i think|i guess|probably|i believe|seems?|apparently|sort of)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Referents:
    """Whom the words of one sentence stand for."""

    speaker: Subject  # "I"
    names: Sequence[Name]
    by_position: Mapping[int, Subject]  # by where their name starts in the sentence
    antecedent: Subject | None  # the only person "she" or "he" can be

    def subjects(self, text: str, begin: int) -> Iterator[tuple[Subject, int, int]]:
        """Who may be the subject of a clause, with the characters that say so."""
        for match in _SELF.finditer(text, begin):
            yield self.speaker, match.start(), match.end()
        for name in self.names:
            if name.start in self.by_position and name.start >= begin:
                yield self.by_position[name.start], name.start, name.end
        if self.antecedent is not None:
            for match in _OTHER.finditer(text, begin):
                yield self.antecedent, match.start(), match.end()

    def possessors(self, text: str, begin: int) -> Iterator[tuple[Subject, int, int]]:
        """Whose something may be, with the characters of the possessive."""
        for match in _MINE.finditer(text, begin):
            yield self.speaker, match.start(), match.end()
        for name in self.names:
            if name.start in self.by_position and text[name.end : name.end + 3] == "'s ":
                yield self.by_position[name.start], name.start, name.end + 2
        if self.antecedent is not None:
            for match in _HERS.finditer(text, begin):
                yield self.antecedent, match.start(), match.end()

    def owners(self) -> dict[str, Subject]:
        """Whom each possessive of the sentence stands for."""
        owners = {
            f"{name.text.lower()}'s": self.by_position[name.start]
            for name in self.names
            if name.start in self.by_position
        }
        if self.antecedent is not None:
            owners |= {"his": self.antecedent, "her": self.antecedent}
        return owners | {"my": self.speaker, "our": self.speaker}


def read_statements(text: str, *, begin: int, referents: Referents) -> Iterator[Statement]:
    """Every statement that the frames see in one sentence from `begin` on."""
    owners = referents.owners()
    for subject, start, end in islice(referents.subjects(text, begin), MAX_SUBJECTS):
        auxiliary = _auxiliary_at(text, end) if _is_asserted(text[begin:start]) else None
        if auxiliary is None:
            continue
        verb, polarity, after = auxiliary
        clause = Clause(text, subject, start, after, verb, polarity, referents.names, owners)
        for frame in FRAMES:
            if verb in frame.verbs and (match := frame.pattern.match(text, after)):
                yield from frame.read(clause, match)
    for owner, start, end in islice(referents.possessors(text, begin), MAX_SUBJECTS):
        if _is_asserted(text[begin:start]):
            yield from read_possessive(Possessive(text, owner, start, end, referents.names))


def _is_asserted(before: str) -> bool:
    """Nothing before the clause says that it is not so, or that it is another's word."""
    if _NOT_SO.search(before):
        return False
    return _NOT_HERE.search(before) is None or _I_THINK.search(before) is not None


def _auxiliary_at(text: str, position: int) -> tuple[str, str, int] | None:
    """The verb behind a subject, its polarity, and where they end; None when nothing is asserted."""
    match = _AUXILIARY.match(text, position)
    if match is None:
        return "do", "", position
    auxiliary, middle = (match["aux"] or "").strip().lower(), match["middle"].lower()
    verb = _VERBS.get(auxiliary) if auxiliary else "do"
    if verb is None:
        return None
    if "no longer" in middle:
        polarity = "no longer"
    else:
        is_negated = "n't" in auxiliary or auxiliary in _NEGATED or _NOT.search(middle)
        polarity = "not" if is_negated else ""
    return verb, polarity, match.end()


def is_unsure(text: str) -> bool:
    """True when the speaker says that they only think so."""
    return _UNSURE.search(text) is not None


def can_be_subject(name: Name) -> bool:
    """True when the frames tell what things of its type are and do."""
    return name.node_type in (PERSON, ENTITY)
