"""Two of one name in one sentence: "two Bens at work, Ben in accounting and Ben the intern"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.extraction.restated import Restated

_SEVERAL = re.compile(
    r"\b(?:(?i:two|three|four|both|2|3|4)(?: of)? (?:[a-z-]+ ){0,3}?"
    r"(?:(?P<plural>[A-Z][a-z-]+s)\b|(?:(?:are|were|is) )?(?:called|named) (?P<name>[A-Z][\w-]+)))"
)
_WHICH = r"(?: (?:from|in|at|of|with) (?:the |an? |my |our |her |his )?[\w-]+| the [a-z][\w-]+)"


@dataclass(frozen=True)
class Namesake:
    """A name with what tells its bearer from the other of that name; no text tells of neither."""

    start: int
    end: int
    text: str  # Ben in accounting; empty for the words that name all of them


def find_namesakes(text: str) -> Iterator[Namesake]:
    """Those of one name who are told apart where they are counted, and where that is."""
    counted = _SEVERAL.search(text)
    if counted is None:
        return
    base = counted["name"] or counted["plural"].removesuffix("s")
    told_apart = [
        Namesake(match.start(), match.end(), match[0])
        for match in re.finditer(rf"\b{re.escape(base)}{_WHICH}", text[counted.end() :])
    ]
    if len({one.text for one in told_apart}) < 2:
        return
    group = "name" if counted["name"] else "plural"
    yield Namesake(*counted.span(group), "")
    for one in told_apart:
        yield Namesake(one.start + counted.end(), one.end + counted.end(), one.text)


def said_of_each(text: str, offset: int) -> Iterator[Restated]:
    """What a text says of each of them: "Sam from uni is a vet". `offset` is of the message."""
    each = [one for one in find_namesakes(text) if one.text]
    if not each:
        return
    ends = [one.start for one in each[1:]] + [len(text)]
    for one, end in zip(each, ends, strict=True):
        part = re.sub(r"(?i)[\s,;:]*(?:\band\b|\bbut\b|\bwhile\b)?\s*$", "", text[one.start : end])
        if re.match(r"\s+[a-z]", part[len(one.text) :]):
            yield Restated(
                offset + one.start, offset + one.start + len(part), f"{part.rstrip('.')}."
            )
