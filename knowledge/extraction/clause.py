"""A clause: who does what, as a sentence's parse gives it to the frames of the topics' table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Tense(StrEnum):
    """When it is, as far as the verb tells."""

    PRESENT = "present"
    PAST = "past"
    PERFECT = "perfect"  # have lived, have been living: it began, and may still be so
    USED_TO = "used_to"
    FUTURE = "future"  # will, going to
    MODAL = "modal"  # would, might, could, should: not stated


@dataclass(frozen=True)
class Phrase:
    """A part of a clause, whole: characters of the sentence from `start` up to `end`."""

    text: str  # as said, without what is coordinated with it
    head: str  # lemma of its head word, small
    start: int
    end: int
    head_start: int = -1  # of the head word
    determiner: str = ""  # my, a, no, two, or a name's genitive; small
    is_name: bool = False  # the head word is a proper noun
    is_plural: bool = False
    # The clause with this one alone where more are coordinated; `{who}` stands for the subject.
    alone: str = ""
    others: Sequence["Phrase"] = ()  # coordinated with it: "tea and coffee"
    prepositions: Mapping[str, Sequence["Phrase"]] = field(default_factory=dict)

    def each(self) -> Iterator["Phrase"]:
        """Itself and what is coordinated with it."""
        yield self
        yield from self.others


@dataclass(frozen=True)
class Clause:
    """One verb with its parts."""

    start: int  # characters of the sentence
    end: int
    verb: str  # lemma, a particle joined with "+": "give+up"
    tense: Tense
    text: str  # the clause alone, whole, with `{who}` for the subject: "{who} moved to Leeds"
    subject: Phrase | None = None  # None: left out, which is "I" in a fragment
    is_passive: bool = False
    is_negated: bool = False
    is_progressive: bool = False
    object: Phrase | None = None
    complement: Phrase | None = None  # of "be", "become", "get"
    prepositions: Mapping[str, Sequence[Phrase]] = field(default_factory=dict)
    xcomp: "Clause | None" = None  # the verb behind the verb: "stopped playing tennis"
    adverbs: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()  # if, when, because: what makes it depend on another
    above: Sequence[str] = ()  # lemmas of the verbs above it, the nearest first; "not" among them
    teller: Phrase | None = None  # whose words it is: "Tom says he is moving"
    is_main: bool = True
