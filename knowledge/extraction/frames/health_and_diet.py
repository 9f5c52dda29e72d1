"""Health and diet: what somebody is allergic to, suffers from and does not eat."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator

from knowledge.extraction.frames.clause import Clause
from knowledge.extraction.statements import Statement, normal_value, noun_phrases

ILLNESS = (
    r"(?:type [12] )?(?:diabetes|asthma|adhd|autism|celiac disease|coeliac disease|arthritis|migraines?|"
    r"epilepsy|depression|anxiety|insomnia|eczema|high blood pressure|hypertension|cancer|dyslexia|"
    r"a heart condition|crohn's disease|ibs|ptsd|ocd|anemia|hay fever|vertigo|tinnitus|back pain)"
)


def read_allergy(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    for thing in noun_phrases(clause.text, match.end(), limit=3):
        polarity = clause.full_polarity(thing.end)
        yield clause.statement(
            clause.subject.be_sentence(f"allergic to {thing.text}", polarity),
            f"allergy:{normal_value(thing.text)}",
            "no" if polarity else "yes",
            thing.end,
            confidence=0.95,
        )


def read_allergy_noun(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    what = match[1]
    yield clause.statement(
        clause.subject.be_sentence(f"allergic to {what}", clause.polarity),
        f"allergy:{normal_value(what)}",
        "no" if clause.polarity else "yes",
        match.end(),
        confidence=0.95,
    )


def read_diet(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    diet = match[1].lower()
    polarity = clause.full_polarity(match.end())
    yield clause.statement(
        clause.subject.be_sentence(diet, polarity),
        "diet",
        f"not {diet}" if polarity else diet,
        match.end(),
        takes_date=True,
    )


def read_avoided(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    """What is not eaten, drunk or smoked; what is, is small talk."""
    verb = match[1].lower()
    if not clause.polarity:
        return
    if verb == "smoke":
        yield clause.statement(
            clause.subject.verb_sentence("smoke", "smokes", "", "not").replace(" .", "."),
            "avoids:smoke",
            "yes",
            match.end(),
        )
        return
    for thing in noun_phrases(clause.text, match.end(), limit=3):
        yield clause.statement(
            clause.subject.verb_sentence(
                verb, f"{verb}s", thing.text, clause.full_polarity(thing.end)
            ),
            f"avoids:{normal_value(thing.text)}",
            "yes",
            thing.end,
            confidence=0.8,
        )


def read_illness(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    what = match["illness"]
    polarity = clause.full_polarity(match.end())
    yield clause.statement(
        clause.subject.verb_sentence("have", "has", what, polarity),
        f"health:{normal_value(what)}",
        "no" if polarity else "yes",
        match.end(),
        takes_date="diagnos" in match[0].lower(),
    )
