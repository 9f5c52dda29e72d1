"""Hides what is in a message and is not said by a person who is named or by its author."""

from knowledge.extraction.voices.parts import MASK
from knowledge.extraction.voices.speech import OWN_WORD
from knowledge.extraction.voices.stretches import draw_voices
from knowledge.extraction.voices.text import UPPER, WORD, strip_unprintable

__all__ = ["MASK", "OWN_WORD", "UPPER", "WORD", "mask_foreign_text", "strip_unprintable"]


def mask_foreign_text(content: str) -> str:
    """The message with what nobody in it says masked; every character keeps its place."""
    return draw_voices(content).text_with_turns()
