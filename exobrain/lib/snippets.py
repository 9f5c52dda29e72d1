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
    start = max(0, match.start() - LEAD_CHARS) if match else 0
    if match and start > 0:  # behind a space, so that no word is cut
        start = text.find(" ", start - 1, match.start()) + 1 or start
    end = max(start + SNIPPET_CHARS, match.end() if match else 0)
    part = text[start:end]
    pieces = [Piece("…")] if start > 0 else []
    position = 0
    for each in found.finditer(part):
        pieces += [Piece(part[position : each.start()]), Piece(each[0], is_match=True)]
        position = each.end()
    pieces.append(Piece(part[position:]))
    if end < len(text):
        pieces.append(Piece("…"))
    return [piece for piece in pieces if piece.text]


def markdown_snippet(text: str, query: str) -> list[Piece]:
    """As `snippet`, without the Markdown's marks, unless only they match."""
    found = re.compile(re.escape(query), re.IGNORECASE)
    match = found.search(text)
    middle = match.start() if match else 0
    start, end = max(0, middle - PARSED_CHARS), middle + PARSED_CHARS
    # Whole lines where they are short: half a line may be another thing in Markdown.
    if start > 0:
        start = text.find("\n", start, middle) + 1 or start
    if end < len(text):
        line_end = text.find("\n", end, end + PARSED_CHARS)
        end = line_end if line_end > 0 else end
    words = plain(text[start:end])
    return snippet(words if found.search(words) else text, query)
