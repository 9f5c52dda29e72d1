"""Which frames of the topics' table a clause fills, and with what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.clause import Clause, Phrase
from knowledge.extraction.english.context import Context
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.statements import Subject
from knowledge.extraction.topics import Frame, Slot, Topic, all_topics
from knowledge.extraction.values import fits

_PARTICLES = frozenset(("off", "up", "on", "out", "into", "away", "over"))
_TAKE_IN = frozenset(("trade", "pack", "jack"))


@dataclass(frozen=True)
class Match:
    """A frame that a clause fills."""

    topic: Topic
    frame: Frame
    value: Phrase | None
    inner: Clause | None  # the value is a verb with its parts

    @property
    def value_slot(self) -> Slot | None:
        """The part of the frame that the value fills."""
        return next((slot for slot in self.frame.slots if slot.is_value), None)


def matches(clause: Clause, subject: Subject, context: Context) -> Iterator[Match]:
    """The frames that the clause fills, in the order of the table."""
    variants = list(_variants(clause))
    for topic in all_topics().values():
        for frame in topic.frames.get("en", ()):
            for variant in variants:
                if not _has_verb(frame, variant):
                    continue
                match = _fill(topic, frame, variant, subject, context)
                if match is not None:
                    yield match
                    break


def takes_subject(frame: Frame) -> bool:
    """True when the clause's subject fills a part of the frame: "my car is a Kia"."""
    return any("sub" in slot.parts for slot in frame.slots)


def is_wanted(slot: Slot, phrase: Phrase, subject: Subject, context: Context) -> bool:
    """True when the phrase may fill the slot."""
    if slot.heads and not slot.heads & {phrase.head, phrase.head.removesuffix("s")}:
        return False
    if not slot.is_value and not slot.kind:
        return True
    return fits(slot.kind, phrase, context.name_in(phrase), is_self=subject.is_self)


def _variants(clause: Clause) -> Iterator[Clause]:
    """The clause, and with what may be its particle: "went off sushi"."""
    yield clause
    for name, phrases in clause.prepositions.items():
        is_particle = name in _PARTICLES or (name == "in" and clause.verb in _TAKE_IN)
        if is_particle and "+" not in clause.verb:
            yield replace(clause, verb=f"{clause.verb}+{name}", object=clause.object or phrases[0])
    if "+" in clause.verb:
        yield replace(clause, verb=clause.verb.split("+")[0])


def _has_verb(frame: Frame, clause: Clause) -> bool:
    if not clause.is_passive:
        return clause.verb in frame.verbs
    return clause.verb in frame.passive_verbs or (
        clause.verb in frame.verbs and takes_subject(frame)
    )


def _fill(
    topic: Topic, frame: Frame, clause: Clause, subject: Subject, context: Context
) -> Match | None:
    value: Phrase | None = None
    inner: Clause | None = None
    base: list[Phrase] = []  # what has been matched, whose prepositions count as well
    current = clause
    for slot in frame.slots:
        if slot.is_absent:
            if any(True for _ in _parts(slot, current, clause, [])):
                return None
        elif "there" in slot.parts:
            if "there" not in clause.adverbs:
                return None
        elif "xcomp" in slot.parts:
            behind = current.xcomp
            if behind is None or not _may_stand_behind(slot, behind):
                return None
            if slot.is_value:
                inner = behind
            else:
                current = behind
        else:
            phrase = next(
                (
                    one
                    for one in _parts(slot, current, clause, base)
                    if (subject.is_animal and "sub" in slot.parts)
                    or any(is_wanted(slot, each, subject, context) for each in one.each())
                ),
                None,
            )
            if phrase is None:
                return None
            base.append(phrase)
            if slot.is_value:
                value = phrase
    return Match(topic, frame, value, inner)


def _may_stand_behind(slot: Slot, verb: Clause) -> bool:
    if slot.heads:
        return verb.verb in slot.heads
    is_bare = verb.object is None and verb.complement is None
    return not (slot.is_value and is_bare and verb.verb in small_words("empty_verb"))


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
