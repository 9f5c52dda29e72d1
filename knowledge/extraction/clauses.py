"""Finds the subjects of a sentence and asks the patterns what is said of them."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from knowledge.extraction import names as kinds
from knowledge.extraction.drafts import Draft, Who
from knowledge.extraction.names import Name
from knowledge.extraction.patterns import PHRASES, Clause, Owned, owned_drafts

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
                      r"know|fact|mention(?:ed)?|forget|happy|glad|say)(?: that)?\s*$|\b(?:since|because|so) $", re.I)  # fmt: skip
_UNSURE = re.compile(r"\b(?:i think|i guess|probably|i believe|seems?|apparently|sort of)\b", re.I)


@dataclass(frozen=True)
class People:
    """Who "I" is and whom the other names and pronouns stand for."""

    speaker: Who
    named: Mapping[int, Who]  # by where the name starts in the sentence
    last: Who | None  # the only person "she" or "he" can be


def drafts_in(text: str, *, begin: int, names: Sequence[Name], people: People) -> Iterator[Draft]:
    """Every statement that the patterns see in one sentence from `begin` on."""
    owners = _owners(people, names)
    for who, start, end in islice(_subjects(text, begin, names, people), MAX_SUBJECTS):
        if not _is_held(text, begin, start):
            continue
        bare = Clause(text, who, start, end, "do", "", names, owners)
        clause = _with_verb(bare)
        if clause is not None:
            yield from _read(clause)
    for who, start, end in islice(_owner_places(text, begin, names, people), MAX_SUBJECTS):
        if _is_held(text, begin, start):
            yield from owned_drafts(Owned(text, who, start, end, names))


def _is_held(text: str, begin: int, start: int) -> bool:
    """Nothing before the clause says that it is not so, or that it is another's word."""
    before = text[begin:start]
    if _NOT_SO.search(before):
        return False
    return _NOT_HERE.search(before) is None or _I_THINK.search(before) is not None


def _subjects(
    text: str, begin: int, names: Sequence[Name], people: People
) -> Iterator[tuple[Who, int, int]]:
    for match in _SELF.finditer(text, begin):
        yield people.speaker, match.start(), match.end()
    for name in names:
        if name.start in people.named and name.start >= begin:
            yield people.named[name.start], name.start, name.end
    if people.last is not None:
        for match in _OTHER.finditer(text, begin):
            yield people.last, match.start(), match.end()


def _owner_places(
    text: str, begin: int, names: Sequence[Name], people: People
) -> Iterator[tuple[Who, int, int]]:
    for match in _MINE.finditer(text, begin):
        yield people.speaker, match.start(), match.end()
    for name in names:
        if name.start in people.named and text[name.end : name.end + 3] == "'s ":
            yield people.named[name.start], name.start, name.end + 2
    if people.last is not None:
        for match in _HERS.finditer(text, begin):
            yield people.last, match.start(), match.end()


def _owners(people: People, names: Sequence[Name]) -> Mapping[str, Who]:
    owners = {
        f"{name.text.lower()}'s": people.named[name.start]
        for name in names
        if name.start in people.named
    }
    if people.last is not None:
        owners |= {"his": people.last, "her": people.last}
    return owners | {"my": people.speaker, "our": people.speaker}


def _with_verb(clause: Clause) -> Clause | None:
    """The clause with its auxiliary read; None when it does not say how things are."""
    match = _AUXILIARY.match(clause.text, clause.after)
    if match is None:
        return clause
    auxiliary = (match["aux"] or "").strip().lower()
    verb = _VERBS.get(auxiliary, "" if auxiliary else "do")
    if not verb:
        return None
    return replace(
        clause,
        verb=verb,
        polarity=_polarity(auxiliary, match["middle"].lower()),
        after=match.end(),
    )


_NEGATED = frozenset({"cannot", "cant", "dont", "doesnt", "didnt"})


def _polarity(auxiliary: str, middle: str) -> str:
    if "no longer" in middle:
        return "no longer"
    is_negated = "n't" in auxiliary or auxiliary in _NEGATED
    return "not" if is_negated or re.search(r"\b(?:not|never|hardly)\b", middle) else ""


def _read(clause: Clause) -> Iterator[Draft]:
    for phrase in PHRASES:
        if clause.verb not in phrase.verbs:
            continue
        if match := phrase.pattern.match(clause.text, clause.after):
            yield from phrase.read(clause, match)


def is_unsure(text: str) -> bool:
    """True when the speaker says that they only think so."""
    return _UNSURE.search(text) is not None


def can_be_subject(name: Name) -> bool:
    """Things of these types do and are what the patterns tell of."""
    return name.node_type in (kinds.PERSON, kinds.ENTITY)
