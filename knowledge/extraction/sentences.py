"""A message's sentences as the rules read them: whose, of which kind, and where they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.extraction.sentence_kinds import (
    SentenceKind,
    explicit_prefix_length,
    sentence_kind,
)
from knowledge.extraction.voices import MASK, Mode, Voice, VoicedSentence, read_sentences
from knowledge.extraction.voices.explicit import own_secrets
from knowledge.extraction.voices.stretches import draw_voices

_KINDS: Mapping[Mode, SentenceKind] = {
    Mode.STATED: SentenceKind.STATEMENT,
    Mode.TOLD: SentenceKind.STATEMENT,
    Mode.WISHED: SentenceKind.STATEMENT,
    Mode.ASKED: SentenceKind.QUESTION,
    Mode.ASKED_TO_DO: SentenceKind.REQUEST,
    Mode.SUPPOSED: SentenceKind.HYPOTHETICAL,
    Mode.PRIVATE: SentenceKind.PRIVATE,
    Mode.FICTION: SentenceKind.FICTION,
    Mode.DENIED: SentenceKind.NOT_MEANT,
    Mode.JOKE: SentenceKind.NOT_MEANT,
    Mode.WITHDRAWN: SentenceKind.NOT_MEANT,
    Mode.UNREAD: SentenceKind.STATEMENT,
}
# Names in these may be learned; in what is only supposed or told as a joke they may not.
_NAMING = (
    Mode.STATED,
    Mode.TOLD,
    Mode.WISHED,
    Mode.ASKED,
    Mode.ASKED_TO_DO,
    Mode.UNREAD,
)
_RETOLD = frozenset({Mode.STATED, Mode.TOLD, Mode.WISHED, Mode.TALK})
_ASKING = frozenset({Mode.ASKED_TO_DO, Mode.ASKED})  # behind a statement they leave it as it is


MAX_SPEECH = 300  # characters; a longer one is a passage


@dataclass(frozen=True)
class Sentence:
    """One sentence; `text` is masked and has the length of what it stands for."""

    start: int
    end: int
    text: str
    speaker: str | None  # who says "I", where it is not the user
    kind: SentenceKind
    stated_text: str = ""  # the same with all masked that is not stated
    # With what is wished ("I want to learn Greek") and told by others ("Tom says he moved").
    wished_text: str = ""
    is_explicit: bool = False  # "remember that ..."
    is_meant_whole: bool = True  # nothing in it is asked, supposed or taken back

    @property
    def is_stated(self) -> bool:
        """True when it says how things are."""
        return self.kind is SentenceKind.STATEMENT


@dataclass(frozen=True)
class SpeakerSegment:
    """What one person says within a message; their label ends where it starts."""

    start: int
    end: int
    speaker: str  # as the label names them


def split_sentences(content: str) -> Sequence[Sentence]:
    """Every sentence of a message, in order; what stands in quotation marks is left out."""
    speakers = {(turn.start, turn.end): turn.speaker for turn in speaker_segments(content)}
    labels = [(turn.start, turn.said_from) for turn in draw_voices(content).turns]
    secrets = [(secret.start, secret.end) for secret in own_secrets(content)]
    found: list[Sentence] = []
    sentences = read_sentences(content)
    for number, voiced in enumerate(sentences):
        if found and voiced.start < found[-1].end:
            continue  # within a sentence of the author's
        if any(start <= voiced.start < end for start, end in labels):
            continue  # a speaker's name says nothing
        speaker = next(
            (who for (start, end), who in speakers.items() if start <= voiced.start < end), None
        )
        is_turn = speaker is not None and voiced.teller == speaker
        is_read = voiced.is_own or (voiced.voice is Voice.OTHER and is_turn)
        end = voiced.end
        if voiced.is_own and voiced.text.endswith(":"):  # "Tom wrote:" is nothing without it
            end = _speech_end(sentences, number)
        text = voiced.text_in(*_NAMING) if is_read else voiced.text
        found.append(
            Sentence(
                start=voiced.start,
                end=end,
                text=_without(secrets, voiced, text) + MASK * (end - voiced.end),
                speaker=speaker if is_read else None,
                kind=_kind(voiced) if is_read else _FOREIGN.get(voiced.voice, SentenceKind.PASTED),
                stated_text=_without(secrets, voiced, voiced.stated_text) if is_read else "",
                wished_text=_without(
                    secrets, voiced, voiced.text_in(Mode.STATED, Mode.WISHED, Mode.TOLD)
                )
                if is_read
                else "",
                is_explicit=is_read and explicit_prefix_length(voiced.text) > 0,
                is_meant_whole=is_read
                and (end > voiced.end or not voiced.text.endswith(":"))
                and _is_meant(voiced)
                and not any(start < voiced.end and voiced.start < end for start, end in secrets),
            )
        )
    return found


def _is_meant(voiced: VoicedSentence) -> bool:
    """True when nothing in the sentence is unsure or taken back; a request may follow."""
    modes = [clause.mode for clause in voiced.clauses]
    is_statement = modes[0] is Mode.STATED and not voiced.text.rstrip().endswith("?")
    return all(mode in _RETOLD or (is_statement and mode in _ASKING) for mode in modes)


def _speech_end(sentences: Sequence[VoicedSentence], number: int) -> int:
    """Where the first sentence of the speech that the sentence introduces ends; or its own end."""
    if number + 1 < len(sentences):
        speech = sentences[number + 1]
        if speech.voice is Voice.OTHER and speech.teller and len(speech.text) < MAX_SPEECH:
            return speech.end
    return sentences[number].end


_FOREIGN = {Voice.FICTION: SentenceKind.FICTION}


def speaker_segments(content: str) -> Sequence[SpeakerSegment]:
    """What named people say in the message, where it is a chat log or has one."""
    return [
        SpeakerSegment(turn.said_from, turn.end, turn.who)
        for turn in draw_voices(content).turns
        if turn.who is not None
    ]


def _kind(voiced: VoicedSentence) -> SentenceKind:
    """The kind of a sentence is that of its first clause that says more than "thanks"."""
    modes = [clause.mode for clause in voiced.clauses]
    if Mode.STATED in modes:
        return SentenceKind.STATEMENT
    mode = next((mode for mode in modes if mode is not Mode.TALK), None)
    if mode is not None:
        return _KINDS[mode]
    kind = sentence_kind(voiced.text)  # says which talk it is: greeting, thanks
    return SentenceKind.CHITCHAT if kind is SentenceKind.STATEMENT else kind


def _without(secrets: Sequence[tuple[int, int]], voiced: VoicedSentence, text: str) -> str:
    """The sentence's text with secrets masked: no other fact and no name is made of them."""
    for start, end in secrets:
        begin, stop = max(start - voiced.start, 0), min(end - voiced.start, len(text))
        if begin < stop:
            text = text[:begin] + MASK * (stop - begin) + text[stop:]
    return text
