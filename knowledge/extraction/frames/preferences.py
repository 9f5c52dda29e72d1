"""What somebody likes, and what they do again and again."""

import re
from collections.abc import Iterator

from knowledge.extraction.frames.clause import Clause
from knowledge.extraction.statements import NounPhrase, Statement, normal_value, noun_phrases
from knowledge.extraction.words import word_list

_THIRD_PERSON = {
    "love": "loves",
    "like": "likes",
    "enjoy": "enjoys",
    "adore": "adores",
    "prefer": "prefers",
    "hate": "hates",
    "dislike": "dislikes",
    "detest": "detests",
    "loathe": "loathes",
}
_DISLIKES = frozenset({"hate", "dislike", "detest", "loathe"})


def read_preference(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    verb = match[1].lower().removesuffix("ed").removesuffix("d").removesuffix("ing")
    verb = next((known for known in _THIRD_PERSON if known.startswith(verb[:4])), "like")
    if match[1].lower().endswith("ed") and clause.verb == "do":
        return  # "I loved the show" is about one evening
    for thing in noun_phrases(clause.text, match.end()):
        if _is_contextual(clause.text, thing):
            continue
        polarity = clause.full_polarity(thing.end)
        likes = (verb in _DISLIKES) == bool(polarity)
        yield clause.statement(
            clause.subject.verb_sentence(verb, _THIRD_PERSON[verb], thing.text, polarity),
            f"preference:{normal_value(thing.text)}",
            "likes" if likes else "dislikes",
            thing.end,
            confidence=0.85,
        )


def _is_contextual(text: str, thing: NounPhrase) -> bool:
    """ "The colours" are those of something that was just spoken of."""
    is_this_one = text[max(0, thing.start - 4) : thing.start].lower() == "the "
    return is_this_one and thing.text.lower() not in word_list("always_the")


def read_aversion(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    for thing in noun_phrases(clause.text, match.end()):
        yield clause.statement(
            clause.subject.verb_sentence("dislike", "dislikes", thing.text),
            f"preference:{normal_value(thing.text)}",
            "dislikes",
            thing.end,
            confidence=0.85,
        )


def read_fondness(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    for thing in noun_phrases(clause.text, match.end()):
        if _is_contextual(clause.text, thing):
            continue
        polarity = clause.full_polarity(thing.end)
        yield clause.statement(
            clause.subject.verb_sentence("like", "likes", thing.text, polarity),
            f"preference:{normal_value(thing.text)}",
            "dislikes" if polarity else "likes",
            thing.end,
            confidence=0.85,
        )


_HABITS = {  # the verb as it is said -> its first and third person
    "playing": ("play", "plays"),
    "plays": ("play", "plays"),
    "speaks": ("speak", "speaks"),
    "learning": ("learn", "learns"),
    "learns": ("learn", "learns"),
    "uses": ("use", "uses"),
    "using": ("use", "uses"),
    "collects": ("collect", "collects"),
    "collecting": ("collect", "collects"),
}
_LANGUAGES = word_list("languages")


def read_habit(clause: Clause, match: re.Match[str]) -> Iterator[Statement]:
    """Plays, speaks, learns, uses, collects."""
    verb = match[1].lower()
    base, third = _HABITS.get(verb, (verb, f"{verb}s"))
    for thing in noun_phrases(clause.text, match.end(), limit=3):
        if base == "speak" and thing.text.lower() not in _LANGUAGES:
            continue
        polarity = clause.full_polarity(thing.end)
        yield clause.statement(
            clause.subject.verb_sentence(base, third, thing.text, polarity),
            f"{third}:{normal_value(thing.text)}",
            "no" if polarity else "yes",
            thing.end,
            confidence=0.75,
        )
