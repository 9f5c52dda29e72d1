"""Names in a text, and addresses."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.extraction.gazetteer import Gazetteer, fold_name
from knowledge.extraction.masking import UPPER, WORD
from knowledge.extraction.name_types import (
    ACTS_BEHIND,
    MOVES_BEHIND,
    TITLE_BEFORE,
    guess_node_type,
    is_kind_of_firm,
    kind_behind,
)
from knowledge.extraction.namesakes import find_namesakes
from knowledge.extraction.node_types import (
    CITY,
    CONCEPT,
    COUNTRY,
    DOCUMENT,
    ENTITY,
    INSTITUTION,
    PERSON,
    PLACE,
)
from knowledge.extraction.words import phrase_list, word_list

MAX_NAME_CHARACTERS = 80
MAX_NAMES = 40  # of one message; more is a list somebody pasted
CONTEXT_CHARACTERS = 45  # before a name, for what it names

_LINK = r"(?: (?:(?:of|for)(?: the)?|de(?: la)?|van(?: der)?|von(?: der)?|du|del|da|&) | )"
_INITIALS = rf"(?: [{UPPER}]\.)+(?= [{UPPER}])"
_PART = rf"(?:[{UPPER}]\. ?)*{WORD}"  # with initials before it: J. Whitfield
_SEQUENCE = re.compile(rf"(?<![\w'@]){_PART}(?:{_INITIALS})?(?:{_LINK}{_PART}(?:{_INITIALS})?)*")
_POST_CODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}|[A-Z]{2}\d{2} ?[A-Z]{3})\b"
)  # or a car's plate
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_TOKEN = re.compile(r"[^\s,.;:!?()\"\ue000]+(?:\.[^\s,.;:!?()\"\ue000]+)*")
_GENITIVE = re.compile(r"'(?:s|S|d|ll|re|ve)?$")
_GERMAN_ARTICLE = re.compile(
    r"\b(?:(?:ein|kein|mein|dein|sein|ihr|unser)(?:e[nmrs]?)?|das|dem|des|zum|beim|\w{3,}es) $",
    re.IGNORECASE,
)
_QUOTED_TITLE = re.compile(rf'"([{UPPER}0-9][^"\n]{{1,60}})"')

EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}\b"
)
URL = re.compile(r"\bhttps?://[^\s<>\"')\]\ue000]{3,500}", re.IGNORECASE)
_TWO_WORDS = re.compile(rf"(?<!\w){WORD}(?: {WORD}){{1,3}}")
HASHTAG = re.compile(r"(?<![\w#&/])#([^\W\d_][\w-]{1,49})")


@dataclass(frozen=True)
class Name:
    """A name in a text; `key` is set when the memory knows it."""

    start: int
    end: int
    text: str
    node_type: str
    confidence: float
    key: str | None = None
    identifiers: Sequence[str] = ()


def find_names(text: str, gazetteer: Gazetteer, *, language: str = "en") -> Sequence[Name]:
    """The names of one sentence, in order, none within another.

    `language` is `en`, `de`, `headline` (capitals tell nothing), or empty for any other.
    """
    namesakes = list(find_namesakes(text))
    found: list[Name] = [
        Name(one.start, one.end, one.text, PERSON, 0.9) for one in namesakes if one.text
    ]
    counted = [(one.start, one.end) for one in namesakes if not one.text]
    for name in (
        *_titles_with_and(text),
        *_saints(text),
        *_known_names(text, gazetteer),
        *_listed_places(text),
        *_quoted_titles(text),
        *_capitalised_names(text, gazetteer, language),
    ):
        if len(name.text) > MAX_NAME_CHARACTERS or len(found) >= MAX_NAMES:
            continue
        taken = [*((other.start, other.end) for other in found), *counted]
        if not any(name.start < end and start < name.end for start, end in taken):
            found.append(name)
    return sorted(found, key=lambda name: name.start)


_TITLE_WITH_AND = re.compile(rf"(?<!\w){WORD}(?: {WORD})* and the {WORD}(?: {WORD})+")
_OF_WORKS = re.compile(
    r"(?i)\b(?:books?|novels?|films?|movies?|read|reading|watch(?:ed|ing)?|series|plays?|musical|episode|album|comic|game|chapter)\b"
)


def _titles_with_and(text: str) -> Iterator[Name]:
    """ "Asterix and the Golden Sickle", where the sentence is about books or films."""
    if _OF_WORKS.search(text):
        for match in _TITLE_WITH_AND.finditer(text):
            yield Name(match.start(), match.end(), match[0], DOCUMENT, 0.7)


_SAINT = re.compile(
    rf"\b(?:St\.?|Saint|Sankt) [{UPPER}][\w-]+(?P<s>'s)?(?P<kind> [{UPPER}]\w+)?(?!\w)"
)


def _saints(text: str) -> Iterator[Name]:
    """What is called after a saint: a school, a hospital, a town, and never a person."""
    for match in _SAINT.finditer(text):
        kind = kind_behind((match["kind"] or "").strip().lower())
        name = match[0] if kind else match[0].removesuffix(match["kind"] or "")
        is_town = name.lower() in phrase_list("cities")
        node_type = kind or (CITY if is_town else INSTITUTION if match["s"] else PLACE)
        yield Name(match.start(), match.start() + len(name), name, node_type, 0.8)


def _known_names(text: str, gazetteer: Gazetteer) -> Iterator[Name]:
    """Names the memory has, the longest first at each place; they need a capital letter."""
    if not gazetteer.longest:
        return
    tokens = [(token.start(), token.end()) for token in _TOKEN.finditer(text)]
    for index, (start, end) in enumerate(tokens):
        first = fold_name(_GENITIVE.sub("", text[start:end]))
        for count in range(gazetteer.longest.get(first, 0), 0, -1):
            if index + count > len(tokens):
                continue
            name = _GENITIVE.sub("", text[start : tokens[index + count - 1][1]])
            key = gazetteer.keys.get(fold_name(name))
            if key and not name[0].islower():
                if gazetteer.types[key] == PERSON and _is_part(text, start, start + len(name)):
                    break  # "Lena Vogt" may be Lena: whoever resolves names decides
                yield Name(start, start + len(name), name, gazetteer.types[key], 1.0, key)
                break


_SURNAME_BEHIND = re.compile(rf" (?P<word>[{UPPER}][\w'-]+)")
_FIRST_NAME_BEFORE = re.compile(rf"(?<!\w)(?P<word>[{UPPER}][\w-]+) $")


def _is_part(text: str, start: int, end: int) -> bool:
    """True when a person's name of one word stands in a longer name."""
    if " " in text[start:end]:
        return False
    behind, before = _SURNAME_BEHIND.match(text, end), _FIRST_NAME_BEFORE.search(text, 0, start)
    not_surnames = word_list("not_names") | word_list("nationalities") | word_list("languages")
    if behind is not None and text[start:end].lower() in word_list("first_names"):
        return behind["word"].lower().removesuffix("'s") not in not_surnames
    return before is not None and before["word"].lower() in word_list("first_names")


def _listed_places(text: str) -> Iterator[Name]:
    """Places of more than one word that a list has: "New York" is not York."""
    for match in _TWO_WORDS.finditer(text):
        words = match[0].split(" ")
        for count in range(len(words), 1, -1):
            name = " ".join(words[:count])
            for places, node_type in (("cities", CITY), ("countries", COUNTRY), ("places", PLACE)):
                if name.lower() in phrase_list(places):
                    yield Name(match.start(), match.start() + len(name), name, node_type, 0.9)
                    break


def _quoted_titles(text: str) -> Iterator[Name]:
    """What stands in quotation marks like the title of a work."""
    for match in _QUOTED_TITLE.finditer(text):
        title = match[1].strip(" .,!?")
        capitals = sum(word[0].isupper() for word in title.split())
        if title and capitals * 2 >= len(title.split()) and not title[0].isdigit():
            start = match.start(1)
            yield Name(start, start + len(title), title, DOCUMENT, 0.7)


def _capitalised_names(text: str, gazetteer: Gazetteer, language: str) -> Iterator[Name]:
    words = list(_WORDS.finditer(text))
    # The first word and "I" have theirs anyway.
    capitals = sum(word[0][0].isupper() and word[0] != "I" for word in words[1:])
    if len(words) > 4 and capitals * 10 > (len(words) - 1) * 6:
        language = "headline"
    first_word = words[0].start() if words else 0
    codes = [match.span() for match in _POST_CODE.finditer(text)]
    for sequence in _SEQUENCE.finditer(text):
        for start, run in _runs(sequence):
            name = _GENITIVE.sub("", " ".join(run))
            before, after = text[:start], text[start + len(name) :]
            if not name or before[-1:] in ("@", "#", "/", "."):
                continue
            if any(first < start + len(name) and start < last for first, last in codes):
                name = text[start : min(first for first, last in codes if last > start)].strip()
                after = text[start + len(name) :]
                if not name:
                    continue
            if language == "de" and _GERMAN_ARTICLE.search(before):
                continue  # "an einem Roman", "das Essen": a noun, though a list has the name
            is_after_stop = before.endswith(('" ', ": ", ". ")) and not TITLE_BEFORE.search(before)
            is_first = start <= first_word or is_after_stop
            if _is_name(name, gazetteer, language, is_first=is_first, after=after):
                node_type, confidence = guess_node_type(
                    name, before=before[-CONTEXT_CHARACTERS:], after=after
                )
                if node_type == ENTITY and name.lower() in gazetteer.short_forms:
                    node_type = PERSON  # Cal, when Calvin is known
                yield Name(
                    start,
                    start + len(name),
                    name,
                    gazetteer.nearest_type(node_type),
                    confidence,
                )


def _runs(sequence: re.Match[str]) -> Iterator[tuple[int, list[str]]]:
    """The runs of words in a capitalised sequence that may be names, without "The" and "Wow"."""
    not_names = word_list("not_names")
    run: list[str] = []
    begin = position = sequence.start()
    for word in sequence[0].split(" "):
        lower = word.lower()
        is_common = word[0].isupper() and (
            lower in not_names or lower.split("'")[0] in not_names or len(lower) < 2
        )
        is_end_of_firm = bool(run) and word[0].isupper() and is_kind_of_firm(lower)
        is_left_out = is_common and word != "US" and not is_end_of_firm
        if not is_left_out:
            run.append(word)
        position += len(word) + 1
        if is_left_out or word.endswith("'s"):
            yield begin, _without_links(run)
            run, begin = [], position
    yield begin, _without_links(run)


def _without_links(run: list[str]) -> list[str]:
    while run and not run[-1][0].isupper():
        run = run[:-1]
    return run if run and run[0][0].isupper() else []


def _is_name(  # noqa: PLR0911  the first rule that applies
    name: str, gazetteer: Gazetteer, language: str, *, is_first: bool, after: str
) -> bool:
    """A capitalised run is a name; a capital tells nothing at the beginning and in German."""
    lower = name.lower()
    words = lower.split(" ")
    if all(word.endswith(".") for word in words):
        return False  # initials without a name: "the U. S. team"
    if all(word in word_list("nationalities") or word in word_list("languages") for word in words):
        return False
    is_listed = lower in word_list("first_names") or any(
        lower in phrase_list(places) for places in ("cities", "countries", "places")
    )
    if is_listed:
        is_ambiguous = is_first and words[0] in word_list("ambiguous_names")
        return not is_ambiguous or _is_acting(after)
    if words[0] in word_list("first_names") and len(words) > 1:
        return True
    if language in ("de", "headline"):
        return False  # every noun has a capital there
    seen_small = gazetteer.lowercase_words
    if not is_first:
        return not (len(words) == 1 and lower in seen_small and len(lower) > 3)
    if len(words) == 1:
        is_short = lower in gazetteer.short_forms and MOVES_BEHIND.match(after) is not None
        return (ACTS_BEHIND.match(after) is not None or is_short) and lower not in seen_small
    return not any(word in seen_small for word in words)


def _is_acting(after: str) -> bool:
    return any(pattern.match(after) for pattern in (ACTS_BEHIND, MOVES_BEHIND))


def find_identifiers(text: str) -> Sequence[Name]:
    """E-mail addresses, URLs and hashtags."""
    found = [
        Name(m.start(), m.end(), m[0].lower(), PERSON, 0.5, identifiers=(m[0].lower(),))
        for m in EMAIL.finditer(text)
    ]
    for match in URL.finditer(text):
        address = match[0].rstrip(".,;:!?*_")
        name = address.split("://", 1)[1].rstrip("/")[:MAX_NAME_CHARACTERS]
        end = match.start() + len(address)
        found.append(Name(match.start(), end, name, DOCUMENT, 0.8, identifiers=(address,)))
    for match in HASHTAG.finditer(text):
        if not any(match.start() < other.end and other.start < match.end() for other in found):
            found.append(Name(match.start(), match.end(), match[0].lower(), CONCEPT, 0.8))
    return found[:MAX_NAMES]


def normal_phone(text: str) -> str:
    """A phone number as it is compared."""
    return re.sub(r"[^\d+]", "", text)
