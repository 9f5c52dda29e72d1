"""Cuts a message into stretches of one voice each."""

from functools import lru_cache

from knowledge.extraction.voices.canvas import Canvas
from knowledge.extraction.voices.code import claim_code
from knowledge.extraction.voices.logs import claim_chats, claim_mail
from knowledge.extraction.voices.openers import (
    claim_fiction,
    claim_quoted_lines,
    claim_texts,
)
from knowledge.extraction.voices.parts import Stretch
from knowledge.extraction.voices.speech import claim_direct_speech, claim_quoted


@lru_cache(maxsize=32)  # the readers, the filter and the wishes ask for the same message
def draw_voices(content: str) -> Canvas:
    """The message with every character given to a voice; what is found first is kept.

    It is shared: nobody may claim more of it.
    """
    canvas = Canvas(content)
    for claim in (
        claim_chats,  # before code: <nick> is no tag
        claim_code,
        claim_mail,
        claim_quoted_lines,
        claim_quoted,
        claim_texts,
        claim_fiction,
        claim_direct_speech,
    ):
        claim(canvas)
    return canvas


def read_stretches(content: str) -> list[Stretch]:
    """The stretches of a message; together they are the message."""
    return draw_voices(content).stretches()
