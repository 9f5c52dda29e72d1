"""Cuts a message into stretches of one voice each."""

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


def draw_voices(content: str) -> Canvas:
    """The message with every character given to a voice; what is found first is kept."""
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
