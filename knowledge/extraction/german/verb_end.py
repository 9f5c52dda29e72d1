"""The verb of a German clause, which stands at two places: finite form, and end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.german.chunks import Chunk, Kind
from knowledge.extraction.german.lexicon import MODALS, MOVES, small_words
from knowledge.extraction.german.morphology import SPOKEN, FiniteForm, verb_forms

_STATES = small_words("states")


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


def finite_text(chunk: Chunk) -> str:
    """The finite verb as it stands in second place: without its prefix, with its ending."""
    prefix = _joined_form(chunk) if chunk.word in verb_forms().joined else ""
    text = chunk.text[len(prefix) :]
    return text + "e" if text.lower() in SPOKEN else text


def joined_prefix(chunk: Chunk) -> list[Chunk]:
    """The prefix of a finite verb that is written with it, as what stands at the end."""
    if chunk.word not in verb_forms().joined:
        return []
    prefix = _joined_form(chunk)
    return [replace(chunk, kind=Kind.ADVERB, text=prefix)] if prefix else []


@dataclass(frozen=True)
class VerbEnd:
    """The whole verb of a clause: its finite form, and what stands at the end."""

    form: FiniteForm
    lemma: str
    ending: Sequence[Chunk] = ()
    is_perfect: bool = False
    is_passive: bool = False
    modal: str = ""
    state: Chunk | None = None  # a participle that says how somebody is: "verheiratet"


def find_verb_end(  # noqa: PLR0911, PLR0912  a return a form of the verb
    forms: Sequence[FiniteForm], rest: Sequence[Chunk], verb: Chunk
) -> VerbEnd | None:
    """The verb that the forms and the rest of the clause make together."""
    table = verb_forms()
    verbs = [c for c in rest if c.kind is Kind.VERB]
    by_lemma = {form.lemma: form for form in reversed(forms)}
    participles = [c for c in verbs if c.word in table.participles or c.word == "worden"]
    if (
        not participles
        and rest
        and {"haben", "sein", "werden"} & set(by_lemma)
        and _may_be_participle(rest[-1])
    ):
        participles = [rest[-1]]
    infinitives = [
        c for c in verbs
        if c.word in table.infinitives and not _zu_before(rest, c) and "zu" not in c.word[1:4]
    ]  # fmt: skip
    if (have := by_lemma.get("haben")) is not None:
        if len(infinitives) > 1 and infinitives[-1].word in MODALS:
            first, last = infinitives[-2:]
            return VerbEnd(have, lemma_of(first), [first, last], is_perfect=True, modal=last.word)
        if participles:
            return VerbEnd(have, lemma_of(participles[-1]), [participles[-1]], is_perfect=True)
    if (be := by_lemma.get("sein")) is not None and participles:
        passive = [c for c in participles if c.word == "worden"]
        main = next((c for c in reversed(participles) if c not in passive), participles[-1])
        is_unknown = main.word not in table.participles and not passive
        if is_unknown and lemma_of(main).endswith(("fliegen", "laufen", "gehen", "kommen")):
            return VerbEnd(be, lemma_of(main), [main], is_perfect=True)
        if main.word in _STATES or is_unknown:
            return VerbEnd(be, "sein", state=main)
        if passive or lemma_of(main) not in MOVES:
            ending = [main, *(c for c in passive if c is not main)]
            return VerbEnd(be, lemma_of(main), ending, is_perfect=True, is_passive=True)
        return VerbEnd(be, lemma_of(main), [main], is_perfect=True)
    if (become := by_lemma.get("werden")) is not None:
        if participles:
            return VerbEnd(become, lemma_of(participles[-1]), [participles[-1]], is_passive=True)
        if infinitives:
            last = infinitives[-1]
            return VerbEnd(become, lemma_of(last), [last], modal="werden")
    for modal in sorted(MODALS):
        if modal in by_lemma and infinitives and infinitives[-1] is not verb:
            last = infinitives[-1]
            return VerbEnd(by_lemma[modal], table.infinitives[last.word], [last], modal=modal)
    for chunk in reversed(rest):
        if chunk.kind is Kind.ADVERB or chunk.word in ("aus", "an"):
            for lemma, form in by_lemma.items():
                if (chunk.word, lemma) in table.prefixed and len(chunk.tokens) == 1:
                    return VerbEnd(form, table.prefixed[chunk.word, lemma], [chunk])
    return VerbEnd(forms[0], forms[0].lemma) if forms else None


_PARTICIPLE = re.compile(r"(?:\w*ge\w{2,}(?:t|en)|(?:be|ver|er|ent|zer)\w{3,}(?:t|en)|\w{3,}iert)$")


def _may_be_participle(chunk: Chunk) -> bool:
    """True for "verdreht" and "abgeschmiert", whose verbs no list has."""
    is_unknown = (
        chunk.kind is Kind.ADVERB
        and chunk.text.islower()
        and chunk.word not in small_words("adverb")
    )
    return is_unknown and _PARTICIPLE.match(chunk.word) is not None


def _zu_before(rest: Sequence[Chunk], chunk: Chunk) -> bool:
    position = rest.index(chunk)
    return position > 0 and rest[position - 1].kind is Kind.ZU


def lemma_of(chunk: Chunk) -> str:
    """The lemma of a participle or an infinitive."""
    forms = verb_forms()
    if chunk.word == "worden":
        return "werden"
    if chunk.word in forms.participles:
        return forms.participles[chunk.word][0]
    for prefix in sorted(forms.prefixes, key=len, reverse=True):  # "weggeflogen"
        if chunk.word.startswith(prefix) and chunk.word[len(prefix) :] in forms.participles:
            return prefix + forms.participles[chunk.word[len(prefix) :]][0]
    if chunk.word not in forms.infinitives and _PARTICIPLE.match(chunk.word):
        stem = re.sub(r"^(\w*?)ge(?=\w{3})", r"\1", chunk.word, count=1)
        return stem if stem.endswith("en") else re.sub(r"e?t$", "en", stem)
    return forms.infinitives.get(chunk.word, chunk.word)
