"""The basics in German: who one is, where one lives and works, what one likes."""

# ruff: noqa: E501  a pattern stays on its line: the tables are read by their columns

import re
from collections.abc import Iterator
from typing import Any

from knowledge.dates import MONTHS
from knowledge.extraction.masking import WORD
from knowledge.extraction.node_types import CITY, COMPANY, ENTITY, PERSON, PLACE
from knowledge.extraction.statements import NounPhrase, Statement, Subject, normal_value
from knowledge.extraction.words import phrase_list, word_list

_NAME = rf"(?-i:(?P<name>{WORD}(?: {WORD}){{0,2}}))"
_THING = r"(?P<thing>[^\W\d_][\w-]*(?: [^\W\d_][\w-]*)?)"
_END = r"(?=\s*(?:$|[.,;!]|\bund\b|\baber\b|\bsehr\b|\bnicht\b|\bseit\b|\bals\b|\bgezogen\b|\bmehr\b|\bgern))"
_NO_MORE = re.compile(r"\s*nicht mehr\b|\s*keine?n? .* mehr\b", re.IGNORECASE)
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len)[::-1]) + ")"
_KIN = {
    "schwester": "sister", "bruder": "brother", "mutter": "mother", "vater": "father",
    "frau": "wife", "mann": "husband", "freundin": "girlfriend", "tochter": "daughter",
    "sohn": "son", "chef": "boss", "chefin": "boss", "oma": "grandmother", "opa": "grandfather",
    "tante": "aunt", "onkel": "uncle", "cousine": "cousin", "hund": "dog", "katze": "cat",
    "kollege": "colleague", "kollegin": "colleague", "partner": "partner", "partnerin": "partner",
}  # fmt: skip
_KINS = "|".join(_KIN)
_ONLY_ONE = frozenset(("mother", "father", "boss"))
_PARTNERS = frozenset(("wife", "husband", "girlfriend", "partner"))
_PRONOUNS = ("es", "das", "dich", "dir", "sie", "ihn", "nicht", "mich")
_LEADING = re.compile(r"^(?:keine?n?|den|die|das|sehr) ", re.IGNORECASE)
_TRAILING = re.compile(r" (?:sehr|gerne?|wirklich|total|lieber)$", re.IGNORECASE)
_NEGATED = re.compile(r"\bkeine?n?\b", re.IGNORECASE)
_NOT_BEHIND = re.compile(r"\s+(?:\w+ )?nicht\b")
_NOT_SO = re.compile(r"\b(?:wenn|falls|würde|ob|nicht sicher)\b", re.IGNORECASE)

# Pattern -> what its statement is about.
_FRAMES = [
    (re.compile(pattern, re.IGNORECASE), subject_matter)
    for pattern, subject_matter in (
        (
            rf"\bich (?:wohne|lebe)(?: (?:jetzt|seit \w+(?: \w+)?|nicht mehr|noch|inzwischen|derzeit))* in {_NAME}",
            "home",
        ),
        (rf"\bich bin (?:\S+ ){{0,3}}?nach {_NAME} (?:um)?gezogen", "home"),
        (rf"\b(?:ich komme|ich stamme|ich bin) (?:ursprünglich )?aus {_NAME}", "origin"),
        (
            rf"\bich arbeite(?: (?:jetzt|seit \w+(?: \w+)?|nicht mehr|noch|derzeit))* (?:bei|für) (?:der |dem )?{_NAME}",
            "employer",
        ),
        (
            rf"\bich (?:arbeite als|bin|wurde)(?: (?:jetzt|von Beruf|ein|eine))* {_THING}{_END}",
            "job",
        ),
        (rf"\b(?:ich heiße|mein name ist) {_NAME}", "name"),
        (r"\bich bin (\d{1,3})(?: Jahre alt\b|(?=\s*[.,!]|$))", "age"),
        (
            rf"\b(?:mein geburtstag ist|ich habe|ich bin) (?:am )?(?P<day>\d{{1,2}})\. ?(?P<month>{_MONTH})(?: (?P<year>(?:19|20)\d\d))?(?: geburtstag| geboren)?",
            "birthday",
        ),
        (
            rf"\bich (?:mag|liebe|hasse)(?: (?:sehr|wirklich|auch|total|am liebsten|keine?n?|den|die|das))* {_THING}{_END}",
            "preference",
        ),
        (rf"\bich bin (?:nicht )?allergisch (?:gegen|auf) {_THING}{_END}", "allergy"),
        (rf"\bmeine? (?:\w+ )?(?P<kin>{_KINS})(?: heißt| ist)? {_NAME}", "relation"),
        (rf"{_NAME} ist meine? (?P<kin>{_KINS})\b", "relation"),
    )
]


def read_german_statements(text: str, *, speaker: Subject) -> Iterator[Statement]:
    """Every statement of the speaker that the frames see in a German sentence."""
    for pattern, subject_matter in _FRAMES:
        for match in pattern.finditer(text):
            if _NOT_SO.search(text, 0, match.start()):
                continue
            is_named = subject_matter in ("home", "origin", "employer", "relation")
            fields = (_named if is_named else _plain)(match, subject_matter)
            if fields:
                yield Statement(
                    text=" ".join(match[0].split()).strip(" ,.;!") + ".",
                    subject=speaker,
                    start=match.start(),
                    end=match.end(),
                    confidence=0.85,
                    **fields,  # of Statement
                )


def _named(match: re.Match[str], subject_matter: str) -> dict[str, Any]:
    """A statement about the speaker and something with a name."""
    value = normal_value(match["name"])
    topic, node_type, edge_type = subject_matter, PLACE, "edge.related_to"
    is_over = "nicht mehr" in match[0].lower() or _NO_MORE.match(match.string, match.end())
    takes_date = subject_matter in ("home", "employer")
    if subject_matter == "home" and value in phrase_list("cities"):
        node_type = CITY
    elif subject_matter == "employer":
        node_type, edge_type = COMPANY, "edge.affiliated_with"
    elif subject_matter == "relation":
        kin = _KIN[match["kin"].lower()]
        is_pet = kin in ("dog", "cat")
        node_type = ENTITY if is_pet else PERSON
        edge_type = "edge.owns" if is_pet else "edge.knows"
        if kin in _PARTNERS:
            topic, edge_type = "partner", "edge.partner_of"
        elif kin in _ONLY_ONE:
            topic = f"relation:{kin}"
        else:
            topic, value = f"relation:{kin}:{value}", "yes"
    return {
        "topic": topic,
        "value": f"not {value}" if is_over and takes_date else value,
        "target": NounPhrase(match["name"], match.start("name"), match.end("name"), node_type),
        "edge_type": None if is_over and takes_date else edge_type,
        "takes_date": takes_date,
    }


def _plain(  # noqa: PLR0911  one return a case
    match: re.Match[str], subject_matter: str
) -> dict[str, Any] | None:
    """A statement about the speaker alone; None for what the frame's words do not carry."""
    said = match[0].lower()
    match subject_matter:
        case "name":
            return {"topic": "name", "value": normal_value(match["name"])}
        case "age":
            return {"topic": "age", "value": match[1]}
        case "job":
            is_job = match["thing"].lower() in word_list("jobs")
            return {"topic": "job", "value": normal_value(match["thing"])} if is_job else None
        case "birthday":
            month, day = MONTHS[match["month"].lower()], int(match["day"])
            value = f"{match['year'] or '-'}-{month:02}-{day:02}"
            return {"topic": "birthday", "value": value} if 1 <= day <= 31 else None
        case "allergy":
            value = "no" if "nicht" in said else "yes"
            return {"topic": f"allergy:{normal_value(match['thing'])}", "value": value}
    thing = _TRAILING.sub("", _LEADING.sub("", match["thing"]))
    if thing.lower() in _PRONOUNS:
        return None
    is_negated = bool(_NEGATED.search(said) or _NOT_BEHIND.match(match.string, match.end()))
    value = "dislikes" if is_negated != ("hasse" in said) else "likes"
    return {"topic": f"preference:{normal_value(thing)}", "value": value}
