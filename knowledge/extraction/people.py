"""Who is who to whom: "my sister Anna", "Ingrid is my new boss", "two kids, Ida and Bela"."""

# ruff: noqa: E501, PLR0911, PLR0912, PLR0915  patterns of alternatives; a case, a branch, a return each

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from knowledge.extraction.names import Name
from knowledge.extraction.node_types import ENTITY, OBJECT, PERSON
from knowledge.extraction.topics import all_topics, role_topic

_OWNER = r"(?P<owner>\b(?:my|our|his|her|their)\b|\b[A-Z][\w-]+(?: [A-Z][\w-]+)?'s)"
_MODIFIER = r"(?:(?!and\b|is\b|was\b|or\b|the\b|has\b|had\b|with\b|for\b|from\b|at\b|to\b|of\b)[a-zA-Z][a-z-]+ )"
_IN_LAW = re.compile(r"[ -]in[ -]law\b")
_COUNT = r"(?:a|an|one|two|three|four|five|six|seven|\d|some|many|no)"
_FEMALE = frozenset(
    [
        "wife",
        "girlfriend",
        "fiancée",
        "daughter",
        "stepdaughter",
        "mother",
        "mum",
        "mom",
        "mama",
        "stepmother",
        "stepmum",
        "sister",
        "stepsister",
        "half-sister",
        "grandmother",
        "grandma",
        "granny",
        "gran",
        "nan",
        "aunt",
        "auntie",
        "niece",
        "granddaughter",
        "goddaughter",
        "godmother",
        "landlady",
        "ex-wife",
        "ex-girlfriend",
        "sister-in-law",
        "mother-in-law",
        "daughter-in-law",
        "girl",
        "midwife",
        "hen",
    ]
)
_MALE = frozenset(
    [
        "husband",
        "boyfriend",
        "fiancé",
        "son",
        "stepson",
        "father",
        "dad",
        "papa",
        "stepfather",
        "stepdad",
        "brother",
        "stepbrother",
        "half-brother",
        "grandfather",
        "grandpa",
        "granddad",
        "grandad",
        "uncle",
        "nephew",
        "grandson",
        "godson",
        "godfather",
        "landlord",
        "ex-husband",
        "ex-boyfriend",
        "brother-in-law",
        "father-in-law",
        "son-in-law",
        "boy",
    ]
)
_PLURALS = {
    "children": "child",
    "wives": "wife",
    "mice": "mouse",
    "puppies": "puppy",
    "ponies": "pony",
    "babies": "baby",
    "fish": "fish",
    "buddies": "buddy",
    "geese": "goose",
    "grandchildren": "grandchild",
    "mums": "mum",
}
_KINDS_BEHIND = (
    "brothers?|sisters?|boys?|girls?|daughters?|sons?|rabbits?|dogs?|cats?|rats?|birds?|snakes?|fish|"
    "coach|teacher|doctor|nurse|trainer|groomer|walker|sitter"
)
_NAMES_JOIN = re.compile(r"\s*(?:,\s*(?:and\s+)?|and\s+|&\s*)(?:(?:baby|little) )?")
_SAME = {
    "mum": "mother", "mom": "mother", "mama": "mother", "dad": "father", "papa": "father", "grandma": "grandmother", "granny": "grandmother",
    "gran": "grandmother", "nan": "grandmother", "grandpa": "grandfather", "granddad": "grandfather", "grandad": "grandfather",
    "auntie": "aunt", "neighbor": "neighbour", "coworker": "colleague", "co-worker": "colleague", "roommate": "flatmate", "housemate": "flatmate",
    "kid": "child", "physiotherapist": "physio", "stepmum": "stepmother", "stepdad": "stepfather", "fiance": "fiancé", "fiancee": "fiancée",
    "buddy": "friend", "mate": "friend", "pal": "friend", "bestie": "friend", "manager": "boss", "chief": "boss", "gp": "doctor", "puppy": "dog", "kitten": "cat", "boy": "son", "girl": "daughter",
}  # fmt: skip


@dataclass(frozen=True)
class Kin:
    """A mention of somebody by what they are to somebody."""

    start: int  # characters of the sentence, owner and name included
    end: int
    role: str  # canonical: mother for mum
    word: str  # as said: mum, sales rep
    owner: str  # my, our, his, her, their, or a name's genitive; "" when it is the speaker
    owner_start: int
    role_start: int
    name: Name | None = None
    is_named_here: bool = False  # the sentence says that the two are one
    is_denied: bool = False  # "Ann isn't my girlfriend"
    is_over: bool = False  # "my ex-wife", "was my boss"
    is_plural: bool = False

    @property
    def is_animal(self) -> bool:
        """True when the role is a kind of animal."""
        return self.role in all_topics()["pet:"].english_roles

    @property
    def node_type(self) -> str:
        """What the role says it is."""
        return OBJECT if self.is_animal else PERSON

    @property
    def is_mine(self) -> bool:
        """True when it is somebody of the speaker's."""
        return self.owner in ("my", "our", "")

    @property
    def gender(self) -> str:
        """`f`, `m`, or empty when the role does not tell."""
        word = self.word.rsplit(" ", 1)[-1]
        return "f" if {word, self.role} & _FEMALE else "m" if {word, self.role} & _MALE else ""


def canonical_role(word: str) -> str:
    """Words that mean the same to somebody are one role."""
    word = word.lower().replace(" ", "-")
    return _SAME.get(word, word)


@cache
def _roles() -> frozenset[str]:
    return frozenset(role for topic in all_topics().values() for role in topic.english_roles)


def role_words() -> frozenset[str]:
    """Every word for what somebody is to somebody, as it is said: mum, sister-in-law, gran."""
    return _roles() | frozenset(_SAME)


def role_of(word: str) -> str:
    """The role that the word is for, one or many of them (kids: child); empty for another word."""
    one, _ = _singular(word)
    return canonical_role(one) if one in role_words() else ""


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    roles = _roles() | set(_PLURALS) | {f"{role}s" for role in _roles()}
    role = (
        "(?P<role>(?:"
        + "|".join(
            sorted((re.escape(one).replace("\\-", "[ -]") for one in roles), key=len, reverse=True)
        )
        + r")(?:[ -]in[ -]law)?)\b"
        + rf"(?! (?:{_KINDS_BEHIND})\b)"  # "my twin brother" is a brother
    )
    return {
        "owned": re.compile(
            rf"(?i:(?<![\w'-])){_OWNER.replace('(?:my|our|his|her|their)', '(?i:my|our|his|her|their)')} (?P<mods>{_MODIFIER}{{0,2}}?)(?i:{role})"
        ),
        "of_mine": re.compile(
            rf"\b(?i:an?|one|two|three|another) (?P<mods>{_MODIFIER}{{0,2}}?)(?i:{role}) of (?P<owner>mine|ours)\b"
        ),
        "some": re.compile(rf"\b(?P<count>(?i:{_COUNT})) (?P<mods>{_MODIFIER}{{0,3}}?)(?i:{role})"),
        "the_kids": re.compile(
            r"\b(?P<owner>[Tt]he) (?P<mods>)(?P<role>kids|children|twins|boys|girls|dogs|cats)(?= [A-Z])"
        ),
        "uncle": re.compile(
            r"(?<!my )(?<!our )(?<!his )(?<!her )\b(?P<mods>)(?P<role>(?i:uncle|aunt|auntie|grandma|grandpa|cousin))(?= [A-Z])"
        ),
        "mum": re.compile(
            r"(?<![\w'-])(?<!my )(?<!your )(?<!our )(?<!his )(?<!her )(?<!their )(?<! a )(?<!the )(?P<mods>)"
            r"(?P<role>[Mm]um|[Mm]om|[Dd]ad|[Gg]randma|[Gg]randpa|[Gg]ranny)"
            r"(?='s? | [a-z]{3,}(?:s|ed)\b|,? (?:is|was|has|had|can|will|came|comes|called|lives?|works?|likes?|loves?|hates?|needs?|wants?|got|gets|turned|turns|died|said|moved|goes|went|and|isn't|can't|doesn't)\b)"
        ),
        "bare": re.compile(
            rf"(?:^|[,;:(] ?|\b(?i:and) )(?P<mods>)(?i:{role})(?= (?i:is called|is|was)\b| [A-Z])"
        ),
    }


def find_kin(
    text: str, names: Sequence[Name], compounds: frozenset[int] = frozenset()
) -> list[Kin]:
    """Everybody who is spoken of by a role in a sentence, in order.

    `compounds` are where words stand that only tell of which kind the next one is: "my dentist
    appointment" is of no dentist.
    """
    found: list[Kin] = []
    for kind, pattern in _patterns().items():
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < one.end and one.start < end for one in found):
                continue
            # "my dentist appointment", but a pit bull is one.
            if match.end("role") - len(match["role"].split(" ")[-1]) in compounds:
                continue
            found += _read(text, match, kind, names)
    return sorted(found, key=lambda kin: kin.start)


_TITLE = r"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? |Professor |Doctor )?"
_CALLED = re.compile(
    r",? (?:who is |who's |is |was |that is |now )?(?:(?:an? |the |this )(?:[a-z-]+ ){1,3})?(?:called|named|by the name of|whose name is)\s+"
)
_NAME_IS = re.compile(r"(?:'s|s') (?:first )?name is\s+")
_IS = re.compile(
    r" (?P<be>is|'s|isn't|is not|was|are|is now|will be)(?: now)?(?: called| named)? " + _TITLE
)
_APPOSED = re.compile(r",? " + _TITLE)
_BEFORE = re.compile(
    r"(?P<be>,| \(| is| isn't| is not| is not| was| is now|'s| is no longer|,? who is|,? who's| will be| as)(?: now| also| still)? ?$"
)
_LIST = re.compile(r"(?: are(?: called| named)?|:|,| called| named)? ")
_LOWER_NAME = re.compile(r"(?P<name>[a-z][a-z-]{2,14})(?=[\s]*(?:$|[,.;!?]|and\b))")


_HOW_MANY = re.compile(
    r"(?i)\b(?:both|all|two|three|four|five|six|seven|eight|nine|ten|several|\d+)\b\s*"
)


def _read(text: str, match: re.Match[str], kind: str, names: Sequence[Name]) -> Iterator[Kin]:
    word, plural = _singular(match["role"])
    if role_topic(word) is None and role_topic(canonical_role(word)) is None:
        return
    groups = match.groupdict()
    owner = (groups.get("owner") or "").lower() if kind == "owned" else ""
    owner_start = match.start("owner") if groups.get("owner") else match.start()
    if kind == "owned" and owner.endswith("'s"):
        owner = match["owner"]
    # "Our two kids": each of them is a kid.
    mods = _HOW_MANY.sub("", groups.get("mods") or "").strip()
    spoken = f"{mods} {word}".strip().lower() if mods else word
    base: dict[str, Any] = {
        "role": canonical_role(word),
        "word": spoken,
        "owner": owner,
        "owner_start": owner_start,
        "role_start": match.start("role"),
        "is_plural": plural,
        "is_over": (kind == "some" and _HAD.search(text, 0, match.start()) is not None)
        or bool(re.search(r"(?i)\b(?:ex|former|previous|late)\b", mods))
        or word.startswith("ex-"),
    }
    start, end = match.span()
    at = {name.start: name for name in names}
    if plural:
        if kind == "some" and groups.get("count", "").lower() == "no":
            return
        listed = _listed(text, end, at)
        if word in ("twins", "triplets"):  # each is a child
            base |= {"role": "child", "word": "child"}
        for one in listed:
            yield Kin(
                start=start,
                end=one.end,
                name=one,
                is_named_here=True,
                **{**base, "is_plural": False},
            )
        if not listed and kind == "owned":
            yield Kin(start=start, end=end, **base)
        return
    if (
        kind == "bare"
        and word
        in (
            "professor",
            "doctor",
            "head",
            "lead",
            "chief",
            "nurse",
            "coach",
            "child",
            "baby",
            "fish",
            "bird",
            "pet",
        )
        and not re.match(r" (?:is called|is|was) ", text[end:])
    ):
        return
    if kind == "bare" and not (names and text[end : end + 1] == " "):
        return
    if kind == "some" and _HAVE_NO.search(text, 0, match.start()):
        return
    denied = False
    for pattern in (_CALLED, _NAME_IS, _IS, _APPOSED):
        joined = pattern.match(text, end)
        if joined is None:
            continue
        name: Name | None = at.get(joined.end())
        if (
            name is None
            and pattern in (_CALLED, _NAME_IS)
            and (low := _LOWER_NAME.match(text, joined.end()))
        ):
            name = Name(low.start(), low.end(), low["name"].capitalize(), PERSON, 0.8)
        if name is None:
            continue
        if pattern is _IS:
            if not re.match(
                r"$|\s*[,.;!?)]|\s+(?:and|but|now|from|who|since|these days|nowadays|currently|at the moment|again|,)\b",
                text[name.end :],
            ):
                continue
            if name.node_type not in (PERSON, ENTITY, OBJECT):
                continue
            denied = "n't" in joined["be"] or "not" in joined["be"]
        if (
            pattern is _APPOSED
            and "," in joined[0]
            and not re.match(r",|\s*$|\.|'s| (?:is|was)\b|;|\)| and\b", text[name.end :])
        ):
            continue  # "my sister, Tom says, ..."
        if pattern is _APPOSED and _IS_ANOTHER.match(text, name.end):
            continue  # "I have no wife, Ann is my sister"
        past = pattern is _IS and joined["be"] == "was"
        yield Kin(
            start=start,
            end=name.end,
            name=name,
            is_named_here=True,
            is_denied=denied,
            **{**base, "is_over": base["is_over"] or past},
        )
        return
    # "Ingrid is my new boss", "Minka, our cat,"
    before = _BEFORE.search(text, 0, start)
    if before is not None and kind in ("owned", "of_mine"):
        name = next((one for one in names if one.end == before.start()), None)
        comma = before["be"] in (",", " (")
        is_genitive = re.match(r"['’]s?\b|['’](?!\w)", text[end:]) is not None  # "is my mum's"
        if (
            name is not None
            and not is_genitive
            and (not comma or re.match(r"\s*(?:[,.;!?)]|$)", text[end:]))
        ):
            be = before["be"].strip()
            yield Kin(
                start=name.start,
                end=end,
                name=name,
                is_named_here=True,
                is_denied="not" in be or "n't" in be,
                **{**base, "is_over": base["is_over"] or be == "was" or "no longer" in be},
            )
            return
    if kind in ("owned", "of_mine", "mum") or (kind == "some" and _is_owned_by_i(text, start)):
        yield Kin(start=start, end=end, **base)


_IS_ANOTHER = re.compile(r"(?:'s| is| was) (?:my|our|his|her|their) ")
_HAVE_NO = re.compile(
    r"(?i)(?:n't|\bdont|\bnot|\bnever) (?:even |actually |really )?(?:have|had|got|own) $"
)
_HAD = re.compile(r"(?i)\b(?:used to have|had|lost|sold|gave away) $")
_I_HAVE = re.compile(
    r"(?i)(?:\b(?:I|we)|^(?=have |got |'ve got |adopted |just got ))(?:'ve| have| had|'ve got| got| own| adopted| keep| used to have| have got| also have| also)*(?: just| recently| now)*(?: got| adopted| bought| have)? $"
)


def _is_owned_by_i(text: str, start: int) -> bool:
    return _I_HAVE.search(text, 0, start) is not None


def _listed(text: str, position: int, at: dict[int, Name]) -> list[Name]:
    """The names behind "two kids," and "my friends"."""
    joined = _LIST.match(text, position)
    if joined is None or joined.end() not in at:
        return []
    found = [at[joined.end()]]
    while link := _NAMES_JOIN.match(text, found[-1].end):
        following = at.get(link.end())
        if following is None:
            break
        found.append(following)
    return found


def _singular(role: str) -> tuple[str, bool]:
    word = role.lower().strip()
    in_law = _IN_LAW.search(word)
    if in_law:
        return word[: in_law.start()] + "-in-law", False
    word = word.replace(" ", "-") if word.replace(" ", "-") in _roles() else word
    if word in _roles():
        return word, word in ("twins", "triplets")
    if word in _PLURALS:
        return _PLURALS[word], True
    word = word.removesuffix("s").replace(" ", "-")
    return word, True
