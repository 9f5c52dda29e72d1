"""Which topics of the table a German clause tells something of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.extraction.german.chunks import Chunk
from knowledge.extraction.german.clause import GermanClause
from knowledge.extraction.german.kinds import has_head, is_kind, is_place_name
from knowledge.extraction.german.morphology import Tense
from knowledge.extraction.node_types import PLACE
from knowledge.extraction.topics import Effect, Frame, Slot, Topic, all_topics

# Verbs above another that leave it said: "ich darf kein Gluten essen".
TRANSPARENT = frozenset(("", "können", "müssen", "dürfen", "gehen", "lassen"))


@dataclass(frozen=True)
class Match:
    """A frame that fits, with what fills its value."""

    topic: Topic
    effect: Effect
    value: Chunk | None  # the first of those that are joined
    frame: Frame
    used: Sequence[Chunk] = ()  # what else the frame needs, which its text keeps


def match_frames(clause: GermanClause) -> list[Match]:
    """One match a topic at most, the first of its frames."""
    found: list[Match] = []
    for topic in all_topics().values():
        for frame in topic.frames["de"]:
            verbs = frame.passive_verbs if clause.is_passive else frame.verbs
            if clause.verb not in verbs and "*" not in verbs:
                continue
            if (frame.effect is Effect.NOT) and not clause.negation:
                continue
            match = _match(clause, topic, frame)
            if match is not None:
                found.append(match)
                break
    return found


def _match(clause: GermanClause, topic: Topic, frame: Frame) -> Match | None:
    value: Chunk | None = None
    used: list[Chunk] = []
    if not any(slot.is_value for slot in frame.slots) and any(
        c.preposition in ("mit", "bei", "von") for c in clause.prepositions
    ):
        return None
    if not frame.slots and (clause.objects or clause.infinitive is not None):
        return None
    for slot in frame.slots:
        candidates = [chunk for chunk in _fillers(clause, slot) if _fits(chunk, slot)]
        if not candidates:
            return None
        used += candidates if not slot.is_value else ()
        if slot.is_value:
            is_place = topic.node_type == PLACE
            value = next((c for c in candidates if is_place and is_place_name(c)), candidates[0])
    return Match(topic, frame.effect, value, frame, used)


def _fillers(clause: GermanClause, slot: Slot) -> Iterator[Chunk]:
    for part, chunks in _PARTS.items():
        if part in slot.parts:
            yield from chunks(clause)
    for chunk in clause.prepositions:
        if chunk.preposition in slot.parts:
            yield chunk


def _complements(clause: GermanClause) -> Sequence[Chunk]:
    if clause.complement is None:
        return ()
    return (clause.complement, *clause.complement.others)


def _adverbs(clause: GermanClause) -> Sequence[Chunk]:
    return [c for c in (*clause.front, *clause.middle, *clause.behind) if c.word in clause.adverbs]


_PARTS: Mapping[str, Callable[[GermanClause], Sequence[Chunk]]] = {
    "obj": lambda clause: clause.objects,
    "comp": _complements,
    "sub": lambda clause: (clause.subject,) if clause.subject is not None else (),
    "adv": _adverbs,
    "time": lambda clause: clause.times,
    "xcomp": lambda clause: () if clause.infinitive is None else (clause.infinitive.as_chunk(),),
}


def _fits(chunk: Chunk, slot: Slot) -> bool:
    if chunk.determiner.startswith(("dein", "euer", "eure")):
        return False  # it is about whoever answers
    if slot.heads and not (
        has_head(chunk, slot.heads)
        or chunk.word in slot.heads
        or chunk.text.lower().removeprefix("am ") in slot.heads
    ):
        return False
    return (
        not slot.kind
        or is_kind(chunk, slot.kind)
        or any(is_kind(one, slot.kind) for one in chunk.others)
    )


def is_stated(clause: GermanClause) -> bool:
    """The clause says how things are, were or will be; it is nobody's guess, wish or condition."""
    return (
        clause.tense is not Tense.SUBJUNCTIVE
        and not clause.is_conditional
        and clause.is_after_report is None
        and not any(c.preposition in ("laut", "gemäß") for c in clause.prepositions)
    )
