"""Which language a message is in, by its small words."""

import re

from knowledge.extraction.words import word_list

SAMPLED_CHARACTERS = 2_000

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ENGLISH = word_list("english_small_words")
# Two of them outweigh the words that both languages have: "in", "am", "war".
_SURELY_GERMAN = word_list("surely_german")
_GERMAN_LETTERS = re.compile(r"ß|[äöü][a-z]*(?:en|er|e|t|st|g|l|n)$|sch")
_GERMAN = word_list("german_small_words")
_OTHER = word_list("other_small_words")  # of neighbours, none of them English or German


def detect_language(text: str) -> str:
    """`en`, `de`, or empty for any other; short texts count as English."""
    words = [word.lower() for word in _WORD.findall(text[:SAMPLED_CHARACTERS])]
    english = sum(word in _ENGLISH for word in words)
    german = sum(word in _GERMAN or _GERMAN_LETTERS.search(word) is not None for word in words)
    german += sum(word in _SURELY_GERMAN for word in words)
    if sum(word in _OTHER for word in words) > max(english, german):
        return ""
    if german > english:
        return "de"
    if english or len(words) < 4:
        return "en" if text.isascii() or english else ""
    # Headlines have no small words; but neither has another language any that we know.
    return "en" if text.isascii() and len(words) < 6 else ""
