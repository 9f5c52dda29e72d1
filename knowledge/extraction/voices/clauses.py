"""Cuts a sentence into clauses and decides how each is meant.

A sentence is cut wherever a clause could begin. A piece whose beginning says nothing of its own
goes on as the piece before it: "Anna says she is pregnant, happy and | tired" is told to its end.
What ends such a scope is listed by kind, so a mistake makes something unknown rather than false.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.voices import english, german
from knowledge.extraction.voices.grammar import Grammar
from knowledge.extraction.voices.parts import Clause, Mode

GRAMMARS = {"en": english.GRAMMAR, "de": german.GRAMMAR}


@dataclass(frozen=True)
class _Piece:
    """A part of a sentence between two places where a clause could begin."""

    start: int
    end: int
    link: str  # what joins it to the piece before: ", but", "if", ";"
    head: str  # its words, from behind the link
    rest: str  # these, and on to the end of the sentence


def read_clauses(
    text: str, language: str, *, before: str = "", after: str = ""
) -> Sequence[Clause]:
    """The clauses of a sentence, which cover it; `before` and `after` are its neighbours."""
    grammar = GRAMMARS.get(language)
    if grammar is None:
        return [Clause(0, len(text), Mode.UNREAD)]
    whole = _mode_of_whole(text, grammar, after)
    if whole is not None:
        return [Clause(0, len(text), whole)]
    if prefix := grammar.explicit.match(text):  # "remember that": it is what stands behind
        rest = read_clauses(text[prefix.end() :], language)
        moved = [
            replace(
                clause,
                start=clause.start + prefix.end(),
                end=clause.end + prefix.end(),
                told_from=clause.told_from and clause.told_from + prefix.end(),
            )
            for clause in rest
        ]
        return [replace(moved[0], start=0), *moved[1:]]
    clauses = _read_pieces(_cut(text, grammar), grammar)
    if text.rstrip("\"')*_ \ue000").endswith("?"):
        clauses = _asked(clauses, text, grammar)
    clauses = _taken_back(clauses, text, grammar)
    return _merged(clauses)


def clause_mode(text: str, language: str = "en", *, before: str = "", after: str = "") -> Mode:
    """How a single clause is meant, standing between its neighbours."""
    clauses = read_clauses(text, language, before=before, after=after)
    stated = [clause for clause in clauses if clause.mode is Mode.STATED]
    longest = max(clauses, key=lambda clause: clause.end - clause.start)
    return Mode.STATED if len(stated) == len(clauses) else longest.mode


def _mode_of_whole(  # noqa: PLR0911  the first mark decides
    text: str, grammar: Grammar, after: str
) -> Mode | None:
    """The mode that one mark gives the whole sentence, if one does."""
    if grammar.private.match(text):
        return Mode.PRIVATE
    if grammar.explicit.match(text):
        return None
    if grammar.sarcasm.search(text):
        return Mode.JOKE
    if grammar.withdraws_before.match(after):
        return Mode.WITHDRAWN
    if grammar.joke_before.match(after):
        return Mode.JOKE
    for pattern, mode in (
        (grammar.withdraws_before, Mode.WITHDRAWN),
        (grammar.joke_alone, Mode.JOKE),
    ):
        marker = pattern.match(text)
        if marker and not any(letter.isalnum() for letter in text[marker.end() :]):
            return mode
    return None


def _cut(text: str, grammar: Grammar) -> list[_Piece]:
    pieces: list[_Piece] = []
    start, link, head = 0, "", 0
    for match in grammar.cut.finditer(text):
        if not text[start : match.start()].strip():
            if not pieces and match.start() == start:  # it begins with a link: "But I ..."
                link, head = match[0].strip().lower(), match.end()
            continue
        pieces.append(_Piece(start, match.start(), link, text[head : match.start()], text[head:]))
        start, link, head = match.start(), match[0].strip().lower(), match.end()
    pieces.append(_Piece(start, len(text), link, text[head:], text[head:]))
    return pieces


def _read_pieces(pieces: Sequence[_Piece], grammar: Grammar) -> list[Clause]:
    """Each piece with its own mode, or else with that of what it goes on with."""
    clauses: list[Clause] = []
    scope = Clause(0, 0, Mode.STATED)
    embedded_self = False  # what is told, thought or asked is about the author
    awaits_content = False  # "Anna sagt" has not said yet what
    for piece in pieces:
        found = grammar.mode_of(piece.head, piece.rest)
        if found and found.mode is Mode.ASKED and clauses and grammar.auxiliary.match(piece.head):
            is_question = piece.rest.rstrip("\"')*_ ").endswith("?")
            found = found if is_question else None  # "my brother, who ..., | is a chef"
        words = piece.link.strip(" ,;:-–—().…")
        if grammar.conditional.match(words + " " + piece.head):
            asks = clauses and grammar.asks_whether.search(pieces[len(clauses) - 1].head)
            is_aside = grammar.aside_condition.match(words + " " + piece.head)
            if not is_aside:
                mode = Mode.ASKED if asks else Mode.SUPPOSED
                if mode is Mode.SUPPOSED and clauses and grammar.back_condition.match(words):
                    clauses = _suppose_last(clauses, pieces, grammar)
                scope = Clause(piece.start, piece.end, mode)
                clauses.append(scope)
                embedded_self, awaits_content = False, False
                continue
        breaks = _breaks(piece, words, scope.mode, embedded_self, grammar)
        is_content = awaits_content and not grammar.hard.search(piece.link.replace(":", ""))
        awaits_content = False
        if (
            found is not None
            and not (is_content and found.mode is not Mode.TOLD)
            and not (
                found.mode in (Mode.TALK, Mode.WISHED) and scope.mode in _STICKY and not breaks
            )
        ):
            teller = found.teller
            scope = Clause(
                piece.start,
                piece.end,
                found.mode,
                teller,
                piece.end - len(piece.head) + found.content if found.mode is Mode.TOLD else None,
            )
            content = piece.head[found.content :]
            embedded_self = grammar.self_subject.match(content) is not None
            awaits_content = (
                found.mode in (Mode.TOLD, Mode.DENIED)
                and len(content.strip(" ,:.").split()) <= grammar.awaits_words
            )
        elif is_content:
            embedded_self = grammar.self_subject.match(piece.head) is not None
        elif breaks:
            scope = Clause(piece.start, piece.end, Mode.STATED)
        clauses.append(replace(scope, start=piece.start, end=piece.end))
    return clauses


# What goes on over the next subject unless something ends it.
_STICKY = frozenset({Mode.TOLD, Mode.DENIED, Mode.SUPPOSED, Mode.FICTION, Mode.JOKE})


def _breaks(  # noqa: PLR0911  a rule for each mode
    piece: _Piece, words: str, mode: Mode, embedded_self: bool, grammar: Grammar
) -> bool:
    """True when the piece no longer goes on with what was supposed, told, asked or wished."""
    if mode is Mode.STATED:
        return False
    if not grammar.has_subject(piece.head):
        return False
    if grammar.back_to_author.search(piece.link) or grammar.back_to_author.match(piece.head):
        return True
    is_self = grammar.self_subject.match(piece.head) is not None
    if mode is Mode.TOLD:
        if grammar.result.search(words):
            return is_self
        return is_self and not embedded_self and not grammar.continues.search(words)
    if mode in (Mode.DENIED, Mode.SUPPOSED, Mode.FICTION, Mode.JOKE):
        return False
    if mode is Mode.ASKED:
        return is_self and not words
    return mode is Mode.TALK or not grammar.subordinate.match(words)  # asked to do, wished


def _suppose_last(
    clauses: list[Clause], pieces: Sequence[_Piece], grammar: Grammar
) -> list[Clause]:
    """The clauses with the one on which a condition behind it bears supposed."""
    found = list(clauses)
    for number in range(len(found) - 1, -1, -1):
        if found[number].mode is Mode.STATED:
            found[number] = replace(found[number], mode=Mode.SUPPOSED)
        if grammar.has_subject(pieces[number].head):
            break
    return found


def _asked(clauses: list[Clause], text: str, grammar: Grammar) -> list[Clause]:
    """A sentence with a question mark: what stands before the question may be stated."""
    if any(clause.mode is Mode.ASKED for clause in clauses):
        return clauses
    last = clauses[-1]
    is_tag = grammar.tag.match(text[last.start : last.end].lstrip(" ,;-–—").lstrip())
    found = list(clauses)
    number = len(found) - 1
    while number >= 0:
        if found[number].mode in (Mode.STATED, Mode.TALK, Mode.WISHED):
            found[number] = replace(found[number], mode=Mode.ASKED)
        is_behind = any(
            grammar.has_subject(text[one.start : one.end].lstrip(" ,;:-–—("))
            for one in found[:number]
        )
        if not is_tag and is_behind:
            break
        number -= 1
    return found


def _taken_back(clauses: list[Clause], text: str, grammar: Grammar) -> list[Clause]:
    """The clauses before "just kidding" or "no wait" are not meant; what stands behind is."""
    found = list(clauses)
    for pattern, mode in ((grammar.joke, Mode.JOKE), (grammar.withdraws, Mode.WITHDRAWN)):
        for marker in pattern.finditer(text):
            for number, clause in enumerate(found):
                if clause.mode not in _MEANT:
                    continue
                if clause.start >= marker.end():
                    if clause.mode is Mode.TALK:
                        found[number] = replace(clause, mode=Mode.STATED)
                elif clause.start < marker.start() or clause.end <= marker.end() + 1:
                    found[number] = replace(clause, mode=mode)
    return found


_MEANT = frozenset({Mode.STATED, Mode.TALK, Mode.TOLD, Mode.WISHED, Mode.SUPPOSED})


def _merged(clauses: Sequence[Clause]) -> list[Clause]:
    """Neighbours of one mode and teller as one clause."""
    found = [clauses[0]]
    for clause in clauses[1:]:
        last = found[-1]
        if (clause.mode, clause.teller) == (last.mode, last.teller):
            found[-1] = replace(last, end=clause.end)
        else:
            found.append(clause)
    return found
