"""The verbs that an English word can be a form of, where there is no parse."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

_IRREGULAR = Path(__file__).with_name("words") / "irregular_verbs.txt"


class VerbForm(StrEnum):
    """Which form of its verb a word is."""

    PRESENT = "present"
    ING = "ing"
    PAST = "past"  # also the participle, which most verbs write alike
    PARTICIPLE = "participle"  # and not the past


@cache
def _irregular() -> Mapping[str, Mapping[str, VerbForm]]:
    """Word -> the verbs that it is an irregular form of."""
    found: dict[str, dict[str, VerbForm]] = {}
    for line in _IRREGULAR.read_text(encoding="utf-8").splitlines():
        lemma, past, participle = line.split()
        found.setdefault(participle, {}).setdefault(lemma, VerbForm.PARTICIPLE)
        found.setdefault(past, {})[lemma] = VerbForm.PAST
    for word in ("am", "is", "are", "being"):
        found[word] = {"be": VerbForm.PRESENT}
    found["has"] = {"have": VerbForm.PRESENT}
    return found


@cache
def verbs_of(word: str) -> Mapping[str, VerbForm]:
    """The verbs that a word in small letters can be a form of, real ones or not."""
    found = dict(_irregular().get(word, {}))
    found.setdefault(word, VerbForm.PRESENT)
    for ending, form in (("s", VerbForm.PRESENT), ("ed", VerbForm.PAST), ("ing", VerbForm.ING)):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 2:
            continue
        candidates = {stem, f"{stem}e"}
        if stem[-1] == stem[-2]:  # "stopped"
            candidates.add(stem[:-1])
        if stem.endswith("i"):  # "married"
            candidates.add(f"{stem[:-1]}y")
        if ending == "s" and stem.endswith("e"):  # "watches", "studies"
            candidates |= {stem[:-1], f"{stem[:-2]}y"}
        if ending == "ing" and stem.endswith("y"):  # "dying"
            candidates.add(f"{stem[:-1]}ie")
        for lemma in candidates:
            found.setdefault(lemma, form)
    return found
