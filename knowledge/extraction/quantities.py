"""Numbers with their units, in English and German."""

import re

from knowledge.extraction.number_words import ENGLISH, GERMAN, spelled

_WORDS = "|".join((*spelled(ENGLISH, 2, 20), *spelled(GERMAN, 2, 20)))
# The unit may be any one word behind the number, on the side of which small words are none.
_SMALL = (
    "a|an|at|in|on|to|and|or|of|per|every|each|times?|by|from|for|is|am|pm|pro|im|um|und|oder|"
    "jeden?|mal|von|uhr|the|my|now|ago|den|die|das"
)
QUANTITY = re.compile(
    rf"(?i)(?<![\w.:,/-])(?:(?P<currency>[£€$]) ?)?(?P<number>\d+(?:[.,]\d+)*|(?:{_WORDS})\b)"
    rf"(?: ?(?P<unit>[%€£$]|(?!(?:{_SMALL})\b)[^\W\d_]+))?"
)


def starts_with_number(text: str) -> bool:
    """True for "8 km" and "five"."""
    return QUANTITY.match(text) is not None
