"""Who says what in a message, as far as its own text tells."""

import re

from knowledge.retrieval.ranking.window import Utterance
from knowledge.types import Trust

# The speakers of messages that name none.
USER = "user"
ASSISTANT = "assistant"

_WORD = r"[^\W\d_][\w'’.-]{0,30}"
_LABEL = re.compile(rf"(?:\*\*)?({_WORD}(?: {_WORD}){{0,2}})(?:\*\*)?:(?:\*\*)? +(?=\S)")
_CAPTION = re.compile(r"\s*\[shares (?:a |an )?(?:picture|photo|image):? ([^\]]+)\]\s*$")


def utterance_of(text: str) -> Utterance:
    """The text without its label ("Ann: ...") and without what a picture in it shows."""
    label = _LABEL.match(text)
    speaker, said = (label[1], text[label.end() :]) if label else ("", text)
    caption = _CAPTION.search(said)
    if caption is None:
        return Utterance(text=said, speaker=speaker)
    return Utterance(text=said[: caption.start()], speaker=speaker, caption=caption[1])


def speaker_of(utterance: Utterance, trust: Trust) -> str:
    """Who speaks: the one who is named, else the user or the assistant."""
    return utterance.speaker or (USER if trust >= Trust.USER_SAID else ASSISTANT)
