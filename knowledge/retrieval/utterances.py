"""Who says what in a message, as far as its own text tells."""

import re

from knowledge.retrieval.ranking.context_window import Utterance
from knowledge.types import Trust

# The speakers of messages that name none.
USER = "user"
ASSISTANT = "assistant"

_WORD = r"[^\W\d_][\w'’.-]{0,30}"
_LABEL = re.compile(rf"(?:\*\*)?({_WORD}(?: {_WORD}){{0,2}})(?:\*\*)?:(?:\*\*)? +(?=\S)")
_CAPTION = re.compile(r"\[shares (?:a |an )?(?:picture|photo|image):? ([^\]]+)\]")


def utterance_of(text: str) -> Utterance:
    """The text without its label ("Ann: ...") and without what a picture in it shows."""
    label = _LABEL.match(text)
    speaker, said = (label[1], text[label.end() :]) if label else ("", text)
    # Only a last bracket is looked into: from everywhere, long texts would take minutes.
    caption = None
    end = len(said.rstrip())
    if said.endswith("]", 0, end):
        caption = _CAPTION.search(said, said.rfind("]", 0, end - 1) + 1, end)
    if caption is None:
        return Utterance(text=said, speaker=speaker)
    return Utterance(text=said[: caption.start()].rstrip(), speaker=speaker, caption=caption[1])


def speaker_of(utterance: Utterance, trust: Trust) -> str:
    """Who speaks: the one who is named, else the user or the assistant."""
    return utterance.speaker or (USER if trust >= Trust.USER_SAID else ASSISTANT)
