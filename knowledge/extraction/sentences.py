"""Messages as sentences: whose words they are, of which kind, and where exactly they stand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.extraction.masking import OWN_WORD, WORD, mask_foreign_text
from knowledge.extraction.sentence_kinds import (
    SentenceKind,
    explicit_prefix_length,
    sentence_kind,
)
from knowledge.extraction.words import word_list

PASTED_CHARACTERS = 3_000  # a longer message with hardly an "I" in it was pasted
OWN_WORD_EVERY = 300  # characters: rarer is hardly
SENTENCE_CHARACTERS = 1_000  # a longer one is read in pieces: time grows with its square

_LABEL = re.compile(rf"(?:\*\*)?({WORD}(?: {WORD}){{0,2}})(?:\*\*)?:(?:\*\*)? +(?=\S)")
_NO_SPEAKERS = word_list("not_speakers") | word_list("not_names")
_END = re.compile(r"[.!?…]+[\"')\]*_]*(?=\s|$)|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|z\.B|d\.h|bzw|ca|approx|no|Nr|Jan|Feb|"
    r"Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|a\.m|p\.m|U\.S|Str)|\b[A-Z]|(?:^|\s)\d{1,2})\.$"
)
_BULLET = re.compile(r"\s*(?:[-*•+]|\d{1,3}[.)])?\s*")


@dataclass(frozen=True)
class Sentence:
    """One sentence; `text` is masked and has the length of what it stands for."""

    start: int
    end: int
    text: str
    speaker: str | None  # who says "I", where it is not the user
    kind: SentenceKind
    is_explicit: bool = False  # "remember that ..."

    @property
    def is_stated(self) -> bool:
        """True when it says how things are."""
        return self.kind is SentenceKind.STATEMENT


@dataclass(frozen=True)
class SpeakerSegment:
    """What one person says within a message; their label ends where it starts."""

    start: int
    end: int
    speaker: str | None  # None: the author of the message


def split_sentences(content: str) -> Sequence[Sentence]:
    """Every sentence of a message, in order."""
    text = mask_foreign_text(content)
    is_pasted = len(text) > PASTED_CHARACTERS and len(
        OWN_WORD.findall(text)
    ) * OWN_WORD_EVERY < len(text)
    found = []
    for segment in speaker_segments(text):
        for start, end in _sentence_bounds(text, segment):
            words = text[start:end]
            found.append(
                Sentence(
                    start=start,
                    end=end,
                    text=words,
                    speaker=segment.speaker,
                    kind=SentenceKind.PASTED if is_pasted else sentence_kind(words),
                    is_explicit=explicit_prefix_length(words) > 0,
                )
            )
    return found


def speaker_segments(text: str) -> Sequence[SpeakerSegment]:
    """The message by speakers; later labels count only when the message begins with one."""
    first = _label_at(text, 0)
    if first is None:
        return [SpeakerSegment(0, len(text), None)]
    labels = [first]
    newline = text.find("\n", first.end())
    while newline != -1:
        if label := _label_at(text, newline + 1):
            labels.append(label)
        newline = text.find("\n", newline + 1)
    ends = [label.start() for label in labels[1:]] + [len(text)]
    return [
        SpeakerSegment(label.end(), end, label[1]) for label, end in zip(labels, ends, strict=True)
    ]


def _label_at(text: str, position: int) -> re.Match[str] | None:
    label = _LABEL.match(text, position)
    if label is None or any(word.lower() in _NO_SPEAKERS for word in label[1].split()):
        return None
    return label


def _sentence_bounds(text: str, segment: SpeakerSegment) -> Iterator[tuple[int, int]]:
    """Where the sentences of a segment begin and end, without bullets and space around them."""
    pieces: list[tuple[int, int]] = []
    start = segment.start
    for stop in _END.finditer(text, segment.start, segment.end):
        end = stop.end()
        if stop[0] == "." and _ABBREVIATION.search(text, max(start, end - 8), end):
            continue
        pieces.append((start, end))
        start = end
    pieces.append((start, segment.end))
    for begin, end in pieces:
        position = begin
        while end - position > SENTENCE_CHARACTERS:  # nobody would speak it: cut at a space
            longest = position + SENTENCE_CHARACTERS
            space = text.rfind(" ", position + 1, longest)
            cut = space if space > position else longest
            yield from _trimmed(text, position, cut)
            position = cut
        yield from _trimmed(text, position, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    bullet = _BULLET.match(text, start, end)
    start = bullet.end() if bullet else start
    while end > start and text[end - 1].isspace():
        end -= 1
    if any(character.isalnum() for character in text[start:end]):
        yield start, end
