"""Reads an English sentence: its clauses in order, and where its compound nouns are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.clause import Clause
from knowledge.extraction.english.clauses import read_clauses
from knowledge.extraction.english.parsed import ParsedText
from knowledge.extraction.english.pieces import HABIT_VERBS, pieces_of
from knowledge.extraction.english.preparing import capitalised, parsable, prepare
from knowledge.extraction.parsing import Document, Parse

SAME = "\ue001"  # the subject of a piece whose subject stands in the piece before it

_TASTE = re.compile(
    r"(?:also |really |now |still )?"
    rf"(?:like|love|adore|prefer|hate|dislike|loathe|detest|enjoy|{HABIT_VERBS})s?\b"
)
_THIRD_PERSON = re.compile(r"(?:also |really |now |still )?\w+s\b")


@dataclass(frozen=True)
class Reading:
    """A sentence as it was parsed."""

    clauses: Sequence[Clause]
    text: str  # with capitals, of the sentence's length
    compounds: frozenset[int]  # where words stand that only tell of which kind the next one is


def read_english(sentence: str, parse: Parse) -> Reading:
    """The clauses of a sentence, in order; a left-out "I" is put in before it is parsed."""
    text = capitalised(sentence)
    body, shift = prepare(text)
    document = parse(parsable(body))
    clauses: list[Clause] = []
    compounds: set[int] = set()
    for start, end in pieces_of(document, body):
        words, offset = body[start:end], start
        is_carried = start > 0 and _TASTE.match(words) is not None
        if is_carried:
            put = "He " if _THIRD_PERSON.match(words) else "I "
            words, offset = put + words, start - len(put)
        piece = document if (start, end) == (0, len(body)) else parse(parsable(words))
        read = read_clauses(ParsedText.of(piece, words, shift + offset, len(text)))
        if is_carried and read and read[0].subject is not None:
            read[0] = replace(read[0], subject=replace(read[0].subject, text=SAME, head=SAME))
        clauses += read
        compounds |= {at + shift + offset for at in _compounds(piece)}
    return Reading(clauses, text, frozenset(compounds))


def _compounds(document: Document) -> set[int]:
    return {
        token.idx
        for token in document
        if token.dep_ == "compound" and token.head.tag_ in ("NN", "NNS") and token.head.i > token.i
    }
