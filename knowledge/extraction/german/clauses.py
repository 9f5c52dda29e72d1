"""Reads the clauses of a German sentence: subject, verb with both its ends, and the parts between.

A main clause has its finite verb in second place and the rest of the verb (a prefix, a participle,
an infinitive) at the end; a subordinate clause has all of it at the end. What is read is written
anew as a main clause that begins with its subject.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from knowledge.extraction.german.chunks import Chunk, Kind, cut_chunks, has_capitals
from knowledge.extraction.german.lexicon import COPULAS, MODALS, MOVES, role_of, small_words
from knowledge.extraction.german.morphology import SPOKEN, FiniteForm, Tense, verb_forms

_BOUNDARIES = frozenset(",;:–—()-")
_STOPS = frozenset(".!?…")
_ALWAYS_SUBORDINATE = frozenset(["weil", "dass", "daß", "wenn", "ob", "falls", "obwohl", "obgleich", "nachdem", "bevor", "damit", "sodass", "solange", "sobald", "sofern"])  # fmt: skip
_CONDITIONS = frozenset(("wenn", "falls", "sofern", "ob", "solange", "sobald", "damit", "bevor"))
_RELATIVES = frozenset(["der", "die", "das", "den", "dem", "deren", "dessen", "denen"])
_NOMINATIVES = frozenset(("ich", "wir", "er", "es", "man", "du", "sie", "ihr"))
_NOT_SUBJECTS = frozenset(
    [
        "den",
        "dem",
        "des",
        "einen",
        "einem",
        "keinen",
        "keinem",
        "meinen",
        "meinem",
        "meines",
        "unseren",
        "unserem",
        "deinen",
        "deinem",
        "seinen",
        "seinem",
        "ihren",
        "ihrem",
        "diesen",
        "diesem",
        "jeden",
        "jedem",
        "allen",
        "vielen",
    ]
)
_DATIVES = frozenset(
    ["dem", "einem", "keinem", "meinem", "unserem", "deinem", "seinem", "ihrem", "diesem"]
)
_DATIVE_PRONOUNS = frozenset(("mir", "dir", "ihm", "uns", "euch", "ihnen", "sich", "mich", "dich"))
_STATES = frozenset(["verheiratet", "geschieden", "getrennt", "verlobt", "verwitwet", "angestellt", "befreundet", "verwandt", "geboren"])  # fmt: skip
_ALSO_STATES = frozenset(
    ["kaputt", "weg", "zuhause", "daheim", "unterwegs", "allein", "vorbei", "zusammen"]
)
_UNSURE = small_words("unsure") - {"wohl"}
_ONLY = frozenset(("nur", "allein", "bloß"))


@dataclass(frozen=True)
class GermanClause:
    """One verb with its parts, as chunks."""

    verb: str  # lemma
    tense: Tense
    finite: Chunk | None
    is_perfect: bool = False
    is_passive: bool = False
    modal: str = ""  # lemma of the verb that stands above `verb`
    subject: Chunk | None = None  # as said or carried over; None: left out
    subject_word: str = ""  # ich, wir, er, sie, ...; empty for a noun
    negation: str = ""  # not, no longer
    objects: Sequence[Chunk] = ()
    datives: Sequence[Chunk] = ()
    complement: Chunk | None = None
    prepositions: Sequence[Chunk] = ()
    times: Sequence[Chunk] = ()
    adverbs: frozenset[str] = frozenset()
    infinitive: "GermanClause | None" = None  # "aufgehört, zu rauchen"
    is_conditional: bool = False
    conjunction: str = ""  # of a subordinate clause
    corrects: str = ""  # "nicht Pizza, ..."
    contrast: bool = False  # what stands behind "sondern"
    is_after_report: "GermanClause | None" = None  # "Tom sagt, ..."
    front: Sequence[Chunk] = ()  # before the verb, without the subject
    middle: Sequence[Chunk] = ()
    ending: Sequence[Chunk] = ()  # the rest of the verb
    behind: Sequence[Chunk] = ()
    tail: str = ""  # an apposition
    tail_chunks: Sequence[Chunk] = ()
    start: int = 0
    end: int = 0

    @property
    def is_self(self) -> bool:
        """The speaker is its subject."""
        return self.subject_word in ("ich", "wir")

    def written(
        self, subject: str, *, without: Sequence[Chunk] = (), put: "dict[int, str] | None" = None
    ) -> str:
        """The clause as a main clause that begins with the subject."""
        put = put or {}

        def texts(chunks: Sequence[Chunk], *, moved: bool = False) -> list[str]:
            return [
                put.get(chunk.start) or (_small_start(chunk) if moved else _whole_text(chunk))
                for chunk in chunks
                if chunk not in without and not _is_filler(chunk)
            ]

        pronouns = [c for c in self.middle if c.kind is Kind.PRONOUN]
        rest = [c for c in self.middle if c.kind is not Kind.PRONOUN]
        finite = self.finite.text.lower() if self.finite is not None else ""
        words = [subject, finite, *texts(pronouns), *texts(self.front, moved=True), *texts(rest),
                 *texts(self.ending), *texts(self.behind)]  # fmt: skip
        text = " ".join(word for word in words if word)
        if self.infinitive is not None and self.tail == "":
            comma = "," if len(self.infinitive.middle) > 0 else ""
            text = f"{text}{comma} {self.infinitive.as_infinitive()}"
        return text + (f", {self.tail}" if self.tail else "") + "."

    def as_chunk(self) -> Chunk:
        """An infinitive without "zu", as a value."""
        chunks = [c for c in (*self.middle, *self.ending) if c.kind is not Kind.ZU]
        text = " ".join(_whole_text(c) for c in sorted(chunks, key=lambda c: c.start))
        last = chunks[-1]
        return replace(last, text=text, noun_start=last.start, head=self.verb)

    def as_infinitive(self) -> str:
        """An infinitive with "zu", whole."""
        chunks = sorted((*self.middle, *self.ending), key=lambda chunk: chunk.start)
        return " ".join(_whole_text(chunk) for chunk in chunks)


def _whole_text(chunk: Chunk) -> str:
    if not chunk.others:
        return chunk.text
    texts = [chunk.text, *(one.text for one in chunk.others)]
    return ", ".join(texts[:-1]) + " und " + texts[-1]


_CAPITAL_TIMES = re.compile(
    r"(?:Ende|Anfang|Mitte|Weihnachten|Ostern|Pfingsten|(?:\w+tag|Mittwoch|Sonnabend)\w*)\b(?<!s)"
)


def _small_start(chunk: Chunk) -> str:
    """The text of what stood at the beginning, within a sentence."""
    text = _whole_text(chunk)
    is_noun = chunk.kind is Kind.NOUN and not chunk.determiner and chunk.noun_start == chunk.start
    if is_noun and chunk.tokens[0].lower not in small_words("number"):
        first = chunk.tokens[0]
        is_adjective = (
            first.text.lower() != chunk.head.lower()
            and first.text.endswith(("e", "en", "er", "es"))
            and len(chunk.tokens) > 1
            and not role_of(first.text)
        )
        if not is_adjective:
            return text
    if chunk.kind is Kind.TIME and _CAPITAL_TIMES.match(text):
        return text
    return text[0].lower() + text[1:]


def _is_filler(chunk: Chunk) -> bool:
    """A word that says how something is told, not what."""
    return chunk.kind in (Kind.ADVERB, Kind.INTERJECTION) and chunk.word in _FILLERS


_FILLERS = frozenset(
    [
        "ja",
        "doch",
        "mal",
        "halt",
        "eben",
        "eigentlich",
        "übrigens",
        "jedenfalls",
        "nämlich",
        "also",
        "aber",
        "auch",
        "ohnehin",
        "sowieso",
        "nun",
        "komischerweise",
        "leider",
        "tatsächlich",
        "echt",
        "einfach",
        "irgendwie",
        "sozusagen",
        "quasi",
        "natürlich",
        "selbstverständlich",
        "allerdings",
        "trotzdem",
        "außerdem",
        "zwar",
        "deshalb",
        "deswegen",
        "daher",
        "dann",
        "da",
        "so",
        "nebenbei",
    ]
)


@dataclass
class _Segment:
    """Chunks between two boundaries."""

    separator: str  # the mark before it
    conjunction: str  # und, oder, aber, sondern
    chunks: list[Chunk] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.chunks[0].start

    @property
    def end(self) -> int:
        return self.chunks[-1].end

    @property
    def text(self) -> str:
        return ""


def _segments(chunks: Sequence[Chunk]) -> list[_Segment]:
    found = [_Segment("", "")]
    for chunk in chunks:
        current = found[-1]
        if chunk.kind is Kind.MARK and chunk.text in _STOPS:
            if current.chunks:
                found.append(_Segment(".", ""))
        elif chunk.kind is Kind.MARK and chunk.text in _BOUNDARIES:
            if current.chunks:
                found.append(_Segment(chunk.text, ""))
            elif current.separator == "":
                current.separator = chunk.text
        elif chunk.kind is Kind.AND:
            if current.chunks:
                found.append(_Segment("", chunk.word))
            else:
                current.conjunction = chunk.word
        elif chunk.kind is not Kind.MARK:
            current.chunks.append(chunk)
    return [segment for segment in found if segment.chunks]


def _finite_forms(chunk: Chunk) -> list[FiniteForm]:
    if chunk.kind is not Kind.VERB:
        return []
    return [*verb_forms().finite.get(chunk.word, []), *verb_forms().joined.get(chunk.word, [])]


def _is_ambiguous(chunk: Chunk) -> bool:
    """The form may stand at the end of a clause as well."""
    forms = verb_forms()
    return chunk.word in forms.participles or chunk.word in forms.infinitives


def _find_finite(segment: _Segment, *, is_last: bool) -> int | None:
    """Where the finite verb of a segment is; None without one."""
    sure: list[int] = []
    possible: list[int] = []
    for number, chunk in enumerate(segment.chunks):
        if not _finite_forms(chunk):
            continue
        if number and segment.chunks[number - 1].kind is Kind.ZU:
            continue
        (possible if _is_ambiguous(chunk) else sure).append(number)
    if sure:
        return sure[-1] if is_last else sure[0]
    if is_last and possible:
        return possible[-1]
    for number in possible:
        near = [
            segment.chunks[other]
            for other in (number - 1, number + 1)
            if 0 <= other < len(segment.chunks)
        ]
        plural = segment.chunks[number].word in verb_forms().infinitives
        for chunk in near:
            if chunk.kind is Kind.PRONOUN and chunk.word in (
                ("wir", "sie") if plural else ("er", "sie", "es", "ich", "ihr")
            ):
                return number
            if chunk.kind is Kind.NOUN and number == 1 and chunk.determiner not in _NOT_SUBJECTS:
                if plural == _is_plural(chunk) or not plural:
                    return number
    return _guess_finite(segment)


def _is_plural(chunk: Chunk) -> bool:
    role = role_of(chunk.head) if chunk.head else None
    if chunk.others or (role is not None and role.gender == "p"):
        return True
    return chunk.tokens[0].lower in small_words("number") or (
        len(chunk.tokens) > 1 and any(t.lower in small_words("number") for t in chunk.tokens[:2])
    )


_GUESSES = {"ich": "e", "er": "t", "sie": "t", "es": "t", "wir": "en"}


def _guess_finite(segment: _Segment) -> int | None:
    """An unknown verb beside its pronoun: "ich skype", "er bolzt"."""
    for number, chunk in enumerate(segment.chunks):
        if chunk.kind is not Kind.ADVERB or len(chunk.word) < 4 or not chunk.text.islower():
            continue
        if chunk.word in small_words("adverb") or chunk.word in small_words("particle"):
            continue
        for other in (number - 1, number + 1):
            if 0 <= other < len(segment.chunks) and number <= 1 + (other < number):
                near = segment.chunks[other]
                ending = _GUESSES.get(near.word) if near.kind is Kind.PRONOUN else None
                if ending and chunk.word.endswith(ending):
                    segment.chunks[number] = replace(chunk, kind=Kind.VERB)
                    return number
    return None


def _guessed_forms(chunk: Chunk) -> list[FiniteForm]:
    word = chunk.word
    for ending, persons in (("en", {"1p", "3p"}), ("t", {"3s", "2p"}), ("e", {"1s"})):
        if word.endswith(ending):
            stem = word[: -len(ending)]
            stem = stem.removesuffix("e") if ending == "t" and len(stem) > 4 else stem
            lemma = stem + ("n" if stem.endswith(("el", "er")) else "en")
            return [FiniteForm(lemma, Tense.PRESENT, frozenset(persons))]
    return []


def read_clauses(text: str) -> list[GermanClause]:
    """The clauses of a sentence, in order; what is no clause of its own is the tail of one."""
    return _Reader(_segments(cut_chunks(text, has_capitals=has_capitals(text)))).read()


@dataclass
class _Reader:
    segments: Sequence[_Segment]
    found: list[GermanClause] = field(default_factory=list)
    pending: list[_Segment] = field(default_factory=list)  # fragments before their verb
    condition: str = ""  # the conjunction of a subordinate clause that holds for the next one

    def read(self) -> list[GermanClause]:
        for segment in self.segments:
            if segment.separator == ".":
                self.pending.clear()
                self.condition = ""
            self._read_segment(segment)
        return self.found

    def _read_segment(self, segment: _Segment) -> None:
        first = segment.chunks[0].word
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
            or (leading.word in small_words("subordinator") and self._is_verb_last(segment))
        )
        if is_subordinate:
            self._read_subordinate(segment, leading, is_relative=is_relative)
            return
        finite = _find_finite(segment, is_last=False)
        if finite is None:
            self._read_fragment(segment)
            return
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
        lead = self._take_correction()
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

    def _reported(self, clause: GermanClause, segment: _Segment) -> GermanClause:
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
            if segment.chunks[0].kind is Kind.NEGATION and len(segment.chunks) > 1:
                return _text_of(replace_chunks(segment, segment.chunks[1:]))
        return ""

    def _is_relative(self, segment: _Segment) -> bool:
        if segment.separator != "," or segment.conjunction:
            return False
        first = segment.chunks[0]
        is_pronoun = first.word in _RELATIVES and first.kind is not Kind.NOUN
        is_behind = first.kind is Kind.PREPOSITION and first.head in _RELATIVES
        return (is_pronoun or is_behind) and self._is_verb_last(segment)

    def _is_verb_last(self, segment: _Segment) -> bool:
        last = segment.chunks[-1]
        if len(segment.chunks) < 2 or not (_finite_forms(last)):
            return False
        return len(segment.chunks) > 2 or True

    def _read_subordinate(self, segment: _Segment, leading: Chunk, *, is_relative: bool) -> None:
        finite = _find_finite(segment, is_last=True)
        conjunction = "" if is_relative else leading.word
        before = self.found[-1] if self.found and segment.separator != "." else None
        if not is_relative and conjunction in _CONDITIONS:
            if before is not None and not self.pending and segment.separator == ",":
                self.found[-1] = replace(before, is_conditional=before.is_conditional or conjunction in ("wenn", "falls", "sofern"))  # fmt: skip
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
        inner = _Segment(segment.separator, "", [*chunks])
        finite -= index + 1
        if finite < 0 or finite >= len(inner.chunks):
            return
        clause = _build(inner, finite, front=[], carried=None, is_verb_last=True,
                        given_subject=carried_subject)  # fmt: skip
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

    def _read_fragment(self, segment: _Segment) -> None:
        chunks = [c for c in segment.chunks if c.kind is not Kind.INTERJECTION]
        if not chunks:
            return
        previous = self.found[-1] if self.found else None
        is_new = previous is None or segment.separator == "." or self.pending
        if is_new:
            self.pending.append(replace_chunks(segment, chunks))
            return
        assert previous is not None
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
                self.found.append(contrasted)
            return
        last = chunks[-1]
        is_participle = last.kind is Kind.VERB and last.word in verb_forms().participles
        is_infinitive = last.kind is Kind.VERB and last.word in verb_forms().infinitives
        if segment.conjunction in ("und", "oder", "aber", "sowie") and (
            is_participle or is_infinitive
        ):
            if previous.finite is not None and previous.ending:
                clause = _build(
                    _Segment(segment.separator, segment.conjunction, [previous.finite, *chunks]),
                    0, front=[], carried=previous,
                )  # fmt: skip
                if clause is not None:
                    self.found.append(replace(clause, start=segment.start))
            return
        if segment.separator == ":":
            self.found[-1] = replace(previous, tail_chunks=(*previous.tail_chunks, *chunks))
            return
        if (
            chunks[0].kind in (Kind.NOUN, Kind.PREPOSITION)
            and segment.conjunction in ("", "und")
            and not any(c.kind is Kind.VERB for c in chunks)
        ):
            text = _text_of(replace_chunks(segment, chunks))
            joint = f"{previous.tail}, {text}" if previous.tail else text
            self.found[-1] = replace(
                previous, tail=joint, tail_chunks=(*previous.tail_chunks, *chunks), end=segment.end
            )


_NOMINATIVE = {
    "m": {"einen": "ein", "einem": "ein", "meinen": "mein", "meinem": "mein", "unseren": "unser",
          "unserem": "unser", "den": "der", "dem": "der", "keinen": "kein"},
    "f": {"einer": "eine", "meiner": "meine", "unserer": "unsere", "der": "die"},
    "n": {"einem": "ein", "meinem": "mein", "unserem": "unser", "dem": "das"},
}  # fmt: skip


def _in_nominative(chunk: Chunk | None) -> Chunk | None:
    """The antecedent as a subject; None where its case cannot be told."""
    if chunk is None:
        return None
    role = role_of(chunk.head)
    if role is None:
        return chunk if chunk.determiner not in _NOT_SUBJECTS else None
    determiner = _NOMINATIVE.get(role.gender, {}).get(chunk.determiner, chunk.determiner)
    if determiner == chunk.determiner and determiner in _NOT_SUBJECTS:
        return None
    if determiner in ("ein", "eine"):  # one that somebody has
        determiner = "m" + determiner
    if not chunk.determiner:
        return chunk
    text = determiner + chunk.text[len(chunk.determiner) :]
    return replace(chunk, text=text, determiner=determiner)


def replace_chunks(segment: _Segment, chunks: Sequence[Chunk]) -> _Segment:
    """The segment with other chunks."""
    return _Segment(segment.separator, segment.conjunction, list(chunks))


def _text_of(segment: _Segment) -> str:
    return " ".join(_whole_text(chunk) for chunk in segment.chunks)


def _with_apposition(subject: Chunk, apposition: str, front: Sequence[Chunk]) -> Chunk:
    if subject not in front:
        return subject
    return replace(subject, text=f"{subject.text}, {apposition},")


_LIGHT = frozenset(
    ["auch", "dann", "daher", "deshalb", "deswegen", "aber", "so", "da", "nun", "schließlich"]
)
SAYING = frozenset(
    [
        "sagen",
        "meinen",
        "erzählen",
        "behaupten",
        "berichten",
        "schreiben",
        "antworten",
        "denken",
        "glauben",
        "finden",
        "hoffen",
        "vermuten",
        "fürchten",
        "träumen",
        "wünschen",
        "erwähnen",
        "mitteilen",
        "versprechen",
        "fragen",
    ]
)
# "Ich weiß, dass ...": it is so.
KNOWING = frozenset(
    ["wissen", "freuen", "heißen", "bedeuten", "stimmen", "merken", "vergessen", "sein", "erfahren"]
)


def _contrasted(
    clause: GermanClause, chunks: Sequence[Chunk], segment: _Segment
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
        clause, negation="", contrast=True, corrects=old.nouns, front=put(clause.front), middle=put(clause.middle),
        behind=put(clause.behind), objects=put(clause.objects), prepositions=put(clause.prepositions),
        times=put(clause.times), complement=new if clause.complement is old else clause.complement,
        tail="", tail_chunks=(), start=segment.start, end=segment.end,
    )  # fmt: skip


def _build_infinitive(chunks: Sequence[Chunk]) -> GermanClause:
    """What an infinitive with "zu" says."""
    last = chunks[-1]
    lemma = verb_forms().infinitives.get(last.word, last.word)
    ending = [c for c in chunks if c.kind is Kind.ZU or c is last]
    middle = [c for c in chunks if c not in ending]
    parts = _parts(middle)
    return GermanClause(
        verb=lemma, tense=Tense.PRESENT, finite=None, middle=tuple(middle), ending=tuple(ending),
        objects=tuple(c for c in middle if c.kind is Kind.NOUN), start=chunks[0].start,
        end=last.end, **parts,
    )  # fmt: skip


def _parts(chunks: Sequence[Chunk]) -> dict[str, object]:
    return {
        "prepositions": tuple(c for c in chunks if c.kind is Kind.PREPOSITION),
        "times": tuple(c for c in chunks if c.kind is Kind.TIME),
        "adverbs": frozenset(c.word for c in chunks if c.kind is Kind.ADVERB),
        "negation": _negation(chunks),
    }


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
    segment: _Segment,
    finite: int,
    *,
    front: Sequence[Chunk],
    carried: GermanClause | None,
    is_conditional: bool = False,
    is_verb_last: bool = False,
    given_subject: Chunk | None = None,
) -> GermanClause | None:
    verb = segment.chunks[finite]
    forms = _finite_forms(verb) or _guessed_forms(verb)
    if is_verb_last:
        rest = [*segment.chunks[:finite], *segment.chunks[finite + 1 :]]
    else:
        rest = list(segment.chunks[finite + 1 :])
    form, lemma, ending, flags = _verb_end(forms, rest, verb)
    if form is None:
        return None
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
        word, subject = _dropped(form, forms, segment, carried, front, field_chunks)
    else:
        subject, word = None, ""
    if subject is None and not word:
        subject, word = _subject(field_chunks, forms, lemma, given_subject)
    if subject is not None and front and subject is front[0] and len(front) > 1:
        subject = _joined_front(front)
        field_chunks = [subject, *(c for c in field_chunks if c not in front)]
        front = [subject]
    if subject is None and not word:
        word, subject = _dropped(form, forms, segment, carried, front, field_chunks)
        if not word and subject is None:
            return None
    chosen = [f for f in forms if f.lemma == form.lemma and _agrees(f, subject, word)]
    if not chosen:
        return None
    form = chosen[0] if form not in chosen else form
    others = [c for c in field_chunks if c is not subject]
    nouns = [c for c in others if c.kind is Kind.NOUN]
    datives = [c for c in nouns if c.determiner in _DATIVES]
    objects = [c for c in nouns if c not in datives]
    complement: Chunk | None = None
    if lemma in COPULAS or flags.get("is_state"):
        complement = flags.get("state") or (objects[0] if objects else _adjective(others))  # type: ignore[assignment]  # a chunk
        objects = [c for c in objects if c is not complement]
    parts = _parts(others)
    begin = min([segment.start, *(c.start for c in front)])
    return GermanClause(
        verb=lemma,
        tense=Tense.SUBJUNCTIVE
        if _UNSURE & {c.word for c in others if c.kind is Kind.ADVERB}
        else form.tense,
        finite=replace(verb, text=_split_finite(verb, ending)),
        is_perfect=bool(flags.get("is_perfect")),
        is_passive=bool(flags.get("is_passive")),
        modal=str(flags.get("modal", "")),
        subject=subject,
        subject_word=word,
        objects=tuple(objects),
        datives=tuple(datives),
        complement=complement,
        infinitive=infinitive,
        is_conditional=is_conditional,
        front=tuple(c for c in front if c is not subject),
        middle=tuple(c for c in middle if c is not subject),
        ending=(*_joined_prefix(verb), *ending),
        behind=tuple(c for c in behind if c is not subject),
        start=begin,
        end=segment.end,
        **parts,  # type: ignore[arg-type]  # of GermanClause
    )


def _joined_front(front: Sequence[Chunk]) -> Chunk:
    """What stands before the verb is one part: "die PIN vom Fahrradschloss"."""
    words = [chunk for chunk in front if not _is_filler(chunk)]
    return replace(words[0], text=" ".join(_whole_text(c) for c in words), end=words[-1].end)


def _joined_form(chunk: Chunk) -> str:
    """The prefix of a finite form that is written as one word: "umziehe"."""
    if chunk.word in verb_forms().finite:
        return ""
    for prefix, base in verb_forms().prefixed:
        if chunk.word.startswith(prefix) and any(
            form.lemma == base for form in verb_forms().finite.get(chunk.word[len(prefix) :], ())
        ):
            return prefix
    return ""


def _split_finite(chunk: Chunk, ending: Sequence[Chunk]) -> str:
    prefix = _joined_form(chunk) if chunk.word in verb_forms().joined else ""
    text = chunk.text[len(prefix) :]
    return text + "e" if text.lower() in SPOKEN else text


def _joined_prefix(chunk: Chunk) -> list[Chunk]:
    if chunk.word not in verb_forms().joined:
        return []
    prefix = _joined_form(chunk)
    return [replace(chunk, kind=Kind.ADVERB, text=prefix)] if prefix else []


def _verb_end(  # noqa: PLR0911  a return a form of the verb
    forms: Sequence[FiniteForm], rest: Sequence[Chunk], verb: Chunk
) -> tuple[FiniteForm | None, str, list[Chunk], dict[str, object]]:
    """The finite form that is meant, the lemma of the whole verb, its end, and what it tells."""
    table = verb_forms()
    verbs = [c for c in rest if c.kind is Kind.VERB]
    by_lemma = {form.lemma: form for form in reversed(forms)}
    participles = [c for c in verbs if c.word in table.participles or c.word == "worden"]
    infinitives = [
        c for c in verbs
        if c.word in table.infinitives and not _zu_before(rest, c) and "zu" not in c.word[1:4]
    ]  # fmt: skip
    if "haben" in by_lemma and len(infinitives) > 1 and infinitives[-1].word in MODALS:
        first, last = infinitives[-2:]
        return (
            by_lemma["haben"],
            _lemma(first),
            [first, last],
            {"is_perfect": True, "modal": last.word},
        )
    if "haben" in by_lemma and participles:
        last = participles[-1]
        return by_lemma["haben"], _lemma(last), [last], {"is_perfect": True}
    if "sein" in by_lemma and participles:
        passive = [c for c in participles if c.word == "worden"]
        last = [c for c in participles if c.word != "worden"][-1:] or participles[-1:]
        lemma = _lemma(last[0])
        if last[0].word in _STATES:
            return by_lemma["sein"], "sein", [], {"is_state": True, "state": last[0]}
        if passive or lemma not in MOVES:
            return by_lemma["sein"], lemma, [*last, *passive], {"is_passive": True, "is_perfect": True}  # fmt: skip
        return by_lemma["sein"], lemma, last, {"is_perfect": True}
    if "werden" in by_lemma and participles:
        return by_lemma["werden"], _lemma(participles[-1]), [participles[-1]], {"is_passive": True}
    if "werden" in by_lemma and infinitives:
        return by_lemma["werden"], _lemma(infinitives[-1]), [infinitives[-1]], {"modal": "werden"}
    for modal in sorted(MODALS):
        if modal in by_lemma and infinitives and infinitives[-1] is not verb:
            last = infinitives[-1]
            return by_lemma[modal], table.infinitives[last.word], [last], {"modal": modal}
    for chunk in reversed(rest):
        if chunk.kind is Kind.ADVERB or chunk.word in ("aus", "an"):
            for lemma, form in by_lemma.items():
                if (chunk.word, lemma) in table.prefixed and len(chunk.tokens) == 1:
                    return form, table.prefixed[chunk.word, lemma], [chunk], {}
    if not forms:
        return None, "", [], {}
    form = forms[0]
    return form, form.lemma, [], {}


def _zu_before(rest: Sequence[Chunk], chunk: Chunk) -> bool:
    position = rest.index(chunk)
    return position > 0 and rest[position - 1].kind is Kind.ZU


def _lemma(chunk: Chunk) -> str:
    forms = verb_forms()
    if chunk.word == "worden":
        return "werden"
    if chunk.word in forms.participles:
        return forms.participles[chunk.word][0]
    return forms.infinitives.get(chunk.word, chunk.word)


def _adjective(chunks: Sequence[Chunk]) -> Chunk | None:
    """What "sein" says of its subject, when that is no noun."""
    known = (small_words("adverb") | small_words("particle") | small_words("unsure")) - _ALSO_STATES
    for chunk in reversed(chunks):
        if chunk.kind is Kind.ADVERB and chunk.word not in known:
            return chunk
    return None


def _is_with_me(chunk: Chunk) -> bool:
    """ "Meine Frau und ich"."""
    return bool(chunk.others) and chunk.others[-1].word == "ich"


def _agrees(form: FiniteForm, subject: Chunk | None, word: str) -> bool:
    if word in ("ich", "wir", "du", "er", "es", "man"):
        person = {"ich": "1s", "wir": "1p", "du": "2s"}.get(word, "3s")
        return person in form.persons
    if word == "sie":
        return bool(form.persons & {"3s", "3p"})
    if word == "ihr":
        return "2p" in form.persons
    if subject is not None and _is_plural(subject):
        return "3p" in form.persons
    return bool(form.persons & {"3s", "3p"})


def _subject(
    chunks: Sequence[Chunk], forms: Sequence[FiniteForm], lemma: str, given: Chunk | None
) -> tuple[Chunk | None, str]:
    """The subject and its pronoun; neither when it is left out."""
    if given is not None:
        return given, ""
    persons = frozenset().union(*(form.persons for form in forms))
    for chunk in chunks:
        if chunk.kind is Kind.NOUN and _is_with_me(chunk) and "1p" in persons:
            return chunk, "wir"
        if chunk.kind is not Kind.PRONOUN:
            continue
        if (
            chunk.text in ("Sie", "Ihr", "Du")
            and chunk.text == "Sie"
            and "3p" in persons
            and "3s" not in persons
        ):
            return chunk, "Sie"
        if chunk.word in _NOMINATIVES and any(_agrees(f, chunk, chunk.word) for f in forms):
            if chunk.word in ("sie", "es") and any(
                c.kind is Kind.NOUN and c.determiner not in _NOT_SUBJECTS and c.start < chunk.start
                for c in chunks
            ):
                continue
            if chunk.word == "ihr":
                continue
            return chunk, chunk.word
    if not persons & {"3s", "3p"}:
        return None, ""
    only_singular = "3p" not in persons
    for chunk in chunks:
        if (
            chunk.kind is Kind.PRONOUN
            and chunk.word
            in (
                "das",
                "dies",
                "wer",
                "was",
                "niemand",
                "jemand",
                "nichts",
                "alles",
                "meine",
                "meiner",
                "keiner",
                "einer",
            )
            and only_singular
        ):
            return chunk, chunk.word
        if chunk.kind is not Kind.NOUN or chunk.determiner in _NOT_SUBJECTS:
            continue
        if _is_plural(chunk) and only_singular:
            continue
        if not only_singular and "3s" not in persons and _is_surely_singular(chunk):
            continue
        return chunk, ""
    return None, ""


def _is_surely_singular(chunk: Chunk) -> bool:
    return chunk.determiner in (
        "der",
        "das",
        "ein",
        "eine",
        "mein",
        "unser",
        "kein",
        "sein",
    ) and not _is_plural(chunk)


def _dropped(
    form: FiniteForm,
    forms: Sequence[FiniteForm],
    segment: _Segment,
    carried: GermanClause | None,
    front: Sequence[Chunk],
    chunks: Sequence[Chunk],
) -> tuple[str, Chunk | None]:
    """Who is meant where nobody is named: the subject before, "ich" or "wir"."""
    if carried is not None:
        if _agrees(form, carried.subject, carried.subject_word):
            return carried.subject_word, carried.subject
        if segment.conjunction:
            return "", None
    persons = frozenset().union(*(f.persons for f in forms))
    if _is_request(form, segment):
        return "", None
    has_front = any(c.kind in (Kind.NOUN, Kind.PREPOSITION) for c in front)
    if "1s" in persons and not has_front:
        return "ich", None
    if "1p" in persons and not has_front and form.lemma in ("sein", "haben", "werden"):
        return "wir", None
    return "", None


_REQUESTS = frozenset(["erklären", "schreiben", "sagen", "nennen", "geben", "zeigen", "übersetzen", "helfen", "erstellen", "antworten", "erinnern", "merken", "vergessen", "lassen", "denken", "prüfen", "korrigieren", "vergleichen", "stellen", "nehmen", "erzählen", "schauen", "schicken", "duzen", "siezen", "formulieren", "fassen", "halten", "rechnen"])  # fmt: skip


def _is_request(form: FiniteForm, segment: _Segment) -> bool:
    words = {token.lower for chunk in segment.chunks for token in chunk.tokens}
    if "bitte" in words:
        return True
    if form.lemma in ("haben", "sein", "werden") or form.lemma in MODALS - {"lassen", "gehen"}:
        return False
    return form.lemma in _REQUESTS or bool(
        words & {"mir", "mich", "uns"} and form.lemma not in ("freuen", "interessieren")
    )
