"""Whether a message says what a model says that it says."""

import re

from knowledge.extraction.words import word_list
from knowledge.types import SourceMessage, TextSpan

MAX_QUOTE_WORDS = 120
GROUNDED_SHARE = 0.5  # of a text's words that its message must have
PREFIX_CHARACTERS = 4  # by which words are compared: "moved" is grounded by "moving"

_PLAIN_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\xa0": " "})
# These words may be the model's: they say who speaks, or name a topic.
_FREE_WORDS = word_list("small_talk") | {
    *("user", "yes", "likes", "dislikes", "not", "lives", "works", "name")
}


def locate_quote(message: SourceMessage, quote: str) -> TextSpan | None:
    """Where the message says that, word for word; spacing and kinds of apostrophes do not count."""
    tokens = quote.translate(_PLAIN_MARKS).strip(" \"'.…").split()
    if not tokens or len(tokens) > MAX_QUOTE_WORDS or len("".join(tokens)) < 2:
        return None
    pattern = r"\s+".join(re.escape(token) for token in tokens)
    content = message.content.translate(_PLAIN_MARKS)
    for flags in (0, re.IGNORECASE):
        if match := re.compile(rf"(?<!\w){pattern}(?!\w)", flags).search(content):
            return TextSpan(message.id, match.start(), match.end())
    return None


def is_grounded(text: str, message: SourceMessage) -> bool:
    """True when at least half of the words are the message's own, or free."""
    said = {word[:PREFIX_CHARACTERS] for word in _words(message.content)}
    wanted = [word[:PREFIX_CHARACTERS] for word in _words(text) if word not in _FREE_WORDS]
    return sum(word in said for word in wanted) >= GROUNDED_SHARE * len(wanted)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]{2,}", text.casefold())
