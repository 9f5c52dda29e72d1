"""Phrases of an English parse: a head word with what belongs to it."""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.extraction.clause import Phrase
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.english.parsed import ParsedText
from knowledge.extraction.parsing import Token

CLOSING = frozenset((")", '"', "'", "%"))  # marks that may end a phrase
_OPENING = frozenset(("(", '"', "#", "$", "£", "€"))
_DETERMINERS = frozenset({"det", "poss", "nummod", "neg", "predet"})


def read_phrase(parsed: ParsedText, token: Token, *, alone: str = "") -> Phrase:
    """The phrase of a head word; `alone` is the clause with this one of several."""
    tokens = phrase_tokens(parsed, token)
    return Phrase(
        text=parsed.joined(tokens),
        head=(token.lower_ if token.like_num else str(token.lemma_).lower()).replace("_", "-"),
        start=parsed.start(tokens[0]),
        end=parsed.end(tokens[-1]),
        head_start=parsed.start(token),
        determiner=_determiner(parsed, token),
        is_name=token.pos_ == "PROPN",
        is_plural=token.tag_ in ("NNS", "NNPS"),
        alone=alone,
        prepositions=_prepositions(parsed, token),
    )


def phrase_tokens(parsed: ParsedText, token: Token) -> Sequence[Token]:
    """Its whole subtree without what is coordinated with it or apposed to it."""
    left_out: set[int] = set()
    for child in token.children:
        if (
            child.dep_ in ("conj", "cc", "preconj")
            or parsed.is_head(child)
            or _is_behind_comma(child, token)
        ):
            left_out |= {one.i for one in child.subtree}
    kept = [
        one
        for one in token.subtree
        if one.i not in left_out and not _is_of_clause(parsed, one, token)
    ]
    while len(kept) > 1 and (
        (kept[-1].is_punct and kept[-1].text not in CLOSING)
        or kept[-1].lower_ in small_words("trailing")
    ):
        kept = kept[:-1]
    while len(kept) > 1 and kept[0].is_punct and kept[0].text not in _OPENING:
        kept = kept[1:]
    return _run_around(token, kept)


def _is_behind_comma(child: Token, token: Token) -> bool:
    """True for an apposition or a relative clause that a comma parts from its head word."""
    return (
        child.dep_ in ("appos", "relcl")
        and child.i > token.i
        and any(one.text == "," for one in token.doc[token.i : child.i])
    )


def _is_of_clause(parsed: ParsedText, token: Token, top: Token) -> bool:
    """True for a word of a clause below the phrase's head word."""
    current = token
    while current != top:
        if parsed.is_head(current):
            return True
        current = current.head
    return False


def _run_around(token: Token, kept: Sequence[Token]) -> Sequence[Token]:
    """The words without a gap that the head word is among: a gap means that the parse does not
    carry the phrase whole."""
    runs: list[list[Token]] = []
    for one in kept:
        if runs and one.i == runs[-1][-1].i + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    run = next((run for run in runs if token in run), [token])
    last = len(run)
    while last > 1 and run[last - 1].is_punct and run[last - 1].text not in CLOSING:
        last -= 1
    return run[:last]


def _determiner(parsed: ParsedText, token: Token) -> str:
    for child in token.children:
        if child.dep_ in _DETERMINERS and child.i < token.i:
            if child.dep_ == "poss":
                return parsed.joined(child.subtree).lower()
            return str(child.lower_)
    return ""


def _prepositions(parsed: ParsedText, token: Token) -> dict[str, list[Phrase]]:
    found: dict[str, list[Phrase]] = {}
    for child in token.children:
        if child.dep_ in ("prep", "agent"):
            for one in child.children:
                if one.dep_ in ("pobj", "pcomp"):
                    found.setdefault(child.lower_, []).append(_joined_phrases(parsed, one))
        elif (
            child.dep_ == "xcomp"
            and child.tag_ == "VB"
            and token.pos_ == "ADJ"
            and all(one.lower_ == "to" or one.is_punct for one in child.children)
        ):  # "allergic to shellfish": a noun that is read as a verb
            found.setdefault("to", []).append(_word_alone(parsed, child))
    return found


def _joined_phrases(parsed: ParsedText, token: Token) -> Phrase:
    """The phrase behind a preposition, with those that are joined to it."""
    joined = [token, *_loosely_joined(parsed, token)]
    for member in joined:
        joined += [
            child for child in member.children if child.dep_ == "conj" and not parsed.is_head(child)
        ]
    phrases = [read_phrase(parsed, member) for member in joined]
    return replace(phrases[0], others=tuple(phrases[1:]))


def _loosely_joined(parsed: ParsedText, token: Token) -> list[Token]:
    """What "and" joins to it though the parse joins it to the verb: "peanuts and shellfish"."""
    behind = token.right_edge.i + 1
    document = parsed.document
    if behind + 1 >= len(document) or document[behind].dep_ != "cc":
        return []
    following = document[behind + 1]
    is_bare = all(child.is_punct for child in following.children)
    is_joined = following.dep_ == "conj" and is_bare and not parsed.is_head(following)
    return [following] if is_joined else []


def _word_alone(parsed: ParsedText, word: Token) -> Phrase:
    start = parsed.start(word)
    return Phrase(parsed.word(word), word.lower_, start, start + len(word.text), start)
