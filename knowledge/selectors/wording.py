"""How statements are put to the user: quoted, or as somebody else says them to you."""

import re

LONGEST_STATEMENT = 240  # characters of it in a sentence
WITHHELD = "a secret of yours"

# English in the first person, and how the one who is meant hears it. Other languages have none of
# these words as a whole.
_TO_YOU = (
    (r"I am|I'm|I’m", "you are"),
    (r"I was", "you were"),
    (r"I've|I’ve", "you have"),
    (r"I'll|I’ll", "you will"),
    (r"I'd|I’d", "you would"),
    (r"I", "you"),
    (r"[Mm]y", "your"),
    (r"[Mm]ine", "yours"),
    (r"[Mm]e", "you"),
    (r"[Mm]yself", "yourself"),
)
_ME = re.compile("|".join(rf"(?P<w{n}>\b(?:{ours})\b)" for n, (ours, _) in enumerate(_TO_YOU)))


def quoted(text: str) -> str:
    """The text between quotation marks, on one line, cut where it is long."""
    return f"“{one_line(text)}”"


def one_line(text: str) -> str:
    """The text without line breaks, cut where it is long."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_STATEMENT:
        return line
    return f"{line[: LONGEST_STATEMENT - 1].rstrip()}…"


def addressed(text: str) -> str:
    """`Your sister is Ann` of `My sister is Ann`; the user's other languages stay as they are."""
    told = _ME.sub(lambda found: _TO_YOU[int(str(found.lastgroup)[1:])][1], text)
    return f"{told[:1].upper()}{told[1:]}"


def possessive(name: str) -> str:
    """Of somebody: `Ann’s`, `James’`."""
    return f"{name}’" if name.endswith(("s", "x", "z", "ß")) else f"{name}’s"
