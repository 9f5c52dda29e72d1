"""German words as data: small words by kind, roles with their gender."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from knowledge.extraction.words import word_kinds, word_list

HERE = Path(__file__).parent


class Role(NamedTuple):
    """What somebody is to somebody."""

    english: str  # the word of the topics table
    gender: str  # m, f, n; p: several


@cache
def small_words(kind: str) -> frozenset[str]:
    """The words of a kind: determiner, preposition, adverb, ..."""
    return word_kinds(HERE / "function_words.txt")[kind]


@cache
def roles() -> Mapping[str, Role]:
    """Every role by its word in small letters."""
    found: dict[str, Role] = {}
    for line in (HERE / "roles.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, english, gender = line.split()
            found[word] = Role(english, gender)
    return found


@cache
def role_word(noun: str) -> str:
    """The word of the list for a noun in any of its cases, small; empty for no role."""
    word = noun.lower()
    forms = (word, word.removesuffix("n"), word.removesuffix("s"), word.removesuffix("es"))
    return next((form for form in (*forms, word.removesuffix("en")) if form in roles()), "")


def role_of(noun: str) -> Role | None:
    """The role that a noun names, in any of its cases."""
    return roles().get(role_word(noun))


@cache
def noun_lists() -> Mapping[str, tuple[frozenset[str], tuple[str, ...]]]:
    """Kind -> its nouns, and the endings that make one."""
    words: dict[str, list[str]] = {}
    for line in (HERE / "kinds.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, *listed = line.split()
            words.setdefault(kind, []).extend(listed)
    return {
        kind: (
            frozenset(word for word in listed if not word.startswith("-")),
            tuple(word[1:] for word in listed if word.startswith("-")),
        )
        for kind, listed in words.items()
    }


def noun_forms(word: str) -> list[str]:
    """The noun and what it may be the plural or another case of."""
    lower = word.lower()
    endings = ("n", "s", "es", "en", "e", "nen", "er")
    return [
        lower,
        *(lower[: -len(e)] for e in endings if lower.endswith(e) and len(lower) - len(e) > 2),
    ]


@cache
def noun_kinds(word: str) -> frozenset[str]:
    """Every kind that the lists say a noun is of."""
    return frozenset(kind for kind in noun_lists() if noun_is(word, kind))


@cache
def noun_is(word: str, kind: str) -> bool:
    """True when the lists say so of a noun, in any of its forms, or of its last part."""
    nouns, endings = noun_lists()[kind]
    forms = noun_forms(word)
    if any(form in nouns for form in forms):
        return True
    exact = forms[0].removesuffix("s")
    return any(
        form.endswith(ending) and len(form) > len(ending) + 1
        for ending in endings
        # A short ending is cut of no stem: "Lissabon" is no "-abo".
        for form in (forms if len(ending) > 4 else (forms[0], exact))
    )


# What a preposition and an article are together.
BASES = {
    "im": "in", "ins": "in", "am": "an", "ans": "an", "aufs": "auf", "beim": "bei", "vom": "von",
    "zum": "zu", "zur": "zu", "fürs": "für", "übers": "über", "unterm": "unter", "vorm": "vor",
    "durchs": "durch", "ums": "um",
}  # fmt: skip
# The participle of these makes its perfect with "sein"; of others that is a state.
MOVES = small_words("moves")
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
