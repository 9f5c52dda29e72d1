"""Whether what a frame tells is so, is denied, or is over, by the clause's tense and negation."""

import re

from knowledge.extraction.clause import Clause, Tense
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.topics import Effect, State

NO_MORE = re.compile(r"(?i)\b(?:no longer|any ?more|any longer|no more)\b")

_SO_FAR = (Tense.PRESENT, Tense.PERFECT)
_ONCE = re.compile(r"(?i)\b(?:before|in the past|once)\W*$")


def state_of(  # noqa: PLR0911  a return an effect
    effect: Effect, clause: Clause, *, is_denied: bool
) -> State | None:
    """None when the frame says nothing in such a clause."""
    tense = clause.tense
    if tense is Tense.MODAL:
        return None
    if effect is Effect.NOT:
        return State.HOLDS if is_denied and tense is not Tense.USED_TO else None
    if effect is Effect.ENDS:
        return State.ENDED if _has_ended(clause) and not is_denied else None
    if tense in _SO_FAR and _is_no_more(clause):
        return State.ENDED
    if effect is Effect.STARTS:
        return State.HOLDS if _has_started(clause) and not is_denied else None
    if effect is Effect.SINCE:
        is_since = tense is Tense.PERFECT and clause.prepositions.keys() & {"since", "for"}
        return State.HOLDS if is_since and not is_denied else None
    if is_denied:
        return State.DENIED if tense in _SO_FAR else None
    return _state_by_tense(clause)


def _is_no_more(clause: Clause) -> bool:
    return NO_MORE.search(clause.text) is not None or bool(clause.adverbs & {"longer", "anymore"})


def _has_ended(clause: Clause) -> bool:
    return (
        clause.tense in (Tense.PAST, Tense.PERFECT)
        or clause.verb == "quit"
        or (clause.is_passive and not clause.is_progressive and clause.tense is Tense.PRESENT)
    )


def _has_started(clause: Clause) -> bool:
    if clause.tense is Tense.PRESENT:
        return clause.verb in ("quit", "retire") and not clause.is_progressive
    return clause.tense not in (Tense.FUTURE, Tense.USED_TO)


def _state_by_tense(clause: Clause) -> State | None:
    """Of what a verb tells that says neither that something begins nor that it ends."""
    if clause.tense is Tense.FUTURE:
        return None
    if clause.tense is Tense.USED_TO:
        return State.ENDED
    if clause.tense is Tense.PAST:
        if clause.verb in small_words("of_the_moment"):
            return None
        return State.HOLDS if clause.verb in small_words("stays_true") else State.ENDED
    if clause.tense is Tense.PERFECT and _ONCE.search(clause.text):
        return State.ENDED
    return State.HOLDS
