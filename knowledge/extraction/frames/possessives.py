"""What begins with a possessive: "my e-mail is ...", "Ann's brother Tom"."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.extraction.frames.person import Value, birthday_at
from knowledge.extraction.frames.relations import ADJECTIVES, KIN, related
from knowledge.extraction.frames.work import job_title
from knowledge.extraction.names import EMAIL, PHONE, Name, normal_phone
from knowledge.extraction.statements import Statement, Subject, normal_value

_APPOSITION_ENDS = re.compile(r"\s*(?:,|\.|$|!)")
_NAMING_ENDS = re.compile(r"\s*(?:,|\.|$|!|and\b|who\b|;)")
_AGE = re.compile(r"\d{1,3}")
_ARTICLE = re.compile(r"(?:an?\s+)?")
_NO_VALUE = re.compile(r"(?:so|very|really|not|that|what|in|on|from|when)\b", re.IGNORECASE)


_REST = re.compile(
    r"[^.,;!?\n\ue000]{1,60}?(?=\s*(?:$|[.,;!?\n]|\b(?:and|but|because|since|now|so|these|though|by the)\b))"
)
_SHOWN = {"email": "e-mail address", "phone": "phone number"}
_TOPICS = {
    "home town": "hometown",
    "full name": "name",
    "first name": "name",
    "occupation": "job",
    "profession": "job",
    "date of birth": "birthday",
    "mother tongue": "native language",
}


@dataclass(frozen=True)
class Possessive:
    """An owner and what follows, in a sentence."""

    text: str
    owner: Subject
    start: int  # of the owner
    after: int
    names: Sequence[Name]


_IS = r"(?:\s+(?:is|are|was)|'s)"
_OWN_KIN = re.compile(
    rf"\s*(?P<kin>{ADJECTIVES}{KIN})(?P<link>\s*,\s*|\s+\(|'s name{_IS}\s+|{_IS}\s+(?P<neg>not\s+)?(?:called\s+|named\s+)?|"
    r"\s+(?:called\s+|named\s+)?)(?=\S)",
    re.IGNORECASE,
)
_OWN_VALUE = re.compile(
    r"\s*(?P<what>(?:e-?mail|mail)(?: address)?|(?:phone|mobile|cell|telephone)(?: number)?|number|name|"
    r"full name|last name|first name|surname|nickname|birthday|date of birth|pronouns?|address|job|occupation|profession|"
    r"favou?rite [\w]+(?: [\w]+)?|hometown|home town|time ?zone|native language|mother tongue|age|hobby|blood type|"
    r"shoe size|star sign)(?:\s+(?:is|are)|'s)\s+(?P<neg>not\s+)?(?:on\s+)?(?=\S)",
    re.IGNORECASE,
)


def read_possessive(possessive: Possessive) -> Iterator[Statement]:
    """What a clause says about something of somebody's."""
    owner, text = possessive.owner, possessive.text
    if match := _OWN_VALUE.match(text, possessive.after):
        what = " ".join(match["what"].lower().split()).replace("favorite", "favourite")
        found = None if match["neg"] else _value_at(text, match.end(), what)
        if found is not None:
            label, value, end, topic = found
            yield Statement(
                text=owner.possessive_sentence(_SHOWN.get(topic, what), label),
                subject=owner,
                start=possessive.start,
                end=end,
                topic=topic,
                value=value,
                confidence=0.95,
                identifiers=(value,) if topic in ("email", "phone") else (),
            )
    elif match := _OWN_KIN.match(text, possessive.after):
        name = next((name for name in possessive.names if name.start == match.end()), None)
        link = match["link"].strip()
        if name is None:
            return
        if link == "," and not _APPOSITION_ENDS.match(text, name.end):
            return  # "my sister, Ann and I"
        if link == "is" and not _NAMING_ENDS.match(text, name.end):
            return  # "my sister is French"
        yield from related(
            owner,
            match["kin"],
            name,
            span=(possessive.start, name.end),
            polarity="not" if match["neg"] else "",
            confidence=0.9 * owner.certainty,
        )


def _value_at(  # noqa: PLR0911  one return a form
    text: str, position: int, what: str
) -> Value | None:
    """The value that stands there, in the form that `what` has; None when none does."""
    topic = _TOPICS.get(what, what)
    if topic == "birthday":
        return birthday_at(text, position)
    if topic == "job":
        article = _ARTICLE.match(text, position)
        title = job_title(text, article.end() if article else position)
        return (title[0], normal_value(title[0]), title[1], topic) if title else None
    if "mail" in what:
        match, topic = EMAIL.match(text, position), "email"
        return (match[0], match[0].lower(), match.end(), topic) if match else None
    if "phone" in what or "number" in what or what in ("mobile", "cell"):
        match, topic = PHONE.match(text, position), "phone"
        return (match[0], normal_phone(match[0]), match.end(), topic) if match else None
    if topic == "age":
        match = _AGE.match(text, position)
        return (match[0], match[0], match.end(), topic) if match else None
    if what.startswith("favourite"):
        topic = f"favourite:{what.removeprefix('favourite ')}"
    match = _REST.match(text, position)
    if match is None or len(normal_value(match[0])) < 2 or _NO_VALUE.match(match[0]):
        return None
    label = match[0].strip()
    return label, normal_value(label), position + len(match[0].rstrip()), topic
