"""Who somebody is: name, age, birthday, and with whom they live."""

import re
from collections.abc import Iterator

from knowledge.dates import MONTHS
from knowledge.extraction.frames.clause import Clause
from knowledge.extraction.node_types import PERSON
from knowledge.extraction.statements import NounPhrase, Statement, normal_value
from knowledge.extraction.words import word_list

MAX_AGE = 120  # years
_INTRODUCTION_ENDS = re.compile(r"\s*(?:$|[.,;!]|and\b|from\b|\()")
_TO = re.compile(r"\s+(?:to\s+)?")
_MON = "(?:" + "|".join(sorted(MONTHS, key=len)[::-1]) + r")\.?"
_BIRTHDAY = re.compile(
    rf"(?:on )?(?:the )?(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?(?P<m1>{_MON})|"
    rf"(?P<m2>{_MON}) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)(?:,? (?P<year>(?:19|20)\d\d))?",
    re.IGNORECASE,
)

Value = tuple[str, str, int, str]  # as written, as compared, where it ends, the topic


def read_name(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    name = clause.name_at(match.end())
    if name is None or clause.polarity:
        return
    yield clause.statement(
        clause.subject.possessive_sentence("name", name.text),
        "name",
        normal_value(name.text),
        name.end,
        confidence=0.9,
    )


def read_introduction(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    """ "I'm Ann": a first name and nothing more."""
    name = clause.name_at(match.end())
    if name is None or clause.polarity or not clause.subject.is_self:
        return
    if name.text.split()[0].lower() not in word_list("first_names"):
        return
    if _INTRODUCTION_ENDS.match(clause.text, name.end) is None:
        return
    yield clause.statement(
        clause.subject.possessive_sentence("name", name.text),
        "name",
        normal_value(name.text),
        name.end,
        confidence=0.8,
    )


def read_age(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    age = int(match[1])
    if clause.polarity or not 1 <= age <= MAX_AGE:
        return
    yield clause.statement(
        clause.subject.be_sentence(f"{age} years old"),
        "age",
        str(age),
        match.end(),
        takes_date=True,
    )


def read_marital_status(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    state = match[1].lower()
    polarity = clause.full_polarity(match.end())
    yield clause.statement(
        clause.subject.be_sentence(state, polarity),
        "marital status",
        f"not {state}" if polarity else state,
        match.end(),
        takes_date=True,
    )
    to = _TO.match(clause.text, match.end())
    name = clause.name_at(to.end()) if to and state in ("married", "engaged") else None
    if name is not None and not polarity:
        yield clause.statement(
            clause.subject.possessive_sentence("partner", name.text),
            "partner",
            normal_value(name.text),
            name.end,
            target=NounPhrase.of(name, PERSON),
            edge_type="edge.partner_of",
            takes_date=True,
        )


def read_separation(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    name = clause.name_at(match.end())
    if name is None or clause.polarity:
        return
    yield clause.statement(
        clause.subject.be_sentence(f"together with {name.text}", "no longer"),
        "partner",
        f"not {normal_value(name.text)}",
        name.end,
        target=NounPhrase.of(name, PERSON),
        takes_date=True,
        confidence=0.85,
    )


def birthday_at(text: str, at: int) -> Value | None:
    match = _BIRTHDAY.match(text, at)
    if match is None:
        return None
    month = MONTHS[(match["m1"] or match["m2"]).lower().rstrip(".")]
    day = int(match["d1"] or match["d2"])
    if not 1 <= day <= 31:
        return None
    year = match["year"] or "-"
    return match[0].strip(), f"{year}-{month:02}-{day:02}", match.end(), "birthday"


def read_birthday(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    found = birthday_at(clause.text, match.end())
    if found is not None and not clause.polarity:
        yield clause.statement(
            clause.subject.possessive_sentence("birthday", found[0]), "birthday", found[1], found[2]
        )


def read_birth_year(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    if not clause.polarity:
        yield clause.statement(
            f"{clause.subject.label} was born in {match[1]}.", "birth year", match[1], match.end()
        )
