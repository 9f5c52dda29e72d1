"""What a German noun phrase names: a job, an animal, a place, a company."""

# ruff: noqa: E501  patterns of alternatives

import re

from knowledge.extraction.german.chunks import Chunk, Kind
from knowledge.extraction.german.lexicon import (
    is_first_name,
    may_be_name,
    noun_forms,
    noun_is,
    noun_kinds,
    noun_lists,
    role_of,
    role_word,
    small_words,
)
from knowledge.extraction.number_words import GERMAN, spelled
from knowledge.extraction.topics import role_topic
from knowledge.extraction.words import phrase_list

_STREET = re.compile(
    r"(?:stra(?:ß|ss)e|str\.|weg|allee|platz|gasse|ring|ufer|damm|hof|steig|chaussee|markt|berg|graben|wall|park|zeile|winkel)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"^[^\d]*\d+(?:[.,]\d+)*\s*(?:kg|kilo|kilogramm|g|pfund|stone)\b", re.IGNORECASE
)
_DOSE = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:mg|µg|mcg|ml|i\.e\.|tropfen|tabletten?)\b|\b[Vv]itamin [A-Z]",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"^(?:(?P<years>\d{1,3})(?: Jahre(?: alt)?)?|(?P<word>[a-zäöüß]+)(?: Jahre alt)?)$"
)
_HEIGHT = re.compile(
    r"^\d(?:[.,]\d{1,2}) ?(?:m|meter)?(?: groß)?$|^\d{3} ?(?:cm|zentimeter)(?: groß)?$|^\d ?m ?\d{2}(?: groß)?$",
    re.IGNORECASE,
)
_NUMBERS = spelled(GERMAN, 0, 20)
_TITLES = ("herr", "herrn", "frau", "dr.", "prof.", "familie")
# Nouns that say how somebody is, and end as trades do.
_NO_JOBS = small_words("no_jobs")
_NOT_OWNED = small_words("not_owned")
_CLUBS = small_words("clubs")
_PLACE_WORDS = small_words("place_words")
_NO_PLACES = small_words("no_places")


def is_known_noun(word: str) -> bool:
    """True for a noun of any kind, which is no name then."""
    return bool(noun_kinds(word) - {"brand"}) or word.lower() in _PLACE_WORDS | _NO_PLACES


def is_place_name(phrase: Chunk) -> bool:
    """True for the name of a town, a country, an island."""
    name = phrase.nouns.lower()
    if any(name in phrase_list(places) for places in ("cities", "countries", "places")):
        return True
    return (
        not phrase.determiner
        and phrase.head[:1].isalpha()
        and phrase.noun_start + len(phrase.nouns) == phrase.end
        and not is_known_noun(phrase.head)
        and role_of(phrase.head) is None
        and phrase.tokens[-1].text != phrase.tokens[-1].text.upper()
        and (phrase.head[0].isupper() or name in phrase_list("cities"))
        and not _is_person(phrase)
    )


def _is_person(phrase: Chunk) -> bool:
    first, *rest = phrase.nouns.lower().split(" ")
    if first in _TITLES and rest:
        return True
    if role_of(phrase.head) is not None:
        return True
    return is_first_name(first)


def is_name(phrase: Chunk) -> bool:
    """True for what somebody can be called."""
    words = phrase.nouns.split(" ")
    if words[0].lower() in _TITLES and len(words) > 1:
        return True
    return (
        phrase.kind is not Kind.PRONOUN
        and not phrase.determiner
        and words[0][:1].isalpha()
        and may_be_name(words[0])
        and (is_first_name(words[0]) or not is_known_noun(words[0]))
    )


def person_name(phrase: Chunk) -> str:
    """The name in a phrase of a person: "Gudrun" of "meine Tante Gudrun"; empty without one."""
    words = phrase.nouns.split(" ")
    if words[0].lower() in _TITLES and len(words) > 1 and not phrase.determiner:
        return " ".join(words)
    for number, word in enumerate(words):
        if role_of(word) is not None and word == phrase.head:
            rest = words[number + 1 :]
            if not rest or not (rest[0][:1].isupper() or is_first_name(rest[0])):
                return ""
            if may_be_name(rest[0]) or rest[0].lower() in _TITLES:
                return " ".join(one for one in rest if one[:1].isupper() or is_first_name(one))
            return ""
    return phrase.nouns if is_first_name(words[0]) else ""


def age_of(text: str) -> str:
    """An age in digits; empty when it is none."""
    match = _AGE.match(text)
    if match is None:
        return ""
    if match["years"]:
        return match["years"] if 0 < int(match["years"]) < 120 else ""
    number = _NUMBERS.get(match["word"])
    return str(number) if number else ""


def is_kind(phrase: Chunk, kind: str) -> bool:  # noqa: PLR0911, PLR0912  a return a kind
    """True when the phrase names something of the kind that a frame asks for."""
    head, text = phrase.head, phrase.nouns
    match kind:
        case "place":
            return is_place_name(phrase) or head.lower() in _PLACE_WORDS
        case "street":
            return bool(_STREET.search(text)) and any(c.isdigit() for c in text)
        case "organisation":
            return noun_is(head, "organisation") or is_company_name(phrase)
        case "company":
            if _is_person(phrase) or any(
                noun_is(head, other)
                for other in ("food", "event", "illness", "job", "vehicle", "sport", "language")
            ):
                return noun_is(head, "organisation")
            return head[:1].isupper() or noun_is(head, "organisation")
        case "school":
            return (
                noun_is(head, "organisation")
                and re.search(
                    r"schule|gymnasium|uni|hochschule|kita|kindergarten|hort|internat", head.lower()
                )
                is not None
            ) or "klasse" in head.lower()
        case "person":
            return _is_person(phrase) or (is_name(phrase) and not is_place_name(phrase))
        case "pet":
            role = role_of(head)
            topic = role_topic(role_word(head)) or (role_topic(role.english) if role else None)
            return topic is not None and topic.name == "pet:"
        case "job":
            lower = head.lower()
            if lower in _NO_JOBS or lower.removesuffix("in") in _NO_JOBS:
                return False
            if phrase.kind is Kind.ADVERB and not noun_lists()["job"][0] & set(noun_forms(head)):
                return False
            if (
                phrase.determiner
                and not phrase.preposition
                and not phrase.determiner.startswith("ein")
            ):
                return False
            return noun_is(head, "job") or (
                not phrase.determiner
                and lower.endswith(("erin", "istin", "eurin", "login", "antin", "entin"))
            )
        case "age":
            return bool(age_of(text))
        case "height":
            return bool(_HEIGHT.match(text))
        case "amount":
            return bool(_AMOUNT.match(text))
        case "number":
            return text[:1].isdigit()
        case "medicine":
            return noun_is(head, "medicine") or bool(_DOSE.search(text))
        case "hobby":
            return noun_is(head, "instrument") or noun_is(head, "sport")
        case "thing":
            return bool(noun_kinds(head) & {"thing", "vehicle", "brand", "instrument"})
        case "own":
            return (
                not any(
                    noun_is(head, one) for one in ("food", "event", "illness", "job", "medicine")
                )
                and role_of(head) is None
                and head[:1].isalpha()
                and head.lower() not in _NOT_OWNED
            )
        case "vehicle":
            is_one = phrase.determiner not in ("", "viel", "wenig", "kein")
            return is_one and bool(noun_kinds(head) & {"vehicle", "brand"})
        case "name":
            return is_name(phrase)
        case "own_name":
            return phrase.determiner in ("", "der", "die") and is_first_name(head)
        case "group":
            return noun_is(head, "group") or text.split(" ")[0] in _CLUBS
        case "title":
            return text[:1] in '"„»'
    return kind in noun_lists() and noun_is(head, kind)


def is_company_name(phrase: Chunk) -> bool:
    """True for what looks like the name of a company: no article, and no word of the lists."""
    return (
        not phrase.determiner
        and phrase.preposition != "in"  # of a company it is "im" or "in der"
        and phrase.head[:1].isupper()
        and not is_known_noun(phrase.head)
        and not _is_person(phrase)
        and not is_first_name(phrase.head)
    )


def has_head(phrase: Chunk, heads: frozenset[str]) -> bool:
    """True when the noun is one of these, or a compound that ends with one."""
    if "lieblings" in heads:
        return phrase.head.lower().startswith("lieblings")
    return any(
        form == head or (len(head) > 3 and form.endswith(head) and len(form) > len(head) + 2)
        for form in noun_forms(phrase.head or phrase.word)
        for head in heads
    )
