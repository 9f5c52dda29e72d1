"""The part of a long text in which something was found."""

import re
from dataclasses import dataclass

from exobrain.lib.markdown import plain

LEAD_CHARS = 60  # shown before the first match
SNIPPET_CHARS = 240
PARSED_CHARS = 1_000  # of Markdown on either side of a match; a page of results has sixty


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that matches, or one that does not."""

    text: str
    is_match: bool = False


def snippet(text: str, query: str) -> list[Piece]:
    """The neighbourhood of the first match in one line, cut where matches begin and end."""
    found = re.compile(re.escape(query), re.IGNORECASE)
    match = found.search(text)
    start = _word_start(text, match.start()) if match else 0
    end = max(start + SNIPPET_CHARS, match.end() if match else 0)
    pieces = _pieces(text[start:end], found)
    if start > 0:
        pieces.insert(0, Piece("…"))
    if end < len(text):
        pieces.append(Piece("…"))
    return pieces


def _word_start(text: str, match: int) -> int:
    """So far before the match that some words lead to it, and none of them is cut."""
    start = max(0, match - LEAD_CHARS)
    if start == 0:
        return 0
    return text.find(" ", start - 1, match) + 1 or start


def markdown_snippet(text: str, query: str) -> list[Piece]:
    """As `snippet`, without the Markdown's marks, unless only they match."""
    found = re.compile(re.escape(query), re.IGNORECASE)
    match = found.search(text)
    middle = match.start() if match else 0
    words = plain(_lines_around(text, middle))
    return snippet(words if found.search(words) else text, query)


def _lines_around(text: str, middle: int) -> str:
    """Whole lines where they are short: half a line may be another thing in Markdown."""
    start, end = max(0, middle - PARSED_CHARS), middle + PARSED_CHARS
    if start > 0:
        start = text.find("\n", start, middle) + 1 or start
    if end < len(text):
        end = text.find("\n", end, end + PARSED_CHARS)
        end = end if end > 0 else middle + PARSED_CHARS
    return text[start:end]


def _pieces(text: str, found: re.Pattern[str]) -> list[Piece]:
    pieces: list[Piece] = []
    position = 0
    for match in found.finditer(text):
        pieces += [Piece(text[position : match.start()]), Piece(match[0], is_match=True)]
        position = match.end()
    pieces.append(Piece(text[position:]))
    return [piece for piece in pieces if piece.text]
