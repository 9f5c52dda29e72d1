"""What a pattern reads out of a clause, before it is tied to entities and messages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.extraction.words import words as listed

MAX_VALUE_CHARACTERS = 60
MAX_THING_WORDS = 5


@dataclass(frozen=True)
class Who:
    """Whom a clause is about."""

    key: str  # of the entity
    name: str
    is_self: bool  # the user, who is told of in the first person
    certainty: float = 1.0

    @property
    def label(self) -> str:
        """As the subject of a sentence."""
        return "I" if self.is_self else self.name

    @property
    def owner(self) -> str:
        """As whose something is."""
        return "My" if self.is_self else f"{self.name}'s"

    def does(self, first: str, third: str, rest: str, polarity: str = "") -> str:
        """A sentence with a verb: polarity is empty, `not` or `no longer`."""
        if polarity == "not":
            return f"{self.label} {'do' if self.is_self else 'does'} not {first} {rest}."
        verb = first if self.is_self else third
        return f"{self.label} {polarity + ' ' if polarity else ''}{verb} {rest}."

    def is_(self, rest: str, polarity: str = "") -> str:
        """A sentence with "am" or "is"."""
        verb = "am" if self.is_self else "is"
        return f"{self.label} {verb} {polarity + ' ' if polarity else ''}{rest}."

    def has(self, what: str, rest: str) -> str:
        """A sentence about something of theirs."""
        return f"{self.owner} {what} is {rest}."


@dataclass(frozen=True)
class Thing:
    """The other end of a relation: a name and where it stands in the sentence."""

    name: str
    start: int
    end: int
    node_type: str | None = None  # what the relation says it is


@dataclass(frozen=True)
class Draft:
    """One statement; `start` and `end` count within the sentence."""

    text: str
    who: Who
    start: int
    end: int
    topic: str
    value: str
    confidence: float = 0.9
    thing: Thing | None = None
    edge: str | None = None
    is_reversed: bool = False  # the edge goes from the thing to whom it is about
    takes_date: bool = False  # a date in the sentence is when it began
    is_over: bool = False  # a date in the sentence is when it ended
    is_single: bool = True
    identifiers: Sequence[str] = ()  # of whom it is about


_ARTICLE = re.compile(r"^(?:(?:a|an|the|some|any|my|our|his|her|their|of|to|all|both)\s+)+", re.I)


def value_of(text: str) -> str:
    """The text as values are compared: small letters, no article, one space."""
    words = " ".join(text.casefold().split()).strip(" .,!?;:'\"*_-")
    return _ARTICLE.sub("", words)[:MAX_VALUE_CHARACTERS].strip()


_TOKEN = re.compile(r"\s*([^\s,.;:!?()\"\ue000—–/]+(?:\.\d+)?)")
_STOPS = listed("ends_of_things")
_NOT_THINGS = listed("not_things")


def things_in(text: str, position: int, *, limit: int = MAX_THING_WORDS) -> list[Thing]:
    """The things listed from there on: "tea", "tea and dark chocolate"."""
    found: list[Thing] = []
    thing = _thing(text, position, limit)
    while thing is not None and len(found) < 6:
        found.append(thing)
        joined = re.compile(r"\s*,?\s*(?:and|or|und|oder)\s+|\s*,\s+").match(text, thing.end)
        if joined is None:
            break
        thing = _thing(text, joined.end(), 3)
        if thing is not None and not re.compile(r"\s*(?:$|[,.!;]|and\b|or\b)").match(
            text, thing.end
        ):
            break
    return found


def _thing(text: str, position: int, limit: int) -> Thing | None:
    """One noun phrase as far as small words let us see; None for "it" and "what you said"."""
    start = end = -1
    count = 0
    while count < limit and (token := _TOKEN.match(text, position)):
        word = token[1].lower()
        if word == "-" or (word == "to" and count and not text[start:end].endswith("ing")):
            break
        if (word in _STOPS and count) or word.split("'")[0] in ("i", "he", "she", "you"):
            break
        if start < 0 and word in (
            "a",
            "an",
            "the",
            "some",
            "my",
            "our",
            "to",
            "any",
            "all",
            "both",
        ):
            position = token.end()
            continue
        if start < 0:
            if word in _NOT_THINGS or word in _STOPS:
                return None
            start = token.start(1)
        end = token.end(1)
        count += 1
        position = token.end()
    if start < 0 or not any(character.isalpha() for character in text[start:end]):
        return None
    return _without_tail(text, start, end)


_TAIL = re.compile(
    r"(?:\s+(?:in|on|of|to|the|a|an|my|our|from|about|so|as|lot|bit|into|up))+$", re.I
)


def _without_tail(text: str, start: int, end: int) -> Thing | None:
    words = _TAIL.sub("", text[start:end])
    return Thing(words, start, start + len(words)) if len(words) > 1 else None
