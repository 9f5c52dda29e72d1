"""What somebody owns, from a closed list of things."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator

from knowledge.extraction.frames.clause import Clause
from knowledge.extraction.frames.relations import ADJECTIVES
from knowledge.extraction.statements import Statement, normal_value

_CALLED = re.compile(r"\s+(?:called|named)\b")
_ONE = re.compile(r"\s+(?:a|an|any|my|our|his|her|the)\s+(?:old\s+)?([a-z]+)\b", re.IGNORECASE)

_COUNTED = re.compile(
    rf"\s+(?P<number>\d{{1,2}}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|some|many)\s+"
    rf"{ADJECTIVES}(?P<what>dog|cat|car|bike|house|flat|apartment|horse|parrot|rabbit|hamster|motorcycle|"
    r"garden|boat|turtle|child|children|kid|kids|son|sons|daughter|daughters|sister|sisters|brother|"
    r"brothers|siblings|dogs|cats|cars|bikes|horses|rabbits|piano|guitar|puppy|kitten|puppies|kittens|"
    r"hamsters|turtles|snake|goldfish|chickens|telescope|van|truck|laptop|camera)\b(?!\s*(?:and I|'))",
    re.IGNORECASE,
)


def read_owned(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    """Things of a closed list; named ones are relations."""
    found = _COUNTED.match(clause.text, match.end())
    if found is None or _CALLED.match(clause.text, found.end()):
        return
    polarity = clause.full_polarity(found.end())
    what = found["what"].lower()
    yield clause.statement(
        clause.subject.verb_sentence("have", "has", found[0].strip(), polarity),
        f"has:{what}",
        "no" if polarity else normal_value(found["number"]).replace("an", "1") or "1",
        found.end(),
        confidence=0.8,
        takes_date=True,
    )


def read_owned_no_longer(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    """ "I no longer have a car", "I sold my car"."""
    found = _ONE.match(clause.text, match.end())
    if found is None or clause.polarity == ("" if clause.verb == "have" else "not"):
        return
    what = found[1].lower()
    polarity = "not" if clause.polarity == "not" else "no longer"
    if _COUNTED.match(f" a {what}") is None:
        return
    yield clause.statement(
        clause.subject.verb_sentence("have", "has", f"a {what}", polarity),
        f"has:{what}",
        "no",
        found.end(),
        confidence=0.8,
    )
