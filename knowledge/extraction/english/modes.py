"""How a clause is meant: stated, told by somebody else, or not meant at all."""

import re
from enum import StrEnum

from knowledge.extraction.clause import Clause, Tense
from knowledge.extraction.english.lexicon import small_words

UNSURE = 0.65  # of what follows "I think"


class Mode(StrEnum):
    """How a clause is meant."""

    STATED = "stated"
    UNSURE = "unsure"  # "I think that"
    TOLD = "told"  # somebody else says so of themselves or of others
    NOT_MEANT = "not_meant"  # asked, supposed, wished, joked, denied as a whole


_SUPPOSED = re.compile(
    r"(?i)\b(?:imagine|pretend|(?<!\bi )suppose|supposing|hypothetically|what if|let's say|"
    r"say i were|if only|i wish|just kidding|joking|not really)\b|^(?i:rip)\b"
)
_GUESS_NOW = re.compile(
    r"(?i)(?:^|[,;.] ?|\b(?:and|so) )(?:I )?(?:guess|suppose) (?:that )?"
    r"(?:I'?m|I am|we'?re) [^,.;?]{2,40}? now\b"
)
_PERHAPS = frozenset(("probably", "maybe", "perhaps", "apparently", "supposedly", "possibly"))


def clause_mode(clause: Clause, sentence: str) -> Mode:
    """How a clause is meant; the only place where that is decided."""
    is_off = clause.marks & small_words("mark_off") or clause.adverbs & small_words("nearly")
    if clause.tense is Tense.MODAL or is_off or _SUPPOSED.search(sentence):
        return Mode.NOT_MEANT
    above = list(clause.above)
    sure, unsure, told = (small_words(f"{kind}_above") for kind in ("sure", "unsure", "told"))
    if any(verb not in sure | unsure | told for verb in above):  # "not" and "would" among them
        return Mode.NOT_MEANT
    is_self = clause.teller is None or clause.teller.head in ("i", "we")
    if above and not is_self:
        return Mode.TOLD if above[0] in told | unsure else Mode.NOT_MEANT
    if any(verb in unsure for verb in above):
        return Mode.UNSURE
    if "hear" in above:
        return Mode.TOLD
    return Mode.STATED


def certainty_of(clause: Clause, mode: Mode, sentence: str, *, is_single: bool) -> float:
    """By how much a clause is less sure for the words "I think" and "probably".

    "Guess I'm vegan now" says what has become of somebody, where it can be but one thing.
    """
    is_change_owned_up = is_single and _GUESS_NOW.search(sentence) is not None
    is_guessed = mode is Mode.UNSURE and not is_change_owned_up
    return UNSURE if is_guessed or clause.adverbs & _PERHAPS else 1.0
