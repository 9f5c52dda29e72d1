"""Tells what a model thinks aloud in its text, between tags, from its answer."""

import re
from collections.abc import Iterator

from chat.agent.model import Reasoning

_NAMES = "think|thinking|thought|reasoning"
_OPENING = re.compile(rf"<({_NAMES})>", re.IGNORECASE)
_LONGEST = len("</reasoning>")


class ThinkingSplitter:
    """Splits text into thoughts and answer, wherever the text is cut into pieces.

    Thoughts come first: a tag further on is part of an answer that speaks of tags.
    """

    def __init__(self) -> None:
        self._held = ""  # may be the beginning of a tag
        self._closing = ""  # of the thought that is open
        self._has_thoughts = False
        self._is_answer = False

    def split(self, text: str) -> Iterator[str | Reasoning]:
        """What of the text so far is known to be one or the other."""
        if self._is_answer:
            yield text
            return
        self._held += text
        while self._held and not self._is_answer:
            if self._closing:
                thought, is_closed = self._thought()
                if thought:
                    yield Reasoning(thought)
                if not is_closed:
                    return
            elif not self._opens():
                return
        if self._is_answer and self._held:
            held, self._held = self._held, ""
            yield held

    def finish(self) -> Iterator[str | Reasoning]:
        """What was held back."""
        held, self._held = self._held, ""
        if held and self._closing:
            yield Reasoning(held)
        elif held and not self._has_thoughts:
            yield held

    def _opens(self) -> bool:
        """True when it is known what follows: a thought, or the answer."""
        start = self._held.lstrip()
        if match := _OPENING.match(start):
            self._has_thoughts = True
            self._closing = f"</{match[1].lower()}>"
            self._held = start[match.end() :].lstrip("\n")
            return True
        if not start or (len(start) < _LONGEST and _may_open(start)):
            return False
        self._is_answer = True
        if self._has_thoughts:  # the empty lines between are no part of the answer
            self._held = start
        return True

    def _thought(self) -> tuple[str, bool]:
        """As much of the open thought as there is, and whether it is closed now."""
        end = self._held.lower().find(self._closing)
        if end >= 0:
            thought = self._held[:end].rstrip("\n")
            self._held = self._held[end + len(self._closing) :].lstrip()
            self._closing = ""
            return thought, True
        keep = _overlap(self._held.lower(), self._closing)
        thought = self._held[: len(self._held) - keep]
        self._held = self._held[len(self._held) - keep :]
        return thought, False


def _may_open(start: str) -> bool:
    """Can this become an opening tag?"""
    return any(f"<{name}>".startswith(start.lower()) for name in _NAMES.split("|"))


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of the text may be the beginning of the tag."""
    for length in range(min(len(text), len(tag) - 1), 0, -1):
        if tag.startswith(text[-length:]):
            return length
    return 0
