"""Reads the clauses of a German sentence: subject, verb with both its ends, and the parts between.

A main clause has its finite verb in second place and the rest of the verb (a prefix, a participle,
an infinitive) at the end; a subordinate clause has all of it at the end. What is read is written
anew as a main clause that begins with its subject.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from knowledge.extraction.german.chunks import Chunk, Kind, cut_chunks, has_capitals
from knowledge.extraction.german.clause import GermanClause, is_filler, whole_text
from knowledge.extraction.german.lexicon import COPULAS, role_of, small_words
from knowledge.extraction.german.morphology import Tense, verb_forms
from knowledge.extraction.german.segments import (
    NOT_SUBJECTS,
    Segment,
    cut_segments,
    find_finite,
    finite_forms,
    guessed_forms,
    is_plural,
)
from knowledge.extraction.german.subjects import agrees, find_subject, left_out_subject
from knowledge.extraction.german.verb_end import find_verb_end, finite_text, joined_prefix

_ALWAYS_SUBORDINATE = small_words("always_subordinate")
_CONDITIONS = frozenset(("wenn", "falls", "sofern", "ob", "solange", "sobald", "damit", "bevor"))
_RELATIVES = small_words("relatives")
_DATIVES = small_words("datives")
_ALSO_STATES = small_words("also_states")
_UNSURE = small_words("unsure") - {"wohl"}
_ONLY = frozenset(("nur", "allein", "bloß"))


def _adjective(chunks: Sequence[Chunk]) -> Chunk | None:
    """What "sein" says of its subject, when that is no noun."""
    known = (small_words("adverb") | small_words("particle") | small_words("unsure")) - _ALSO_STATES
    for chunk in reversed(chunks):
        if chunk.kind is Kind.ADVERB and chunk.word not in known:
            return chunk
    return None


def read_clauses(text: str) -> list[GermanClause]:
    """The clauses of a sentence, in order; what is no clause of its own is the tail of one."""
    chunks = cut_chunks(text, has_capitals=has_capitals(text))
    return _Reader(text, cut_segments(chunks)).read()


@dataclass
class _Reader:
    text: str
    segments: Sequence[Segment]
    found: list[GermanClause] = field(default_factory=list)
    pending: list[Segment] = field(default_factory=list)  # fragments before their verb
    condition: str = ""  # the conjunction of a subordinate clause that holds for the next one

    def read(self) -> list[GermanClause]:
        for segment in self.segments:
            if segment.separator == ".":
                self.pending.clear()
                self.condition = ""
            self._read_segment(segment)
        return self.found

    def _read_segment(self, segment: Segment) -> None:
        segment = _with_relative_pronoun(segment)
        leading = next(
            (
                c
                for c in segment.chunks
                if c.kind is not Kind.INTERJECTION and c.word not in ("und", "nur", "aber", "auch")
            ),
            segment.chunks[0],
        )
        is_relative = self._is_relative(segment)
        is_subordinate = (
            leading.word in _ALWAYS_SUBORDINATE
            or is_relative
            or (
                leading.word in small_words("subordinator")
                and leading.kind not in (Kind.TIME, Kind.PREPOSITION)
                and self._is_verb_last(segment)
            )
        )
        if is_subordinate:
            self._read_subordinate(segment, leading, is_relative=is_relative)
            return
        is_continued = bool(self.pending) and any(is_plural(c) for c in self.pending[0].chunks)
        finite = find_finite(segment, is_last=False, is_continued=is_continued)
        if finite is None:
            self._read_fragment(segment)
            return
        lead = self._take_correction()
        before = [c for c in segment.chunks[:finite] if c.kind is not Kind.INTERJECTION]
        if (
            before
            and all(c.word in _LIGHT and c.kind is Kind.ADVERB for c in before)
            and segment.conjunction
        ):
            before = []
        front = list(before)
        carried: GermanClause | None = None
        tail_before = ""
        if not before and self.pending and not segment.conjunction:
            front = [c for c in self.pending[0].chunks if c.kind is not Kind.INTERJECTION]
            front = [c for c in front if c.kind is not Kind.NEGATION]
            appositions = self.pending[1:]
            if appositions:
                tail_before = ", ".join(_text_of(one) for one in appositions)
            self.pending = []
        elif not before and self.found and (segment.conjunction or segment.separator in (",", ";")):
            carried = self.found[-1]
        if (
            before
            and before[0].word in _RELATIVES
            and len(before) == 1
            and before[0].kind is not Kind.NOUN
            and self.pending
        ):
            front = [c for c in self.pending[-1].chunks if c.kind is Kind.NOUN][:1] or front
        clause = _build(
            segment,
            finite,
            front=front,
            carried=carried,
            is_conditional=self.condition in _CONDITIONS,
        )
        self.pending = []
        self.condition = ""
        if clause is not None:
            if tail_before and clause.subject is not None:
                clause = replace(
                    clause, subject=_with_apposition(clause.subject, tail_before, front)
                )
            self.found.append(self._reported(replace(clause, corrects=lead), segment))

    def _reported(self, clause: GermanClause, segment: Segment) -> GermanClause:
        """With who said it, when the clause before says that somebody says something."""
        if not self.found:
            return clause
        before = self.found[-1]
        if (
            segment.separator in (":", ",")
            and not segment.conjunction
            and before.verb in SAYING
            and not before.objects
            and before.end <= clause.start
        ):
            return replace(clause, is_after_report=before)
        if (
            before.is_after_report is not None
            and segment.separator != "."
            and before.end <= clause.start
        ):
            return replace(clause, is_after_report=before.is_after_report)
        return clause

    def _take_correction(self) -> str:
        for segment in self.pending:
            chunks = [c for c in segment.chunks if c.word not in ("doch", "also", "nein")]
            if len(chunks) > 1 and chunks[0].kind is Kind.NEGATION:
                return _text_of(replace_chunks(segment, chunks[1:]))
        return ""

    def _is_relative(self, segment: Segment) -> bool:
        if segment.separator != "," or segment.conjunction:
            return False
        first = segment.chunks[0]
        is_pronoun = first.word in _RELATIVES and first.kind is not Kind.NOUN
        is_behind = first.kind is Kind.PREPOSITION and first.head in _RELATIVES
        return (is_pronoun or is_behind) and self._is_verb_last(segment)

    def _is_verb_last(self, segment: Segment) -> bool:
        return len(segment.chunks) > 1 and bool(finite_forms(segment.chunks[-1]))

    def _read_subordinate(  # noqa: PLR0911  a return a kind of clause
        self, segment: Segment, leading: Chunk, *, is_relative: bool
    ) -> None:
        finite = find_finite(segment, is_last=True)
        conjunction = "" if is_relative else leading.word
        before = self.found[-1] if self.found and segment.separator != "." else None
        if not is_relative and conjunction in _CONDITIONS:
            if before is not None and not self.pending and segment.separator == ",":
                self.found[-1] = replace(
                    before,
                    is_conditional=before.is_conditional
                    or conjunction in ("wenn", "falls", "sofern"),
                )
            else:
                self.condition = conjunction
            return
        if not is_relative and conjunction not in (
            "weil",
            "da",
            "dass",
            "daß",
            "obwohl",
            "obgleich",
            "seit",
            "seitdem",
            "nachdem",
        ):
            self.condition = self.condition or conjunction
            return
        if finite is None:
            return
        index = segment.chunks.index(leading)
        chunks = segment.chunks[index + 1 :]
        carried_subject: Chunk | None = None
        if is_relative:
            carried_subject = _in_nominative(self._antecedent())
            if segment.chunks[0].word not in ("der", "die", "das") or carried_subject is None:
                return
        inner = Segment(segment.separator, "", [*chunks])
        finite -= index + 1
        if finite < 0 or finite >= len(inner.chunks):
            return
        clause = _build(
            inner, finite, front=[], carried=None, is_verb_last=True, given_subject=carried_subject
        )
        if clause is None:
            return
        clause = replace(clause, conjunction=conjunction or "rel")
        if before is not None and conjunction in ("dass", "daß") and before.verb in SAYING:
            clause = replace(clause, is_after_report=before)
        elif before is not None and conjunction in ("dass", "daß") and before.verb not in KNOWING:
            return
        if is_relative and self.pending:
            clause = replace(clause, conjunction="rel")
        self.found.append(clause)

    def _antecedent(self) -> Chunk | None:
        chunks = self.pending[-1].chunks if self.pending else ()
        nouns = [c for c in chunks if c.kind is Kind.NOUN]
        if nouns:
            return nouns[-1]
        if self.pending or not self.found:
            return None
        last = self.found[-1]
        nouns = [c for c in (*last.front, *last.middle, *last.behind) if c.kind is Kind.NOUN]
        return nouns[-1] if nouns and nouns[-1].end >= last.end - 12 else None

    def _read_fragment(  # noqa: PLR0911  a return a kind of fragment
        self, segment: Segment
    ) -> None:
        chunks = [c for c in segment.chunks if c.kind is not Kind.INTERJECTION]
        if not chunks:
            return
        previous = self.found[-1] if self.found else None
        is_new = segment.separator == "." or self.pending
        if previous is None or is_new:
            self.pending.append(replace_chunks(segment, chunks))
            return
        has_zu = any(c.kind is Kind.ZU for c in chunks) or (
            chunks[-1].kind is Kind.VERB
            and "zu" in chunks[-1].word
            and chunks[-1].word in verb_forms().infinitives
        )
        if has_zu:
            if chunks[0].word == "um" or (
                chunks[0].kind is Kind.PREPOSITION and chunks[0].preposition == "um"
            ):
                return
            self.found[-1] = replace(
                previous, infinitive=_build_infinitive(chunks), end=segment.end
            )
            return
        if segment.conjunction == "sondern" or (
            chunks[0].word == "nur"
            and len(chunks) > 1
            and chunks[1].word in ("noch", "mehr")
            and previous.negation
        ):
            rest = [c for c in chunks if c.word not in ("nur", "noch", "auch")]
            contrasted = _contrasted(previous, rest, segment)
            if contrasted is not None:
                if previous.negation == "not":  # it says only what is wrong
                    self.found.pop()
                self.found.append(contrasted)
            return
        if chunks[0].kind is Kind.NEGATION and len(chunks) > 1 and not segment.conjunction:
            wrong = _text_of(replace_chunks(segment, chunks[1:]))
            self.found[-1] = replace(previous, corrects=previous.corrects or wrong)
            return
        last = chunks[-1]
        is_participle = last.kind is Kind.VERB and last.word in verb_forms().participles
        is_infinitive = last.kind is Kind.VERB and last.word in verb_forms().infinitives
        if segment.conjunction in ("und", "oder", "aber", "sowie") and (
            is_participle or is_infinitive
        ):
            if previous.finite is not None and previous.ending:
                clause = _build(
                    Segment(segment.separator, segment.conjunction, [previous.finite, *chunks]),
                    0,
                    front=[],
                    carried=previous,
                )
                if clause is not None:
                    self.found.append(replace(clause, start=segment.start))
            return
        is_apposition = (
            chunks[0].kind in (Kind.NOUN, Kind.PREPOSITION)
            and segment.conjunction in ("", "und")
            and not any(c.kind is Kind.VERB for c in chunks)
        )
        if is_apposition:
            said = previous.tail + self.text[previous.end : segment.end]
            tail = said + ")" * (said.count("(") - said.count(")"))
            self.found[-1] = replace(
                previous,
                tail=tail,
                tail_chunks=(*previous.tail_chunks, *chunks),
                end=segment.end + len(tail) - len(said),
            )


_NOMINATIVE = {
    "m": {
        "einen": "ein",
        "einem": "ein",
        "meinen": "mein",
        "meinem": "mein",
        "unseren": "unser",
        "unserem": "unser",
        "den": "der",
        "dem": "der",
        "keinen": "kein",
    },
    "f": {"einer": "eine", "meiner": "meine", "unserer": "unsere", "der": "die"},
    "n": {"einem": "ein", "meinem": "mein", "unserem": "unser", "dem": "das"},
}


def _in_nominative(chunk: Chunk | None) -> Chunk | None:
    """The antecedent as a subject; None where its case cannot be told."""
    if chunk is None:
        return None
    role = role_of(chunk.head)
    if role is None:
        return chunk if chunk.determiner not in NOT_SUBJECTS else None
    determiner = _NOMINATIVE.get(role.gender, {}).get(chunk.determiner, chunk.determiner)
    if determiner == chunk.determiner and determiner in NOT_SUBJECTS:
        return None
    if determiner in ("ein", "eine"):  # one that somebody has
        determiner = "m" + determiner
    if not chunk.determiner:
        return chunk
    text = determiner + chunk.text[len(chunk.determiner) :]
    return replace(chunk, text=text, determiner=determiner)


def _with_relative_pronoun(segment: Segment) -> Segment:
    """ "..., der Coco heißt": the article is a pronoun, and the name stands alone."""
    chunks = segment.chunks
    is_called = len(chunks) == 2 and chunks[1].word in ("heißt", "heisst", "hieß")
    if segment.separator != "," or segment.conjunction or not is_called:
        return segment
    article, name = chunks[0].tokens[:1], chunks[0].tokens[1:]
    if chunks[0].determiner not in ("der", "die", "das") or not name:
        return segment
    pronoun = Chunk(Kind.ADVERB, article, article[0].text, article[0].start, article[0].end)
    named = replace(
        chunks[0], tokens=name, text=chunks[0].nouns, start=name[0].start, determiner=""
    )
    return replace_chunks(segment, [pronoun, named, chunks[1]])


def replace_chunks(segment: Segment, chunks: Sequence[Chunk]) -> Segment:
    """The segment with other chunks."""
    return Segment(segment.separator, segment.conjunction, list(chunks))


def _text_of(segment: Segment) -> str:
    return " ".join(whole_text(chunk) for chunk in segment.chunks)


def _with_apposition(subject: Chunk, apposition: str, front: Sequence[Chunk]) -> Chunk:
    if subject not in front:
        return subject
    return replace(subject, text=f"{subject.text}, {apposition},")


_LIGHT = small_words("light")
SAYING = small_words("saying")
# "Ich weiß, dass ...": it is so.
KNOWING = small_words("knowing")


def _contrasted(
    clause: GermanClause, chunks: Sequence[Chunk], segment: Segment
) -> GermanClause | None:
    """The clause with what stands behind "sondern" in the place of what it denies."""
    content = [c for c in chunks if c.kind in (Kind.NOUN, Kind.PREPOSITION, Kind.TIME, Kind.ADVERB)]
    if not content:
        return None
    new = content[0]
    parts = [*clause.front, *clause.middle, *clause.behind]

    def alike(chunk: Chunk) -> bool:
        if chunk.kind is not new.kind:
            return False
        return new.kind is not Kind.PREPOSITION or chunk.preposition == new.preposition

    old = next((c for c in reversed(parts) if alike(c) and c is not clause.subject), None)
    if old is None and new.kind is Kind.PREPOSITION:
        old = next((c for c in reversed(parts) if c.kind is Kind.PREPOSITION), None)
    if old is None:
        return None

    def put(chunks_: Sequence[Chunk]) -> tuple[Chunk, ...]:
        return tuple(
            new if c is old else c
            for c in chunks_
            if c.kind is not Kind.NEGATION and c.word not in ("mehr", "nur")
        )

    return replace(
        clause,
        negation="",
        contrast=True,
        corrects=old.nouns,
        front=put(clause.front),
        middle=put(clause.middle),
        behind=put(clause.behind),
        objects=put(clause.objects),
        prepositions=put(clause.prepositions),
        times=put(clause.times),
        complement=new if clause.complement is old else clause.complement,
        tail="",
        tail_chunks=(),
        start=segment.start,
        end=segment.end,
    )


def _build_infinitive(chunks: Sequence[Chunk]) -> GermanClause:
    """What an infinitive with "zu" says."""
    last = chunks[-1]
    lemma = verb_forms().infinitives.get(last.word, last.word)
    ending = [c for c in chunks if c.kind is Kind.ZU or c is last]
    middle = [c for c in chunks if c not in ending]
    clause = GermanClause(
        verb=lemma,
        tense=Tense.PRESENT,
        finite=None,
        middle=tuple(middle),
        ending=tuple(ending),
        objects=tuple(c for c in middle if c.kind is Kind.NOUN),
        start=chunks[0].start,
        end=last.end,
    )
    return _with_parts(clause, middle)


def _with_parts(clause: GermanClause, chunks: Sequence[Chunk]) -> GermanClause:
    """The clause with what is seen at once of its chunks."""
    return replace(
        clause,
        prepositions=tuple(c for c in chunks if c.kind is Kind.PREPOSITION),
        times=tuple(c for c in chunks if c.kind is Kind.TIME),
        adverbs=frozenset(c.word for c in chunks if c.kind is Kind.ADVERB),
        negation=_negation(chunks),
    )


def _negation(chunks: Sequence[Chunk]) -> str:
    negated = False
    for number, chunk in enumerate(chunks):
        is_none = chunk.determiner.startswith("kein")
        if chunk.kind is Kind.NEGATION or is_none:
            following = chunks[number + 1] if number + 1 < len(chunks) else None
            if following is not None and following.word in _ONLY and chunk.kind is Kind.NEGATION:
                continue  # "nicht nur"
            negated = True
            words = [token.lower for token in chunk.tokens]
            if "mehr" in words or "länger" in words:
                return "no longer"
    if negated and any(c.word == "mehr" and c.kind is Kind.ADVERB for c in chunks):
        return "no longer"
    return "not" if negated else ""


def _build(  # noqa: PLR0912  the steps of reading one clause
    segment: Segment,
    finite: int,
    *,
    front: Sequence[Chunk],
    carried: GermanClause | None,
    is_conditional: bool = False,
    is_verb_last: bool = False,
    given_subject: Chunk | None = None,
) -> GermanClause | None:
    verb = segment.chunks[finite]
    forms = finite_forms(verb) or guessed_forms(verb)
    if is_verb_last:
        rest = [*segment.chunks[:finite], *segment.chunks[finite + 1 :]]
    else:
        rest = list(segment.chunks[finite + 1 :])
    end = find_verb_end(forms, rest, verb)
    if end is None:
        return None
    form, lemma, ending = end.form, end.lemma, list(end.ending)
    last_of_ending = max((rest.index(c) for c in ending), default=-1)
    infinitive: GermanClause | None = None
    behind = rest[last_of_ending + 1 :] if ending and not is_verb_last else []
    inside = rest[: last_of_ending + 1] if ending and not is_verb_last else rest
    middle = [c for c in inside if c not in ending]
    if any(c.kind is Kind.ZU for c in behind):
        infinitive = _build_infinitive(behind)
        behind = []
    elif any(c.kind is Kind.ZU for c in middle) and middle[-1].kind is Kind.VERB and not ending:
        position = next(n for n, c in enumerate(middle) if c.kind is Kind.ZU)
        infinitive = _build_infinitive(middle[position:])
        middle = middle[:position]
    field_chunks = [*front, *middle, *behind]
    if carried is not None and not any(
        c.kind is Kind.PRONOUN and c.word in ("ich", "wir", "er", "man", "du") for c in field_chunks
    ):
        word, subject = left_out_subject(form, forms, segment, carried, front)
    else:
        subject, word = None, ""
    if subject is None and not word:
        subject, word = find_subject(field_chunks, forms, lemma, given_subject)
    if subject is not None and front and subject is front[0] and len(front) > 1:
        subject = _joined_front(front)
        field_chunks = [subject, *(c for c in field_chunks if c not in front)]
        front = [subject]
    if subject is None and not word:
        word, subject = left_out_subject(form, forms, segment, carried, front)
        if not word and subject is None:
            return None
    chosen = [f for f in forms if f.lemma == form.lemma and agrees(f, subject, word)]
    if not chosen:
        return None
    form = chosen[0] if form not in chosen else form
    others = [c for c in field_chunks if c is not subject]
    nouns = [c for c in others if c.kind is Kind.NOUN]
    datives = [c for c in nouns if c.determiner in _DATIVES]
    objects = [c for c in nouns if c not in datives]
    complement: Chunk | None = None
    if lemma in COPULAS or end.state is not None:
        complement = end.state or (objects[0] if objects else _adjective(others))
        objects = [c for c in objects if c is not complement]
    begin = min([segment.start, *(c.start for c in front)])
    clause = GermanClause(
        verb=lemma,
        tense=Tense.SUBJUNCTIVE
        if _UNSURE & {c.word for c in others if c.kind is Kind.ADVERB}
        else form.tense,
        finite=replace(verb, text=finite_text(verb)),
        is_perfect=end.is_perfect,
        is_passive=end.is_passive,
        modal=end.modal,
        subject=subject,
        subject_word=word,
        objects=tuple(objects),
        datives=tuple(datives),
        complement=complement,
        infinitive=infinitive,
        is_conditional=is_conditional,
        front=tuple(c for c in front if c is not subject),
        middle=tuple(c for c in middle if c is not subject),
        ending=(*joined_prefix(verb), *ending),
        behind=tuple(c for c in behind if c is not subject),
        start=begin,
        end=segment.end,
    )
    return _with_parts(clause, others)


def _joined_front(front: Sequence[Chunk]) -> Chunk:
    """What stands before the verb is one part: "die PIN vom Fahrradschloss"."""
    words = [chunk for chunk in front if not is_filler(chunk)]
    return replace(words[0], text=" ".join(whole_text(c) for c in words), end=words[-1].end)
