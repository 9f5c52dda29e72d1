"""The parts of one English clause: object, complement, prepositions, the verb behind the verb."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.clause import Clause, Phrase, Tense
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.english.parsed import ParsedText
from knowledge.extraction.english.phrases import phrase_tokens, read_phrase
from knowledge.extraction.english.verbs import lemma_of, misread_auxiliaries, with_particle
from knowledge.extraction.english.wording import clause_text
from knowledge.extraction.parsing import Token

_MEASURED_BY = frozenset(("turn", "weigh", "cost", "earn", "pay"))
_TIMES = re.compile(
    r"(?:\d.*|time|day|week|month|year|morning|evening|night|afternoon|today|tomorrow|yesterday|"
    r"tonight|weekend|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|fall|winter|"
    r"way|bit|lot|once|minute|hour|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|home|"
    r"km|mile|size)$"
)


@dataclass(frozen=True)
class ClauseParts:
    """What belongs to the verbs of one clause; `body` is the verb whose parts are wanted."""

    parsed: ParsedText
    tokens: Sequence[Token]  # of the clause
    subject: Token | None
    main: Token

    def text(self, without: Iterable[int] = ()) -> str:
        """The clause's words but some."""
        return clause_text(self.parsed, self.tokens, self.subject, self.main, without=without)

    def object(self, body: Token) -> Phrase | None:
        """What is liked, played or eaten."""
        for child in body.children:
            if child.dep_ in ("dobj", "obj"):
                return self._coordinated(child)
        lemma = lemma_of(body)
        for child in body.children:
            is_measure = child.dep_ == "npadvmod" and lemma in _MEASURED_BY
            is_noun = child.dep_ in ("oprd", "attr") and lemma not in ("be", "become")
            if (is_measure or is_noun) and child.pos_ in ("NOUN", "PROPN", "NUM"):
                return self._coordinated(child)
        rest = [
            child
            for child in body.children
            if child.i > body.i and not child.is_punct and child.dep_ not in ("conj", "cc", "advcl")
        ]
        is_unknown = (
            len(rest) == 1
            and not _TIMES.match(rest[0].lemma_.lower())
            and rest[0].dep_ not in ("prep", "prt", "dative", "agent")
            and rest[0].pos_ in ("NOUN", "PROPN", "ADJ", "X")
        )
        if is_unknown and lemma in small_words("takes_a_thing"):
            return self._coordinated(rest[0])
        return None

    def complement(self, body: Token) -> Phrase | None:
        """What the subject is or becomes."""
        for child in body.children:
            is_number = child.dep_ in ("advmod", "npadvmod") and child.like_num
            if is_number and lemma_of(body) in ("be", "turn"):
                return self._coordinated(child)
        found = None
        for child in body.children:
            is_complement = child.dep_ in ("attr", "acomp", "oprd") and child != self.subject
            if is_complement and child.i > body.i:
                found = self._coordinated(child)
                if child.dep_ != "acomp" or found.text:
                    break
        return found

    def prepositions(self, body: Token) -> dict[str, list[Phrase]]:
        """Preposition -> the phrases behind it."""
        found: dict[str, list[Phrase]] = {}
        heads = self._preposition_heads(body)
        joined = [
            one
            for preposition in heads
            for one in preposition.children
            if one.dep_ == "conj" and one.pos_ == "ADP"
        ]
        nearby = {one.i for head in heads for one in (head, *head.children)}
        for preposition in (*heads, *joined):
            for child in preposition.children:
                if child.dep_ in ("pobj", "pcomp"):
                    phrase = self._coordinated(child)
                    if joined and preposition.i in nearby:
                        alone = self._with_one_preposition(preposition, joined)
                        phrase = replace(phrase, alone=alone)
                    found.setdefault(preposition.lower_, []).append(phrase)
                elif child.dep_ == "prep":
                    for deeper in child.children:
                        if deeper.dep_ == "pobj":
                            phrase = self._coordinated(deeper)
                            found.setdefault(child.lower_, []).append(phrase)
        return found

    def _preposition_heads(self, body: Token) -> list[Token]:
        heads = [child for child in body.children if child.dep_ in ("prep", "agent", "dative")]
        heads += [
            one
            for child in body.children
            if child.dep_ in ("advmod", "prt") and child.pos_ in ("ADV", "ADP")
            for one in child.children
            if one.dep_ == "prep"
        ]
        if body != self.main:
            heads += [child for child in self.main.children if child.dep_ == "prep"]
        return heads

    def _with_one_preposition(self, preposition: Token, joined: Sequence[Token]) -> str:
        """The clause with this one of several: "to Malaga in 2012 and to Bern in 2018"."""
        positions = sorted({one.i for one in joined} | {one.head.i for one in joined})
        if preposition.i not in positions:
            return self.text()
        first, last = positions[0], self.tokens[-1].i + 1
        begin = preposition.i
        end = next((position for position in positions if position > begin), last)
        drop = [one.i for one in self.tokens if first <= one.i < last and not begin <= one.i < end]
        drop += [one.i for one in self.tokens if one.i == end - 1 and one.dep_ in ("cc", "punct")]
        return self.text(drop)

    def verb_behind(self, body: Token) -> Clause | None:
        """The verb that the clause's verb goes on with: "stopped *playing tennis*"."""
        for child in body.children:
            if child.dep_ in ("xcomp", "pcomp") and child.tag_[:2] == "VB":
                return self._inner(child)
        return self._inner(self.main) if misread_auxiliaries(self.main) else None

    def _inner(self, verb: Token) -> Clause:
        parsed = self.parsed
        first = min(
            [verb.i, *(child.i for child in verb.children if child.dep_ in ("neg", "dobj"))]
        )
        tokens = [
            one
            for one in verb.subtree
            if one == verb
            or (
                one.i >= first
                and not parsed.is_head(one)
                and not (one.head == verb and one.dep_ == "aux")
            )
        ]
        while len(tokens) > 1 and (tokens[-1].is_punct or tokens[-1].dep_ == "cc"):
            tokens = tokens[:-1]
        return Clause(
            start=parsed.start(tokens[0]),
            end=parsed.end(tokens[-1]),
            verb=with_particle(verb),
            tense=Tense.PRESENT,
            text=parsed.joined(tokens),
            object=self.object(verb),
            complement=self.complement(verb),
            prepositions=self.prepositions(verb),
            is_passive=any(child.dep_ == "auxpass" for child in verb.children),
            is_negated=any(child.dep_ == "neg" for child in verb.children),
            is_main=False,
        )

    def _coordinated(self, token: Token) -> Phrase:
        """The phrase and those joined to it by "and" and "or", each by itself."""
        members = [token]
        for member in members:
            members += [
                child
                for child in member.children
                if child.dep_ == "conj" and not self.parsed.is_head(child) and child not in members
            ]
        if len(members) == 1:
            return read_phrase(self.parsed, token)
        phrases = [
            read_phrase(self.parsed, member, alone=self._with_one_of(members, member))
            for member in members
        ]
        return replace(phrases[0], others=tuple(phrases[1:]))

    def _with_one_of(self, members: Sequence[Token], member: Token) -> str:
        """The clause with this one of those that are joined; empty when it says nothing alone."""
        if any(one.lower_ == "neither" for one in self.tokens):
            return ""  # "neither a car nor a bike" is said of both together
        drop = {
            one.i
            for other in members
            if other != member
            for one in other.subtree
            if not _belongs(one, member)
        }
        drop |= {
            child.i
            for one in members
            for child in one.children
            if child.dep_ in ("cc", "preconj") or (child.dep_ == "punct" and child.text == ",")
        }
        drop -= {one.i for one in phrase_tokens(self.parsed, member)}
        return self.text(drop)


def _belongs(token: Token, member: Token) -> bool:
    current = token
    while current != member:
        if current.head == current or current.dep_ == "conj":
            return False
        current = current.head
    return True
