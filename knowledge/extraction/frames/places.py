"""Where somebody lives, comes from and has been."""

import re
from collections.abc import Iterator

from knowledge.extraction.frames.clause import Clause
from knowledge.extraction.node_types import CITY, COUNTRY, PLACE, PLACES
from knowledge.extraction.statements import NounPhrase, Statement, normal_value
from knowledge.extraction.words import phrase_list

_WORDS = re.compile(r"\s*([^\W\d_]+(?: [^\W\d_]+){0,2})")
_TO = re.compile(r"\s+to\b")


def _place_at(clause: Clause, position: int) -> NounPhrase | None:
    """A place with a name, or one of the lists without its capital."""
    if name := clause.name_at(position):
        return NounPhrase.of(name, None if name.node_type in PLACES else PLACE)
    words = _WORDS.match(clause.text, position)
    while words is not None:
        lower = words[1].lower()
        if lower in phrase_list("cities") or lower in phrase_list("countries"):
            kind = CITY if lower in phrase_list("cities") else COUNTRY
            return NounPhrase(words[1].title(), words.start(1), words.end(1), kind)
        if " " not in lower:
            return None
        shorter = words.end(1) - len(lower.rpartition(" ")[2]) - 1
        words = _WORDS.match(clause.text, position, shorter)
    return None


def read_home(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    place = _place_at(clause, match.end())
    if place is None:
        return
    if clause.polarity and any(verb in match[0].lower() for verb in ("mov", "relocat", "settl")):
        return
    polarity = clause.full_polarity(place.end)
    value = normal_value(place.text)
    yield clause.statement(
        clause.subject.verb_sentence("live", "lives", f"in {place.text}", polarity),
        "home",
        f"not {value}" if polarity else value,
        place.end,
        target=place,
        edge_type=None if polarity else "edge.related_to",
        takes_date=not polarity,
        confidence=0.9,
    )


def read_planned_move(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    """A move that is to come is a plan: the home stays what it is."""
    place = _place_at(clause, match.end())
    if place is None or clause.polarity:
        return
    yield clause.statement(
        clause.subject.be_sentence(f"going to move to {place.text}"),
        f"plan:move to {normal_value(place.text)}",
        "yes",
        place.end,
        target=place,
        edge_type="edge.related_to",
        confidence=0.8,
    )


def read_former_home(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    place = _place_at(clause, match.end())
    if place is None or clause.polarity:
        return
    if clause.verb == "have":  # "I have lived in Lyon since 2010": still
        yield from read_home(clause, match)
        return
    yield clause.statement(
        f"{clause.subject.label} lived in {place.text}.",
        f"lived:{normal_value(place.text)}",
        "yes",
        place.end,
        target=place,
        edge_type="edge.related_to",
        confidence=0.8,
    )


def read_move_from(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    """From one place to another: the first one is the past, the second one the home."""
    place = _place_at(clause, match.end())
    if place is None or clause.polarity:
        return
    yield clause.statement(
        f"{clause.subject.label} lived in {place.text}.",
        f"lived:{normal_value(place.text)}",
        "yes",
        place.end,
        target=place,
        edge_type="edge.related_to",
        is_over=True,
        confidence=0.8,
    )
    onward = _TO.match(clause.text, place.end)
    if onward and (home := _place_at(clause, onward.end())):
        yield clause.statement(
            clause.subject.verb_sentence("live", "lives", f"in {home.text}"),
            "home",
            normal_value(home.text),
            home.end,
            target=home,
            edge_type="edge.related_to",
            takes_date=True,
        )


def read_origin(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    place = _place_at(clause, match.end())
    if place is None:
        return
    value = normal_value(place.text)
    text = clause.subject.verb_sentence(
        "come", "comes", f"from {place.text}", "not" if clause.polarity else ""
    )
    yield clause.statement(
        text,
        "origin",
        f"not {value}" if clause.polarity else value,
        place.end,
        target=place,
        edge_type=None if clause.polarity else "edge.related_to",
        confidence=0.85,
    )


def read_childhood_place(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    place = _place_at(clause, match.end())
    if place is None or clause.polarity:
        return
    born = "born" in match[0].lower()
    was = "was born" if born else "grew up"
    yield clause.statement(
        f"{clause.subject.label} {was} in {place.text}.",
        "birthplace" if born else "grew up",
        normal_value(place.text),
        place.end,
        target=place,
        edge_type="edge.related_to",
    )
