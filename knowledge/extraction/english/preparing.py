"""What is done to an English sentence before it is parsed: capitals, openers, left-out words."""

import re

from knowledge.extraction.english.left_out import left_out_before
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.words import phrase_list, word_list

MIN_SHOUTED_WORDS = 4  # fewer in capitals may be a name or an abbreviation

# Verbs that the tagger takes for nouns are parsed as others of the same length.
_REPLACED = {"dislikes": "despises", "dislike": "despise"}
# "My sister Ines lives here": a name that looks like a plural is parsed as another of its length.
_NAMES = {4: "Anna", 5: "Peter", 6: "Martin", 7: "Michael", 8: "Margaret"}
_LIKE_A_PLURAL = re.compile(
    r"(?<=[a-z] )[A-Z][a-z]{2,6}s(?= (?:is|was|has|lives|works|moved|studies|goes|plays|runs)\b)"
)
_OPENERS = re.compile(
    r"(?i)^(?:(?:so|well|ok|okay|yes|yeah|yep|no(?=[,.!])|oh|ah|btw|by the way|fyi|also|and|but|"
    r"hey|hi|hello|wow|finally|actually|"
    r"lol|haha|ps|update|anyway|honestly|sorry|sadly|luckily|unfortunately|before that|after that|"
    r"otherwise|turns out|morning|good morning|guess what|thing is|"
    r"(?:just )?(?:back|home|news|greetings) from (?:the |my |our )?[\w'-]+(?: [\w'-]+)?(?=:))"
    r"\b[\s,.:;!-]*)+"
)
_ASIDE_BEHIND = re.compile(r"(?i)[ ,]+(?:tbh|ngl|imo|imho|lol|haha|rn|fr)(?=\W*$)")
_ASIDE_WITHIN = re.compile(r"(?i) (?:tbh|ngl|imo|imho|lol)(?=,)")
_SMALL_I = re.compile(r"(?<![\w'.-])i(?=\s|'(?:m|ve|d|ll)\b|m\b(?=\s))")
_WORD = re.compile(r"[a-z]+")
_IN_ADDRESS = re.compile(r"[@_/-]|\.\w")
_HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])")


def capitalised(text: str) -> str:
    """The text with "I" and the names that a list has written large; every character stays."""
    if text.isupper() and len(text.split()) >= MIN_SHOUTED_WORDS:
        lowered = text.lower()
        text = lowered if len(lowered) == len(text) else text
    text = _SMALL_I.sub("I", text)
    if not any(character.islower() for character in text):
        return text
    names = word_list("first_names") | phrase_list("cities") | phrase_list("countries")
    names |= phrase_list("places") | word_list("languages")

    def mended(match: re.Match[str]) -> str:
        word = match[0]
        before = text[max(0, match.start() - 1) : match.start()]
        if before[-1:] in tuple("'-@./_") or before[-1:].isalnum():
            return word
        if _IN_ADDRESS.match(text, match.end()):
            return word
        is_name = word in names and word not in small_words("everyday")
        return word.capitalize() if is_name else word

    return _WORD.sub(mended, text)


def prepare(text: str) -> tuple[str, int]:
    """The text without opener and asides, with what was left out before it.

    Beside it: what to add to a character's place there for its place in the text.
    """
    lead = len(text) - len(text.lstrip())
    opener = _OPENERS.match(text[lead:])
    begin = lead + (opener.end() if opener else 0)
    if begin >= len(text):
        begin = lead
    inserted = left_out_before(text[begin:])
    body = _ASIDE_BEHIND.sub("", text[begin:]) or text[begin:]
    body = _ASIDE_WITHIN.sub(lambda aside: "," + " " * (len(aside[0]) - 1), body)
    if inserted:
        first = body.split(" ", 1)[0]
        if not (first[:1] == "I" and first[1:2] in ("", "'")):
            body = body[0].lower() + body[1:] if not first.isupper() else body
        body = inserted + body
    return body, begin - len(inserted)


def parsable(text: str) -> str:
    """As the parser reads it best: with a full stop, and without words that it takes for others."""
    for word, other in _REPLACED.items():
        text = re.sub(rf"\b{word}\b", other, text)
    text = _LIKE_A_PLURAL.sub(lambda name: _NAMES.get(len(name[0]), name[0]), text)
    text = _HYPHEN.sub("_", text)  # "e-bike" is one word
    return text if text.rstrip()[-1:] in tuple(".!?") else f"{text.rstrip(' ,;:-–')}."
