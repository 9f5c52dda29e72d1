"""The characters of a message, made comparable; every one of them keeps its place."""

import re

from knowledge.extraction.voices.parts import MASK

MAX_CHARACTERS = 20_000  # of one message; what is behind that is an episode only

# A regex class of capital letters: `re` has none of its own.
UPPER = "A-Z" + "".join(chr(code) for code in range(0x80, 0x530) if chr(code).isupper())
WORD = rf"[{UPPER}][^\W_]*(?:['-][^\W_]+)*"

# Same length, so that offsets stay.
_PLAIN_MARKS = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ‚‹›", "'"),
        **dict.fromkeys("“”„‟«»「」『』《》", '"'),
        "\xa0": " ",
        "\u202f": " ",
        "\r": " ",
    }
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ue000]")
# Patterns look from each blank to the last one; what is not layout is no run of so many.
_LONG_BLANK = re.compile(r"(?<=\s\s)\s{40,}(?=\s\s)")
_NOT_NEWLINE = re.compile(r"[^\n]")


def strip_unprintable(text: str) -> str:
    """Without what no database and no page can hold."""
    return _UNPRINTABLE.sub("", text)


def plain_text(content: str) -> str:
    """The beginning of a message with plain quotation marks, and nothing unprintable in it.

    The middle of a long run of blanks or line ends is masked.
    """
    text = _UNPRINTABLE.sub(MASK, content[:MAX_CHARACTERS].translate(_PLAIN_MARKS))
    return _LONG_BLANK.sub(lambda run: MASK * len(run[0]), text)


def mask(text: str, start: int, end: int) -> str:
    """The text with these characters masked; line ends stay."""
    return text[:start] + _NOT_NEWLINE.sub(MASK, text[start:end]) + text[end:]
