"""Passages: the parts of a text that are indexed and recalled one by one.

A short text is one passage. A long one, such as an answer of a language model, is cut at sentences:
whole it would be found by anything, fill a prompt, and be read by the embedder only at its start.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID, uuid5

from knowledge.retrieval.ranking.context_window import Utterance
from knowledge.retrieval.utterances import utterance_of

MAX_WORDS = 120
# A word of English with its space. Other letters have more bytes, as they are more tokens.
BYTES_PER_WORD = 8
_PIECE = re.compile(r".+?(?:[.!?…]['\")\]]*(?=\s)|[。！？]|\n|$)\s*", re.DOTALL)
_PART = re.compile(r"(?:\S{1,300}\s*){1,20}|\s+")


class Passage(NamedTuple):
    """A stretch of a block's text, which an index knows by an id of its own."""

    id: UUID
    start: int  # characters
    end: int
    utterance: Utterance  # what it says, and who speaks in the whole text


def passage_id(block_id: UUID, number: int) -> UUID:
    """The id of a block's passage; the first one has the block's own."""
    return block_id if number == 0 else uuid5(block_id, f"passage {number}")


def passages_of(block_id: UUID, text: str) -> list[Passage]:
    """The passages of a block with this text, in order; at least one, and together all of it."""
    whole = utterance_of(text)
    spans = passage_spans(text)
    if len(spans) == 1:
        return [Passage(block_id, 0, len(text), whole)]
    found = []
    for number, (start, end) in enumerate(spans):
        utterance = utterance_of(text[start:end])
        if number and not utterance.speaker:
            utterance = replace(utterance, speaker=whole.speaker)
        found.append(Passage(passage_id(block_id, number), start, end, utterance))
    return found


def passage_spans(text: str) -> list[tuple[int, int]]:
    """Where the passages of a text begin and end: of like size, none much above MAX_WORDS."""
    total = size_in_words(text)
    if total <= MAX_WORDS:
        return [(0, len(text))]
    wanted = total / -(-total // MAX_WORDS)
    spans: list[tuple[int, int]] = []
    start = end = 0
    size = 0.0
    for piece in _pieces(text):
        words = size_in_words(piece)
        # Cut where that comes nearer to the size that is wanted than going on would.
        if size and size + words / 2 > wanted:
            spans.append((start, end))
            start, size = end, 0.0
        end += len(piece)
        size += words
    return [*spans, (start, end)]


def size_in_words(text: str) -> int:
    """About how many words of English are as much to an embedder as this text."""
    return max(len(text.split()), len(text.encode(errors="replace")) // BYTES_PER_WORD)


def _pieces(text: str) -> Iterator[str]:
    """The sentences and lines of a text, each with the blanks behind it; long ones in parts."""
    for match in _PIECE.finditer(text):
        piece = match.group()
        if size_in_words(piece) <= MAX_WORDS:
            yield piece
            continue
        for part in _PART.findall(piece):
            longest = len(part) * MAX_WORDS // max(MAX_WORDS, size_in_words(part))
            yield from (part[at : at + longest] for at in range(0, len(part), longest))
