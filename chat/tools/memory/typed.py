"""Whether the user's own message asks that something be remembered, and in these very words.

A model that has been told to by a web page would say so, too. So only what the user typed counts,
and only in its plainest form: a sentence that begins with the wish. Whatever else they write is
read by the memory later, or proposed to them.
"""

import re
from collections.abc import Sequence

from chat.tools.base import TurnContext
from chat.tools.permissions import asks_for

MOST_LINES = 3  # a longer message may hold what somebody else wrote

_REMEMBER = re.compile(
    r"(?:^|[.!?\n])\s*(?:(?:hey|ok|okay|also|and|please|pls|bitte|und|auch|kannst du|can you|"
    r"could you|exobrain)[,\s]+)*"
    r"(?:remember|note|memori[sz]e|keep in mind|bear in mind|make a note|don['’]?t forget|"
    r"do not forget|merk(?:e)? dir|notier(?:e)?(?: dir)?|denk(?:e)? (?:daran|dran)|"
    r"vergiss (?:bitte )?nicht)"
    r"(?:[,\s]+(?:please|bitte|for me|für mich|mal))*"
    r"(?:\s*:|,?\s+(?P<first>that|this|dass|my|our|mein\w*|unser\w*|i\b|ich\b))",
    re.IGNORECASE,
)
_INTRODUCING = frozenset({"that", "this"})  # words that are no part of what is wished
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)|\n")
# Marks of words that are not, or may not be, the user's own.
_QUOTING = re.compile('["“”„«»‹›<>`|]|(?:^|\n)\\s*(?:>|[-*•] )|\\w[:：]\\s*\n')
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NEGATION = re.compile(
    r"(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot|stopped|no longer|.*n['’]t|"
    r"nicht|nie|niemals|nein|kein\w*|ohne|weder|noch)",
    re.IGNORECASE,
)
# Words that say nothing by themselves: a model changes them when it says the same again.
_LITTLE = frozenset(
    """a an the this that these those and or is am are was were be been being to of in on at by for
    with as it its i i'm i’m my mine me we our us you your user user's user’s users has have had do
    does he she they his her their please
    ein eine einen einem einer der die das den dem des und oder ist bin sind war waren zu im in an
    am auf für mit als es ich mein meine meinen meinem meiner mich mir wir unser unsere uns du dein
    deine dass hat habe haben benutzer bitte nutzer""".split()  # noqa: SIM905  words read best as words
)


def is_typed_wish(text: str, turn: TurnContext) -> bool:
    """True when the user's own message, and nothing else, asks to remember just this text.

    Its words have to stand there side by side, with every negation: a model that may leave out
    some of them could turn round what was said.
    """
    question = turn.question
    if turn.has_outside_text or not asks_for(question, _REMEMBER):
        return False
    if _QUOTING.search(question) or question.strip().endswith("?"):
        return False
    if len(question.strip().splitlines()) > MOST_LINES:
        return False
    asked = _REMEMBER.search(question)
    said = _words(question[asked.end() :] if asked else "")
    wanted = _words(text)
    told = [word for word in said if word not in _LITTLE]
    kept = [word for word in wanted if word not in _LITTLE]
    if not kept or _negations(wanted) != _negations(said):
        return False
    windows = (told[at : at + len(kept)] for at in range(len(told) - len(kept) + 1))
    return any(_is_said_by(kept, window) for window in windows)


def wished_text(question: str) -> str:
    """What the user's message asks to remember, in its words; empty where it asks for nothing."""
    asked = _REMEMBER.search(question)
    if asked is None or not asks_for(question, _REMEMBER):
        return ""
    first = asked["first"]
    if first is None:  # behind a colon: all that follows
        return " ".join(question[asked.end() :].split())
    is_part = first.casefold() not in _INTRODUCING
    said = question[asked.start("first") if is_part else asked.end() :]
    end = _SENTENCE_END.search(said)
    return " ".join(said[: end.start() if end else len(said)].split())


def _is_said_by(kept: Sequence[str], window: Sequence[str]) -> bool:
    """True for the same words; the last may come earlier, as in German the verb does:
    "dass ich Tee mag", "ich mag Tee".
    """
    *others, last = window
    return kept == window or any(
        word == last and [*kept[:at], *kept[at + 1 :]] == others for at, word in enumerate(kept)
    )


def _words(text: str) -> Sequence[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _negations(words: Sequence[str]) -> int:
    return sum(_NEGATION.fullmatch(word) is not None for word in words)
