"""What a question takes for granted: "Since I'm vegan, what ...?", "for my sister Ana, who is 30".

Nothing is taken from what is asked or supposed itself; only from a reason that the user gives, from
what they say they ask as, and from a role that stands right before a name.
"""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from knowledge.extraction.people import role_words
from knowledge.extraction.restated import Restated
from knowledge.extraction.sentence_kinds import SentenceKind
from knowledge.extraction.sentences import Sentence
from knowledge.extraction.voices import MASK

_ASKING = frozenset({SentenceKind.QUESTION, SentenceKind.REQUEST, SentenceKind.STATEMENT})
# A reason, before what is asked or behind it.
_REASON = re.compile(
    r"(?i)(?:^|[,;:–-] |\?\s*|(?<=[a-z]) (?=given|seeing|considering|now that|because))(?:(?:and|so|but|hey|hi|ok|well|hello)[, ]+)*"
    r"(?:since|as|because|given(?: that)?|seeing(?: that| as)|considering(?: that)?|now that|bearing in mind that)\s+"
    r"(?P<stated>(?:I|we|I'm|we're|I've|we've|my|our)\b[^,;?!]{3,120})(?=[,;?!]|$)"
)
# In which capacity one asks; it must be of the one who asks: "should I", "for me".
_AS_A = re.compile(
    r"(?i)^(?:(?:and|so|but|hey|hi|ok|well|hello)[, ]+)*(?:as|being) (?P<what>(?:an? (?!matter\b|result\b|rule\b|side\b|start\b|last\b|first\b|thank)|someone with (?:an? )?|somebody with (?:an? )?)[\w' -]{3,50}), (?=.*(?:\b(?:I|me|my|we|us)\b|\?{3}))"
)
# "Am I the only one who hates coriander?" is said by somebody who does.
_ONLY_ONE = re.compile(
    r"(?i)^(?:(?:and|so|hey|wait)[, ]+)*am I (?:really )?(?:the only (?:one|person)|alone in being somebody) (?:here )?(?:who|that) (?P<does>(?:actually |still |really )?(?:likes|loves|hates|prefers|enjoys|has|uses|reads|eats|drinks|can't stand|doesn't like|can't eat|never [a-z]+s) [^?!.]{3,80})"
)
_FOR_EXAMPLE = re.compile(
    r"(?i)\b(?:if|unless|suppose|supposing|imagine|imaginary|pretend|would be|what would you|hypothetically|translate|rephrase|rewrite|paraphrase|proofread|spell|pronounce|say)\b"
)
_LOOKS = r"(?:(?:older|elder|younger|little|big|baby|twin|best|new|old|dear|good|eldest|oldest|youngest) )?"
_WHO = r",? who(?P<does>(?:'s| (?:is|has|can't|cannot|doesn't|just|recently|also|never|always|will be|turns|[a-z]{2,}s|[a-z]{2,}ed)) [^,;?!.]{1,60})"


def presupposed(sentence: Sentence) -> Iterator[Restated]:
    """What an asking or requesting sentence of the user's says besides, in order."""
    text = sentence.text
    if sentence.kind not in _ASKING or _FOR_EXAMPLE.search(text):
        return
    is_statement = sentence.kind is SentenceKind.STATEMENT
    if is_statement and not text.rstrip().endswith(("?", MASK)):  # what is masked is asked
        return
    text = text.replace(MASK, "?")
    for reason in _REASON.finditer(text):
        yield _restated(sentence, *reason.span("stated"), reason["stated"])
    if as_a := _AS_A.match(text):
        what = as_a["what"]
        has = re.match(r"(?i)some(?:one|body) with ", what)
        stated = f"I have {what[has.end() :]}" if has else f"I am {what}"
        yield replace(_restated(sentence, *as_a.span("what"), stated), is_topical=True)
    if only_one := _ONLY_ONE.match(text):
        does = re.sub(
            r"(?i)\b(likes|loves|hates|prefers|enjoys|uses|reads|eats|drinks|(?<=never )[a-z]+s)\b",
            lambda verb: verb[0][:-1],
            only_one["does"],
            count=1,
        )
        does = re.sub(
            r"(?i)^((?:actually |still |really )?)(has|doesn't)\b",
            lambda verb: verb[1] + {"has": "have", "doesn't": "don't"}[verb[2].lower()],
            does,
        )
        yield _restated(sentence, *only_one.span("does"), f"I {does}")
    for person in _named_role().finditer(text):
        is_it = re.search(r"(?i)\b(?:is|are|was|isn't)(?: that)? $", text[: person.start()])
        if is_it and re.match(r"\W*$|\W+(?:or|and)\b", text[person.end() :]):
            continue  # "Is my sister Ana?"
        whole = person["person"]
        if person["does"]:
            whole += person["does"]
        yield _restated(sentence, *person.span(), whole)


def _restated(sentence: Sentence, start: int, end: int, text: str) -> Restated:
    shown = text.strip().rstrip(".") + "."
    return Restated(sentence.start + start, sentence.start + end, shown[0].upper() + shown[1:])


@cache
def _named_role() -> re.Pattern[str]:
    roles = "|".join(sorted((re.escape(one) for one in role_words()), key=len, reverse=True))
    return re.compile(
        rf"(?P<person>\b(?i:my|our) {_LOOKS}(?i:{roles}) (?P<name>[A-Z][\w'-]*[\w]))(?!\w|'s)(?:{_WHO})?"
    )
