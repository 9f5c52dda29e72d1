"""A clause: who does what, as every language's reader gives it to the topics' interpreter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Tense(StrEnum):
    """When it is, as far as the verb tells."""

    PRESENT = "present"
    PAST = "past"
    PERFECT = "perfect"  # have lived, have been living: it began, and is still so
    USED_TO = "used_to"
    FUTURE = "future"  # will, going to
    MODAL = "modal"  # would, might, could, should: not stated


class Person(StrEnum):
    """Whom a phrase speaks of, before names are looked up."""

    SELF = "self"  # I, we
    OTHER = "other"
    PRONOUN = "pronoun"  # he, she, it, they
    NOBODY = "nobody"  # you, there, one


@dataclass(frozen=True)
class Phrase:
    """A part of a clause, whole: characters of the sentence from `start` up to `end`."""

    text: str  # as said, without what is coordinated with it
    head: str  # lemma of its head word, small
    start: int
    end: int
    is_whole: bool = True  # false: the parse does not carry it, so nothing is made of it
    determiner: str = ""  # my, a, no, two
    others: Sequence["Phrase"] = ()  # coordinated with it: "tea and coffee"


@dataclass(frozen=True)
class Clause:
    """One verb with its parts."""

    start: int  # characters of the sentence
    end: int
    verb: str  # lemma, a particle joined with "+": "give+up"; empty in a fragment
    tense: Tense
    text: str  # the clause alone with its subject, readable: "I moved to Leeds"
    person: Person
    subject: Phrase | None = None  # None: left out, or carried over
    is_passive: bool = False
    is_negated: bool = False
    is_progressive: bool = False
    object: Phrase | None = None
    complement: Phrase | None = None  # of "be", "become", "get"
    prepositions: Mapping[str, Sequence[Phrase]] = field(default_factory=dict)
    xcomp: "Clause | None" = None  # the verb behind the verb: "stopped playing tennis"
    adverbs: frozenset[str] = frozenset()
    is_conditional: bool = False  # stands below "if", "when", "unless"
    told_by: Phrase | None = None  # whose words it is: "Tom says he is moving"
    trail: Sequence[str] = ()  # verbs above it, from the top: say, think, hope
