"""What kind of thing a name names, by its words and those around it."""

# ruff: noqa: E501  patterns of alternatives

import re

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
)
from knowledge.extraction.words import phrase_list, word_list

TITLE_BEFORE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Professor|Uncle|Aunt|Herr|Frau)\.? $")
# Of these, one is called by title and surname: "Dr. Okafor", not "Aunt Rosa".
FORMAL_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? $|\bProfessor $")
ACTS_BEHIND = re.compile(
    r"(?:'s)?\s+(?:said|says|told|and I|is (?:my|a|an|the)|was (?:my|born)|likes|loves|hates|lives|"
    r"works|moved|got|has|wants|went|came|thinks|called|asked|gave|will|would|and my|from (?:work|school|uni|college|church|accounting|sales|marketing|finance|legal|HR|IT|next door|upstairs|downstairs))\b"
)
# What an ambiguous word at a sentence's beginning does as a name alone: "Rob is out this week".
MOVES_BEHIND = re.compile(
    r"(?:'s| is) (?:moving|visiting|staying|pregnant|engaged|sick|ill|out|off|allergic|having|getting (?:a|an|the|married|divorced))\b"
)
_SUFFIX_TYPES = [
    (INSTITUTION, "university college school academy institute hospital clinic museum library "
     "ministry foundation church bank universität hochschule schule krankenhaus"),
    (COMPANY, "inc ltd gmbh corp llc ag plc corporation company labs technologies studios robotics energy "
     "mutual insurance consulting solutions systems software logistics engineering pharma motors airlines "
     "airways telecom publishing press media"),
    (GROUP, "club team band group association society choir orchestra fc verein"),
    (EVENT, "festival conference marathon con summit fest meetup olympics cup tournament party month day parade"),
    (PLACE, "street avenue road square park lake river mountain mountains beach island islands bay "
     "valley canyon forest bridge castle airport station hills falls national straße platz hotel "
     "cafe café restaurant garden gardens zoo mall trail center centre"),
]  # fmt: skip
_SUFFIXES = {word: kind for kind, listed in _SUFFIX_TYPES for word in listed.split()}
_PREFIXES = {"university": INSTITUTION, "college": INSTITUTION, "lake": PLACE, "mount": PLACE}
_PREFIXES |= {"mt": PLACE, "cafe": PLACE, "hotel": PLACE, "club": GROUP, "museum": INSTITUTION}
_EMPLOYS = re.compile(
    r"\b(?:work(?:s|ed|ing)?|job|start(?:s|ed|ing)?|employed|intern(?:ship)?|position|interview(?:s|ed)?|appl(?:y|ied)|offer|"
    r"contract|hired)\b[\w ]{0,30} (?:at|for|with|from|by) $"
)
_TERMS = frozenset(
    [
        "sql",
        "api",
        "cpu",
        "gpu",
        "pdf",
        "usb",
        "dna",
        "html",
        "css",
        "json",
        "xml",
        "http",
        "https",
        "ram",
        "cpap",
        "mri",
        "suv",
        "vpn",
        "url",
        "faq",
        "diy",
        "dvd",
        "led",
        "lcd",
        "gps",
        "gdp",
        "ceo",
        "cto",
        "cfo",
        "phd",
        "mba",
        "adhd",
        "ptsd",
        "ocd",
        "ibs",
        "hiv",
        "mot",
        "vat",
        "eta",
        "asap",
        "rip",
        "lol",
        "omg",
        "btw",
        "fyi",
        "imo",
        "faq",
        "ok",
        "tv",
        "ai",
        "ui",
        "ux",
        "it",
        "hr",
        "pr",
        "pm",
        "cv",
        "pc",
        "dj",
        "id",
        "iq",
    ]
)
_WORK = re.compile(
    r"\b(?:book|novel|movie|film|show|series|album|song|game|podcast|read|reading|watch(?:ed|ing)|"
    r"play(?:ed|ing))\s+(?:called |named |titled )?\"?$",
    re.IGNORECASE,
)
_AT_PLACE = re.compile(
    r"\b(?:in|to|from|near|around|visit(?:ed|ing)?|live in|leave|left|across|through|outside)\s+"
    r"(?:the\s+)?$"
)
_CUSTOMER = re.compile(
    r"(?i)\b(?:insured|insurance|bank|banking|invest(?:ed)?|account|policy|mortgage|pension|phone|mobile|broadband|internet|contract|subscri\w+|customer|switched|leave|shift) (?:is |are )?(?:with|to|at|of) $"
)
_IS_WITH = re.compile(
    r"(?i)(?:\bI'm|\bwe're|\b(?:am|are|is|go) )\s*with $"
)  # a partner or a provider
_INITIAL = re.compile(r"(?:[a-z]\.)+")
_COMPANY_BEHIND = re.compile(
    r" (?:people|app|website|account|store|branch|support|staff|customer|subscription|invoice|shares)\b"
)
_WITH_PERSON = re.compile(
    r"\b(?:with|met|meet|named|told|asked|friend|married|sister|brother|hi|hey|hello|dear|bumped into|"
    r"ran into|spoke (?:to|with)|talked to|texted|phoned|heard from)\s+$",
    re.IGNORECASE,
)


def kind_behind(word: str) -> str | None:
    """The node type that the last word of a name tells: of "St. Mary's Hospital"."""
    return _SUFFIXES.get(word)


def is_kind_of_firm(word: str) -> bool:
    """True for what a company's name ends with: Harbour Energy."""
    return _SUFFIXES.get(word) == COMPANY


def guess_node_type(  # noqa: PLR0911, PLR0912  the first rule that applies
    name: str, *, before: str, after: str
) -> tuple[str, float]:
    """The likeliest node type of a name, and how sure that is, from 0 to 1."""
    lower = name.lower()
    words = lower.split(" ")
    is_first_name = lower in word_list("first_names")
    if lower in phrase_list("countries"):
        return COUNTRY, 0.9
    if not is_first_name or _AT_PLACE.search(before):  # "Paris" is a person without an "in"
        if lower in phrase_list("cities"):
            return CITY, 0.9
        if lower in phrase_list("places"):
            return PLACE, 0.9
    if not is_first_name and lower in phrase_list("technologies"):
        return CONCEPT, 0.7
    if not is_first_name and (lower in phrase_list("companies") or _COMPANY_BEHIND.match(after)):
        return COMPANY, 0.85
    if words[-1] in _SUFFIXES or words[0] in _PREFIXES:
        return _SUFFIXES.get(words[-1]) or _PREFIXES[words[0]], 0.85
    if (
        TITLE_BEFORE.search(before)
        or (len(words) > 1 and len(words[-1]) > 2 and _INITIAL.fullmatch(words[0]))
        or (
            words[0] in word_list("first_names")
            and len([word for word in words if not word.endswith(".")]) <= 3
        )
    ):
        return PERSON, 0.9
    if _WORK.search(before):
        return DOCUMENT, 0.6
    if _EMPLOYS.search(before):
        return COMPANY, 0.6
    if name.isupper():
        return (CONCEPT, 0.5) if lower in _TERMS or len(name) < 3 else (INSTITUTION, 0.5)
    if _CUSTOMER.search(before):
        return COMPANY, 0.6
    if _IS_WITH.search(before) or re.match(r" v?\d", after):
        return ENTITY, 0.5
    if ACTS_BEHIND.match(after) and not before.endswith(" of "):
        return PERSON, 0.6
    if _AT_PLACE.search(before):
        return PLACE, 0.6
    if _WITH_PERSON.search(before) and len(words) <= 3:
        return PERSON, 0.5
    return ENTITY, 0.5
