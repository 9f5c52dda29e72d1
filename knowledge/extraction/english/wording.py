"""The words of one English clause, with `{who}` for its subject."""

from collections.abc import Iterable, Sequence

from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.english.parsed import ParsedText
from knowledge.extraction.english.phrases import CLOSING
from knowledge.extraction.parsing import Token

WHO = "{who}"

_CONTRACTIONS = {
    "'m": " am",
    "'re": " are",
    "'ve": " have",
    "'ll": " will",
    "m": " am",
    "’m": " am",
}


def clause_tokens(parsed: ParsedText, main: Token) -> list[Token]:
    """The words of the clause: without those of other clauses, of links and of interjections."""
    kept = [token for token in main.subtree if not _is_foreign(parsed, token, main)]
    for index, token in enumerate(kept):
        if (
            index
            and token.i > main.i
            and token.lower_ in ("so", "lol", "haha")
            and kept[index - 1].text == ","
        ):
            kept = kept[:index]
            break
    while (
        len(kept) > 1
        and (kept[0].dep_ in ("cc", "punct") or kept[0].is_punct)
        and kept[0].text not in ('"', "(")
    ):
        kept = kept[1:]
    while (
        len(kept) > 1
        and (
            kept[-1].dep_ == "cc"
            or kept[-1].is_punct
            or kept[-1].lower_ in small_words("trailing") | {"so"}
        )
        and kept[-1].text not in CLOSING
    ):
        kept = kept[:-1]
    return kept or [main]


def _is_foreign(parsed: ParsedText, token: Token, main: Token) -> bool:
    """True for a word below the clause's verb that is none of the clause's."""
    if token.head == main and token.is_punct and token.i == main.i - 1:
        return True
    current = token
    while current != main:
        if _begins_foreign(parsed, current, main):
            return True
        current = current.head
    return False


def _begins_foreign(parsed: ParsedText, token: Token, main: Token) -> bool:
    """True for the top of what hangs on the clause and is no part of it."""
    if parsed.is_head(token) and not _is_kept_clause(token):
        return True
    if token.dep_ in ("intj", "discourse"):
        return True
    if token.dep_ == "relcl" and parsed.document[token.left_edge.i - 1].text == ",":
        return True
    if token.head != main:
        return False
    return token.dep_ == "mark" or (token.dep_ == "cc" and _joins_clause(parsed, token))


def _is_kept_clause(verb: Token) -> bool:
    """True for "since I was 16", which stays with what it dates."""
    return verb.dep_ == "advcl" and any(
        child.dep_ in ("mark", "advmod") and child.lower_ in small_words("kept_mark")
        for child in verb.children
    )


def _joins_clause(parsed: ParsedText, link: Token) -> bool:
    """True for the "and" before another clause, or before nothing."""
    following = [one for one in link.head.children if one.dep_ == "conj" and one.i > link.i]
    return not following or parsed.is_head(following[0])


def clause_text(
    parsed: ParsedText,
    tokens: Sequence[Token],
    subject: Token | None,
    main: Token,
    *,
    without: Iterable[int] = (),
) -> str:
    """The words with `{who}` for the subject, which is put before the verb when it is carried."""
    left_out = set(without)
    subject_positions = {one.i for one in subject.subtree} if subject is not None else set()
    has_own_subject = subject is not None and subject.head == main
    first_verb = min(
        one.i
        for one in (*tokens, main)
        if one == main or (one.head == main and one.dep_ in ("aux", "auxpass", "neg", "advmod"))
    )
    pieces: list[str] = []
    is_placed = False
    previous = None
    for token in tokens:
        if token.i in left_out or token.dep_ == "intj":
            continue
        if has_own_subject and token.i in subject_positions:
            if not is_placed:
                pieces.append(f" {WHO}" if pieces else WHO)
                is_placed = True
            previous = token
            continue
        if not has_own_subject and not is_placed and token.i >= first_verb:
            pieces.append(f" {WHO}" if pieces else WHO)
            is_placed = True
            previous = None
        if token.text == "," and (not pieces or pieces[-1].endswith(",")):
            continue
        word = parsed.word(token).replace("{", "(").replace("}", ")")
        if pieces and pieces[-1].endswith(WHO):
            word = _in_full(word, token)
            pieces.append(word if word.startswith(" ") else f" {word}")
        else:
            pieces.append(_gap(token, previous, is_first=not pieces) + word)
        previous = token
    if not is_placed:
        pieces.insert(0, f"{WHO} ")
    if main.tag_ == "VBG" and main.dep_ == "advcl" and not has_own_subject:
        pieces = [piece.replace(WHO, f"{WHO} am", 1) for piece in pieces]
    return " ".join("".join(pieces).split()).strip(" ,;:-–")


def _in_full(word: str, token: Token) -> str:
    """What stands behind the subject, without contraction: another subject may be put in."""
    if word.lower() in _CONTRACTIONS:
        return _CONTRACTIONS[word.lower()]
    verb = token.head
    if word in ("'s", "’s"):
        is_perfect = (
            token.dep_ == "aux" and token.tag_ == "VBZ" and verb.tag_ == "VBN" and verb.i > token.i
        )
        return " has" if is_perfect or verb.lower_ in ("got", "been") else " is"
    if word in ("'d", "’d"):
        return " had" if verb.tag_ == "VBN" else " would"
    return word


def _gap(token: Token, previous: Token | None, *, is_first: bool) -> str:
    """The space before a word: as it was said where the word before it is kept as well."""
    if is_first:
        return ""
    if previous is not None and previous.i == token.i - 1:
        return " " if previous.whitespace_ else ""
    return "" if token.is_punct and token.text in ",.;:!?)" else " "
