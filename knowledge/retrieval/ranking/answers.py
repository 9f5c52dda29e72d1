"""What a text cannot be by its form: an answer. A question is none, nor is "I do not know"."""

import re
from collections.abc import Collection

from knowledge.retrieval.ranking.terms import terms

_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
_DENIALS = re.compile(
    r"\bI (?:do not|don['’]t|did not|didn['’]t) (?:actually |currently |really |seem to )?"
    r"(?:know|have|see|recall|remember|find)\b"
    r"|\bI(?:['’]m| am) not (?:sure|aware)\b|\bI have no (?:record|information|memor|note)"
    r"|\byou (?:have not|haven['’]t|did not|didn['’]t|never) (?:told|mention|share|sa[iy])"
    r"|\bno (?:record|information|mention|memory) (?:of|about|on)\b"
    r"|\bweiß ich (?:leider )?nicht\b|\bich weiß (?:es |das )?(?:leider )?nicht\b"
    r"|\bkeine (?:Information|Angabe|Erinnerung|Notiz)"
    r"|\bhast (?:du )?(?:es |das )?(?:mir )?(?:noch |bisher )?(?:nicht|nie) "
    r"(?:gesagt|erzählt|erwähnt)",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|no|never|none|nicht|nie|kein\w*)\b|n['’]t\b", re.IGNORECASE)
# Words that say nothing which a fact would have to say.
_FILLERS = frozenset(
    term
    for text in (
        "name called now today still currently actually already also by the way btw well so",
        "ich du mein meine der die das ein eine ist bin heiße heißt jetzt nun übrigens auch noch",
    )
    for term in terms(text)
)
ASKS = 0.5  # a text of which more is questions asks
DENIAL_WORDS = 60  # a longer answer that says so goes on to say something


def share_asked(text: str) -> float:
    """How much of the text is questions, 0 to 1, by characters."""
    if "?" not in text:
        return 0.0
    sentences = _SENTENCE.findall(text)
    total = sum(len(sentence.strip()) for sentence in sentences)
    asked = sum(len(each.strip()) for each in sentences if each.rstrip().endswith("?"))
    return asked / total if total else 0.0


def repeats_question(said: Collection[str], asked: float, question_terms: Collection[str]) -> bool:
    """Whether a text of these terms, so much of it questions, asks the same and says no more."""
    own = set(said) - set(question_terms)
    return asked > ASKS and len(said) > len(own) and len(own) <= len(said) / 3


def denies_knowing(text: str) -> bool:
    """Whether the text says little more than that the answer is not known."""
    return len(text.split()) <= DENIAL_WORDS and _DENIALS.search(text) is not None


def says_all_of(text: str, other: str) -> bool:
    """Whether the text has every word of content of the other, and denies no more than it."""
    if bool(_NEGATION.search(text)) != bool(_NEGATION.search(other)):
        return False
    return set(terms(other)) - _FILLERS <= set(terms(text))
