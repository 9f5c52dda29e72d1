"""Whether the words of a clause tell a topic of the table, with a value.

A model names the topic; that the clause says it is decided here, by the frames of `topics/` that
the rules read with. The rules know the parts of a clause from its parse; here they are told by the
order of its words: a verb of the frame, its head words, and the value behind the right preposition.
That reads more sentences than a parse does, and is enough where somebody says what to look for.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.extraction.clause import Phrase
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.english_verbs import VerbForm, verbs_of
from knowledge.extraction.german.lexicon import BASES, noun_is, noun_lists
from knowledge.extraction.german.morphology import Tense, verb_forms
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import PERSON
from knowledge.extraction.quoted_clauses import (
    ENDINGS,
    HEDGES,
    OWNERS,
    QuotedClause,
    Token,
    tokens_of,
)
from knowledge.extraction.statements import normal_value
from knowledge.extraction.topics import Effect, Frame, Slot, State, Topic, all_topics, role_topic
from knowledge.extraction.values import fits

NEAR_WORDS = 5  # between a value and the preposition or the verb before it

_PREPOSITIONS = frozenset(
    """about as at by for from in into near of off on onto out outside over to toward towards under
    with without an am ans auf aus bei beim bis durch für gegen im ins mit nach seit über um unter
    vom von vor wegen zu zum zur als""".split()  # noqa: SIM905  words read best as words
)
_PARTS = frozenset({"obj", "comp", "xcomp", "sub", "there"})
_BE = {
    "am": False,
    "is": False,
    "are": False,
    "be": False,
    "been": False,
    "was": True,
    "were": True,
}
_CONTRACTED_BE = re.compile(r"['’](?:m|s|re|ve been|s been)\b")
_CONTRACTED_HAVE = re.compile(r"(?i)['’]ve\b")
_HAVE = frozenset({"have", "has", "had"})
# Words with which a clause says that something was so.
_FORMERLY = frozenset(
    "once former formerly previously früher ehemals until before".split()  # noqa: SIM905
)
_PAST_AUXILIARIES = frozenset({"used", "was", "were", "had", "did", "when", "war", "hatte"})
_BLOCKING = HEDGES - _FORMERLY - _PAST_AUXILIARIES  # with these it is not said to be so
_NO_MORE = re.compile(
    r"(?i)\b(?:no longer|any ?more|any longer|no more|nicht mehr|kein\w* \w+ mehr)\b"
)
_OF_PEOPLE = ("pet:", "name", "likes:", "dislikes:")  # topics whose value may be a person's name
_NAMED = frozenset({"is", "named", "called", "ist", "heißt", "namens", "name"})
_ARTICLES = OWNERS | frozenset({"a", "an", "the"})


@dataclass(frozen=True)
class SaidValue:
    """A value where it stands in a clause."""

    text: str  # as said
    first: int  # words of the clause with its lead
    end: int
    name_type: str | None = None  # node type, when it is a name that is known


@dataclass(frozen=True)
class Told:
    """What a clause tells."""

    topic: Topic
    state: State


@dataclass(frozen=True)
class _Verb:
    lemma: str
    at: int  # of the words of the clause
    is_past: bool


def told(
    clause: QuotedClause, topic: Topic, value: SaidValue | None, *, is_self: bool
) -> Told | None:
    """What the clause says of the topic with this value, or without one; None: nothing.

    That the clause is about somebody, and whose words it is, others have to say.
    """
    tokens = clause.all_tokens
    if any(t.is_hedge and t.word in _BLOCKING for t in tokens):
        return None
    is_person = value is not None and value.name_type == PERSON
    if is_person and topic.node_type != PERSON and topic.name not in _OF_PEOPLE:
        return None  # "I work for Tom", "I sold Ann a boat"
    found: list[tuple[_Verb, Frame]] = []
    for language in ("en", "de"):
        for frame in topic.frames.get(language, ()):
            if (value is not None) is any(slot.is_value for slot in frame.slots):
                found += [
                    (verb, frame)
                    for verb in _verbs(frame, clause, tokens, language)
                    if _is_filled(frame, verb, tokens, value, language=language, is_self=is_self)
                ]
    # Of "quit my job and joined Nordwind" the last verb is the one of the value.
    for verb, frame in sorted(found, key=lambda one: -one[0].at):
        state = _state(frame.effect, verb, clause)
        if state is State.DENIED and topic.opposite:
            return Told(all_topics()[topic.opposite], State.HOLDS)
        if state is not None:
            return Told(topic, state)
    if value is not None and (_is_in_form(clause, topic, value) or _role_of(topic, tokens, value)):
        return None if clause.is_negated else Told(topic, State.HOLDS)
    return None


def role_told(topic: Topic, clause: QuotedClause, value: SaidValue) -> str:
    """What the person that the value names is said to be to the speaker: "sister"; or empty."""
    return _role_of(topic, clause.all_tokens, value)


def is_of_speaker(topic: Topic, clause: QuotedClause, value: SaidValue) -> bool:
    """True when the words say themselves that it is the speaker's: "my wife Ann"."""
    return bool(role_told(topic, clause, value)) or _is_in_form(clause, topic, value)


# -- verbs


def _verbs(
    frame: Frame, clause: QuotedClause, tokens: Sequence[Token], language: str
) -> Iterator[_Verb]:
    """The words of the clause that are a verb of the frame."""
    words = [token.word for token in tokens]
    has_be = any(word in _BE for word in words) or "got" in words or "get" in words
    for lemma in frame.verbs:
        bare, *particles = lemma.split("+")
        if any(particle not in words for particle in particles):
            continue
        if language == "de":
            yield from _german_verbs(lemma, words)
        elif bare == "be":
            yield from (_Verb("be", at, _BE[word]) for at, word in enumerate(words) if word in _BE)
            if _CONTRACTED_BE.search(clause.text):
                yield _Verb("be", 0, is_past=False)
        else:
            yield from _english_verbs(lemma, bare, words, clause.text)
    for lemma in frame.passive_verbs:
        bare, *particles = lemma.split("+")
        if language == "de":
            yield from _german_verbs(lemma, words)
        elif (has_be or _CONTRACTED_BE.search(clause.text)) and not set(particles) - set(words):
            is_past = "was" in words or "were" in words or "got" in words
            for verb in _english_verbs(lemma, bare, words, clause.text):
                if verb.is_past:
                    yield _Verb(verb.lemma, verb.at, is_past)


def _english_verbs(lemma: str, bare: str, words: Sequence[str], text: str) -> Iterator[_Verb]:
    for at, word in enumerate(words):
        form = verbs_of(word).get(bare)
        is_finite = form is not VerbForm.ING or bool(_BE.keys() & set(words[max(0, at - 3) : at]))
        if form is not None and (is_finite or _CONTRACTED_BE.search(text)):
            yield _Verb(lemma, at, form in (VerbForm.PAST, VerbForm.PARTICIPLE))


def _german_verbs(lemma: str, words: Sequence[str]) -> Iterator[_Verb]:
    forms = verb_forms()
    for at, word in enumerate(words):
        if lemma in forms.participles.get(word, ()):
            yield _Verb(lemma, at, is_past=True)
        elif forms.infinitives.get(word) == lemma:
            yield _Verb(lemma, at, is_past=False)
        for form in (*forms.finite.get(word, ()), *forms.joined.get(word, ())):
            whole = {form.lemma} | {
                forms.prefixed[prefix, form.lemma]
                for prefix in words[at + 1 :]
                if (prefix, form.lemma) in forms.prefixed
            }
            if lemma in whole and form.tense in (Tense.PRESENT, Tense.PAST):
                yield _Verb(lemma, at, form.tense is Tense.PAST)


# -- the other parts


def _is_filled(  # noqa: PLR0911  the first part that is missing
    frame: Frame,
    verb: _Verb,
    tokens: Sequence[Token],
    value: SaidValue | None,
    *,
    language: str,
    is_self: bool,
) -> bool:
    """True when the clause has every part that the frame needs."""
    if value is not None and value.first <= verb.at < value.end:
        return False
    for slot in frame.slots:
        if "sub" in slot.parts:  # of a thing of theirs, not of them
            return False
        if slot.is_absent:
            behind = [token.word for token in tokens[verb.at + 1 : verb.at + 2]]
            if slot.heads & set(behind) or _ARTICLES & set(behind):
                return False
        elif slot.is_value and value is not None:
            if not _stands_right(slot, value, verb, tokens, language):
                return False
            if not _is_wanted(slot, value, language, is_self=is_self):
                return False
        elif not any(_is_head(slot, token, language) for token in tokens):
            return False
    return True


def _is_head(slot: Slot, token: Token, language: str) -> bool:
    """True for a word that fills a part which is not the value."""
    if "there" in slot.parts:
        return token.word == "there"
    if not slot.heads:
        return bool(slot.kind) and _is_kind(slot.kind, token.word, None, language, is_self=True)
    forms = {token.word, token.word.removesuffix("s")}
    if "xcomp" in slot.parts:
        forms |= verbs_of(token.word).keys()
    return bool(forms & slot.heads)


def _stands_right(
    slot: Slot, value: SaidValue, verb: _Verb, tokens: Sequence[Token], language: str
) -> bool:
    """True when the value stands behind a preposition of the slot, or behind the verb alone."""
    begin = max(0, value.first - NEAR_WORDS)
    if verb.at < value.first:
        begin = max(begin, verb.at + 1)
    near = next(
        (t.word for t in reversed(tokens[begin : value.first]) if t.word in _PREPOSITIONS), None
    )
    if near is not None:
        return BASES.get(near, near) in slot.parts
    if not _PARTS & set(slot.parts):
        return False
    is_behind = verb.at < value.first <= verb.at + 1 + NEAR_WORDS
    return is_behind or language == "de"  # "dass ich Hunde mag"


def _is_wanted(slot: Slot, value: SaidValue, language: str, *, is_self: bool) -> bool:
    """True when the value is what the slot takes."""
    last = value.text.casefold().split()[-1]
    if slot.heads and not {last, last.removesuffix("s"), value.text.casefold()} & slot.heads:
        return False
    return _is_kind(slot.kind, value.text, value.name_type, language, is_self=is_self)


def _is_kind(kind: str, text: str, name_type: str | None, language: str, *, is_self: bool) -> bool:
    if not kind:
        return True
    head = text.casefold().split()[-1]
    if language == "de" and kind in noun_lists() and noun_is(head, kind):
        return True
    name = Name(0, len(text), text, name_type, 1.0) if name_type is not None else None
    return any(
        fits(
            kind,
            Phrase(text, one, 0, len(text), 0, is_name=text[0].isupper()),
            name,
            is_self=is_self,
        )
        for one in (head, head.removesuffix("s"))
    )


# -- fixed forms and roles


def _is_in_form(clause: QuotedClause, topic: Topic, value: SaidValue) -> bool:
    """True when a fixed form of the topic has the value, said of the speaker."""
    wanted = normal_value(value.text)
    for form in (*topic.forms.get("en", ()), *topic.forms.get("de", ())):
        match = form.pattern.search(clause.text)
        if match is None or normal_value(match["value"]) != wanted:
            continue
        who = (match.groupdict().get("who") or "my").casefold()
        if who in ("my", "i", "we", "our", "mein", "meine", "ich"):
            return True
    return False


def _role_of(topic: Topic, tokens: Sequence[Token], value: SaidValue) -> str:
    """The role in "my sister V", "my sister is called V" and "V is my sister"."""
    words = [token.word for token in tokens]
    for at, word in enumerate(words):
        role = next((one for one in (word, word.removesuffix("s")) if one in topic.roles), "")
        begin = next((n for n in range(max(0, at - 2), at) if _is_mine(words[n])), None)
        if not role or begin is None or any("'" in one for one in words[begin:at]):
            continue  # "my boss's wife"
        between = set(words[at + 1 : value.first])
        is_behind = value.first > at and len(between) <= 2 and between <= _NAMED
        is_before = value.end <= begin and set(words[value.end : begin]) <= {"is", "ist"}
        if is_behind or is_before:
            return role
    return ""


def _is_mine(word: str) -> bool:
    return word in OWNERS or word.startswith(("mein", "unser"))


# -- what it says of the topic


def _state(effect: Effect, verb: _Verb, clause: QuotedClause) -> State | None:  # noqa: PLR0911  one return a case
    """Whether it is so, is over or is not so; None when the frame says nothing then."""
    words = [token.word for token in clause.all_tokens]
    text = clause.text
    is_denied = clause.is_negated
    has_have = bool(_HAVE & set(words[: verb.at])) or _CONTRACTED_HAVE.search(text) is not None
    is_past = verb.is_past and not has_have
    if effect is Effect.NOT:
        return State.HOLDS if is_denied else None
    if effect is Effect.ENDS:
        return State.ENDED if verb.is_past and not is_denied else None
    if any(token.word in ENDINGS for token in clause.tokens):
        return None
    if _NO_MORE.search(text):
        return State.ENDED if effect is Effect.HOLDS else None
    if effect is Effect.STARTS:
        return State.HOLDS if verb.is_past and not is_denied else None
    if effect is Effect.SINCE:
        return State.HOLDS if has_have and {"since", "for"} & set(words) else None
    if "used" in words and "to" in words[words.index("used") : words.index("used") + 2]:
        return State.ENDED
    if is_denied:
        return None if is_past else State.DENIED
    if verb.lemma in small_words("stays_true"):
        return State.HOLDS
    was = is_past or "was" in words or "were" in words or "had" in words
    if was and verb.lemma in small_words("of_the_moment"):
        return None
    if was or _FORMERLY & set(words):
        return State.ENDED if was else None
    return State.HOLDS


# -- people


def has_unnamed_person(text: str, name: str) -> bool:
    """True when the text speaks of a relative or the like who need not be the one of that name."""
    words = [token.word for token in tokens_of(text)]
    names = set(name.casefold().split())
    for at, word in enumerate(words):
        if role_topic(word) is None and role_topic(word.removesuffix("s")) is None:
            continue
        is_behind = bool(names & set(words[at + 1 : at + 3]))
        is_before = bool(names & set(words[max(0, at - 3) : at]))  # "Ann is my sister"
        if not is_behind and not is_before:
            return True
    return False
