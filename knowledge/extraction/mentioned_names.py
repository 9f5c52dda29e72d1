"""The names of a sentence and of a pasted chat's speakers, as entities among the proposals."""

from dataclasses import replace

from knowledge.extraction.english import capitalised
from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.name_types import FORMAL_TITLE, TITLE_BEFORE
from knowledge.extraction.names import Name, find_names
from knowledge.extraction.node_types import PERSON
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.sentence_kinds import SentenceKind
from knowledge.extraction.sentences import Sentence, speaker_segments
from knowledge.extraction.statements import Subject
from knowledge.extraction.voices.text import plain_text
from knowledge.types import SourceMessage, TextSpan


def propose_names(
    proposals: Proposals,
    message: SourceMessage,
    sentence: Sentence,
    language: str,
    *,
    only_known: bool,
) -> list[Name]:
    """The names of a sentence, which are entities from now on."""
    if sentence.kind is SentenceKind.PASTED:
        language = "headline"
    text = capitalised(sentence.text) if language == "en" else sentence.text
    names = [
        name
        for name in find_names(text, proposals.gazetteer, language=language)
        if name.key or not only_known
    ]
    read: list[Name] = []
    for found in names:
        whole = (
            proposals.whole_names.get(fold_name(found.text))
            if found.key in (None, f"name:{fold_name(found.text)}")
            else None
        )
        name = replace(found, key=whole) if whole is not None else found
        span = TextSpan(message.id, sentence.start + name.start, sentence.start + name.end)
        title = TITLE_BEFORE.search(text, 0, name.start) if name.node_type == PERSON else None
        titled = [f"{title[0].strip(' .')} {name.text}"] if title is not None else []
        formal = FORMAL_TITLE.search(text, 0, name.start) if titled else None
        is_surname = formal is not None and " " not in name.text
        shown = formal[0].strip() if formal is not None and is_surname else ""
        key = proposals.propose_entity(name, span, aliases=titled, title=shown)
        words = name.text.split()
        if name.node_type == PERSON and len(words) > 1:
            proposals.whole_names.update({fold_name(words[0]): key, fold_name(words[-1]): key})
        read.append(name)
    return read


def propose_speakers(proposals: Proposals, message: SourceMessage) -> dict[str, Subject]:
    """Who speaks in the message by its labels; each is an entity."""
    speakers: dict[str, Subject] = {}
    text = plain_text(message.content)
    user = proposals.user
    for segment in speaker_segments(message.content):
        label = segment.speaker
        if label in speakers:
            continue
        if user is not None and fold_name(user.name) == fold_name(label):
            speakers[label] = Subject(user.key, user.name, is_self=True)
            continue
        start = text.rfind(label, 0, segment.start)
        span = TextSpan(message.id, start, start + len(label))
        name = Name(span.start, span.end, label, PERSON, 0.95)
        key = proposals.propose_entity(name, span, node_type=PERSON)
        speakers[label] = Subject(key, label, is_self=False)
    return speakers
