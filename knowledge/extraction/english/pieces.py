"""Where an English sentence is cut: commas often join what are sentences of their own."""

import re

from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.parsing import Document, Token

MAX_SUBJECT_WORDS = 7

_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_NOMINAL = frozenset(
    {"PRP", "PRP$", "NN", "NNS", "NNP", "NNPS", "DT", "JJ", "CD", "POS", "EX", "RB"}
)
_MARKS = frozenset((",", ";", "–", "—", ":", "...", "…", "-"))
_SUPPOSING = frozenset(("if", "when", "unless", "whether", "while"))

# "likes jazz and dislikes opera": the second verb is read as a noun.
HABIT_VERBS = (
    "lives|works|plays|runs|drives|studies|teaches|speaks|wants|needs|sings|paints|collects"
)
_TASTES = r"(?:like|love|adore|prefer|hate|dislike|loathe|detest|enjoy) (?!it\b|that\b|to be\b)"
_TWO_TASTES = re.compile(
    rf"\b\w+ [^,.;]{{1,60}}?(?:, (?={_TASTES})|"
    rf",? (?:and|but) (?=(?:also |really |now |still )?(?:{_TASTES}|"
    r"(?:likes|loves|adores|prefers|hates|dislikes|loathes|enjoys|"
    rf"{HABIT_VERBS}) \w)))"
)


def pieces_of(document: Document, text: str) -> list[tuple[int, int]]:
    """The text where it is cut, from character to character."""
    cuts = [0]
    for token in document:
        if token.i + 2 >= len(document) or not _may_cut(token, text):
            continue
        left = [one for one in document[: token.i] if one.idx >= cuts[-1]]
        if not any(one.tag_ in _FINITE or one.tag_ in ("VBN", "VBG") for one in left):
            continue
        if any(one.lower_ in _SUPPOSING for one in left[:2]):
            continue
        if _begins_sentence(document, token.i + 1):
            cuts.append(token.idx)
    cuts = sorted((*cuts, *(match.end() for match in _TWO_TASTES.finditer(text))))
    ends = [*cuts[1:], len(text)]
    return list(zip(cuts, ends, strict=True))


def _may_cut(token: Token, text: str) -> bool:
    if token.dep_ == "cc" and token.lower_ in ("and", "but"):
        # "... on Heron and Petra wants": a name with a verb of its own.
        named, verb = token.nbor(1), token.nbor(2)
        return named.tag_ in ("NNP", "PRP") and verb.tag_ in ("VBZ", "VBD") and verb.dep_ != "amod"
    behind = token.idx + len(token.text)
    return token.text in _MARKS and token.whitespace_ + text[behind : behind + 1] != ""


def _begins_sentence(document: Document, position: int) -> bool:
    """True when a subject with its own verb stands there."""
    words = 0
    if document[position].lower_ in small_words("link"):
        position += 1
    elif (
        document[position].lower_ in ("before", "after")
        and position + 1 < len(document)
        and document[position + 1].lower_ == "that"
    ):
        position += 2
    while position < len(document) and words < MAX_SUBJECT_WORDS:
        token = document[position]
        if token.tag_ in _FINITE:
            return words > 0
        if token.tag_ not in _NOMINAL or token.lower_ in ("who", "which", "that"):
            return False
        words += token.tag_ != "RB"
        position += 1
    return False
