"""What a clause says: its topic by the table, or else its verb with what belongs to it."""

# ruff: noqa: E501, PLR0911, PLR0912  patterns of alternatives; a case, a branch, a return each

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.clause import Clause, Phrase, Tense
from knowledge.extraction.names import Name
from knowledge.extraction.namesakes import find_namesakes
from knowledge.extraction.node_types import (
    CITY,
    COMPANY,
    ENTITY,
    INSTITUTION,
    PERSON,
    PLACE,
    PLACES,
)
from knowledge.extraction.number_words import ENGLISH, spelled
from knowledge.extraction.statements import OPEN_TOPIC, NounPhrase, Statement, Subject, normal_value
from knowledge.extraction.times import recurrence_in
from knowledge.extraction.topics import Effect, Frame, Slot, Topic, all_topics
from knowledge.extraction.values import age_in, day_of_year, fits
from knowledge.extraction.words import word_list
from knowledge.types import Polarity

KNOWN = 0.9  # how sure a statement of the table is
OPEN = 0.75  # how sure one of its own words is
MAX_OPEN_CHARACTERS = 240

_NO_MORE = re.compile(r"(?i)\b(?:no longer|any ?more|any longer|no more)\b")
_CANNOT = re.compile(r"(?i)\b(?:can't|cannot|can not|cant|couldn't)\b")
# Verbs whose past tells of one time, not of how it was.
OF_THE_MOMENT = frozenset(
    [
        "like",
        "love",
        "enjoy",
        "adore",
        "prefer",
        "hate",
        "dislike",
        "use",
        "read",
        "write",
        "have",
        "take",
        "see",
        "play",
        "do",
        "eat",
    ]
)
_EMPTY_VERBS = frozenset(["be", "have", "get", "see", "think", "feel"])
_NO = frozenset({"no", "neither", "zero"})
# Verbs whose past tells what is so now.
STAYS_TRUE = frozenset(
    ["grow+up", "bear", "raise", "diagnose", "react", "develop", "get", "become", "go", "turn"]
)
# Said to the assistant, or of something that only the words before tell.
_HOLLOW = re.compile(
    r"(?i)\byou(?:r|rs|rself)?\b|\b(?:it|them|that|this|those|these|so|do|be)[.!]$|^\W*\"\s|^even i\b"
)
_EMPTY_HEADS = frozenset(
    [
        "it",
        "that",
        "this",
        "these",
        "those",
        "you",
        "him",
        "her",
        "them",
        "me",
        "us",
        "myself",
        "thing",
        "things",
        "something",
        "anything",
        "everything",
        "nothing",
        "one",
        "lot",
        "bit",
        "stuff",
        "way",
        "what",
        "who",
        "someone",
        "somebody",
        "anyone",
        "anybody",
        "everyone",
        "idea",
        "question",
        "time",
    ]
)
_DATE_TAIL = re.compile(
    r"(?i)[\s,]+(?:(?:at the moment|right now|these days|nowadays|now|today|yesterday|tomorrow|tonight|lately|recently|currently|again|as well|too|"
    r"anymore|any more|already|(?:last|next|this|every|each) (?:week|month|year|day|morning|night|evening|weekend|spring|summer|autumn|fall|winter|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december)s?|"
    r"(?:in|since|from|until|till|on|by|for|as of) (?:early |late |mid-?)?(?:\d{4}|(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|winter)s?(?: \d{1,4})?(?:, \d{4})?|\d{1,2}(?:st|nd|rd|th)?(?: of)? \w+)|"
    r"for (?:about |almost |over |nearly )?(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d+|many|some) (?:years?|months?|weeks?|days?|decades?)(?: now)?|"
    r"(?:a|two|three|\d+) (?:years?|months?|weeks?|days?) ago|though|after all|by the way|btw|lol|haha|tbh|ngl|imo|imho|rn|atm|please|instead))+$"
)
# Verbs that tell of the moment, of thoughts and of talk: nothing to keep unless a frame has them.
_IDLE_VERBS = frozenset(
    [
        "think",
        "know",
        "guess",
        "hope",
        "mean",
        "wonder",
        "see",
        "hear",
        "look",
        "seem",
        "feel",
        "suppose",
        "believe",
        "say",
        "tell",
        "ask",
        "thank",
        "agree",
        "understand",
        "imagine",
        "wish",
        "wait",
        "bet",
        "appreciate",
        "welcome",
        "let",
        "try",
        "forget",
        "remember",
        "notice",
        "realise",
        "realize",
        "figure",
        "mention",
        "talk",
        "chat",
        "sound",
        "hang",
        "sort",
        "apologise",
        "apologize",
        "complain",
        "doubt",
        "care",
        "happen",
        "matter",
        "depend",
        "assume",
        "expect+that",
        "promise",
        "swear",
        "joke",
        "kid",
        "laugh",
        "smile",
        "cry",
        "sigh",
        "breathe",
        "consider",
        "regret",
        "decide+not",
        "compare",
        "google",
        "search",
        "check+out",
        "find+out",
        "come+on",
        "go+on",
        "keep",
        "give",
        "love+it",
        "hat",
        "be+able",
        "help",
        "like+to",
    ]
)
_IDLE_COMPLEMENTS = frozenset(
    [
        "sure",
        "glad",
        "happy",
        "sorry",
        "fine",
        "good",
        "ok",
        "okay",
        "great",
        "excited",
        "curious",
        "tired",
        "busy",
        "bored",
        "sad",
        "angry",
        "back",
        "here",
        "there",
        "ready",
        "able",
        "right",
        "wrong",
        "afraid",
        "confused",
        "stuck",
        "lost",
        "done",
        "late",
        "early",
        "home",
        "hungry",
        "thirsty",
        "cold",
        "hot",
        "free",
        "alone",
        "awake",
        "asleep",
        "well",
        "better",
        "worse",
        "kidding",
        "serious",
        "aware",
        "interested",
        "surprised",
        "impressed",
        "grateful",
        "thankful",
        "proud",
        "worried",
        "nervous",
        "stressed",
        "annoyed",
        "upset",
        "exhausted",
        "overwhelmed",
        "relieved",
        "lucky",
        "jealous",
        "sharp",
        "due",
        "open",
        "close",
        "true",
        "false",
        "weird",
        "funny",
        "sick",
        "scared",
        "bit",
        "mess",
        "fan",
    ]
)


# Of these the date is what is told: "the car is due on Friday", "I'm back in May".
_WITH_A_DATE = frozenset({"due", "back", "open", "free", "ready"})
# What somebody does or never does, without an object.
_HABITS = frozenset(
    [
        "drink",
        "smoke",
        "swim",
        "drive",
        "cook",
        "dance",
        "ski",
        "fly",
        "vote",
        "bake",
        "gamble",
        "cycle",
        "gossip",
    ]
)


_SOMEBODY = frozenset(
    {"guy", "man", "woman", "girl", "lady", "bloke", "lad", "person", "boy", "chap"}
)
_CALLED = re.compile(r"\b(?:called|named)\b")


@dataclass(frozen=True)
class Context:
    """What the words of one sentence stand for."""

    text: str
    names: Sequence[Name]
    keys: Mapping[int, str]  # where a name starts -> key of its entity
    people: Mapping[int, Subject]  # where a role or a name starts -> who that is

    def name_in(self, phrase: Phrase) -> Name | None:
        """The name that the phrase is, or that its head word is part of."""
        for name in self.names:
            if name.start <= phrase.head_start < name.end:
                return name
        inside = self.names_in(phrase.start, phrase.end)
        if phrase.head in _SOMEBODY and len(inside) == 1 and _CALLED.search(phrase.text):
            return inside[0]  # "a guy called Ben"
        return next(
            (name for name in self.names if name.start == phrase.start and name.end >= phrase.end),
            None,
        )

    def names_in(self, start: int, end: int) -> list[Name]:
        """The names between two characters."""
        return [name for name in self.names if start <= name.start and name.end <= end]

    def person_at(self, phrase: Phrase) -> Subject | None:
        """Whom the phrase names by name or role."""
        return self.people.get(phrase.head_start) or self.people.get(phrase.start)


@dataclass(frozen=True)
class _Match:
    topic: Topic
    frame: Frame
    value: Phrase | None
    inner: Clause | None  # the value is a verb with its parts


def read_clause(
    clause: Clause, subject: Subject, context: Context, *, language: str = "en"
) -> list[Statement]:
    """What the clause says of its subject, each value by itself."""
    found: list[Statement] = []
    taken: set[tuple[object, ...]] = set()
    for match in _matches(clause, subject, context, language):
        # One thing is told of one value; what has none is told once a topic.
        family = (
            (match.value.start, match.value.end)
            if match.value
            else (match.topic.name, match.inner is None)
        )
        has_subject = any("sub" in slot.parts for slot in match.frame.slots)
        if subject.is_thing and not has_subject:
            continue
        if (
            has_subject
            and not subject.is_thing
            and not (match.topic.name == "pet:" and subject.is_animal)
        ):
            continue
        if family in taken or (
            match.value is None and found and match.topic.name == found[0].topic
        ):
            continue
        if match.topic.name == "owns:" and any(find_namesakes(context.text)):
            continue  # "We have two Bens at work"
        made = list(_statements(match, clause, subject, context, language))
        if made:
            taken.add(family)
            found += made
    return found


# -- frames


def _matches(clause: Clause, subject: Subject, context: Context, language: str) -> Iterator[_Match]:
    variants = list(_variants(clause))
    for topic in all_topics().values():
        for frame in topic.frames.get(language, ()):
            for variant in variants:
                wanted = frame.passive_verbs if variant.is_passive else frame.verbs
                if variant.verb not in wanted and not (
                    variant.is_passive
                    and variant.verb in frame.verbs
                    and "sub" in {p for s in frame.slots for p in s.parts}
                ):
                    continue
                match = _fill(topic, frame, variant, subject, context)
                if match is not None:
                    yield match
                    break


def _variants(clause: Clause) -> Iterator[Clause]:
    """The clause, and with what may be its particle: "went off sushi"."""
    yield clause
    for name, phrases in clause.prepositions.items():
        is_particle = name in ("off", "up", "on", "out", "into", "away", "over") or (
            name == "in" and clause.verb in ("trade", "pack", "jack")
        )
        if is_particle and "+" not in clause.verb:
            yield replace(clause, verb=f"{clause.verb}+{name}", object=clause.object or phrases[0])
    if "+" in clause.verb:
        yield replace(clause, verb=clause.verb.split("+")[0])
    if (
        clause.object is not None
        and clause.verb in ("have", "get")
        and clause.object.head in ("start", "begin")
    ):
        return


def _fill(
    topic: Topic, frame: Frame, clause: Clause, subject: Subject, context: Context
) -> _Match | None:
    value: Phrase | None = None
    inner: Clause | None = None
    base: list[Phrase] = []  # what has been matched, whose prepositions count as well
    current = clause
    for slot in frame.slots:
        if slot.is_absent:
            if next(_parts(slot, current, clause, []), None) is not None:
                return None
            continue
        if "there" in slot.parts:
            if "there" not in clause.adverbs:
                return None
            continue
        if "xcomp" in slot.parts:
            if current.xcomp is None or (slot.heads and current.xcomp.verb not in slot.heads):
                return None
            is_empty = current.xcomp.object is None and current.xcomp.complement is None
            if slot.is_value and not slot.heads and is_empty and current.xcomp.verb in _EMPTY_VERBS:
                return None
            if slot.is_value:
                inner = current.xcomp
            else:
                current = current.xcomp
            continue
        phrase = next(
            (
                one
                for one in _parts(slot, current, clause, base)
                if (subject.is_animal and "sub" in slot.parts)
                or any(_is_wanted(slot, each, subject, context) for each in one.each())
            ),
            None,
        )
        if phrase is None:
            return None
        base.append(phrase)
        if slot.is_value:
            value = phrase
    return _Match(topic, frame, value, inner)


def _parts(slot: Slot, clause: Clause, outer: Clause, base: Sequence[Phrase]) -> Iterator[Phrase]:
    """What may fill the slot, the likeliest first."""
    for name in slot.parts:
        if name == "obj" and clause.object is not None:
            yield clause.object
        elif name == "comp" and clause.complement is not None:
            yield clause.complement
        elif name == "sub" and clause.subject is not None:
            yield clause.subject
    holders: list[Phrase | Clause] = [*reversed(base), clause, outer]
    for holder in holders:
        for name in slot.parts:
            phrases = holder.prepositions.get(name)
            if phrases:
                merged = [phrases[0], *(one for one in phrases[1:] if one.alone)]
                others = (*merged[0].others, *(one for more in merged[1:] for one in more.each()))
                yield replace(merged[0], others=others)


def _is_wanted(slot: Slot, phrase: Phrase, subject: Subject, context: Context) -> bool:
    if (
        slot.heads
        and phrase.head not in slot.heads
        and phrase.head.removesuffix("s") not in slot.heads
    ):
        return False
    if not slot.is_value and not slot.kind:
        return True
    return fits(slot.kind, phrase, context.name_in(phrase), is_self=subject.is_self)


# -- statements


def _statements(
    match: _Match, clause: Clause, subject: Subject, context: Context, language: str
) -> Iterator[Statement]:
    phrases: list[Phrase | None] = [None]
    slot_kind = next((slot for slot in match.frame.slots if slot.is_value), None)
    if match.value is not None:
        phrases = [
            one
            for one in match.value.each()
            if slot_kind is None
            or (subject.is_animal and "sub" in slot_kind.parts)
            or _is_wanted(slot_kind, one, subject, context)
            or (
                not slot_kind.heads
                and slot_kind.kind in ("medicine", "hobby", "thing", "pet", "illness")
            )
        ]
    for phrase in phrases:
        statement = _statement(match, clause, subject, context, phrase, language=language)
        if statement is not None:
            yield statement


def _statement(
    match: _Match,
    clause: Clause,
    subject: Subject,
    context: Context,
    phrase: Phrase | None,
    *,
    language: str,
) -> Statement | None:
    topic, effect = match.topic, match.frame.effect
    name = context.name_in(phrase) if phrase is not None else None
    value = _value(match, phrase, name, clause)
    if value is None:
        return None
    person = context.people.get(phrase.head_start) if phrase is not None else None
    is_person = person is not None and (name is None or name.node_type == PERSON)
    is_count = topic.name == "pet_count:" and phrase is not None and phrase.determiner in _NUMBERS
    if (
        is_person
        and not is_count  # "I have one cat now"
        and topic.node_type != PERSON
        and topic.name not in ("pet:", "name", "likes:", "dislikes:")
    ):
        return None  # "my son to peanuts"
    is_now = clause.is_progressive and clause.tense is Tense.PRESENT
    if topic.name == "hobby:" and is_now and _AT_A_TIME.search(clause.text):
        return None  # "We're playing golf tomorrow"
    if topic.name == "owns:" and clause.verb == "have" and _AT_A_TIME.search(clause.text):
        return None  # "I have a haircut on Friday" is an event
    if topic.name == "partner" and clause.verb == "see":
        is_regular = (
            re.search(r"\d|day|week|month|year|often|morrow|night", clause.text) is not None
        )
        if not clause.is_progressive or is_regular or (person is not None and person.role):
            return None  # "I see my therapist", "I'm seeing Ann on Monday"
    if (
        name is None
        and phrase is not None
        and topic.name in ("employer", "home", "school")
        and _DATE_TAIL.fullmatch(f" on {phrase.text}")
    ):
        return None
    is_denied = clause.is_negated or (phrase is not None and phrase.determiner in _NO)
    is_no_more = (
        _NO_MORE.search(clause.text) is not None
        or "longer" in clause.adverbs
        or "anymore" in clause.adverbs
    )
    state = _state(effect, clause, is_denied=is_denied, is_no_more=is_no_more)
    if state is None:
        return None
    if state == "denied" and topic.opposite:
        topic, state = all_topics()[topic.opposite], "holds"
    if topic.name == "smoking" and not value and state != "ended":
        value = "no" if state == "denied" else "yes"
        state = "holds"  # a "no" takes the place of a "yes"
    if value == "" and not (state == "ended" or topic.name in ("allergies", "siblings")):
        return None
    if topic.name in ("allergies", "siblings"):
        value = "none"
    template = (phrase.alone if phrase is not None and phrase.alone else "") or clause.text
    text = sentence(template, subject)
    says = topic.says.get(language)
    if (
        effect is Effect.STARTS
        and state == "holds"
        and says
        and topic.is_single
        and phrase is not None
        and topic.name in ("home", "employer")
        and " near " not in clause.text
    ):
        shown = name.text if name is not None else phrase.text
        text = filled(says, subject, shown)
    if (
        topic.name == "employer"
        and state == "holds"
        and says
        and phrase is not None
        and (clause.complement is not None or "as" in clause.prepositions)
    ):  # what they are there is the job's to say, which may change
        text = filled(says, subject, name.text if name is not None else phrase.text)
    if (
        topic.name == "job"
        and state == "holds"
        and says
        and phrase is not None
        and value
        and re.search(r"(?i) (?:at|for|with) ", text)
    ):
        text = filled(
            says,
            subject,
            f"{phrase.determiner if phrase.determiner in ('a', 'an', 'the') else ''} {value}".strip(),
        )
    target, edge_type, relation = None, None, None
    target_key = None
    if phrase is not None and topic.relation is not None:
        person = context.person_at(phrase)
        if person is not None and person.key != subject.key and topic.node_type == PERSON:
            target_key = person.key
        elif name is not None:
            target = NounPhrase(name.text, name.start, name.end, _node_type(topic, name))
        if (target or target_key) and state == "holds":
            edge_type, relation = topic.edge_type, topic.relation
    key = topic.key(value)
    if topic.is_by_head and phrase is not None:
        key = topic.key(phrase.head)
    return Statement(
        text=text,
        subject=subject,
        start=clause.start,
        end=clause.end,
        topic=key
        if state != "ended" or not topic.name.endswith(":") or value
        else topic.name.rstrip(":"),
        value=value,
        confidence=KNOWN,
        target=target,
        target_key=target_key,
        edge_type=edge_type,
        relation=relation,
        takes_date=effect is Effect.STARTS,
        polarity={"denied": Polarity.NOT, "ended": Polarity.ENDED}.get(state, ""),
        ends=state in ("ended", "denied"),
        is_over=state == "ended",
        is_single=topic.is_single,
        is_past=clause.tense in (Tense.PAST, Tense.USED_TO),
    )


def _state(effect: Effect, clause: Clause, *, is_denied: bool, is_no_more: bool) -> str | None:
    """holds, denied, ended or planned; None when the frame says nothing then."""
    tense = clause.tense
    if tense is Tense.MODAL:
        return None
    if effect is Effect.NOT:
        return (
            "holds"
            if (is_denied and tense in (Tense.PRESENT, Tense.PERFECT, Tense.PAST))
            or (is_denied and tense is Tense.FUTURE)
            else None
        )
    if effect is Effect.ENDS:
        if is_denied:
            return None
        if (
            tense in (Tense.PAST, Tense.PERFECT)
            or clause.verb == "quit"
            or (clause.is_passive and not clause.is_progressive and tense is Tense.PRESENT)
        ):
            return "ended"
        return None
    if is_no_more and tense in (Tense.PRESENT, Tense.PERFECT):
        return "ended"
    if effect is Effect.STARTS:
        if (
            is_denied
            or tense in (Tense.FUTURE, Tense.USED_TO)
            or (clause.is_progressive and tense is Tense.PRESENT)
        ):
            return None
        if (
            tense is Tense.PRESENT
            and not clause.is_progressive
            and clause.verb not in ("quit", "retire")
        ):
            return None
        return "holds"
    if effect is Effect.SINCE:
        return (
            "holds"
            if tense is Tense.PERFECT
            and not is_denied
            and clause.prepositions.keys() & {"since", "for"}
            else None
        )
    # Effect.HOLDS
    if tense is Tense.FUTURE:
        return None
    if is_denied:
        return "denied" if tense in (Tense.PRESENT, Tense.PERFECT) else None
    if tense is Tense.USED_TO:
        return "ended"
    if tense is Tense.PAST and clause.verb in OF_THE_MOMENT:
        return None
    if tense is Tense.PAST:
        return "holds" if clause.verb in STAYS_TRUE else "ended"
    if tense is Tense.PERFECT and re.search(r"(?i)\b(?:before|in the past|once)\W*$", clause.text):
        return "ended"
    return "holds"


_STATES = {
    "marry": "married",
    "divorce": "divorced",
    "widow": "widowed",
    "engage": "engaged",
    "separate": "separated",
    "retire": "retired",
}
_GRAMMATICAL = frozenset(
    ["play", "do", "practise", "practice", "go", "take", "learn", "collect", "use", "smoke", "have"]
)
_DEGREE = re.compile(
    r"(?i)^(?:fluent|fluently|some|a bit of|a little|little|basic|decent|broken|good|bad|very|really|so|quite|totally)\s+"
)


def _value(match: _Match, phrase: Phrase | None, name: Name | None, clause: Clause) -> str | None:
    topic, inner = match.topic, match.inner
    if inner is not None:
        if (
            inner.object is not None
            and inner.verb in _GRAMMATICAL
            and match.frame.effect is not Effect.HOLDS
        ):
            return normal_value(_without_date(inner.object.text)) or None
        return normal_value(_without_date(inner.text)) or None
    if phrase is None:
        return _STATES.get(clause.verb, "") if topic.name in ("marital_status", "job") else ""
    slot = next((one for one in match.frame.slots if one.is_value), None)
    if (
        topic.name == "likes:"
        and phrase.head in _KINDS_OF_PEOPLE
        and slot is not None
        and slot.heads
    ):
        liked = re.fullmatch(r"(?:an? )?(?:real |big |total |huge )?(\w+) \w+", phrase.text.lower())
        if liked is None or not (phrase.head == "lover" or _is_liking(liked[1])):
            return None  # "a quiet person", "a guy called Ben"
        return normal_value(liked[1])
    if slot is not None and slot.heads and "comp" in slot.parts:
        return phrase.head
    if topic.is_by_head or topic.name == "children":
        return _counted(phrase)
    if topic.name == "job":
        return normal_value(_AT_WORK.sub("", _without_date(phrase.text))) or None
    if topic.name == "speaks:":
        return normal_value(_DEGREE.sub("", phrase.text)) or None
    if topic.name == "birthday":
        return day_of_year(phrase.text)
    if slot is not None and "sub" in slot.parts and name is not None:
        return normal_value(name.text)
    if slot is not None and "sub" in slot.parts:
        return normal_value(re.sub(r"(?i)^(?:my|our|the|his|her) ", "", phrase.text)) or None
    if topic.name == "age":
        age = age_in(phrase.text)
        return str(age) if age is not None else None
    if name is not None and topic.relation is not None:
        return normal_value(name.text)
    if phrase.head in _EMPTY_HEADS and len(phrase.text.split()) <= 2:
        return None
    text = phrase.text.split(" for ")[0] if clause.verb.startswith("trade") else phrase.text
    return normal_value(_without_date(text)) or None


_AT_A_TIME = re.compile(
    r"(?i)\b(?:tonight|tomorrow|tmrw|(?:on |next |this )(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{1,2}(?::\d\d)? ?[ap]m|at \d)\b"
)
_KINDS_OF_PEOPLE = frozenset({"person", "guy", "girl", "lover"})
_LIKINGS = frozenset(
    ["people", "morning", "night", "evening", "city", "beach", "mountain", "book", "tea", "coffee"]
)


def _is_liking(word: str) -> bool:
    """True for what somebody can be a person of: "a cat person", not "a quiet person"."""
    return word in _LIKINGS or any(word in word_list(name) for name in ("pets", "foods", "hobbies"))


_COUNTS = {word: str(n) for word, n in spelled(ENGLISH, 1, 10).items()} | {"a": "1", "an": "1"}


_NUMBERS = frozenset(_COUNTS) - {"a", "an"}
_AT_WORK = re.compile(r"(?i) (?:at|in|with|for|from|by) .*$")


def _counted(phrase: Phrase) -> str | None:
    """How many: "2 cats" for two cats and for one more than one."""
    words = phrase.text.lower().split()
    if not words:
        return None
    first = _COUNTS.get(words[0], words[0])
    at = next(
        (n for n, word in enumerate(words) if word.startswith(phrase.head[:3])), len(words) - 1
    )
    words = words[: at + 1]
    return " ".join((first, *words[1:])) if first.isdigit() else normal_value(phrase.text)


def _without_date(text: str) -> str:
    return _DATE_TAIL.sub("", text)


def _node_type(topic: Topic, name: Name) -> str | None:
    if topic.node_type == PLACE and name.node_type in PLACES:
        return name.node_type
    if topic.node_type == COMPANY and name.node_type in (COMPANY, INSTITUTION):
        return name.node_type
    if topic.node_type == PLACE and name.text[:1].isupper() and name.node_type == ENTITY:
        return CITY if topic.name in ("home", "origin") else PLACE
    return topic.node_type


def filled(says: tuple[str, str], subject: Subject, value: str, **more: str) -> str:
    """The sentence of a topic with its subject and value."""
    template = says[0] if subject.is_self else says[1]
    whose = subject.owner_label
    text = template.format_map(
        {"who": subject.label, "whose": whose, "value": value, "role": "", "what": "", **more}
    )
    return text[0].upper() + text[1:]


def sentence(template: str, subject: Subject) -> str:
    """The clause as a sentence with its subject put in."""
    label = subject.label
    text = template.replace("{who}", label)
    if label == "We" and not template.startswith("{who}"):
        text = template.replace("{who}", "we")  # "In August we hiked"
    if not subject.is_self:
        text = re.sub(rf"(?<={re.escape(label)}) (?:am|'m)\b", " is", text)
        text = text.replace(f"{label} {label} ", f"{label} ")  # the parse has split "my aunt Ann"
        if " and " not in label:
            text = re.sub(rf"(?<={re.escape(label)}) have\b", " has", text)
    text = re.sub(r"\b(I|[Ww]e) been\b", r"\1 have been", text)
    text = re.sub(
        r"(?i)^(?:so|then|also|because|but|and|plus|although|though|since|well|ok|btw|oh|yes|otherwise|before that|after that|correction:|originally)[ ,]+(?=\S)",
        "",
        text,
    ).strip(" ,;:-–")
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?" else f"{text}."


# -- what no frame has


def read_open_clause(
    clause: Clause, subject: Subject, context: Context, *, has_date: bool
) -> Statement | None:
    """The clause in its own words, when it is worth keeping and the parse carries it whole."""
    if clause.tense is Tense.MODAL or not _tells_enough(
        clause, subject, context, has_date=has_date
    ):
        return None
    rest = clause.object or clause.complement
    value = ""
    if clause.xcomp is not None and rest is None:
        value = normal_value(_without_date(clause.xcomp.text))
    elif rest is not None:
        value = normal_value(_without_date(rest.text))
    elif clause.prepositions:
        name, phrases = next(iter(clause.prepositions.items()))
        value = normal_value(f"{name} {_without_date(phrases[0].text)}")
    text = sentence(clause.text, subject)
    if not text or len(text) > MAX_OPEN_CHARACTERS or "{" in text or _HOLLOW.search(text):
        return None
    others = [
        context.keys[name.start]
        for name in context.names_in(clause.start, clause.end)
        if name.start in context.keys
    ]
    polarity = ""
    is_present = clause.tense in (Tense.PRESENT, Tense.PERFECT)
    if is_present and _CANNOT.search(clause.text) is None and _NO_MORE.search(clause.text):
        polarity = Polarity.ENDED
    elif clause.is_negated:
        polarity = Polarity.NOT
    elif clause.tense is Tense.USED_TO:
        polarity = Polarity.ENDED
    return Statement(
        text=text,
        subject=subject,
        start=clause.start,
        end=clause.end,
        topic=f"{OPEN_TOPIC}{clause.verb.replace('+', ' ')}",
        value=value,
        confidence=OPEN,
        polarity=polarity,
        ends=polarity == Polarity.ENDED and clause.tense is not Tense.USED_TO,
        is_single=False,
        is_past=clause.tense in (Tense.PAST, Tense.USED_TO),
        others=tuple(key for key in others if key != subject.key),
    )


def _tells_enough(clause: Clause, subject: Subject, context: Context, *, has_date: bool) -> bool:
    names = context.names_in(clause.start, clause.end)
    if clause.complement is not None and any(
        context.keys.get(same.start) == subject.key
        for same in context.names_in(clause.complement.start, clause.end)
    ):
        return False  # "my boss is a woman called Petra": that is her name
    has_number = re.search(r"\d", context.text[clause.start : clause.end]) is not None
    is_specific = bool(names) or has_number or has_date
    verb = clause.verb.split("+")[0]
    if clause.verb in _IDLE_VERBS or verb in _IDLE_VERBS:
        is_often = recurrence_in(context.text[clause.start : clause.end]) != ""
        is_dated = has_date and (has_number or (verb == "see" and bool(names)))
        return (is_dated or is_often) and verb in ("see", "expect", "talk", "check")
    parts = [one for one in (clause.object, clause.complement) if one is not None]
    if (
        clause.object is not None
        and clause.object.head in _EMPTY_HEADS
        and len(clause.object.text.split()) <= 2
    ):
        return False
    if (
        verb in ("be", "become", "get", "go", "look", "feel")
        and clause.complement is not None
        and clause.object is None
        and clause.complement.head in _IDLE_COMPLEMENTS
        and "of" not in clause.complement.prepositions  # "afraid of heights"
        and not (has_number and len(clause.complement.text.split()) > 2)
        and not (has_date and clause.complement.head in _WITH_A_DATE)
    ):
        return False
    if (
        verb == "have"
        and clause.object is not None
        and clause.object.head in word_list("no_things")
        and not has_date
        and not clause.is_negated
    ):
        return False
    if not parts and clause.xcomp is None and not clause.prepositions:
        return (
            (clause.is_negated and _CANNOT.search(clause.text) is not None)
            or (has_date and is_specific)
            or (clause.is_negated and clause.tense is Tense.PRESENT and verb in _HABITS)
            or (verb == "be" and has_number and subject.is_self)
            or (verb == "work" and clause.tense is Tense.PRESENT and " " in clause.text[6:].strip())
            or verb
            in (
                "die",
                "leave",
                "marry",
                "graduate",
                "launch",
                "retire",
                "smoke",
                "swim",
                "snore",
                "knit",
                "sing",
                "paint",
                "commute",
            )
        )
    if clause.tense is Tense.FUTURE and not (
        has_date or any(one.node_type == PERSON for one in names)
    ):
        return False
    if clause.tense is Tense.PAST and subject.is_self and not is_specific:
        # What was done once and names nothing is of the day.
        owned = any(one.determiner in ("my", "our") for one in parts)
        return owned and clause.is_main
    if verb in ("turn", "go", "run", "walk") and re.search(r"\b\d+ degrees\b", clause.text):
        return False
    words = [
        word
        for word in re.findall(r"[\w']+", clause.text.lower())
        if word not in word_list("small_talk") and word != "who"
    ]
    return len(words) >= 1
