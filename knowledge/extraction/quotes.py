"""Whether a message says what a model says that it says."""

import re
from itertools import islice

from knowledge.types import SourceMessage, TextSpan

MAX_QUOTE_WORDS = 120
MAX_PLACES = 20  # of one quote in one message

_PLAIN_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\xa0": " "})


def find_quotes(message: SourceMessage, quote: str) -> list[TextSpan]:
    """Where the message says that, word for word; spacing and kinds of apostrophes do not count."""
    tokens = quote.translate(_PLAIN_MARKS).strip(" \"'.…").split()
    if not tokens or len(tokens) > MAX_QUOTE_WORDS or len("".join(tokens)) < 2:
        return []
    pattern = r"\s+".join(re.escape(token) for token in tokens)
    content = message.content.translate(_PLAIN_MARKS)
    for flags in (0, re.IGNORECASE):
        places = islice(re.compile(rf"(?<!\w){pattern}(?!\w)", flags).finditer(content), MAX_PLACES)
        if found := [TextSpan(message.id, *match.span()) for match in places]:
            return found
    return []


def locate_quote(message: SourceMessage, quote: str) -> TextSpan | None:
    """The first place where the message says that."""
    return next(iter(find_quotes(message, quote)), None)
