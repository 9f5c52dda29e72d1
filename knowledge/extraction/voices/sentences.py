"""The sentences of a message, each with whose it is and how its clauses are meant."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from knowledge.extraction.language import detect_language
from knowledge.extraction.voices.canvas import Canvas
from knowledge.extraction.voices.clauses import read_clauses
from knowledge.extraction.voices.parts import MASK, Clause, Mode, Stretch, Voice, VoicedSentence
from knowledge.extraction.voices.stretches import draw_voices

SENTENCE_CHARACTERS = 1_000  # a longer one is read in pieces: time grows with its square
MIN_WORDS_FOR_LANGUAGE = 5  # a shorter sentence is in the language of its stretch
MAX_FOREIGN_CHARACTERS = 4_000  # of what others say in one message that is read at all

_END = re.compile(r"[.!?…]+[\"')\]*_]*(?=\s|$)|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|z\.B|d\.h|bzw|ca|approx|no|Nr|Jan|Feb|"
    r"Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|a\.m|p\.m|U\.S|Str)|\b[A-Z]|(?:^|\s)(?:\d{1,2}\.)?\d{1,2})\.$"
)
# "I love Mondays... not.": one sentence.
_TRAILS_OFF = re.compile(r"(?:\.{2,}|…)$")
_NEGATES = re.compile(r"\s*(?:not|nicht)\b\W*(?:$|\n|\s[A-ZÄÖÜ])")
# "Am 3. Mai", "im 2. Stock": the number is an ordinal, not the end.
_NUMBER = re.compile(r"(?:^|\s)\d{1,2}\.$")
_COUNTED = re.compile(
    r"\s+(?:(?-i:[a-zäöüß])|\d|(?:jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez)\w*\b|"
    r"(?:stock|etage|klasse|platz|semester|geburtstag|advent|jahrhundert|lebensjahr|ss?w|woche|"
    r"tag|monat|kind|mal|schuljahr|hochzeitstag|liga|runde)\b)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s*(?:[-*•+]|\d{1,3}[.)])?\s*")
_WORD = re.compile(r"[^\W\d_]+")


def read_sentences(content: str) -> Sequence[VoicedSentence]:
    """Every sentence of a message in order; what stands in marks within one is one of its own."""
    canvas = draw_voices(content)
    found: list[VoicedSentence] = []
    bounds = list(_own_bounds(canvas))
    own = Stretch(0, len(canvas.text), Voice.OWN, _language(canvas))
    found += _read(canvas.text, bounds, own)
    for stretch in canvas.stretches():
        if stretch.voice is Voice.OWN or stretch.start >= len(canvas.original):
            continue
        text = canvas.original
        if stretch.voice is not Voice.OTHER or stretch.end - stretch.start > MAX_FOREIGN_CHARACTERS:
            found += [
                VoicedSentence(
                    start=start,
                    end=end,
                    text=text[start:end],
                    voice=stretch.voice,
                    language=stretch.language,
                    clauses=(Clause(start, end, _FOREIGN_MODE.get(stretch.voice, Mode.UNREAD)),),
                    teller=stretch.teller,
                )
                for start, end in _bounds(text, stretch.start, stretch.end)
            ]
        else:
            found += _read(text, list(_bounds(text, stretch.start, stretch.end)), stretch)
    return sorted(found, key=lambda sentence: (sentence.start, -sentence.end))


_FOREIGN_MODE = {Voice.FICTION: Mode.FICTION}


def _language(canvas: Canvas) -> str:
    own = canvas.text.replace(MASK, " ")
    return detect_language(own if _WORD.search(own) else canvas.original)


def _read(
    text: str, bounds: Sequence[tuple[int, int]], stretch: Stretch
) -> Iterator[VoicedSentence]:
    for number, (start, end) in enumerate(bounds):
        words = text[start:end]
        language = stretch.language
        if len(_WORD.findall(words)) >= MIN_WORDS_FOR_LANGUAGE:
            language = detect_language(words) or language
        before = text[bounds[number - 1][0] : bounds[number - 1][1]] if number else ""
        after = (
            text[bounds[number + 1][0] : bounds[number + 1][1]] if number + 1 < len(bounds) else ""
        )
        yield VoicedSentence(
            start=start,
            end=end,
            text=words,
            voice=stretch.voice,
            language=language,
            clauses=tuple(
                replace(
                    clause,
                    start=clause.start + start,
                    end=clause.end + start,
                    told_from=None if clause.told_from is None else clause.told_from + start,
                )
                for clause in read_clauses(words, language, before=before, after=after)
            ),
            teller=stretch.teller,
        )


def _own_bounds(canvas: Canvas) -> Iterator[tuple[int, int]]:
    """Where the author's own sentences stand; foreign text that is no part of one parts them."""
    text, start = canvas.text, 0
    stretches = canvas.stretches()
    for stretch in stretches:
        if stretch.voice is Voice.OWN or stretch.start >= len(text):
            continue
        before = canvas.original[stretch.start - 1 : stretch.start]
        piece = canvas.original[stretch.start : stretch.end]
        is_inline = (before in ("'", '"') or stretch.voice is Voice.CODE) and "\n" not in piece
        if not is_inline:
            yield from _bounds(text, start, stretch.start)
            start = stretch.end
    yield from _bounds(text, start, len(text))


def _bounds(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the sentences of a piece begin and end, without bullets and space around them."""
    begin = start
    for stop in _END.finditer(text, start, end):
        close = stop.end()
        if stop[0] == "." and _ABBREVIATION.search(text, max(begin, close - 8), close):
            is_number = _NUMBER.search(text, max(begin, close - 8), close) is not None
            is_label = not text[begin : close - 1].strip().strip("0123456789")
            if not is_number or is_label or _COUNTED.match(text, close, end):
                continue
        if _TRAILS_OFF.search(stop[0]) and _NEGATES.match(text, close, end):
            continue
        yield from _short_enough(text, begin, close)
        begin = close
    yield from _short_enough(text, begin, end)


def _short_enough(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > SENTENCE_CHARACTERS:  # nobody would speak it: cut at a space
        longest = start + SENTENCE_CHARACTERS
        space = text.rfind(" ", start + 1, longest)
        cut = space if space > start else longest
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    bullet = _BULLET.match(text, start, end)
    start = bullet.end() if bullet else start
    while end > start and text[end - 1].isspace():
        end -= 1
    if any(character.isalnum() for character in text[start:end]):
        yield start, end
