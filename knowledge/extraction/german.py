"""The basics in German: who one is, where one lives and works, what one likes."""

# ruff: noqa: E501  a pattern stays on its line: the tables are read by their columns

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from knowledge.dates import MONTHS
from knowledge.extraction import names as kinds
from knowledge.extraction.clauses import People
from knowledge.extraction.drafts import Draft, Thing, value_of
from knowledge.extraction.names import Name
from knowledge.extraction.text import WORD
from knowledge.extraction.words import phrases, words

_NAME = rf"(?-i:(?P<name>{WORD}(?: {WORD}){{0,2}}))"
_THING = r"(?P<thing>[^\W\d_][\w-]*(?: [^\W\d_][\w-]*)?)"
_END = r"(?=\s*(?:$|[.,;!]|\bund\b|\baber\b|\bsehr\b|\bnicht\b|\bseit\b|\bals\b|\bgezogen\b|\bmehr\b|\bgern))"
_NO_MORE = re.compile(r"\s*nicht mehr\b|\s*keine?n? .* mehr\b", re.I)
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len)[::-1]) + ")"
_KIN = {
    "schwester": "sister", "bruder": "brother", "mutter": "mother", "vater": "father",
    "frau": "wife", "mann": "husband", "freundin": "girlfriend", "tochter": "daughter",
    "sohn": "son", "chef": "boss", "chefin": "boss", "oma": "grandmother", "opa": "grandfather",
    "tante": "aunt", "onkel": "uncle", "cousine": "cousin", "hund": "dog", "katze": "cat",
    "kollege": "colleague", "kollegin": "colleague", "partner": "partner", "partnerin": "partner",
}  # fmt: skip
_KINS = "|".join(_KIN)
_UNIQUE = frozenset(("mother", "father", "boss"))
_PARTNERS = frozenset(("wife", "husband", "girlfriend", "partner"))

Read = Callable[[re.Match[str], People], Iterator[Draft]]


def _draft(match: re.Match[str], people: People, topic: str, value: str, **more: Any) -> Draft:
    return Draft(
        text=" ".join(match[0].split()).strip(" ,.;!") + ".",
        who=people.speaker,
        start=match.start(),
        end=match.end(),
        topic=topic,
        value=value,
        confidence=0.85,
        **more,  # of Draft
    )


def _named(match: re.Match[str], node_type: str | None) -> Thing:
    return Thing(match["name"], match.start("name"), match.end("name"), node_type)


def _is_over(match: re.Match[str]) -> bool:
    return "nicht mehr" in match[0].lower() or _NO_MORE.match(match.string, match.end()) is not None


def _home(match: re.Match[str], people: People) -> Iterator[Draft]:
    value = value_of(match["name"])
    over = _is_over(match)
    yield _draft(
        match, people, "home", f"not {value}" if over else value,
        thing=_named(match, kinds.CITY if value in phrases("cities") else kinds.PLACE),
        edge=None if over else "edge.related_to", takes_date=True,
    )  # fmt: skip


def _origin(match: re.Match[str], people: People) -> Iterator[Draft]:
    yield _draft(match, people, "origin", value_of(match["name"]), thing=_named(match, kinds.PLACE), edge="edge.related_to")  # fmt: skip


def _employer(match: re.Match[str], people: People) -> Iterator[Draft]:
    value = value_of(match["name"])
    over = _is_over(match)
    yield _draft(
        match, people, "employer", f"not {value}" if over else value,
        thing=_named(match, kinds.COMPANY), edge=None if over else "edge.affiliated_with",
        takes_date=True,
    )  # fmt: skip


def _job(match: re.Match[str], people: People) -> Iterator[Draft]:
    if match["thing"].lower() in words("jobs"):
        yield _draft(match, people, "job", value_of(match["thing"]))


def _name(match: re.Match[str], people: People) -> Iterator[Draft]:
    yield _draft(match, people, "name", value_of(match["name"]))


def _age(match: re.Match[str], people: People) -> Iterator[Draft]:
    yield _draft(match, people, "age", match[1])


def _birthday(match: re.Match[str], people: People) -> Iterator[Draft]:
    month, day = MONTHS[match["month"].lower()], int(match["day"])
    if 1 <= day <= 31:
        yield _draft(match, people, "birthday", f"{match['year'] or '-'}-{month:02}-{day:02}")


def _likes(match: re.Match[str], people: People) -> Iterator[Draft]:
    thing = re.sub(r"^(?:keine?n?|den|die|das|sehr) ", "", match["thing"], flags=re.I)
    thing = re.sub(r" (?:sehr|gerne?|wirklich|total|lieber)$", "", thing, flags=re.I)
    if thing.lower() in ("es", "das", "dich", "dir", "sie", "ihn", "nicht", "mich"):
        return
    negated = re.search(r"\bkeine?n?\b", match[0], re.I) or re.match(
        r"\s+(?:\w+ )?nicht\b", match.string[match.end() :]
    )
    hates = "hasse" in match[0].lower()
    yield _draft(
        match, people, f"preference:{value_of(thing)}",
        "dislikes" if bool(negated) != hates else "likes",
    )  # fmt: skip


def _allergy(match: re.Match[str], people: People) -> Iterator[Draft]:
    negated = "nicht" in match[0].lower()
    yield _draft(match, people, f"allergy:{value_of(match['thing'])}", "no" if negated else "yes")


def _kin(match: re.Match[str], people: People) -> Iterator[Draft]:
    kin = _KIN[match["kin"].lower()]
    value = value_of(match["name"])
    topic, held = f"relation:{kin}:{value}", "yes"
    if kin in _PARTNERS:
        topic, held = "partner", value
    elif kin in _UNIQUE:
        topic, held = f"relation:{kin}", value
    is_pet = kin in ("dog", "cat")
    edge = "edge.owns" if is_pet else "edge.partner_of" if kin in _PARTNERS else "edge.knows"
    yield _draft(
        match, people, topic, held,
        thing=_named(match, kinds.ENTITY if is_pet else kinds.PERSON), edge=edge,
    )  # fmt: skip


_PATTERNS: Sequence[tuple[re.Pattern[str], Read]] = [
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (
            rf"\bich (?:wohne|lebe)(?: (?:jetzt|seit \w+(?: \w+)?|nicht mehr|noch|inzwischen|derzeit))* in {_NAME}",
            _home,
        ),
        (rf"\bich bin (?:\S+ ){{0,3}}?nach {_NAME} (?:um)?gezogen", _home),
        (rf"\b(?:ich komme|ich stamme|ich bin) (?:ursprünglich )?aus {_NAME}", _origin),
        (
            rf"\bich arbeite(?: (?:jetzt|seit \w+(?: \w+)?|nicht mehr|noch|derzeit))* (?:bei|für) (?:der |dem )?{_NAME}",
            _employer,
        ),
        (
            rf"\bich (?:arbeite als|bin|wurde)(?: (?:jetzt|von Beruf|ein|eine))* {_THING}{_END}",
            _job,
        ),
        (rf"\b(?:ich heiße|mein name ist) {_NAME}", _name),
        (r"\bich bin (\d{1,3})(?: Jahre alt\b|(?=\s*[.,!]|$))", _age),
        (
            rf"\b(?:mein geburtstag ist|ich habe|ich bin) (?:am )?(?P<day>\d{{1,2}})\. ?(?P<month>{_MONTH})(?: (?P<year>(?:19|20)\d\d))?(?: geburtstag| geboren)?",
            _birthday,
        ),
        (
            rf"\bich (?:mag|liebe|hasse)(?: (?:sehr|wirklich|auch|total|am liebsten|keine?n?|den|die|das))* {_THING}{_END}",
            _likes,
        ),
        (rf"\bich bin (?:nicht )?allergisch (?:gegen|auf) {_THING}{_END}", _allergy),
        (rf"\bmeine? (?:\w+ )?(?P<kin>{_KINS})(?: heißt| ist)? {_NAME}", _kin),
        (rf"{_NAME} ist meine? (?P<kin>{_KINS})\b", _kin),
    )
]


def german_drafts(text: str, *, names: Sequence[Name], people: People) -> Iterator[Draft]:
    """Every statement that the patterns see in a German sentence."""
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            if not re.search(
                r"\b(?:wenn|falls|würde|ob|nicht sicher)\b", text[: match.start()], re.I
            ):
                yield from read(match, people)
