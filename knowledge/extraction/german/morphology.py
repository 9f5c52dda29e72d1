"""The forms of German verbs, made of their principal parts.

`strong_verbs.txt` has a verb a line: infinitive, third person of the present, preterite,
participle. `weak_verbs.txt` has infinitives alone: the rest follows. `separable_verbs.txt` has
prefix and verb with a bar between. A new word there is all that a new verb needs.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
INSEPARABLE = ("be", "emp", "ent", "er", "ge", "miss", "über", "unter", "ver", "wider", "zer")


class Tense(StrEnum):
    """What a finite form says of time and reality."""

    PRESENT = "present"
    PAST = "past"
    SUBJUNCTIVE = "subjunctive"  # would, could, were: nothing is stated


@dataclass(frozen=True)
class FiniteForm:
    """One reading of a finite form; `persons` are of 1s 2s 3s 1p 2p 3p."""

    lemma: str
    tense: Tense
    persons: frozenset[str]


@dataclass
class VerbForms:
    """Every form that the lists make, in small letters, with the lemmas that it may be of."""

    finite: dict[str, list[FiniteForm]] = field(default_factory=lambda: defaultdict(list))
    joined: dict[str, list[FiniteForm]] = field(default_factory=lambda: defaultdict(list))
    participles: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    infinitives: dict[str, str] = field(default_factory=dict)
    prefixed: dict[tuple[str, str], str] = field(default_factory=dict)  # prefix and verb -> lemma

    @property
    def prefixes(self) -> frozenset[str]:
        """What may stand at the end of a clause and belong to its verb."""
        return frozenset(prefix for prefix, _ in self.prefixed)


_IRREGULAR_PRESENT = {
    "sein": {"1s": "bin", "2s": "bist", "3s": "ist", "1p": "sind", "2p": "seid", "3p": "sind"},
    "haben": {"1s": "habe", "2s": "hast", "3s": "hat", "1p": "haben", "2p": "habt", "3p": "haben"},
    "werden": {"1s": "werde", "2s": "wirst", "3s": "wird", "2p": "werdet"},
    "tun": {"1s": "tue", "2s": "tust", "3s": "tut", "1p": "tun", "2p": "tut", "3p": "tun"},
}
_PERSONS = ("1s", "2s", "3s", "1p", "2p", "3p")
_PRETERITE_PRESENTS = ("können", "müssen", "wollen", "sollen", "dürfen", "mögen", "wissen")
_SUBJUNCTIVES = {
    "sein": "wäre wär", "haben": "hätte hätt", "werden": "würde", "können": "könnte",
    "müssen": "müsste", "dürfen": "dürfte", "wissen": "wüsste", "gehen": "ginge",
    "kommen": "käme", "geben": "gäbe", "finden": "fände", "brauchen": "bräuchte",
    "lassen": "ließe", "mögen": "möchte", "bleiben": "bliebe", "ziehen": "zöge", "nehmen": "nähme",
}  # fmt: skip
_HARD_STEM = re.compile(r"(?:[dt]|[^aeiouäöülrhmn][mn])$")
# Without the -e of the first person, as it is spoken.
SPOKEN = (
    "hab",
    "werd",
    "geh",
    "komm",
    "find",
    "mach",
    "wohn",
    "fahr",
    "brauch",
    "ess",
    "trink",
    "lern",
    "spiel",
    "kauf",
    "glaub",
    "denk",
    "steh",
    "nehm",
    "krieg",
    "heiß",
    "lieb",
    "hass",
)


def _stem(infinitive: str) -> str:
    return infinitive[:-2] if infinitive.endswith("en") else infinitive[:-1]


def _present(infinitive: str, third: str) -> dict[str, set[str]]:
    if irregular := _IRREGULAR_PRESENT.get(infinitive):
        table = {person: {irregular.get(person, infinitive)} for person in _PERSONS}
        if _stem(infinitive) in SPOKEN:
            table["1s"].add(_stem(infinitive))
        return table
    stem = _stem(infinitive)
    if infinitive in _PRETERITE_PRESENTS:
        first = {third}
        second = {third + ("t" if third.endswith(("ß", "s")) else "st")}
    else:
        first = {stem + "e"} | ({stem} if stem in SPOKEN else set())
        if infinitive.endswith(("eln", "ern")):
            first.add(infinitive[:-3] + infinitive[-2] + "e")
        second = {re.sub(r"(?<![sßzx])t$", "st", third)}
    plural = stem + ("et" if _HARD_STEM.search(stem) else "t")
    return {
        "1s": first, "2s": second, "3s": {third},
        "1p": {infinitive}, "2p": {plural}, "3p": {infinitive},
    }  # fmt: skip


def _past(first: str) -> dict[str, set[str]]:
    plural = first + ("n" if first.endswith("e") else "en")
    second = first + ("est" if _HARD_STEM.search(first) else "st")
    return {"1s": {first}, "2s": {second}, "3s": {first}, "1p": {plural}, "3p": {plural}}


def _principal_parts() -> dict[str, tuple[str, str, str]]:
    """Infinitive -> third person of the present, preterite, participle."""
    parts: dict[str, tuple[str, str, str]] = {}
    for infinitive in (HERE / "weak_verbs.txt").read_text(encoding="utf-8").split():
        parts[infinitive] = weak_parts(infinitive)
    for line in (HERE / "strong_verbs.txt").read_text(encoding="utf-8").splitlines():
        infinitive, third, past, participle = line.split()
        parts[infinitive] = (third, past, participle)
    return parts


def weak_parts(infinitive: str) -> tuple[str, str, str]:
    """Third person of the present, preterite and participle of a verb that is regular."""
    stem = _stem(infinitive)
    if _HARD_STEM.search(stem):
        stem += "e"
    bare = infinitive.endswith("ieren") or infinitive.startswith(INSEPARABLE)
    # "Geben" is no prefix with a verb behind it, and "erben" and "gehren" have one syllable.
    bare = bare and len(_stem(infinitive)) > 4
    return stem + "t", stem + "te", ("" if bare else "ge") + stem + "t"


@cache
def verb_forms() -> VerbForms:
    """The forms of all verbs of the lists."""
    forms = VerbForms()
    parts = _principal_parts()
    for infinitive, (third, past, participle) in parts.items():
        for text, form in _finite_forms(infinitive, third, past):
            forms.finite[text].append(form)
            if "ß" in text:  # as it is written in Switzerland
                forms.finite[text.replace("ß", "ss")].append(form)
        forms.participles[participle].append(infinitive)
        forms.infinitives[infinitive] = infinitive
    for verb in (HERE / "separable_verbs.txt").read_text(encoding="utf-8").split():
        prefix, base = verb.split("|")
        lemma = prefix + base
        third, past, participle = parts.get(base) or weak_parts(base)
        forms.prefixed[prefix, base] = lemma
        for text, form in _finite_forms(base, third, past):
            joined = FiniteForm(lemma, form.tense, form.persons)
            forms.joined[prefix + text].append(joined)
            if base not in parts:
                forms.finite[text].append(form)
        forms.participles[prefix + participle].append(lemma)
        forms.infinitives[lemma] = lemma
        forms.infinitives[f"{prefix}zu{base}"] = lemma
    return forms


def _finite_forms(infinitive: str, third: str, past: str) -> list[tuple[str, FiniteForm]]:
    persons: dict[tuple[str, Tense], set[str]] = defaultdict(set)
    for tense, table in (
        (Tense.PRESENT, _present(infinitive, third)),
        (Tense.PAST, _past(past)),
        *((Tense.SUBJUNCTIVE, _past(first)) for first in _SUBJUNCTIVES.get(infinitive, "").split()),
    ):
        for person, texts in table.items():
            for text in texts:
                persons[text, tense].add(person)
    return [
        (text, FiniteForm(infinitive, tense, frozenset(found)))
        for (text, tense), found in persons.items()
    ]
