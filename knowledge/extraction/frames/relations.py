"""Whom somebody is related to, and what they belong to."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator

from knowledge.extraction.frames.clause import Clause
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import (
    COMPANY,
    COUNTRY,
    ENTITY,
    GROUP,
    OBJECT,
    PERSON,
    PLACES,
)
from knowledge.extraction.statements import NounPhrase, Statement, Subject, normal_value
from knowledge.extraction.words import word_list

_RELATION_ENDS = re.compile(r"\s*(?:$|[.,;!)]|and\b|but\b|any\b|who\b|now\b|from\b|since\b)")

KIN = (
    r"(?:sister|brother|mother|father|mom|mum|dad|son|daughter|wife|husband|partner|girlfriend|"
    r"boyfriend|fianc[eé]e?|spouse|cousin|aunt|uncle|niece|nephew|grandmother|grandfather|grandma|"
    r"grandpa|grandson|granddaughter|friend|best friend|colleague|coworker|co-worker|boss|manager|"
    r"neighbou?r|roommate|flatmate|teacher|coach|doctor|dentist|therapist|mentor|assistant|"
    r"brother-in-law|sister-in-law|mother-in-law|father-in-law|stepson|stepdaughter|stepfather|"
    r"stepmother|godson|goddaughter|godfather|godmother|baby|twin|kid|child|ex|ex-wife|ex-husband|"
    r"ex-girlfriend|ex-boyfriend|landlord|business partner|supervisor|professor|classmate|teammate|"
    r"buddy|pal|dog|cat|puppy|kitten|horse|parrot|rabbit|hamster|turtle|tortoise|goldfish|snake|"
    r"guinea pig|bird|pony|lizard|pet|car|boat|band|company|startup)"
)
ADJECTIVES = (
    r"(?:(?:older|younger|little|big|elder|eldest|oldest|youngest|twin|half|good|close|dear|old|new|"
    r"late|former|best|beloved|only|lovely|sweet|high school|college|childhood|first|second|"
    r"amazing|wonderful|great|other|dear)\s+){0,2}"
)
_PARTNERS = word_list("partners")
_PETS = word_list("pets") | {"guinea pig"}
_GOODS = frozenset(["car", "boat"])
_TEAMS = {
    "band": (GROUP, "edge.member_of"),
    "company": (COMPANY, "edge.owns"),
    "startup": (COMPANY, "edge.owns"),
}
_ONLY_ONE = frozenset(["mother", "father", "mom", "mum", "dad", "boss"])
_SYNONYMS = {
    "mom": "mother",
    "mum": "mother",
    "dad": "father",
    "grandma": "grandmother",
    "grandpa": "grandfather",
    "coworker": "colleague",
    "co-worker": "colleague",
    "neighbor": "neighbour",
    "puppy": "dog",
    "kitten": "cat",
    "buddy": "friend",
    "pal": "friend",
}
_KIN_WORDS = frozenset(KIN.replace("(?:", "").replace(")", "").replace("[eé]e?", "é").replace("u?", "u").split("|")) | {
    "fiance", "fiancee", "fiancée", "neighbor",
}  # fmt: skip


def related(
    subject: Subject,
    relation: str,
    name: Name,
    *,
    span: tuple[int, int],
    polarity: str = "",
    confidence: float = 0.9,
) -> Iterator[Statement]:
    """Somebody's relation to a name: "my sister Ann"; none to a country."""
    word = relation.lower()
    kin = word.split()[-1] if word.split()[-1] in _KIN_WORDS else word
    kin = _SYNONYMS.get(kin, kin)
    is_former = kin.startswith("ex") or "former" in word or "late " in word
    if kin in _TEAMS:
        node_type, edge_type = _TEAMS[kin]
    elif kin in _PETS or kin in _GOODS:
        node_type, edge_type = (ENTITY if kin in _PETS else OBJECT), "edge.owns"
    else:
        node_type, edge_type = PERSON, "edge.partner_of" if kin in _PARTNERS else "edge.knows"
    if node_type == PERSON and name.node_type in (COUNTRY, COMPANY):
        return
    value = normal_value(name.text)
    if kin in _PARTNERS and not is_former:
        topic, held = "partner", f"not {value}" if polarity else value
    elif kin in _ONLY_ONE:
        topic, held = f"relation:{kin}", f"not {value}" if polarity else value
    else:
        topic, held = f"relation:{kin}:{value}", "no" if polarity else "yes"
    if polarity == "":
        text = f"{subject.owner_label} {relation.lower()} is {name.text}."
    else:
        owner = "my" if subject.is_self else subject.owner_label
        text = f"{name.text} is {polarity} {owner} {relation.lower()}."
    yield Statement(
        text=text,
        subject=subject,
        start=span[0],
        end=span[1],
        topic=topic,
        value=held,
        confidence=confidence,
        target=NounPhrase.of(name, node_type),
        edge_type=None if polarity or (is_former and edge_type == "edge.partner_of") else edge_type,
    )


def read_named_relation(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    """ "I have a sister called Ann"."""
    name = clause.name_at(match.end())
    if name is None or clause.polarity:
        return
    yield from related(clause.subject, match["kin"], name, span=(clause.start, name.end))


def read_relation_of_subject(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    """ "Ann is my sister": the subject is the other end."""
    end = _RELATION_ENDS.match(clause.text, match.end())
    name = next((name for name in clause.names if name.start == clause.start), None)
    if name is None or end is None or clause.subject.is_self:
        return
    polarity = clause.full_polarity(match.end())
    if owner := clause.owners.get(match["owner"].lower()):
        yield from related(
            owner, match["kin"], name, span=(clause.start, match.end()), polarity=polarity
        )


def read_membership(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    name = clause.name_at(match.end())
    if name is None or name.node_type in (PERSON, *PLACES):
        return
    polarity = clause.full_polarity(name.end)
    yield clause.statement(
        clause.subject.be_sentence(f"a member of {name.text}", polarity),
        f"member:{normal_value(name.text)}",
        "no" if polarity else "yes",
        name.end,
        target=NounPhrase.of(name, GROUP),
        edge_type=None if polarity else "edge.member_of",
        takes_date=True,
    )
