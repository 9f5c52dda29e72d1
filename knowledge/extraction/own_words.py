"""Whose words a part of a message is: what is asked of everything that a model has read.

`OwnWords` is the question, `why_not_own_words` the present answer: by masking, by the kinds of
sentences, by the voices of a message and the modes of its clauses. An extractor is given the
function, so another one can take its place.
"""

import re
from typing import Protocol

from knowledge.extraction.masking import MASK, mask_foreign_text
from knowledge.extraction.relevance import REASONS, RejectionReason
from knowledge.extraction.sentences import split_sentences
from knowledge.extraction.voices import Mode, Voice, read_sentences
from knowledge.types import SourceMessage, TextSpan

REPORT_CHARACTERS = 60  # before or after a clause in which somebody may be named as its speaker

_SAYS = (
    r"(?:says?|said|told|tells?|asks?|asked|writes?|wrote|claims?|claimed|thinks?|thought|replie[sd]|"
    r"answer(?:s|ed)|shout(?:s|ed)|texts?|texted|jok(?:es|ed)|goes|sag(?:t|te)|schr(?:ieb|eibt)|"
    r"mein(?:t|te)|erzähl(?:t|te)|frag(?:t|te)|behaupt(?:et|ete))"
)
_REPORTED_BEFORE = re.compile(rf"\b(?!I\b)\w+(?:'s)?\s+{_SAYS}\b[^.!?;]*[,:]\s*$")
_REPORTED_AFTER = re.compile(
    rf"^[\"'”»]?\s*,\s*(?:(?!I\b|ich\b)[\w']+(?:\s+[\w']+)?\s+{_SAYS}|{_SAYS}\s+(?!I\b|ich\b)\w+)\b"
)


# Modes and voices in which nothing is stated; what is asked and requested, the kinds tell.
_BY_MODE = {
    Mode.TOLD: RejectionReason.REPORTED,
    Mode.SUPPOSED: RejectionReason.HYPOTHETICAL,
    Mode.FICTION: RejectionReason.HYPOTHETICAL,
    Mode.DENIED: RejectionReason.NOTHING_STATED,
    Mode.WITHDRAWN: RejectionReason.NOTHING_STATED,
    Mode.JOKE: RejectionReason.CHITCHAT,
    Mode.PRIVATE: RejectionReason.PRIVATE,
}
_BY_VOICE = {
    Voice.OTHER: RejectionReason.REPORTED,
    Voice.PASTED: RejectionReason.PASTED,
    Voice.CODE: RejectionReason.PASTED,
    Voice.FICTION: RejectionReason.HYPOTHETICAL,
}


class OwnWords(Protocol):
    """Decides whether a message's author states something there themselves."""

    def __call__(self, message: SourceMessage, span: TextSpan) -> RejectionReason | None:
        """None when the author states what these characters say; else why it is not theirs."""


def why_not_own_words(  # noqa: PLR0911  the first reason that applies
    message: SourceMessage, span: TextSpan
) -> RejectionReason | None:
    """None when the author states what these characters say; else why it is not theirs."""
    if message.role != "user":
        return RejectionReason.ASSISTANT
    text = mask_foreign_text(message.content)
    if MASK in text[span.start : span.end] or span.end > len(text):
        return RejectionReason.PASTED
    before = text[max(0, span.start - REPORT_CHARACTERS) : span.start]
    after = text[span.end : span.end + REPORT_CHARACTERS]
    if _REPORTED_BEFORE.search(before) or _REPORTED_AFTER.search(after):
        return RejectionReason.REPORTED
    touched = [
        sentence
        for sentence in split_sentences(message.content)
        if sentence.start < span.end and span.start < sentence.end
    ]
    for sentence in touched:
        if not sentence.is_stated:
            return REASONS[sentence.kind]
    if not touched:
        return RejectionReason.EMPTY
    is_labelled = touched[0].speaker is not None  # then they are the words of whom the label names
    for voiced in read_sentences(message.content):
        if voiced.end <= span.start or span.end <= voiced.start:
            continue
        if voiced.voice in _BY_VOICE and not (is_labelled and voiced.voice is Voice.OTHER):
            return _BY_VOICE[voiced.voice]
        for clause in voiced.clauses:
            is_touched = clause.start < span.end and span.start < clause.end
            if is_touched and clause.mode in _BY_MODE:
                return _BY_MODE[clause.mode]
    return None
