"""The subject of a German clause: which phrase it is, and who is meant where there is none."""

from collections.abc import Sequence

from knowledge.extraction.german.chunks import Chunk, Kind
from knowledge.extraction.german.clause import GermanClause
from knowledge.extraction.german.lexicon import MODALS, small_words
from knowledge.extraction.german.morphology import FiniteForm
from knowledge.extraction.german.segments import NOT_SUBJECTS, Segment, is_plural

_NOMINATIVES = frozenset(("ich", "wir", "er", "es", "man", "du", "sie", "ihr"))


def _is_with_me(chunk: Chunk) -> bool:
    """ "Meine Frau und ich"."""
    return bool(chunk.others) and chunk.others[-1].word == "ich"


def agrees(form: FiniteForm, subject: Chunk | None, word: str) -> bool:
    """The form is of the person of the subject, which is a phrase or a pronoun."""
    if word in ("ich", "wir", "du", "er", "es", "man"):
        person = {"ich": "1s", "wir": "1p", "du": "2s"}.get(word, "3s")
        return person in form.persons
    if word == "sie":
        return bool(form.persons & {"3s", "3p"})
    if word == "ihr":
        return "2p" in form.persons
    if subject is not None and is_plural(subject):
        return "3p" in form.persons
    return bool(form.persons & {"3s", "3p"})


def find_subject(  # noqa: PLR0911, PLR0912  a rule a line
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
        if chunk.word in _NOMINATIVES and any(agrees(f, chunk, chunk.word) for f in forms):
            if chunk.word in ("sie", "es") and any(
                c.kind is Kind.NOUN and c.determiner not in NOT_SUBJECTS and c.start < chunk.start
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
        if chunk.kind is not Kind.NOUN or chunk.determiner in NOT_SUBJECTS:
            continue
        if is_plural(chunk) and only_singular:
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
    ) and not is_plural(chunk)


def left_out_subject(
    form: FiniteForm,
    forms: Sequence[FiniteForm],
    segment: Segment,
    carried: GermanClause | None,
    front: Sequence[Chunk],
) -> tuple[str, Chunk | None]:
    """Who is meant where nobody is named: the subject before, "ich" or "wir"."""
    if carried is not None:
        if agrees(form, carried.subject, carried.subject_word):
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


_REQUESTS = small_words("requests")


def _is_request(form: FiniteForm, segment: Segment) -> bool:
    words = {token.lower for chunk in segment.chunks for token in chunk.tokens}
    if "bitte" in words:
        return True
    if form.lemma in ("haben", "sein", "werden") or form.lemma in MODALS - {"lassen", "gehen"}:
        return False
    return form.lemma in _REQUESTS or bool(
        words & {"mir", "mich", "uns"} and form.lemma not in ("freuen", "interessieren")
    )
