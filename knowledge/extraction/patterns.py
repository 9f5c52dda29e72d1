"""What people say of themselves and each other in English, as patterns of one clause.

A clause is a subject ("I", a name), perhaps an auxiliary with a negation, and one of the phrases
below. A phrase is tried only where a subject stands, so a sentence without one costs next to
nothing.
"""

# ruff: noqa: E501  a pattern stays on its line: the tables are read by their columns

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.dates import MONTHS
from knowledge.extraction import names as kinds
from knowledge.extraction.drafts import Draft, Thing, Who, things_in, value_of
from knowledge.extraction.names import EMAIL, PHONE, Name, phone_of
from knowledge.extraction.text import UPPER
from knowledge.extraction.words import phrases, words

I = re.IGNORECASE  # noqa: E741


@dataclass(frozen=True)
class Clause:
    """A subject and what follows it, in a sentence."""

    text: str  # the whole sentence
    who: Who
    start: int  # of the subject
    after: int  # behind subject, auxiliary and adverbs
    verb: str  # be, have, do or modal
    polarity: str  # empty, "not" or "no longer"
    names: Sequence[Name]
    owners: Mapping[str, Who]  # "my", and every name's genitive: whose they are

    def name_at(self, position: int) -> Name | None:
        """The name that begins there, perhaps behind an article."""
        skipped = re.compile(r"\s*(?:the\s+|a\s+)?\"?").match(self.text, position)
        begin = skipped.end() if skipped else position
        return next((name for name in self.names if name.start == begin), None)

    def draft(self, text: str, topic: str, value: str, end: int, **more: Any) -> Draft:
        """A statement of this clause."""
        return Draft(
            text=text,
            who=self.who,
            start=self.start,
            end=max(end, self.after),
            topic=topic,
            value=value,
            **more,  # of Draft
        )


Read = Callable[[Clause, re.Match[str]], Iterator[Draft]]


def _yes(clause: Clause) -> str:
    return "no" if clause.polarity else "yes"


def _state(clause: Clause, value: str) -> str:
    """The value of a topic with one value; what no longer holds is a value as well."""
    return f"not {value}" if clause.polarity else value


def _thing(name: Name, node_type: str | None = None) -> Thing:
    return Thing(name.text, name.start, name.end, node_type)


# -- where somebody lives, comes from, has been


def _place_at(clause: Clause, position: int) -> Thing | None:
    """A place with a name, or one of the lists without its capital."""
    if name := clause.name_at(position):
        return _thing(name, None if name.node_type in _PLACES else kinds.PLACE)
    match = re.compile(r"\s*([^\W\d_]+(?: [^\W\d_]+){0,2})").match(clause.text, position)
    while match is not None:
        lower = match[1].lower()
        if lower in phrases("cities") or lower in phrases("countries"):
            kind = kinds.CITY if lower in phrases("cities") else kinds.COUNTRY
            return Thing(match[1].title(), match.start(1), match.end(1), kind)
        shorter = lower.rpartition(" ")[0]
        match = (
            re.compile(rf"\s*({re.escape(shorter)})", I).match(clause.text, position)
            if shorter
            else None
        )
    return None


_PLACES = frozenset({kinds.PLACE, kinds.CITY, kinds.COUNTRY})


def _home(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    place = _place_at(clause, match.end())
    if place is None:
        return
    moved = (
        "mov" in match[0].lower() or "relocat" in match[0].lower() or "settl" in match[0].lower()
    )
    if moved and clause.polarity:
        return
    polarity = _polarity(clause, place.end)
    value = value_of(place.name)
    yield clause.draft(
        clause.who.does("live", "lives", f"in {place.name}", polarity),
        "home",
        f"not {value}" if polarity else value,
        place.end,
        thing=place,
        edge=None if polarity else "edge.related_to",
        takes_date=not polarity,
        confidence=0.9,
    )


def _moving(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    """A move that is to come is a plan: the home stays what it is."""
    place = _place_at(clause, match.end())
    if place is None or clause.polarity:
        return
    yield clause.draft(
        clause.who.is_(f"going to move to {place.name}"),
        f"plan:move to {value_of(place.name)}",
        "yes",
        place.end,
        thing=place,
        edge="edge.related_to",
        confidence=0.8,
    )


def _lived(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    place = _place_at(clause, match.end())
    if place is None or clause.polarity:
        return
    if clause.verb == "have":  # "I have lived in Lyon since 2010": still
        yield from _home(clause, match)
        return
    yield clause.draft(
        f"{clause.who.label} lived in {place.name}.",
        f"lived:{value_of(place.name)}",
        "yes",
        place.end,
        thing=place,
        edge="edge.related_to",
        confidence=0.8,
    )


def _left_home(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    """From one place to another: the first one is the past, the second one the home."""
    place = _place_at(clause, match.end())
    if place is None or clause.polarity:
        return
    yield clause.draft(
        f"{clause.who.label} lived in {place.name}.",
        f"lived:{value_of(place.name)}",
        "yes",
        place.end,
        thing=place,
        edge="edge.related_to",
        is_over=True,
        confidence=0.8,
    )
    onward = re.compile(r"\s+to\b").match(clause.text, place.end)
    if onward and (home := _place_at(clause, onward.end())):
        yield clause.draft(
            clause.who.does("live", "lives", f"in {home.name}"),
            "home",
            value_of(home.name),
            home.end,
            thing=home,
            edge="edge.related_to",
            takes_date=True,
        )


def _origin(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    place = _place_at(clause, match.end())
    if place is None:
        return
    text = clause.who.does("come", "comes", f"from {place.name}", "not" if clause.polarity else "")
    yield clause.draft(
        text,
        "origin",
        _state(clause, value_of(place.name)),
        place.end,
        thing=place,
        edge=None if clause.polarity else "edge.related_to",
        confidence=0.85,
    )


def _grew_up(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    place = _place_at(clause, match.end())
    if place is None or clause.polarity:
        return
    born = "born" in match[0].lower()
    was = "was born" if born else "grew up"
    yield clause.draft(
        f"{clause.who.label} {was} in {place.name}.",
        "birthplace" if born else "grew up",
        value_of(place.name),
        place.end,
        thing=place,
        edge="edge.related_to",
    )


# -- work and study

_MORE = re.compile(r"\s*(?:,|;)?\s*(?:[^.,;!?]{0,30}\s)?(?:any\s?more|any longer)\b", I)


def _polarity(clause: Clause, end: int) -> str:
    """A "not ... any more" is a "no longer"."""
    if clause.polarity == "not" and _MORE.match(clause.text, end):
        return "no longer"
    return clause.polarity


def _employer(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    name = clause.name_at(match.end())
    if (
        name is not None
        and name.node_type in (kinds.PERSON, kinds.CITY, kinds.COUNTRY)
        and (name.key is not None or " in" in match[0])
    ):
        return
    if name is not None:
        thing: Thing | None = _thing(name, _organisation(name))
        label = name.text
    else:
        found = re.compile(r"\s+((?:a|an|the)\s+[a-z][\w-]*(?: [a-z][\w-]*)?)").match(
            clause.text, match.end()
        )
        if found is None:
            return
        trimmed = things_in(clause.text, match.end(), limit=3)
        if not trimmed:
            return
        label, thing = f"{found[1].split()[0]} {trimmed[0].name}", None
        name_end = trimmed[0].end
    end = name.end if name is not None else name_end
    polarity = _polarity(clause, end)
    value = value_of(label)
    yield clause.draft(
        clause.who.does("work", "works", f"at {label}", polarity),
        "employer",
        f"not {value}" if polarity else value,
        end,
        thing=thing,
        edge="edge.affiliated_with" if thing and not polarity else None,
        takes_date=True,
    )
    yield from _as_job(clause, end)


def _organisation(name: Name) -> str:
    return name.node_type if name.node_type in (kinds.COMPANY, kinds.INSTITUTION) else kinds.COMPANY


def _as_job(clause: Clause, position: int) -> Iterator[Draft]:
    follows = re.compile(r"\s*,?\s*as (?:a|an|the|their)\s+", I).match(clause.text, position)
    if follows and not clause.polarity:
        yield from _job(clause, follows)


_NO_EMPLOYERS = frozenset({kinds.CITY, kinds.COUNTRY, kinds.PERSON, kinds.DOCUMENT})


def _quit(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    name = clause.name_at(match.end())
    if clause.polarity or name is None or name.node_type in _NO_EMPLOYERS:
        return
    if name.node_type == kinds.PLACE and match[0].strip().lower() == "left":
        return
    yield clause.draft(
        clause.who.does("work", "works", f"at {name.text}", "no longer"),
        "employer",
        f"not {value_of(name.text)}",
        name.end,
        thing=_thing(name, _organisation(name)),
        takes_date=True,
        confidence=0.8,
    )


_JOB = re.compile(
    r"\s*((?:[^\W\d_][\w-]*\s+){0,3}?)([^\W\d_][\w-]*)(?=\s*(?:$|[.,;!?)(]|\b(?:at|in|for|and|by|now|from|with|who|but|since|as|here|working|or|these|anymore|any)\b))",
    I,
)


def _job_title(text: str, position: int) -> tuple[str, int] | None:
    found = _JOB.match(text, position)
    if found is None:
        return None
    last = found[2].lower()
    if last not in words("jobs") and last.removesuffix("s") not in words("jobs"):
        return None
    return f"{found[1]}{found[2]}".strip(), found.end(2)


def _job(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    title = _job_title(clause.text, match.end())
    if title is None:
        return
    polarity = _polarity(clause, title[1])
    article = "an" if title[0][0].lower() in "aeiou" else "a"
    value = value_of(title[0])
    yield clause.draft(
        clause.who.is_(f"{article} {title[0]}", polarity),
        "job",
        f"not {value}" if polarity else value,
        title[1],
        takes_date="becam" in match[0].lower() or "start" in match[0].lower(),
    )
    at = re.compile(r"\s+(?:at|for|with)\b").match(clause.text, title[1])
    if at and not clause.polarity and (name := clause.name_at(at.end())):
        yield clause.draft(
            clause.who.does("work", "works", f"at {name.text}"),
            "employer",
            value_of(name.text),
            name.end,
            thing=_thing(name, _organisation(name)),
            edge="edge.affiliated_with",
        )


def _school(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    name = clause.name_at(match.end())
    if name is None or name.node_type in (kinds.PERSON, *_PLACES, kinds.EVENT):
        return
    polarity = _polarity(clause, name.end)
    over = "graduat" in match[0].lower()
    text = (
        f"{clause.who.label} graduated from {name.text}."
        if over
        else clause.who.does("study", "studies", f"at {name.text}", polarity)
    )
    yield clause.draft(
        text,
        f"graduated:{value_of(name.text)}" if over else "school",
        "yes" if over else (f"not {value_of(name.text)}" if polarity else value_of(name.text)),
        name.end,
        thing=_thing(name, kinds.INSTITUTION),
        edge=None if polarity else "edge.affiliated_with",
        takes_date=True,
    )


def _studies(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    things = things_in(clause.text, match.end(), limit=3)
    for thing in things[:2]:
        polarity = _polarity(clause, thing.end)
        yield clause.draft(
            clause.who.does("study", "studies", thing.name, polarity),
            f"studies:{value_of(thing.name)}",
            "no" if polarity else "yes",
            thing.end,
            takes_date=True,
            confidence=0.8,
        )


def _retired(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    state = match[1].lower()
    if clause.polarity:
        return
    yield clause.draft(clause.who.is_(state), "job", state, match.end(), takes_date=True)


# -- likes

_LIKES = {
    "love": "loves",
    "like": "likes",
    "enjoy": "enjoys",
    "adore": "adores",
    "prefer": "prefers",
}
_LIKES |= {"hate": "hates", "dislike": "dislikes", "detest": "detests", "loathe": "loathes"}
_DISLIKES = frozenset({"hate", "dislike", "detest", "loathe"})


def _preference(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    verb = match[1].lower().removesuffix("ed").removesuffix("d").removesuffix("ing")
    verb = next((known for known in _LIKES if known.startswith(verb[:4])), "like")
    if match[1].lower().endswith("ed") and clause.verb == "do":
        return  # "I loved the show" is about one evening
    for thing in things_in(clause.text, match.end()):
        if _is_contextual(clause.text, thing):
            continue
        polarity = _polarity(clause, thing.end)
        likes = (verb in _DISLIKES) == bool(polarity)
        yield clause.draft(
            clause.who.does(verb, _LIKES[verb], thing.name, polarity),
            f"preference:{value_of(thing.name)}",
            "likes" if likes else "dislikes",
            thing.end,
            confidence=0.85,
        )


def _is_contextual(text: str, thing: Thing) -> bool:
    """ "The colours" are those of something that was just spoken of."""
    is_this_one = text[max(0, thing.start - 4) : thing.start].lower() == "the "
    return is_this_one and thing.name.lower() not in words("always_the")


def _cannot_stand(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    for thing in things_in(clause.text, match.end()):
        yield clause.draft(
            clause.who.does("dislike", "dislikes", thing.name),
            f"preference:{value_of(thing.name)}",
            "dislikes",
            thing.end,
            confidence=0.85,
        )


def _fan(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    for thing in things_in(clause.text, match.end()):
        if _is_contextual(clause.text, thing):
            continue
        polarity = _polarity(clause, thing.end)
        yield clause.draft(
            clause.who.does("like", "likes", thing.name, polarity),
            f"preference:{value_of(thing.name)}",
            "dislikes" if polarity else "likes",
            thing.end,
            confidence=0.85,
        )


# -- body and habits


def _allergy(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    for thing in things_in(clause.text, match.end(), limit=3):
        polarity = _polarity(clause, thing.end)
        yield clause.draft(
            clause.who.is_(f"allergic to {thing.name}", polarity),
            f"allergy:{value_of(thing.name)}",
            "no" if polarity else "yes",
            thing.end,
            confidence=0.95,
        )


def _allergy_noun(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    what = match[1]
    yield clause.draft(
        clause.who.is_(f"allergic to {what}", clause.polarity),
        f"allergy:{value_of(what)}",
        _yes(clause),
        match.end(),
        confidence=0.95,
    )


def _diet(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    diet = match[1].lower()
    polarity = _polarity(clause, match.end())
    yield clause.draft(
        clause.who.is_(diet, polarity),
        "diet",
        f"not {diet}" if polarity else diet,
        match.end(),
        takes_date=True,
    )


def _avoids(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    """What is not eaten, drunk or smoked; what is, is small talk."""
    verb = match[1].lower()
    if not clause.polarity:
        return
    if verb == "smoke":
        yield clause.draft(
            clause.who.does("smoke", "smokes", "", "not").replace(" .", "."),
            "avoids:smoke",
            "yes",
            match.end(),
        )
        return
    for thing in things_in(clause.text, match.end(), limit=3):
        yield clause.draft(
            clause.who.does(verb, f"{verb}s", thing.name, _polarity(clause, thing.end)),
            f"avoids:{value_of(thing.name)}",
            "yes",
            thing.end,
            confidence=0.8,
        )


_ILLNESS = (
    r"(?:type [12] )?(?:diabetes|asthma|adhd|autism|celiac disease|coeliac disease|arthritis|migraines?|"
    r"epilepsy|depression|anxiety|insomnia|eczema|high blood pressure|hypertension|cancer|dyslexia|"
    r"a heart condition|crohn's disease|ibs|ptsd|ocd|anemia|hay fever|vertigo|tinnitus|back pain)"
)


def _health(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    what = match["illness"]
    polarity = _polarity(clause, match.end())
    yield clause.draft(
        clause.who.does("have", "has", what, polarity),
        f"health:{value_of(what)}",
        "no" if polarity else "yes",
        match.end(),
        takes_date="diagnos" in match[0].lower(),
    )


def _habit(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    """Plays, speaks, learns, uses, collects."""
    verb = match[1].lower()
    base, third = _HABITS.get(verb, (verb, f"{verb}s"))
    for thing in things_in(clause.text, match.end(), limit=3):
        if base == "speak" and thing.name.lower() not in _LANGUAGES:
            continue
        polarity = _polarity(clause, thing.end)
        yield clause.draft(
            clause.who.does(base, third, thing.name, polarity),
            f"{third}:{value_of(thing.name)}",
            "no" if polarity else "yes",
            thing.end,
            confidence=0.75,
        )


_HABITS = {"playing": ("play", "plays"), "plays": ("play", "plays"), "speaks": ("speak", "speaks")}
_HABITS |= {"learning": ("learn", "learns"), "learns": ("learn", "learns"), "uses": ("use", "uses")}
_HABITS |= {"collects": ("collect", "collects"), "using": ("use", "uses")}
_HABITS |= {"collecting": ("collect", "collects")}
_LANGUAGES = words("languages")


# -- who somebody is


def _called(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    name = clause.name_at(match.end())
    if name is None or clause.polarity:
        return
    yield clause.draft(
        clause.who.has("name", name.text), "name", value_of(name.text), name.end, confidence=0.9
    )


def _introduced(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    """ "I'm Ann": a first name and nothing more."""
    name = clause.name_at(match.end())
    if name is None or clause.polarity or not clause.who.is_self:
        return
    if name.text.split()[0].lower() not in words("first_names"):
        return
    if re.compile(r"\s*(?:$|[.,;!]|and\b|from\b|\()").match(clause.text, name.end) is None:
        return
    yield clause.draft(
        clause.who.has("name", name.text), "name", value_of(name.text), name.end, confidence=0.8
    )


_AGES = (1, 120)


def _age(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    age = int(match[1])
    if clause.polarity or not _AGES[0] <= age <= _AGES[1]:
        return
    yield clause.draft(
        clause.who.is_(f"{age} years old"), "age", str(age), match.end(), takes_date=True
    )


def _marital(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    state = match[1].lower()
    polarity = _polarity(clause, match.end())
    yield clause.draft(
        clause.who.is_(state, polarity),
        "marital status",
        f"not {state}" if polarity else state,
        match.end(),
        takes_date=True,
    )
    to = re.compile(r"\s+(?:to\s+)?").match(clause.text, match.end())
    name = clause.name_at(to.end()) if to and state in ("married", "engaged") else None
    if name is not None and not polarity:
        yield clause.draft(
            clause.who.has("partner", name.text),
            "partner",
            value_of(name.text),
            name.end,
            thing=_thing(name, kinds.PERSON),
            edge="edge.partner_of",
            takes_date=True,
        )


def _broke_up(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    name = clause.name_at(match.end())
    if name is None or clause.polarity:
        return
    yield clause.draft(
        clause.who.is_(f"together with {name.text}", "no longer"),
        "partner",
        f"not {value_of(name.text)}",
        name.end,
        thing=_thing(name, kinds.PERSON),
        takes_date=True,
        confidence=0.85,
    )


def _member(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    name = clause.name_at(match.end())
    if name is None or name.node_type in (kinds.PERSON, *_PLACES):
        return
    polarity = _polarity(clause, name.end)
    yield clause.draft(
        clause.who.is_(f"a member of {name.text}", polarity),
        f"member:{value_of(name.text)}",
        "no" if polarity else "yes",
        name.end,
        thing=_thing(name, kinds.GROUP),
        edge=None if polarity else "edge.member_of",
        takes_date=True,
    )


def _joined(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    name = clause.name_at(match.end())
    if name is None or clause.polarity:
        return
    if name.node_type == kinds.COMPANY or re.compile(r"\s+as (?:a|an)\b").match(
        clause.text, name.end
    ):
        yield from _employer(clause, match)
    elif name.node_type in (kinds.GROUP, kinds.ENTITY, kinds.INSTITUTION, kinds.CONCEPT):
        yield from _member(clause, match)


# -- people and things somebody has

_KIN = (
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
_ADJECTIVES = (
    r"(?:(?:older|younger|little|big|elder|eldest|oldest|youngest|twin|half|good|close|dear|old|new|"
    r"late|former|best|beloved|only|lovely|sweet|high school|college|childhood|first|second|"
    r"amazing|wonderful|great|other|dear)\s+){0,2}"
)
_PARTNERS = words("partners")
_PETS = words("pets") | {"guinea pig"}
_GOODS = frozenset(["car", "boat"])
_TEAMS = {"band": (kinds.GROUP, "edge.member_of"), "company": (kinds.COMPANY, "edge.owns")}
_TEAMS["startup"] = (kinds.COMPANY, "edge.owns")
_UNIQUE = frozenset(["mother", "father", "mom", "mum", "dad", "boss"])
_SAME = {"mom": "mother", "mum": "mother", "dad": "father", "grandma": "grandmother"}
_SAME |= {"grandpa": "grandfather", "coworker": "colleague", "co-worker": "colleague"}
_SAME |= {
    "neighbor": "neighbour",
    "puppy": "dog",
    "kitten": "cat",
    "buddy": "friend",
    "pal": "friend",
}


def related(
    who: Who,
    relation: str,
    name: Name,
    *,
    span: tuple[int, int],
    polarity: str = "",
    sure: float = 0.9,
) -> Draft | None:
    """Somebody's relation to a name: "my sister Ann"."""
    word = relation.lower()
    kin = word.split()[-1] if word.split()[-1] in _KIN_WORDS else word
    kin = _SAME.get(kin, kin)
    is_former = kin.startswith("ex") or "former" in word or "late " in word
    kind, edge = _end_of(kin)
    if kind == kinds.PERSON and name.node_type in (kinds.COUNTRY, kinds.COMPANY):
        return None
    value = value_of(name.text)
    if kin in _PARTNERS and not is_former:
        topic, held = "partner", f"not {value}" if polarity else value
    elif kin in _UNIQUE:
        topic, held = f"relation:{kin}", f"not {value}" if polarity else value
    else:
        topic, held = f"relation:{kin}:{value}", "no" if polarity else "yes"
    if polarity == "":
        text = f"{who.owner} {relation.lower()} is {name.text}."
    else:
        owner = "my" if who.is_self else who.owner
        text = f"{name.text} is {polarity} {owner} {relation.lower()}."
    return Draft(
        text=text,
        who=who,
        start=span[0],
        end=span[1],
        topic=topic,
        value=held,
        confidence=sure,
        thing=_thing(name, kind),
        edge=None if polarity or (is_former and edge == "edge.partner_of") else edge,
    )


def _end_of(kin: str) -> tuple[str, str]:
    """What the relation's other end is, and by which edge."""
    if kin in _PETS:
        return kinds.ENTITY, "edge.owns"
    if kin in _GOODS:
        return kinds.OBJECT, "edge.owns"
    if kin in _TEAMS:
        return _TEAMS[kin]
    return kinds.PERSON, "edge.partner_of" if kin in _PARTNERS else "edge.knows"


_KIN_WORDS = frozenset(_KIN.replace("(?:", "").replace(")", "").replace("[eé]e?", "é").replace("u?", "u").split("|")) | {
    "fiance", "fiancee", "fiancée", "neighbor",
}  # fmt: skip


def _has_named(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    """ "I have a sister called Ann"."""
    name = clause.name_at(match.end())
    if name is None or clause.polarity:
        return
    draft = related(clause.who, match["kin"], name, span=(clause.start, name.end))
    if draft:
        yield draft


def _is_kin(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    """ "Ann is my sister": the subject is the other end."""
    end = re.compile(r"\s*(?:$|[.,;!)]|and\b|but\b|any\b|who\b|now\b|from\b|since\b)").match(
        clause.text, match.end()
    )
    name = next((name for name in clause.names if name.start == clause.start), None)
    if name is None or end is None or clause.who.is_self:
        return
    polarity = _polarity(clause, match.end())
    if who := clause.owners.get(match["owner"].lower()):
        draft = related(
            who, match["kin"], name, span=(clause.start, match.end()), polarity=polarity
        )
        if draft:
            yield draft


_COUNTED = re.compile(
    rf"\s+(?P<number>\d{{1,2}}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|some|many)\s+"
    rf"{_ADJECTIVES}(?P<what>dog|cat|car|bike|house|flat|apartment|horse|parrot|rabbit|hamster|motorcycle|"
    r"garden|boat|turtle|child|children|kid|kids|son|sons|daughter|daughters|sister|sisters|brother|"
    r"brothers|siblings|dogs|cats|cars|bikes|horses|rabbits|piano|guitar|puppy|kitten|puppies|kittens|"
    r"hamsters|turtles|snake|goldfish|chickens|telescope|van|truck|laptop|camera)\b(?!\s*(?:and I|'))",
    I,
)


def _owns(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    """Things of a closed list; named ones are relations."""
    found = _COUNTED.match(clause.text, match.end())
    if found is None or re.compile(r"\s+(?:called|named)\b").match(clause.text, found.end()):
        return
    polarity = _polarity(clause, found.end())
    what = found["what"].lower()
    yield clause.draft(
        clause.who.does("have", "has", found[0].strip(), polarity),
        f"has:{what}",
        "no" if polarity else value_of(found["number"]).replace("an", "1") or "1",
        found.end(),
        confidence=0.8,
        takes_date=True,
    )


def _owns_no_more(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    """ "I no longer have a car", "I sold my car"."""
    found = re.compile(r"\s+(?:a|an|any|my|our|his|her|the)\s+(?:old\s+)?([a-z]+)\b", I).match(
        clause.text, match.end()
    )
    if found is None or clause.polarity == ("" if clause.verb == "have" else "not"):
        return
    what = found[1].lower()
    polarity = "not" if clause.polarity == "not" else "no longer"
    if _COUNTED.match(f" a {what}") is None:
        return
    yield clause.draft(
        clause.who.does("have", "has", f"a {what}", polarity),
        f"has:{what}",
        "no",
        found.end(),
        confidence=0.8,
    )


# -- the table: after which verb, what phrase, read by whom


@dataclass(frozen=True)
class Phrase:
    """A phrase behind a subject; `verbs` are the auxiliaries it may follow."""

    verbs: frozenset[str]
    pattern: re.Pattern[str]
    read: Read


def _phrase(verbs: str, pattern: str, read: Read) -> Phrase:
    return Phrase(frozenset(verbs.split()), re.compile(rf"\s*{pattern}", I), read)


PHRASES: list[Phrase] = [
    _phrase("do have", r"(?:live|lives|reside|resides)(?: now)?(?: (?:over|up|down|out|alone|here|there))* (?:in|at|near)\b", _home),
    _phrase("do have", r"(?:lived|resided|been living)(?: (?:alone|here|with [^,.]{1,30}?))? in\b", _lived),
    _phrase("do have", r"used to live in\b", _lived),
    _phrase("be", r"(?:living|residing|based|settled)(?: (?:now|here|over))* (?:in|near)\b", _home),
    _phrase("do have", r"(?:moved|relocated)(?: (?:away|back|out|over|here))* from\b", _left_home),
    _phrase("do have be", r"(?:moved|relocated|settled|settle)(?: (?:back|over|down|out|up|here))* (?:to|in)\b", _home),
    _phrase("be modal", r"(?:moving|going to move|gonna move|planning to move|move|relocating)(?: (?:back|over|out))* to\b", _moving),
    _phrase("do be", r"(?:come|comes|originally)?\s*(?:originally )?from\b", _origin),
    _phrase("do was", r"(?:grew up|born(?: and raised)?|raised) in\b", _grew_up),
    _phrase("do have", r"(?:work|works|worked)(?: (?:part-time|full-time|remotely))?(?: as (?:a|an|the) [\w -]{3,30}?)? (?:at|for)\b", _employer),
    _phrase("be have", r"(?:working|employed|been working)(?: (?:part-time|full-time|remotely))? (?:at|for|by)\b", _employer),
    _phrase("do have", r"(?:started (?:working |a (?:new )?job |a new position |work )?(?:at|with)|got (?:a (?:new )?job|hired) (?:at|by|with)|(?:got|took|accepted|landed) a (?:new )?(?:job|position|offer) (?:at|from|with))", _employer),
    _phrase("do have", r"joined(?: the)?\b", _joined),
    _phrase("do have", r"(?:quit(?: my job at)?|left(?: my job at)?|resigned from|got (?:fired|laid off) (?:from|by)|stopped working (?:at|for)|lost my job at)\b", _quit),
    _phrase("be was", r"(?:laid off (?:from|by)|fired (?:from|by)|let go (?:from|by))\b", _quit),
    _phrase("do have be", r"(?:(?:work|works|working|worked|started|started working|got (?:a (?:new )?job|hired)|began|employed|been working) as|became|become|trained as|a trained|a certified|a professional) (?:an?\b)?", _job),
    _phrase("be", r"(?:currently |now |working as )?an?\b", _job),
    _phrase("be", r"(retired|unemployed|self-employed|between jobs)\b", _retired),
    _phrase("do have be", r"(?:study|studies|studying|go|goes|going|attend|attends|attending|enrolled|graduated|graduate|started studying)(?: [a-z ]{1,25}?)??(?: (?:at|to|from|in))?(?=\s+(?:the )?[" + UPPER + r"])", _school),
    _phrase("do be have", r"(?:study|studies|studying|major in|majoring in|been studying|started studying|majored in)\b(?! (?:at|for|to|hard|in|with)\b)", _studies),
    _phrase("do have", r"(love|loves|like|likes|enjoy|enjoys|adore|adores|prefer|prefers|hate|hates|dislike|dislikes|detest|loathe|loved|liked|enjoyed|hated)\b(?! (?:to (?:think|see|hear|know|say|chat|talk|share|help)|you|about|if|how|when|your|being)\b)", _preference),
    _phrase("be do", r"(?:a (?:big |huge |massive )?fan of|(?:really |so |totally |very )?(?:into|fond of|keen on|obsessed with|passionate about|crazy about|big on))\b", _fan),
    _phrase("modal", r"(?:stand|bear)\b", _cannot_stand),
    _phrase("be", r"(?:severely |very |highly |mildly )?(?:allergic|intolerant) to\b", _allergy),
    _phrase("have do", r"(?:got )?an? (?:severe |bad |mild )?([\w]+(?: \w+)?) (?:allergy|intolerance)\b", _allergy_noun),
    _phrase("be do", r"(?:an? )?(?:become |became |went |gone |strict |strictly |going )*(?:an? )?(vegetarian|vegan|pescatarian|gluten-free|lactose-intolerant|lactose intolerant|kosher|halal)\b(?! (?:food|cook|rest|meal|recipe|dish|option|lasagna|chili))", _diet),
    _phrase("do modal", r"(eat|drink|smoke)\b", _avoids),
    _phrase("have do be was", r"(?:got |been diagnosed with |diagnosed with |suffer from |suffers from |live with |have )?(?P<illness>" + _ILLNESS + r")\b", _health),
    _phrase("do have be", r"(?:(?:been )?(play|plays|playing|speak|speaks|learn|learns|learning|use|uses|using|collect|collects|collecting))\b(?! (?:with|around|to|about|up|it|on|a lot|for|in|the (?:part|role))\b)", _habit),
    _phrase("be do", r"(?:called|named|go by|goes by)(?: the name)?\b", _called),
    _phrase("be", r"(?:just |now |already |about |turning )?(\d{1,3})(?: years? old| yrs? old| y/?o|(?=\s*(?:$|[.,;!]|and\b|now\b|years\b)))(?! (?:minutes|km|miles|kg))", _age),
    _phrase("do have", r"(?:just )?turned (\d{1,3})\b(?! (?:degrees|percent|%|miles|km))", _age),
    _phrase("be do have", r"(?:got |been |getting |recently |happily )*(married|engaged|divorced|single|widowed|separated)\b(?! (?:with (?:my|the|a)|in (?:a|the|this|some)|out|from the|out|day|parent|mother|mom))", _marital),
    _phrase("do have", r"(?:broke up with|split up with|separated from|divorced)\b", _broke_up),
    _phrase("be", r"an? (?:active |proud )?member of(?: the)?\b", _member),
    _phrase("have do", rf"(?:got |adopted |have |got me )*an? (?P<kin>{_ADJECTIVES}{_KIN}),? (?:called|named|whose name is)\b", _has_named),
    _phrase("be", r"(?P<owner>my|our|his|her|[" + UPPER + rf"][\w-]+'s) (?P<kin>{_ADJECTIVES}{_KIN})\b", _is_kin),
    _phrase("do have", r"(?:got|bought|own|owns|adopted|have|has|purchased)(?= )", _owns),
    _phrase("have", r"(?:got)?(?= )", _owns),
    _phrase("have do", r"(?:have|has|own|owns)?(?= (?:a|an|any)\b)", _owns_no_more),
    _phrase("do have", r"(?:sold|gave away|got rid of)\b", _owns_no_more),
    _phrase("be", r"(?=\s)", _introduced),
]  # fmt: skip


# -- what begins with "my", "Ann's"


@dataclass(frozen=True)
class Owned:
    """An owner and what follows, in a sentence."""

    text: str
    who: Who
    start: int  # of the owner
    after: int
    names: Sequence[Name]


_IS = r"(?:\s+(?:is|are|was)|'s)"
_OWN_KIN = re.compile(
    rf"\s*(?P<kin>{_ADJECTIVES}{_KIN})(?P<link>\s*,\s*|\s+\(|'s name{_IS}\s+|{_IS}\s+(?P<neg>not\s+)?(?:called\s+|named\s+)?|"
    r"\s+(?:called\s+|named\s+)?)(?=\S)",
    I,
)
_OWN_VALUE = re.compile(
    r"\s*(?P<what>(?:e-?mail|mail)(?: address)?|(?:phone|mobile|cell|telephone)(?: number)?|number|name|"
    r"full name|last name|first name|surname|nickname|birthday|date of birth|pronouns?|address|job|occupation|profession|"
    r"favou?rite [\w]+(?: [\w]+)?|hometown|home town|time ?zone|native language|mother tongue|age|hobby|blood type|"
    r"shoe size|star sign)(?:\s+(?:is|are)|'s)\s+(?P<neg>not\s+)?(?:on\s+)?(?=\S)",
    I,
)


def owned_drafts(owned: Owned) -> Iterator[Draft]:
    """What a clause says about something of somebody's."""
    if match := _OWN_VALUE.match(owned.text, owned.after):
        yield from _own_value(owned, match)
    elif match := _OWN_KIN.match(owned.text, owned.after):
        yield from _own_kin(owned, match)


def _own_kin(owned: Owned, match: re.Match[str]) -> Iterator[Draft]:
    name = next((name for name in owned.names if name.start == match.end()), None)
    if name is None:
        return
    link = match["link"].strip()
    if link == "," and not re.compile(r"\s*(?:,|\.|$|!)").match(owned.text, name.end):
        return  # "my sister, Ann and I"
    if link == "is" and not re.compile(r"\s*(?:,|\.|$|!|and\b|who\b|;)").match(
        owned.text, name.end
    ):
        return  # "my sister is French"
    draft = related(
        owned.who,
        match["kin"],
        name,
        span=(owned.start, name.end),
        polarity="not" if match["neg"] else "",
        sure=0.9 * owned.who.certainty,
    )
    if draft:
        yield draft


def _own_value(owned: Owned, match: re.Match[str]) -> Iterator[Draft]:
    what = " ".join(match["what"].lower().split()).replace("favorite", "favourite")
    if match["neg"]:
        return
    read = _value_reader(what)
    found = read(owned.text, match.end())
    if found is None:
        return
    label, value, end, topic = found
    yield Draft(
        text=owned.who.has(_SHOWN.get(topic, what), label),
        who=owned.who,
        start=owned.start,
        end=end,
        topic=topic or what,
        value=value,
        confidence=0.95,
        identifiers=(value,) if topic in ("email", "phone") else (),
    )


_SHOWN = {"email": "e-mail address", "phone": "phone number"}
_Value = tuple[str, str, int, str]  # as written, as compared, where it ends, the topic


def _value_reader(what: str) -> Callable[[str, int], _Value | None]:
    if "mail" in what:
        return lambda text, at: _matched(EMAIL, text, at, "email", str.lower)
    if "phone" in what or "number" in what or what in ("mobile", "cell"):
        return lambda text, at: _matched(PHONE, text, at, "phone", phone_of)
    topic = {
        "home town": "hometown",
        "full name": "name",
        "first name": "name",
        "occupation": "job",
    }
    topic |= {"profession": "job", "date of birth": "birthday", "mother tongue": "native language"}
    chosen = topic.get(what, what)
    if what.startswith("favourite"):
        chosen = f"favourite:{what.removeprefix('favourite ')}"
    if chosen == "job":
        return _title_at
    if chosen == "birthday":
        return _birthday
    if chosen == "age":
        return lambda text, at: _matched(re.compile(r"\d{1,3}"), text, at, "age", str)
    return lambda text, at: _until_end(text, at, chosen)


def _title_at(text: str, at: int) -> _Value | None:
    article = re.compile(r"(?:an?\s+)?").match(text, at)
    title = _job_title(text, article.end() if article else at)
    return (title[0], value_of(title[0]), title[1], "job") if title else None


def _matched(
    pattern: re.Pattern[str], text: str, at: int, topic: str, compared: Callable[[str], str]
) -> _Value | None:
    match = pattern.match(text, at)
    return (match[0], compared(match[0]), match.end(), topic) if match else None


_REST = re.compile(
    r"[^.,;!?\n\ue000]{1,60}?(?=\s*(?:$|[.,;!?\n]|\b(?:and|but|because|since|now|so|these|though|by the)\b))"
)


def _until_end(text: str, at: int, topic: str) -> _Value | None:
    """The words up to the end of the clause."""
    match = _REST.match(text, at)
    if (
        match is None
        or len(value_of(match[0])) < 2
        or re.match(r"(?:so|very|really|not|that|what|in|on|from|when)\b", match[0], I)
    ):
        return None
    label = match[0].strip()
    return label, value_of(label), at + len(match[0].rstrip()), topic


def _birthday(text: str, at: int) -> _Value | None:
    match = _BIRTHDAY.match(text, at)
    if match is None:
        return None
    month = MONTHS[(match["m1"] or match["m2"]).lower().rstrip(".")]
    day = int(match["d1"] or match["d2"])
    if not 1 <= day <= 31:
        return None
    year = match["year"] or "-"
    return match[0].strip(), f"{year}-{month:02}-{day:02}", match.end(), "birthday"


_MON = "(?:" + "|".join(sorted(MONTHS, key=len)[::-1]) + r")\.?"
_BIRTHDAY = re.compile(
    rf"(?:on )?(?:the )?(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?(?P<m1>{_MON})|"
    rf"(?P<m2>{_MON}) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)(?:,? (?P<year>(?:19|20)\d\d))?",
    I,
)


def _born(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    found = _birthday(clause.text, match.end())
    if found is not None and not clause.polarity:
        yield clause.draft(clause.who.has("birthday", found[0]), "birthday", found[1], found[2])


def _born_in(clause: Clause, match: re.Match[str]) -> Iterator[Draft]:
    if not clause.polarity:
        yield clause.draft(
            f"{clause.who.label} was born in {match[1]}.", "birth year", match[1], match.end()
        )


PHRASES += [
    _phrase("was", r"born (?=on |the |\d|[a-z]+ \d)", _born),
    _phrase("was", r"born in ((?:19|20)\d\d)\b", _born_in),
]
