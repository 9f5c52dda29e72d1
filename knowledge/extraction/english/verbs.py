"""The verb of an English clause: its lemma with a particle, its tense, and what it stands for."""

from collections.abc import Sequence
from typing import NamedTuple

from knowledge.extraction.clause import Tense
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.parsing import Token

# The tagger takes these for other words.
_LEMMAS = {"hats": "hate", "hat": "hate", "'s": "be", "got": "get", "nt": "not", "bred": "breed"}


class Verb(NamedTuple):
    """What a clause's verbs say together."""

    lemma: str  # with a particle
    tense: Tense
    is_progressive: bool
    is_negated: bool
    inner: Token | None = None  # the verb that carries the meaning: "I have to *work*"


def read_verb(main: Token) -> Verb:
    """The verb of a clause with its auxiliaries."""
    auxiliaries = [child for child in main.children if child.dep_ in ("aux", "auxpass")]
    is_negated = _is_negated(main)
    lemma = lemma_of(main)
    if lemma == "get" and main.lower_ == "got" and "have" in map(lemma_of, auxiliaries):
        return Verb("have", Tense.PRESENT, False, is_negated)
    inner = _to_verb(main)
    if inner is not None:
        if lemma == "use" and main.tag_ in ("VBD", "VBN"):
            return Verb(with_particle(inner), Tense.USED_TO, False, is_negated, inner)
        if lemma == "go" and main.tag_ == "VBG":
            return Verb(with_particle(inner), Tense.FUTURE, False, is_negated, inner)
    tense = _tense(main, auxiliaries)
    is_progressive = main.tag_ == "VBG"
    if inner is not None and lemma in ("have", "need"):
        return Verb(with_particle(inner), tense, is_progressive, is_negated, inner)
    if odd := misread_auxiliaries(main):
        tense = Tense.PAST if odd[0].tag_ == "VBD" else Tense.PRESENT
        return Verb(lemma_of(odd[0]), tense, False, is_negated)
    return Verb(with_particle(main), tense, is_progressive, is_negated)


def lemma_of(token: Token) -> str:
    """The word's lemma in small letters."""
    lower = token.lower_
    if lower in _LEMMAS and token.pos_ in ("VERB", "AUX", "NOUN"):
        return _LEMMAS[lower]
    if token.tag_[:2] == "VB" and lower.endswith("ates") and token.lemma_ == lower[:-2]:
        return str(lower[:-1])
    return str(token.lemma_).lower()


def own_subject(verb: Token) -> Token | None:
    """The subject that stands with the verb."""
    for child in verb.children:
        if child.dep_ in ("nsubj", "nsubjpass", "csubj", "expl"):
            return child
    return None


def with_particle(verb: Token) -> str:
    """The verb's lemma, and its particle behind "+"."""
    lemma = lemma_of(verb)
    for child in verb.children:
        if child.dep_ == "prt":
            return f"{lemma}+{child.lower_}"
    for child in verb.children:
        is_particle = child.dep_ == "advmod" and child.lower_ in small_words("particle")
        if is_particle and child.i > verb.i:
            return f"{lemma}+{child.lower_}"
    return lemma


def misread_auxiliaries(main: Token) -> list[Token]:
    """Verbs that are read as auxiliaries of their object: "enjoy curling"."""
    return [
        child
        for child in main.children
        if child.dep_ == "aux"
        and lemma_of(child) not in small_words("auxiliary")
        and child.tag_[:2] == "VB"
    ]


def _is_negated(main: Token) -> bool:
    return any(
        child.dep_ == "neg"
        or (child.lemma_.lower() in ("never", "hardly", "neither") and child.dep_ == "advmod")
        or any(one.dep_ == "preconj" and one.lower_ == "neither" for one in child.children)
        for child in main.children
    )


def _tense(main: Token, auxiliaries: Sequence[Token]) -> Tense:
    words = [one.lower_ for one in auxiliaries]
    if any(word in ("will", "'ll", "wo", "shall") for word in words):
        return Tense.FUTURE
    if any(word in small_words("modal") for word in words):
        return Tense.PAST if "'d" in words and main.tag_ == "VBN" else Tense.MODAL
    if "have" in map(lemma_of, auxiliaries):
        return Tense.PAST if "had" in words else Tense.PERFECT
    if any(word in ("was", "were", "did", "got") for word in words):
        return Tense.PAST
    if main.tag_ == "VBD" or (main.tag_ == "VBN" and not auxiliaries):
        return Tense.PAST
    return Tense.PRESENT


def _to_verb(verb: Token) -> Token | None:
    """The infinitive that the verb goes on with: "used to *live*"."""
    for child in verb.children:
        if (
            child.dep_ in ("xcomp", "ccomp", "advcl")
            and child.tag_ == "VB"
            and any(
                one.dep_ == "aux" and one.lower_ in ("to", "na", "ta") for one in child.children
            )
            and own_subject(child) is None
        ):
            return child
    return None
