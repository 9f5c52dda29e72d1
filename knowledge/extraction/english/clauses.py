"""The clauses of a parsed English text, each verb with its parts."""

from knowledge.extraction.clause import Clause
from knowledge.extraction.english.heads import subject_of, verbs_above
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.english.parsed import ParsedText
from knowledge.extraction.english.parts import ClauseParts
from knowledge.extraction.english.phrases import read_phrase
from knowledge.extraction.english.verbs import read_verb
from knowledge.extraction.english.wording import clause_tokens
from knowledge.extraction.parsing import Token


def read_clauses(parsed: ParsedText) -> list[Clause]:
    """Every clause, in the order of its verbs."""
    return [_read_clause(parsed, head) for head in parsed.heads]


def _read_clause(parsed: ParsedText, main: Token) -> Clause:
    subject = subject_of(main)
    verb = read_verb(main)
    body = verb.inner if verb.inner is not None else main
    tokens = clause_tokens(parsed, main)
    parts = ClauseParts(parsed, tokens, subject, main)
    marks = _marks(main)
    above, teller = verbs_above(main)
    is_subject_inside = subject is not None and tokens[0].i <= subject.i <= tokens[-1].i
    spanned = [*tokens, subject] if is_subject_inside else tokens
    return Clause(
        start=min(map(parsed.start, spanned)),
        end=max(map(parsed.end, spanned)),
        verb=verb.lemma,
        tense=verb.tense,
        text=parts.text(),
        subject=read_phrase(parsed, subject) if subject is not None else None,
        is_passive=any(child.dep_ == "auxpass" for child in body.children),
        is_negated=verb.is_negated,
        is_progressive=verb.is_progressive,
        object=parts.object(body),
        complement=parts.complement(body),
        prepositions=parts.prepositions(body),
        xcomp=parts.verb_behind(body),
        adverbs=frozenset(
            child.lemma_.lower()
            for one in (main, body)
            for child in one.children
            if child.dep_ in ("advmod", "npadvmod", "neg")
        ),
        marks=marks,
        above=above,
        teller=read_phrase(parsed, teller) if teller is not None else None,
        is_main=main.dep_ in ("ROOT", "conj", "parataxis") or not marks,
    )


def _marks(main: Token) -> frozenset[str]:
    """What makes the clause depend on another: if, when, because."""
    return frozenset(
        child.lemma_.lower()
        for child in main.children
        if child.dep_ in ("mark", "advmod")
        and child.i < main.i
        and child.lemma_.lower() in small_words("kept_mark") | small_words("mark")
    )
