"""Where somebody works and studies, and as what."""

import re
from collections.abc import Iterator

from knowledge.extraction.frames.clause import Clause
from knowledge.extraction.frames.relations import read_membership
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import (
    CITY,
    COMPANY,
    CONCEPT,
    COUNTRY,
    DOCUMENT,
    ENTITY,
    EVENT,
    GROUP,
    INSTITUTION,
    PERSON,
    PLACE,
    PLACES,
)
from knowledge.extraction.statements import NounPhrase, Statement, normal_value, noun_phrases
from knowledge.extraction.words import word_list

_NO_EMPLOYERS = frozenset({CITY, COUNTRY, PERSON, DOCUMENT})
_COMMON_NOUN = re.compile(r"\s+(a|an|the)\s+[a-z][\w-]*(?: [a-z][\w-]*)?")
_AS_A = re.compile(r"\s*,?\s*as (?:a|an|the|their)\s+", re.IGNORECASE)
_AS_ROLE = re.compile(r"\s+as (?:a|an)\b")
_AT = re.compile(r"\s+(?:at|for|with)\b")
_JOB = re.compile(
    r"\s*((?:[^\W\d_][\w-]*\s+){0,3}?)([^\W\d_][\w-]*)(?=\s*(?:$|[.,;!?)(]|"
    r"\b(?:at|in|for|and|by|now|from|with|who|but|since|as|here|working|or|these|anymore|any)\b))",
    re.IGNORECASE,
)


def organisation_type(name: Name) -> str:
    return name.node_type if name.node_type in (COMPANY, INSTITUTION) else COMPANY


def read_employer(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    name = clause.name_at(match.end())
    if (
        name is not None
        and name.node_type in (PERSON, CITY, COUNTRY)
        and (name.key is not None or " in" in match[0])
    ):
        return
    if name is not None:
        label, end = name.text, name.end
        target: NounPhrase | None = NounPhrase.of(name, organisation_type(name))
    else:  # "a bank"
        found = _COMMON_NOUN.match(clause.text, match.end())
        phrases = noun_phrases(clause.text, match.end(), limit=3) if found else []
        if found is None or not phrases:
            return
        label, end, target = f"{found[1]} {phrases[0].text}", phrases[0].end, None
    polarity = clause.full_polarity(end)
    value = normal_value(label)
    yield clause.statement(
        clause.subject.verb_sentence("work", "works", f"at {label}", polarity),
        "employer",
        f"not {value}" if polarity else value,
        end,
        target=target,
        edge_type="edge.affiliated_with" if target and not polarity else None,
        takes_date=True,
    )
    follows = _AS_A.match(clause.text, end)
    if follows and not clause.polarity:
        yield from read_job(clause, follows)


def read_former_employer(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    name = clause.name_at(match.end())
    if clause.polarity or name is None or name.node_type in _NO_EMPLOYERS:
        return
    if name.node_type == PLACE and match[0].strip().lower() == "left":
        return
    yield clause.statement(
        clause.subject.verb_sentence("work", "works", f"at {name.text}", "no longer"),
        "employer",
        f"not {normal_value(name.text)}",
        name.end,
        target=NounPhrase.of(name, organisation_type(name)),
        takes_date=True,
        confidence=0.8,
    )


def job_title(text: str, position: int) -> tuple[str, int] | None:
    found = _JOB.match(text, position)
    if found is None:
        return None
    last = found[2].lower()
    if last not in word_list("jobs") and last.removesuffix("s") not in word_list("jobs"):
        return None
    return f"{found[1]}{found[2]}".strip(), found.end(2)


def read_job(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    title = job_title(clause.text, match.end())
    if title is None:
        return
    polarity = clause.full_polarity(title[1])
    article = "an" if title[0][0].lower() in "aeiou" else "a"
    value = normal_value(title[0])
    yield clause.statement(
        clause.subject.be_sentence(f"{article} {title[0]}", polarity),
        "job",
        f"not {value}" if polarity else value,
        title[1],
        takes_date="becam" in match[0].lower() or "start" in match[0].lower(),
    )
    at = _AT.match(clause.text, title[1])
    if at and not clause.polarity and (name := clause.name_at(at.end())):
        yield clause.statement(
            clause.subject.verb_sentence("work", "works", f"at {name.text}"),
            "employer",
            normal_value(name.text),
            name.end,
            target=NounPhrase.of(name, organisation_type(name)),
            edge_type="edge.affiliated_with",
        )


def read_joined(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    name = clause.name_at(match.end())
    if name is None or clause.polarity:
        return
    if name.node_type == COMPANY or _AS_ROLE.match(clause.text, name.end):
        yield from read_employer(clause, match)
    elif name.node_type in (GROUP, ENTITY, INSTITUTION, CONCEPT):
        yield from read_membership(clause, match)


def read_school(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    name = clause.name_at(match.end())
    if name is None or name.node_type in (PERSON, *PLACES, EVENT):
        return
    polarity = clause.full_polarity(name.end)
    over = "graduat" in match[0].lower()
    text = (
        f"{clause.subject.label} graduated from {name.text}."
        if over
        else clause.subject.verb_sentence("study", "studies", f"at {name.text}", polarity)
    )
    yield clause.statement(
        text,
        f"graduated:{normal_value(name.text)}" if over else "school",
        "yes"
        if over
        else (f"not {normal_value(name.text)}" if polarity else normal_value(name.text)),
        name.end,
        target=NounPhrase.of(name, INSTITUTION),
        edge_type=None if polarity else "edge.affiliated_with",
        takes_date=True,
    )


def read_field_of_study(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    things = noun_phrases(clause.text, match.end(), limit=3)
    for thing in things[:2]:
        polarity = clause.full_polarity(thing.end)
        yield clause.statement(
            clause.subject.verb_sentence("study", "studies", thing.text, polarity),
            f"studies:{normal_value(thing.text)}",
            "no" if polarity else "yes",
            thing.end,
            takes_date=True,
            confidence=0.8,
        )


def read_state_without_job(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    state = match[1].lower()
    if clause.polarity:
        return
    yield clause.statement(
        clause.subject.be_sentence(state), "job", state, match.end(), takes_date=True
    )
