"""Names in a text, and what kind of thing they name."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.extraction.text import UPPER, WORD
from knowledge.extraction.words import phrases, words

MAX_NAME_CHARACTERS = 80
MAX_NAMES = 40  # of one message; more is a list somebody pasted

PERSON, PLACE, CITY, COUNTRY = "node.person", "node.place", "node.city", "node.country"
COMPANY, INSTITUTION, GROUP = "node.company", "node.institution", "node.group"
EVENT, DOCUMENT, CONCEPT = "node.event", "node.document", "node.concept"
OBJECT, ENTITY = "node.object", "node.entity"

_LINK = r"(?: (?:(?:of|for)(?: the)?|de(?: la)?|van(?: der)?|von(?: der)?|du|del|da|&) | )"
_SEQUENCE = re.compile(rf"{WORD}(?:{_LINK}{WORD})*")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Professor|Uncle|Aunt|Herr|Frau)\.? $")
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_QUOTED_TITLE = re.compile(rf'"([{UPPER}0-9][^"\n]{{1,60}})"')

EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}\b"
)
URL = re.compile(r"\bhttps?://[^\s<>\"')\]\ue000]{3,500}", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w+./-])(?:\+\d{1,3}[ -]?|\(?0)\d[\d ()/-]{5,16}\d(?![\w/-])")
HASHTAG = re.compile(r"(?<![\w#&/])#([^\W\d_][\w-]{1,49})")

_SUFFIX_TYPES = [
    (INSTITUTION, "university college school academy institute hospital clinic museum library "
     "ministry foundation church bank universität hochschule schule krankenhaus"),
    (COMPANY, "inc ltd gmbh corp llc ag plc corporation company labs technologies studios"),
    (GROUP, "club team band group association society choir orchestra fc verein"),
    (EVENT, "festival conference marathon con summit fest meetup olympics cup tournament party month day parade"),
    (PLACE, "street avenue road square park lake river mountain mountains beach island islands bay "
     "valley canyon forest bridge castle airport station hills falls national straße platz hotel "
     "cafe café restaurant garden gardens zoo mall trail center centre"),
]  # fmt: skip
_SUFFIXES = {word: kind for kind, listed in _SUFFIX_TYPES for word in listed.split()}
_PREFIXES = {"university": INSTITUTION, "college": INSTITUTION, "lake": PLACE, "mount": PLACE}
_PREFIXES |= {"mt": PLACE, "cafe": PLACE, "hotel": PLACE, "club": GROUP, "museum": INSTITUTION}
_WORK = re.compile(
    r"\b(?:book|novel|movie|film|show|series|album|song|game|podcast|read|reading|watch(?:ed|ing)|"
    r"play(?:ed|ing))\s+(?:called |named |titled )?\"?$",
    re.IGNORECASE,
)
_AT_PLACE = re.compile(
    r"\b(?:in|to|from|near|around|visit(?:ed|ing)?|live in|leave|left|across|through|outside)\s+"
    r"(?:the\s+)?$"
)
_WITH_PERSON = re.compile(
    r"\b(?:with|met|meet|named|told|asked|friend|married|sister|brother|hi|hey|hello|dear)\s+$",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"(?:'s)?\s+(?:said|says|told|and I|is (?:my|a|an|the)|was (?:my|born)|likes|loves|hates|lives|"
    r"works|moved|got|has|wants|went|came|thinks|called|asked|gave|will|would|and my)\b"
)

_ENGLISH = words("english_small_words")
_GERMAN = words("german_small_words")


def language_of(text: str) -> str:
    """`en`, `de`, or empty for any other; short texts count as English."""
    tokens = [token.lower() for token in _WORDS.findall(text[:2000])]
    english = sum(token in _ENGLISH for token in tokens)
    german = sum(token in _GERMAN for token in tokens)
    if german > english:
        return "de"
    if english or len(tokens) < 4:
        return "en" if text.isascii() or english else ""
    # Headlines have no small words; but neither has another language any that we know.
    return "en" if text.isascii() and len(tokens) < 6 else ""


@dataclass(frozen=True)
class Name:
    """A name in a text; `key` is set when the memory knows it."""

    start: int
    end: int
    text: str
    node_type: str
    confidence: float
    key: str | None = None
    identifiers: Sequence[str] = ()


def folded(name: str) -> str:
    """The name as it is compared: case and spacing do not count."""
    return " ".join(name.casefold().split())


@dataclass
class Gazetteer:
    """The names that are sure: those the memory has, and those the batch has shown."""

    schema: SchemaView
    keys: dict[str, str] = field(default_factory=dict)  # folded name -> key
    types: dict[str, str] = field(default_factory=dict)  # key -> node type
    firsts: dict[str, int] = field(default_factory=dict)  # first word -> most words after it
    small: set[str] = field(default_factory=set)  # words that were seen without a capital

    @classmethod
    def of(cls, known: Iterable[KnownEntity], schema: SchemaView) -> "Gazetteer":
        """What the memory knows already."""
        made = cls(schema)
        for entity in known:
            if not entity.is_user:
                for name in (entity.name, *entity.aliases):
                    made.learn(name, entity.key, entity.node_type)
        return made

    def learn(self, name: str, key: str, node_type: str) -> None:
        """From now on this name is that entity; an earlier owner of the name keeps it."""
        text = folded(name)
        tokens = text.split(" ")
        if len(text) < 2 or not text[0].isalnum():
            return
        self.keys.setdefault(text, key)
        self.types.setdefault(key, node_type)
        self.firsts[tokens[0]] = max(self.firsts.get(tokens[0], 0), len(tokens))

    def fitting(self, node_type: str) -> str:
        """The type itself, or the nearest one that the schema has."""
        for candidate in (node_type, _PARENTS.get(node_type, ENTITY), ENTITY, CONCEPT, OBJECT):
            if candidate in self.schema.node_types:
                return candidate
        return next(iter(sorted(self.schema.node_types)), ENTITY)


_PARENTS = {CITY: PLACE, COUNTRY: PLACE, COMPANY: INSTITUTION, DOCUMENT: OBJECT, GROUP: INSTITUTION}


def names_in(text: str, gazetteer: Gazetteer, *, language: str = "en") -> Sequence[Name]:
    """The names of one sentence, in order, none within another."""
    found: list[Name] = []
    for name in (
        *_known(text, gazetteer),
        *_titles(text),
        *_capitalised(text, gazetteer, language),
    ):
        if len(name.text) > MAX_NAME_CHARACTERS or len(found) >= MAX_NAMES:
            continue
        if not any(name.start < other.end and other.start < name.end for other in found):
            found.append(name)
    return sorted(found, key=lambda name: name.start)


_TOKEN = re.compile(r"[^\s,.;:!?()\"\ue000]+(?:\.[^\s,.;:!?()\"\ue000]+)*")


def _known(text: str, gazetteer: Gazetteer) -> Iterator[Name]:
    """Names the memory has, the longest first at each place; they need a capital letter."""
    if not gazetteer.firsts:
        return
    tokens = [(m.start(), m.end()) for m in _TOKEN.finditer(text)]
    for index, (start, end) in enumerate(tokens):
        first = folded(_bare(text[start:end]))
        for count in range(gazetteer.firsts.get(first, 0), 0, -1):
            if index + count > len(tokens):
                continue
            last = tokens[index + count - 1][1]
            last = start + len(_bare(text[start:last]))
            key = gazetteer.keys.get(folded(text[start:last]))
            if key and not text[start].islower():
                yield Name(start, last, text[start:last], gazetteer.types[key], 1.0, key)
                break


def _bare(word: str) -> str:
    """Without the genitive."""
    return re.sub(r"'(?:s|S|d|ll|re|ve)?$", "", word)


def _titles(text: str) -> Iterator[Name]:
    """What stands in quotation marks like the title of a work."""
    for match in _QUOTED_TITLE.finditer(text):
        title = match[1].strip(" .,!?")
        capitals = sum(word[0].isupper() for word in title.split())
        if title and capitals * 2 >= len(title.split()) and not title[0].isdigit():
            start = match.start(1)
            yield Name(start, start + len(title), title, DOCUMENT, 0.7)


def _capitalised(text: str, gazetteer: Gazetteer, language: str) -> Iterator[Name]:
    if _is_headline(text):
        language = "headline"
    begins = next((m.start() for m in _WORDS.finditer(text)), 0)
    for match in _SEQUENCE.finditer(text):
        for start, words_ in _pieces(match):
            name = _bare(" ".join(words_)) if words_ else ""
            if not name or text[start - 1 : start] in ("@", "#", "/", "."):
                continue
            is_first = start <= begins or _is_after_stop(text[:start])
            if _is_name(
                name, gazetteer, language, is_first=is_first, after=text[start + len(name) :]
            ):
                kind, confidence = _kind(text, start, start + len(name), name)
                yield Name(start, start + len(name), name, gazetteer.fitting(kind), confidence)


def _is_after_stop(before: str) -> bool:
    return before.endswith(('" ', ": ", ". ")) and not _TITLE.search(before)


def _pieces(match: re.Match[str]) -> Iterator[tuple[int, list[str]]]:
    """The runs of words in a capitalised sequence that may be names, without "The" and "Wow"."""
    run: list[str] = []
    begin = match.start()
    position = match.start()
    for word in match[0].split(" "):
        if _is_common(word):
            yield begin, _without_links(run)
            run, begin = [], position + len(word) + 1
        else:
            run.append(word)
            if word.endswith("'s"):
                yield begin, _without_links(run)
                run, begin = [], position + len(word) + 1
        position += len(word) + 1
    yield begin, _without_links(run)


def _without_links(run: list[str]) -> list[str]:
    while run and not run[-1][0].isupper():
        run = run[:-1]
    return run if run and run[0][0].isupper() else []


def _is_common(word: str) -> bool:
    lower = word.lower()
    if not word[0].isupper():
        return False
    return (
        lower in words("not_names") or lower.split("'")[0] in words("not_names") or len(lower) < 2
    ) and not (lower == "us" and word == "US")


def _is_headline(text: str) -> bool:
    tokens = _WORDS.findall(text)
    capitals = sum(token[0].isupper() for token in tokens)
    return len(tokens) > 4 and capitals * 10 > len(tokens) * 6


def _is_name(name: str, gazetteer: Gazetteer, language: str, *, is_first: bool, after: str) -> bool:
    lower = name.lower()
    tokens = lower.split(" ")
    if _is_listed(lower):
        return not (is_first and tokens[0] in words("ambiguous_names")) or bool(_ACTS.match(after))
    if tokens[0] in words("first_names") and len(tokens) > 1:
        return True
    if language in ("de", "headline"):
        return False  # every noun has a capital there
    if not is_first:
        return not (len(tokens) == 1 and lower in gazetteer.small and len(lower) > 3)
    if len(tokens) == 1:
        return bool(_ACTS.match(after)) and lower not in gazetteer.small
    return not any(token in gazetteer.small for token in tokens)


def _is_listed(lower: str) -> bool:
    return lower in words("first_names") or _is_place(lower)


def _is_place(lower: str) -> bool:
    return lower in phrases("cities") or lower in phrases("countries") or lower in phrases("places")


def _kind(text: str, start: int, end: int, name: str) -> tuple[str, float]:
    """What a name names, and how sure that is."""
    lower = name.lower()
    tokens = lower.split(" ")
    before = text[max(0, start - 30) : start]
    if place := _place_kind(lower, before):
        return place, 0.9
    if tokens[-1] in _SUFFIXES or tokens[0] in _PREFIXES:
        return _SUFFIXES.get(tokens[-1]) or _PREFIXES[tokens[0]], 0.85
    if _TITLE.search(before) or (tokens[0] in words("first_names") and len(tokens) <= 3):
        return PERSON, 0.9
    return _kind_by_company(before, text[end:], name)


def _place_kind(lower: str, before: str) -> str | None:
    """Which kind of place the lists say it is; a first name needs an "in" before it."""
    if lower in phrases("countries"):
        return COUNTRY
    if lower in words("first_names") and not _AT_PLACE.search(before):
        return None
    if lower in phrases("cities"):
        return CITY
    return PLACE if lower in phrases("places") else None


def _kind_by_company(before: str, after: str, name: str) -> tuple[str, float]:
    """By the words around it."""
    if _WORK.search(before):
        return DOCUMENT, 0.6
    if name.isupper():
        return CONCEPT, 0.5
    if _ACTS.match(after):
        return PERSON, 0.6
    if _AT_PLACE.search(before):
        return PLACE, 0.6
    if _WITH_PERSON.search(before) and len(name.split()) <= 3:
        return PERSON, 0.5
    return ENTITY, 0.5


def identifiers_in(text: str) -> Sequence[Name]:
    """E-mail addresses, URLs and hashtags."""
    found = [
        Name(m.start(), m.end(), m[0].lower(), PERSON, 0.5, identifiers=(m[0].lower(),))
        for m in EMAIL.finditer(text)
    ]
    for match in URL.finditer(text):
        address = match[0].rstrip(".,;:!?*_")
        name = address.split("://", 1)[1].rstrip("/")[:MAX_NAME_CHARACTERS]
        end = match.start() + len(address)
        found.append(Name(match.start(), end, name, DOCUMENT, 0.8, identifiers=(address,)))
    for match in HASHTAG.finditer(text):
        if not any(match.start() < other.end and other.start < match.end() for other in found):
            found.append(Name(match.start(), match.end(), match[0].lower(), CONCEPT, 0.8))
    return found[:MAX_NAMES]


def phone_of(text: str) -> str:
    """A phone number as it is compared."""
    return re.sub(r"[^\d+]", "", text)
