"""What a value must be for a frame to count: a place, a job, an illness."""

# ruff: noqa: E501  patterns of alternatives

import re

from knowledge.dates import MONTHS
from knowledge.extraction.clause import Phrase
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import (
    CITY,
    COMPANY,
    COUNTRY,
    DOCUMENT,
    ENTITY,
    EVENT,
    GROUP,
    INSTITUTION,
    PERSON,
    PLACES,
)
from knowledge.extraction.number_words import ENGLISH, spelled
from knowledge.extraction.topics import all_topics, role_topic
from knowledge.extraction.words import phrase_list, word_list

_JOB_ENDS = (
    "ologist", "therapist", "engineer", "manager", "officer", "developer", "analyst", "director", "inspector", "technician",
    "consultant", "designer", "specialist", "coordinator", "architect", "operator", "administrator", "programmer", "smith",
    "ographer", "keeper", "master", "wright", "pediatrician", "ician", "trainer", "librarian", "apprentice", "trainee", "researcher",
)  # fmt: skip
_JOB_WORDS = frozenset(
    [
        "lead",
        "head",
        "director",
        "intern",
        "trainee",
        "apprentice",
        "freelancer",
        "contractor",
        "student",
        "postdoc",
        "professor",
        "paramedic",
        "vet",
        "carer",
        "landscaper",
        "barista",
        "lifeguard",
        "gp",
        "solicitor",
        "plumber",
        "dev",
        "devops",
        "admin",
        "pa",
        "ceo",
        "cto",
        "cfo",
        "pm",
        "chef",
        "cook",
        "waiter",
        "waitress",
        "driver",
        "pilot",
        "nurse",
        "midwife",
        "teacher",
        "tutor",
        "lecturer",
        "cleaner",
        "clerk",
        "cashier",
        "miner",
        "fitter",
        "welder",
        "joiner",
        "roofer",
        "baker",
        "butcher",
        "farmer",
        "gardener",
        "florist",
        "tailor",
        "bookseller",
        "glazier",
        "firefighter",
        "policeman",
        "policewoman",
        "cop",
        "soldier",
        "sailor",
        "captain",
        "referee",
        "beekeeper",
        "postman",
        "postwoman",
        "bricklayer",
        "optician",
        "dietitian",
        "physio",
        "physiotherapist",
        "radiographer",
        "pharmacist",
        "dentist",
        "surgeon",
        "doctor",
        "physician",
        "cartographer",
        "surveyor",
        "statistician",
        "actuary",
        "translator",
        "interpreter",
        "housewife",
        "househusband",
        "homemaker",
        "pensioner",
        "temp",
        "receptionist",
        "secretary",
        "bartender",
    ]
)
_DOSE = re.compile(r"(?i)\b\d+(?:[.,]\d+)? ?(?:mg|g|ml|µg|mcg|iu|units?|drops|puffs)\b")
_MEDICINE = re.compile(
    r"(?i)\b(?:vitamins?|pills?|tablets?|insulin|antibiotics|antidepressants?|painkillers?|statins?|supplements?|magnesium|iron|the pill|"
    r"beta ?blockers?|blood thinners?|inhaler|ibuprofen|paracetamol|aspirin|medication|creatine|omega|probiotics|"
    r"[a-z]{3,}(?:pril|statin|sartan|olol|oxetine|aline|zole|azole|cillin|mycin|formin|idine|epam|olam|pine|apine|thyroxine|metrone|profen|parin|xaban|gliptin|asone|isone|caine|mab|cetirizine|tadine|phenidate))\b"
)
_NUMBER = re.compile(r"\d{1,3}$")
_NUMBER_WORDS = spelled(ENGLISH, 1, 20) | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_YEARS = re.compile(
    r"(?i)^(?P<number>\d{1,3}|[a-z]+)(?: years? old| yrs? old| y/?o| years? of age)?(?: today| now| already| next .*| this .*| in .*| on .*| and .*|,(?!\d).*)?$"
)
_GROUPS = frozenset(
    [
        "choir",
        "band",
        "orchestra",
        "team",
        "club",
        "society",
        "union",
        "party",
        "association",
        "committee",
        "board",
        "church",
        "group",
        "league",
        "parish",
        "crew",
        "guild",
        "chapter",
        "squad",
        "ensemble",
    ]
)
_SCHOOLS = frozenset(
    ["university", "uni", "school", "college", "academy", "kindergarten", "nursery", "conservatory"]
)
_DATE_WORDS = frozenset(
    [*MONTHS, *(f"{day}day" for day in ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun"))]
)
_PLACES = frozenset(
    [
        "city",
        "town",
        "village",
        "countryside",
        "suburbs",
        "coast",
        "island",
        "farm",
        "mountains",
        "capital",
        "seaside",
    ]
)
_NO_COMPANY = frozenset(["house", "room", "country", "army", "city", "town", "party"])
MAX_AGE = 120  # years


def age_in(text: str) -> int | None:
    """The age that a phrase tells, and nothing else: "34", "eight", "70 next June"."""
    match = _YEARS.match(text.strip(" ."))
    if match is None:
        return None
    word = match["number"].lower()
    number = int(word) if word.isdigit() else _NUMBER_WORDS.get(word)
    return number if number is not None and 1 <= number <= MAX_AGE else None


def fits(kind: str, phrase: Phrase, name: Name | None, *, is_self: bool) -> bool:  # noqa: PLR0911, PLR0912  one return a kind
    """True when the phrase, which may be a name, is of the kind."""
    text, head = phrase.text.lower(), phrase.head
    node_type = name.node_type if name is not None else None
    match kind:
        case "":
            return True
        case "place":
            if name is not None:
                return node_type in (*PLACES, ENTITY, INSTITUTION)
            return head in _PLACES or (phrase.is_name and head not in _DATE_WORDS)
        case "town":
            return node_type in (CITY, COUNTRY)
        case "organisation":
            if name is not None:
                return (
                    node_type in (COMPANY, INSTITUTION, GROUP, ENTITY, EVENT) or name.text.isupper()
                )
            return head in word_list("organisations")
        case "company":
            if name is None:
                return False
            if node_type in (COMPANY, INSTITUTION, ENTITY) or name.text.isupper():
                return head not in _NO_COMPANY
            return False
        case "firm":
            # "I'm with Allianz": a customer, or one who works there.
            is_provider = name is not None and name.text.lower() in phrase_list("companies")
            is_firm = node_type in (COMPANY, INSTITUTION) and not is_provider
            return name is not None and (is_firm or name.text.isupper())
        case "person":
            if name is not None:
                return node_type in (PERSON, ENTITY)
            return role_topic(head) is not None
        case "name":
            return name is not None
        case "own_name":
            return (
                name is not None
                and is_self
                and name.text.split()[0].lower() in word_list("first_names")
                and len(phrase.text) <= len(name.text) + 1
            )
        case "job":
            last = head.split("-")[-1]
            return (
                last in word_list("jobs")
                or last in _JOB_WORDS
                or any(head.endswith(end) for end in _JOB_ENDS)
            )
        case "pet":
            return head in all_topics()["pet:"].roles - {"fish", "bird", "pet"}
        case "thing":
            if head in word_list("no_things") or role_topic(head) is not None:
                return False
            if node_type == PERSON or node_type in PLACES:
                return False
            return head.isalnum() or name is not None or "-" in head
        case "illness":
            return (
                any(word in word_list("illnesses") for word in re.findall(r"[\w']+", text))
                or re.search(r"(?:itis|osis|aemia|emia|algia|opathy)\b", text) is not None
                or text.startswith(("low ", "high "))
            )
        case "medicine":
            return _DOSE.search(text) is not None or _MEDICINE.search(text) is not None
        case "food":
            return any(word in word_list("foods") for word in re.findall(r"[\w']+", text))
        case "hobby":
            return any(word in word_list("hobbies") for word in re.findall(r"[\w'-]+", text))
        case "language":
            return any(word in word_list("languages") for word in re.findall(r"[\w]+", text))
        case "title":
            return (
                phrase.text[:1].isupper()
                or (name is not None and node_type == DOCUMENT)
                or '"' in phrase.text
            )
        case "age":
            return age_in(phrase.text) is not None
        case "nationality":
            return head in word_list("nationalities") and len(text.split()) <= 3
        case "group":
            return head in _GROUPS or node_type == GROUP
        case "school":
            return head in _SCHOOLS or node_type == INSTITUTION
        case "subject":
            return name is None and head not in word_list("no_things") and not phrase.determiner
        case "project":
            return phrase.determiner not in ("that", "this", "the")
        case "date":
            return re.search(r"\d", text) is not None
        case "number" | "amount":
            return re.search(r"\d", text) is not None
    return False


_DAY_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_BIRTH = re.compile(
    rf"(?i)(?:the )?(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?(?P<m1>{_DAY_MONTH})|(?P<m2>{_DAY_MONTH})\.? (?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)(?:,? (?P<year>(?:19|20)\d\d))?"
)


def day_of_year(text: str) -> str | None:
    """The day, as `--05-12`, or with its year where the text has one."""
    match = _BIRTH.search(text)
    if match is None:
        return None
    day, month = int(match["d1"] or match["d2"]), MONTHS[(match["m1"] or match["m2"]).lower()]
    return f"{match['year'] or '-'}-{month:02}-{day:02}" if 1 <= day <= 31 else None


def is_place_name(text: str) -> bool:
    """True when a list has it as a place."""
    lower = text.lower()
    return any(lower in phrase_list(one) for one in ("cities", "countries", "places"))
