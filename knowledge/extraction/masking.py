"""Hides what is in a message and is not its author's own prose.

What is hidden is replaced character by character, so that every offset counts characters of the
message itself.
"""

import re

MASK = "\ue000"  # a private character: no word, no space; stands for what must not match
MAX_CHARACTERS = 20_000  # of one message; what is behind that is an episode only
TITLE_WORDS = 6  # longer things in quotation marks are speech

# A regex class of capital letters: `re` has none of its own.
UPPER = "A-Z" + "".join(chr(code) for code in range(0x80, 0x530) if chr(code).isupper())
WORD = rf"[{UPPER}][^\W_]*(?:['-][^\W_]+)*"

# Same length, so that offsets stay.
_PLAIN_MARKS = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "\xa0": " "}
)
_FENCE = re.compile(r"(?:```|~~~).*?(?:```|~~~|\Z)", re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_QUOTED_LINE = re.compile(r"^[ \t]*>[^\n]*$", re.MULTILINE)
_TABLE_LINE = re.compile(r"^[ \t]*\|[^\n]*\|[ \t]*$", re.MULTILINE)
_TAG = re.compile(r"<(script|style)\b.*?(?:</\1>|\Z)|</?[a-zA-Z][^<>\n]{0,200}>", re.DOTALL)
_FORWARDED = re.compile(
    r"(?:^|\n)(?:-{2,} ?(?:Original Message|Forwarded message)|From: [^\n]+\n(?:Sent|To|Date): |"
    r"On [^\n]{5,80} wrote:\s*\n|BEGIN [A-Z ]+\n).*\Z",
    re.DOTALL | re.IGNORECASE,
)
_SPEECH = re.compile(r'"([^"\n]{2,2000})"')
OWN_WORD = re.compile(r"\b(?:I|I'[a-z]+|[Mm]y|me|ich|mein[a-z]*|[Ww]e|our)\b")
_INTRODUCES = re.compile(
    r"\b(?:article|text|e-?mail|paragraph|passage|essay|letter|story|poem|transcript|document|"
    r"translate|summari[sz]e|proofread|rewrite|rephrase|correct)\b[^\n]{0,80}:[ \t]*\n",
    re.IGNORECASE,
)

_NOT_NEWLINE = re.compile(r"[^\n]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def strip_unprintable(text: str) -> str:
    """Without what no database and no page can hold."""
    return _UNPRINTABLE.sub("", text)


def mask_foreign_text(content: str) -> str:
    """The message with what is not its author's prose masked; every character keeps its place."""
    text = _UNPRINTABLE.sub(MASK, content[:MAX_CHARACTERS].translate(_PLAIN_MARKS))
    for pattern in (_FENCE, _CODE, _QUOTED_LINE, _TABLE_LINE, _TAG, _FORWARDED):
        text = pattern.sub(lambda match: _NOT_NEWLINE.sub(MASK, match[0]), text)
    text = _SPEECH.sub(_mask_speech, text)
    if introduced := _INTRODUCES.search(text):
        text = text[: introduced.end()] + MASK * (len(text) - introduced.end())
    return text


def _mask_speech(match: re.Match[str]) -> str:
    """Titles stay; what somebody says does not: its "I" is another's."""
    said = match[1]
    if len(said.split()) <= TITLE_WORDS and not OWN_WORD.search(said):
        return match[0]
    return '"' + MASK * len(said) + '"'
