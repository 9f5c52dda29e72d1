"""The stretches of a German sentence between commas and conjunctions, and their finite verbs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from knowledge.extraction.german.chunks import Chunk, Kind
from knowledge.extraction.german.lexicon import role_of, small_words
from knowledge.extraction.german.morphology import FiniteForm, Tense, verb_forms
from knowledge.extraction.voices.parts import MASK

_BOUNDARIES = frozenset(",;:–—()-")
_STOPS = frozenset((*".!?…", MASK))
NOT_SUBJECTS = small_words("not_subjects")


@dataclass
class Segment:
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


def cut_segments(chunks: Sequence[Chunk]) -> list[Segment]:
    found = [Segment("", "")]
    for chunk in chunks:
        current = found[-1]
        if chunk.kind is Kind.MARK and chunk.text[0] in _STOPS:
            if current.chunks:
                found.append(Segment(".", ""))
        elif chunk.kind is Kind.MARK and chunk.text in _BOUNDARIES:
            if current.chunks:
                found.append(Segment(chunk.text, ""))
            elif current.separator == "":
                current.separator = chunk.text
        elif chunk.kind is Kind.AND:
            if current.chunks:
                found.append(Segment("", chunk.word))
            else:
                current.conjunction = chunk.word
        elif chunk.kind is not Kind.MARK:
            current.chunks.append(chunk)
    return [segment for segment in found if segment.chunks]


def finite_forms(chunk: Chunk) -> list[FiniteForm]:
    if chunk.kind is not Kind.VERB:
        return []
    return [*verb_forms().finite.get(chunk.word, []), *verb_forms().joined.get(chunk.word, [])]


def _is_ambiguous(chunk: Chunk) -> bool:
    """The form may stand at the end of a clause as well."""
    forms = verb_forms()
    return chunk.word in forms.participles or chunk.word in forms.infinitives


def find_finite(segment: Segment, *, is_last: bool, is_continued: bool = False) -> int | None:
    """Where the finite verb of a segment is; None without one."""
    sure: list[int] = []
    possible: list[int] = []
    for number, chunk in enumerate(segment.chunks):
        if not finite_forms(chunk):
            continue
        if number and segment.chunks[number - 1].kind is Kind.ZU:
            continue
        (possible if _is_ambiguous(chunk) else sure).append(number)
    if sure:
        return sure[-1] if is_last else sure[0]
    if is_last and possible:
        return possible[-1]
    if is_continued and possible and possible[0] == 0:  # "Anton und Clara, | werden sechs"
        return 0
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
            is_subject = chunk.kind is Kind.NOUN and chunk.determiner not in NOT_SUBJECTS
            if number == 1 and is_subject and (is_plural(chunk) or not plural):
                return number
    return _guess_finite(segment)


def is_plural(chunk: Chunk) -> bool:
    """True for what surely is several."""
    role = role_of(chunk.head) if chunk.head else None
    if chunk.others or (role is not None and role.gender == "p"):
        return True
    return chunk.tokens[0].lower in small_words("number") or (
        len(chunk.tokens) > 1 and any(t.lower in small_words("number") for t in chunk.tokens[:2])
    )


_GUESSES = {"ich": "e", "er": "t", "sie": "t", "es": "t", "wir": "en"}


def _guess_finite(segment: Segment) -> int | None:
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


def guessed_forms(chunk: Chunk) -> list[FiniteForm]:
    word = chunk.word
    for ending, persons in (("en", {"1p", "3p"}), ("t", {"3s", "2p"}), ("e", {"1s"})):
        if word.endswith(ending):
            stem = word[: -len(ending)]
            stem = stem.removesuffix("e") if ending == "t" and len(stem) > 4 else stem
            lemma = stem + ("n" if stem.endswith(("el", "er")) else "en")
            return [FiniteForm(lemma, Tense.PRESENT, frozenset(persons))]
    return []
