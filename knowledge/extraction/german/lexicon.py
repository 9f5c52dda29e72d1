"""German words as data: small words by kind, roles with their gender."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from knowledge.extraction.words import word_list

HERE = Path(__file__).parent


class Role(NamedTuple):
    """What somebody is to somebody."""

    english: str  # the word of the topics table
    gender: str  # m, f, n; p: several


@cache
def small_words(kind: str) -> frozenset[str]:
    """The words of a kind: determiner, preposition, adverb, ..."""
    return _kinds()[kind]


@cache
def _kinds() -> Mapping[str, frozenset[str]]:
    kinds: dict[str, frozenset[str]] = {}
    for line in (HERE / "function_words.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, *words = line.split()
            kinds[kind] = frozenset(words)
    return kinds


@cache
def roles() -> Mapping[str, Role]:
    """Every role by its word in small letters."""
    found: dict[str, Role] = {}
    for line in (HERE / "roles.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, english, gender = line.split()
            found[word] = Role(english, gender)
    return found


def role_of(noun: str) -> Role | None:
    """The role that a noun names, in any of its cases."""
    word = noun.lower()
    for form in (word, word.removesuffix("n"), word.removesuffix("s"), word.removesuffix("es")):
        if form in roles():
            return roles()[form]
    return None


# What a preposition and an article are together.
BASES = {
    "im": "in", "ins": "in", "am": "an", "ans": "an", "aufs": "auf", "beim": "bei", "vom": "von",
    "zum": "zu", "zur": "zu", "fürs": "für", "übers": "über", "unterm": "unter", "vorm": "vor",
    "durchs": "durch", "ums": "um",
}  # fmt: skip
# The participle of these makes its perfect with "sein"; of others that is a state.
MOVES = frozenset(
    [
        "sein",
        "werden",
        "bleiben",
        "gehen",
        "kommen",
        "fahren",
        "laufen",
        "fallen",
        "fliegen",
        "reisen",
        "wandern",
        "ziehen",
        "sterben",
        "versterben",
        "wachsen",
        "steigen",
        "treten",
        "rennen",
        "springen",
        "schwimmen",
        "reiten",
        "passieren",
        "flüchten",
        "fliehen",
        "siedeln",
        "übersiedeln",
        "erkranken",
        "erblinden",
        "joggen",
        "radeln",
        "segeln",
        "paddeln",
        "rudern",
        "klettern",
        "stürzen",
        "begegnen",
        "folgen",
        "gelingen",
        "scheitern",
        "landen",
        "starten",
        "pendeln",
        "verreisen",
        "entkommen",
        "verschwinden",
        "zerbrechen",
        "verunglücken",
        "spazieren",
        "umziehen",
        "einziehen",
        "ausziehen",
        "wegziehen",
        "hinziehen",
        "fortziehen",
        "zusammenziehen",
        "zurückziehen",
        "aufwachsen",
        "ankommen",
        "abreisen",
        "ablaufen",
        "auslaufen",
        "weglaufen",
        "auswandern",
        "einwandern",
        "zurückkommen",
        "wiederkommen",
        "vorbeikommen",
        "mitkommen",
        "umsteigen",
        "aufsteigen",
        "einsteigen",
        "aussteigen",
        "austreten",
        "eintreten",
        "beitreten",
        "zurücktreten",
        "antreten",
        "einschlafen",
        "aufwachen",
        "aufstehen",
        "ausfallen",
        "wegfallen",
        "hinfallen",
        "durchfallen",
        "umfallen",
        "kaputtgehen",
        "schiefgehen",
        "eingehen",
        "weggehen",
        "losgehen",
        "ausgehen",
        "zurückgehen",
        "heimfahren",
        "wegfahren",
        "losfahren",
        "zurückfahren",
        "rausfliegen",
        "unterkommen",
        "umsatteln",
        "untergehen",
    ]
)
MODALS = frozenset(("können", "müssen", "wollen", "sollen", "dürfen", "mögen", "lassen", "gehen"))
# "Ich bin gern", "es ist schwer": verbs whose other noun says what the subject is.
COPULAS = frozenset(("sein", "werden", "bleiben", "heißen", "lauten"))

_NOUN_ENDINGS = (
    "ung",
    "heit",
    "keit",
    "schaft",
    "tion",
    "tät",
    "tag",
    "ment",
    "nis",
    "chen",
    "ismus",
    "zeit",
)


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset((HERE / f"{name}.txt").read_text(encoding="utf-8").split())


def is_first_name(word: str) -> bool:
    """True for a first name of the lists, also in the genitive."""
    lower = word.lower()
    return any(
        form in _listed("first_names") or form in word_list("first_names")
        for form in (lower, lower.removesuffix("s"))
    )


def may_be_name(word: str) -> bool:
    """True for what can be a name behind a role: "meine Tante Gudrun", but not "Mutter Urlaub"."""
    if is_first_name(word):
        return True
    lower = word.lower()
    return not (
        lower in _listed("not_names")
        or lower in word_list("jobs")
        or lower.endswith(_NOUN_ENDINGS)
        or role_of(word) is not None
    )
