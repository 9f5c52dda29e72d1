"""A German clause as it was read, and how it is written anew."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.german.chunks import Chunk, Kind
from knowledge.extraction.german.lexicon import role_of, small_words
from knowledge.extraction.german.morphology import Tense

_MOVED = frozenset(
    ("mir", "dir", "ihm", "uns", "euch", "ihnen", "sich", "mich", "dich", "es", "ihn")
)


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
    tail: str = ""  # an apposition, with the comma or colon before it
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
                put.get(chunk.start) or (_small_start(chunk) if moved else whole_text(chunk))
                for chunk in chunks
                if chunk not in without and not is_filler(chunk)
            ]

        pronouns = [c for c in self.middle if c.kind is Kind.PRONOUN and c.word in _MOVED]
        rest = [c for c in self.middle if c not in pronouns]
        finite = self.finite.text.lower() if self.finite is not None else ""
        words = [subject, finite, *texts(pronouns), *texts(self.front, moved=True), *texts(rest),
                 *texts(self.ending), *texts(self.behind)]  # fmt: skip
        text = " ".join(word for word in words if word)
        if self.infinitive is not None and self.tail == "":
            comma = "," if len(self.infinitive.middle) > 0 else ""
            text = f"{text}{comma} {self.infinitive.as_infinitive()}"
        return f"{text}{self.tail}."

    def as_chunk(self) -> Chunk:
        """An infinitive without "zu", as a value."""
        chunks = [c for c in (*self.middle, *self.ending) if c.kind is not Kind.ZU]
        text = " ".join(whole_text(c) for c in sorted(chunks, key=lambda c: c.start))
        last = chunks[-1]
        return replace(last, text=text, noun_start=last.start, head=self.verb)

    def as_infinitive(self) -> str:
        """An infinitive with "zu", whole."""
        chunks = sorted((*self.middle, *self.ending), key=lambda chunk: chunk.start)
        return " ".join(whole_text(chunk) for chunk in chunks)


def whole_text(chunk: Chunk) -> str:
    """With what is joined to it: "Paul und Ida"."""
    if not chunk.others:
        return chunk.text
    texts = [chunk.text, *(one.text for one in chunk.others)]
    return ", ".join(texts[:-1]) + f" {chunk.link} " + texts[-1]


_CAPITAL_TIMES = re.compile(
    r"(?:Ende|Anfang|Mitte|Weihnachten|Ostern|Pfingsten|(?:\w+tag|Mittwoch|Sonnabend)\w*)\b(?<!s)"
)


def _small_start(chunk: Chunk) -> str:
    """The text of what stood at the beginning, within a sentence."""
    text = whole_text(chunk)
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


def is_filler(chunk: Chunk) -> bool:
    """A word that says how something is told, not what."""
    return chunk.kind in (Kind.ADVERB, Kind.INTERJECTION) and chunk.word in _FILLERS


_FILLERS = small_words("fillers")
