"""The clauses of a message that a quote stands in, and what of them can be compared by code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge.extraction.masking import mask_foreign_text
from knowledge.extraction.number_words import ENGLISH, GERMAN, spelled
from knowledge.extraction.sentences import split_sentences
from knowledge.extraction.words import word_list
from knowledge.types import SourceMessage, TextSpan

# Where one clause ends and another may begin. "or" is not among them: what is negated before it
# is negated behind it as well.
_BREAK = re.compile(
    r",\s+(?:where|which|who|wo)\b|[,;:!?.…](?=\s|$)|\s[-–—]\s|[–—\n]|\b(?:and|but|because|since|so|while|whereas|although|though|"
    r"und|aber|weil|denn|während|obwohl)\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_](?:[^\s,;:!?\"()…]*[^\W_])?")
_NOT_CONTRACTED = re.compile(r"n't$|^(?:cannot|cant|dont|doesnt|didnt|isnt|wasnt|wont)$")
_CONTRACTED = re.compile(r"'(?:m|s|re|ve|ll|d)$")

SELF = frozenset({"i", "we", "ich", "wir", "user"})
OWNERS = frozenset({"my", "our", "mine"})
OTHERS = frozenset(
    {
        *("he", "she", "they", "it", "you", "him", "them", "his", "her", "their", "its", "your"),
        *("who", "this", "that", "these", "those", "there", "er", "sie", "es", "du", "ihr", "sein"),
        *("seine", "ihre", "dein", "deine", "somebody", "someone", "everyone", "people", "man"),
    }
)
THIRD_PERSON = frozenset({"he", "she", "they", "er", "sie"})
# Without these a statement is the same, and with them it is no other.
FREE = frozenset(
    {
        *SELF, *OWNERS,
        "me", "us", "user's", "mich", "mir", "uns", "a", "an", "the", "am", "is", "are", "be",
        "have", "has", "do", "does", "well", "oh", "yeah", "yes", "actually", "also", "really",
        "now", "currently", "jetzt", "just", "btw", "please", "remember", "note", "that", "and",
        "hi", "hey", "hello",
        "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "bin",
        "ist", "sind", "habe", "hat", "haben", "ja", "auch", "übrigens", "bitte", "dass", "und",
    }
)  # fmt: skip
NEGATIONS = frozenset(
    {
        *(
            "not",
            "never",
            "no",
            "none",
            "nobody",
            "nothing",
            "nowhere",
            "neither",
            "nor",
            "without",
        ),
        *("hardly", "barely", "rarely", "anymore", "nicht", "nie", "niemals", "nichts", "niemand"),
        *("ohne", "kaum", "weder", "ne", "pas", "jamais", "nunca", "jamás", "tampoco", "não"),
        *("niet", "geen", "nooit", "inte", "aldrig", "ikke", "aldri", "nem", "non", "нет", "не"),
        *("false", "untrue"),
    }
)
# What stands in a clause that does not say that something is so, now.
HEDGES = frozenset(
    {
        *("maybe", "perhaps", "probably", "possibly", "might", "may", "could", "would", "should"),
        *("almost", "nearly", "supposedly", "allegedly", "apparently", "if", "unless", "whether"),
        *(
            "wish",
            "wished",
            "hope",
            "hoping",
            "want",
            "wanted",
            "will",
            "going",
            "plan",
            "planning",
        ),
        *("used", "former", "formerly", "previously", "once", "ex", "was", "were", "had", "did"),
        *("think", "thought", "guess", "believe", "seem", "seems", "pretend", "imagine", "suppose"),
        *("dream", "dreamed", "say", "says", "said", "told", "tells", "claim", "claims", "heard"),
        *("until", "before", "when", "kidding", "joking", "doubt", "wonder", "lied", "rumour"),
        *("vielleicht", "wahrscheinlich", "fast", "beinahe", "würde", "könnte", "möchte", "wollte"),
        *(
            "früher",
            "ehemals",
            "war",
            "hatte",
            "wenn",
            "falls",
            "angeblich",
            "sagt",
            "sagte",
            "glaube",
        ),
        *("denke", "hoffe", "werde", "soll"),
    }
)
# What ends something: said of its own clause, not of the one that follows it.
ENDINGS = frozenset(
    {
        *("quit", "stop", "stopped", "left", "leave", "sold", "lost", "refuse", "refuses", "lack"),
        *("lacks", "divorced", "broke", "cancelled", "gekündigt", "verlassen", "aufgehört"),
    }
)
PAST = ("was", "were", "war", "had", "when")
_ALSO_NAMES = ("may", "will")  # a month and a man, where they have a capital
_NUMBER_WORDS = {
    word: str(number)
    for words in (ENGLISH, GERMAN)
    for word, number in spelled(words, 0, 12).items()
}


@dataclass(frozen=True)
class Token:
    """A word, as it is compared; `start` counts characters of its text."""

    word: str
    start: int
    end: int
    is_capital: bool

    @property
    def is_number(self) -> bool:
        """True for a number, in digits or as a word."""
        return any(character.isdigit() for character in self.word)

    @property
    def is_negation(self) -> bool:
        """True for a word that says that something is not so."""
        return self.word in NEGATIONS or self.word.startswith(("kein", "nicht"))

    @property
    def is_hedge(self) -> bool:
        """True for a word after which a clause does not say that something is so, now."""
        is_known = self.word in HEDGES or self.word.startswith("ex-")
        return is_known and not (self.is_capital and self.word in _ALSO_NAMES)

    @property
    def is_name(self) -> bool:
        """True when it is written as a name is, and is no everyday word."""
        return (
            self.is_capital
            and not self.is_number
            and self.word not in FREE | OTHERS | HEDGES | NEGATIONS
            and self.word.removesuffix("'s") not in word_list("not_names")
        )


def tokens_of(text: str) -> list[Token]:
    """The words of a text: small letters, "n't" as "not", numbers as digits."""
    found = []
    for match in _TOKEN.finditer(text):
        word = match[0].casefold().replace("’", "'").strip(".'")
        is_capital = match[0][0].isupper()
        place = (match.start(), match.end(), is_capital)
        if _NOT_CONTRACTED.search(word):
            bare = _NOT_CONTRACTED.sub("", word)
            if bare not in ("", "do", "does", "is", "are", "have", "has"):
                found.append(Token(bare, *place))
            found.append(Token("not", *place))
            continue
        if word not in ("user's",) and (contraction := _CONTRACTED.search(word)):
            owner = word[: contraction.start()]
            if owner in SELF | OTHERS or contraction[0] != "'s":
                found.append(Token(owner, *place))
                if contraction[0] in ("'ll", "'d"):
                    found.append(Token("will" if contraction[0] == "'ll" else "would", *place))
                continue
        found.append(Token(_NUMBER_WORDS.get(word, word), *place))
    return found


class SubjectKind(StrEnum):
    """Whom a clause begins with."""

    SELF = "self"  # who speaks
    OWNED = "owned"  # somebody or something of theirs: "my brother"
    NAME = "name"
    OTHER = "other"  # "she", "it", "people"
    NONE = "none"


@dataclass(frozen=True)
class QuotedSubject:
    """Whom a clause is about, as far as its first words tell."""

    kind: SubjectKind
    word: str = ""  # the owned thing, the name or the pronoun


def subject_of(tokens: Sequence[Token]) -> QuotedSubject:
    """The first of the clause's words that can be its subject."""
    for position, token in enumerate(tokens):
        is_owner = (
            token.word in OWNERS
            or token.word == "user's"
            or token.word.startswith(("mein", "unser"))
        )
        if is_owner:
            rest = [t.word for t in tokens[position + 1 :] if t.word not in OWNERS]
            # "my old friend Ann": whose it is stands first, what it is a little behind.
            return QuotedSubject(SubjectKind.OWNED, rest[0] if rest else "")
        if token.word in SELF:
            return QuotedSubject(SubjectKind.SELF)
        if token.word in OTHERS:
            return QuotedSubject(SubjectKind.OTHER, token.word)
        if token.is_name:
            return QuotedSubject(SubjectKind.NAME, token.word)
    return QuotedSubject(SubjectKind.NONE)


@dataclass(frozen=True)
class QuotedClause:
    """The whole clauses that a quote stands in, in the sentence of a message.

    `lead` is what stands before them, back to the subject that they share: of "I quit and moved"
    the clause "moved" has the lead "I quit".
    """

    message: SourceMessage
    lead_start: int  # characters of the message
    start: int
    end: int

    @property
    def span(self) -> TextSpan:
        """With its lead."""
        return TextSpan(self.message.id, self.lead_start, self.end)

    @property
    def text(self) -> str:
        """With its lead, as it was written."""
        return " ".join(self.message.content[self.lead_start : self.end].split())

    @property
    def tokens(self) -> list[Token]:
        """The words of the clauses themselves."""
        return tokens_of(self._masked(self.start, self.end))

    @property
    def all_tokens(self) -> list[Token]:
        """With the words of the lead."""
        return tokens_of(self._masked(self.lead_start, self.end))

    @property
    def subject(self) -> QuotedSubject:
        """Whom it is about."""
        return subject_of(self.all_tokens)

    @property
    def is_negated(self) -> bool:
        """True when something in it is said not to be so."""
        return any(token.is_negation for token in self.all_tokens)

    def is_plain(self, *, may_be_past: bool = False) -> bool:
        """True when it says that something is so: not that it is not, was, may be or will be."""
        allowed = PAST if may_be_past else ()
        if any(token.word in ENDINGS for token in self.tokens):
            return False
        return not any(
            t.is_negation or (t.is_hedge and t.word not in allowed) for t in self.all_tokens
        )

    def _masked(self, start: int, end: int) -> str:
        return mask_foreign_text(self.message.content)[start:end]


def clause_at(message: SourceMessage, span: TextSpan) -> QuotedClause | None:
    """The clauses that the characters touch; None where there is no sentence."""
    pieces = _pieces(message, span)
    inside = [i for i, (start, end) in enumerate(pieces) if start < span.end and span.start < end]
    if not inside:
        return None
    return _joined(message, pieces, inside[0], inside[-1])


def clauses_at(message: SourceMessage, span: TextSpan) -> list[QuotedClause]:
    """The same one by one, each with the lead that it needs."""
    pieces = _pieces(message, span)
    return [
        _joined(message, pieces, i, i)
        for i, (start, end) in enumerate(pieces)
        if start < span.end and span.start < end
    ]


def _pieces(message: SourceMessage, span: TextSpan) -> list[tuple[int, int]]:
    """Where the clauses of the sentences begin and end that the characters touch."""
    masked = mask_foreign_text(message.content)
    touched = [
        sentence
        for sentence in split_sentences(message.content)
        if sentence.start < span.end and span.start < sentence.end
    ]
    if not touched:
        return []
    first, last = touched[0].start, touched[-1].end
    breaks = list(_BREAK.finditer(masked, first, last))
    starts = [first, *(found.end() for found in breaks)]
    ends = [*(found.start() for found in breaks), last]
    return [
        (end - len(masked[start:end].lstrip()), start + len(masked[start:end].rstrip()))
        for start, end in zip(starts, ends, strict=True)
        if tokens_of(masked[start:end])
    ]


def _joined(
    message: SourceMessage, pieces: Sequence[tuple[int, int]], first: int, last: int
) -> QuotedClause:
    """The pieces as one, with those before them as far as they lack a subject of their own."""
    masked = mask_foreign_text(message.content)
    lead = first
    while lead > 0 and not _has_subject(tokens_of(masked[slice(*pieces[lead])])):
        lead -= 1
    return QuotedClause(message, pieces[lead][0], pieces[first][0], pieces[last][1])


def _has_subject(tokens: Sequence[Token]) -> bool:
    """True when the clause begins with a subject of its own; one word is none: "and Danish"."""
    if len(tokens) < 2:
        return False
    first = next((t for t in tokens if t.word not in FREE - SELF - OWNERS), None)
    return first is not None and (subject_of([first]).kind is not SubjectKind.NONE)
