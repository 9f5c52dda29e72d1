"""A model that reads its answers from a file, for development and tests.

Every call gets the next answer, whoever asks and whatever they say; after the last comes the
first again. The parts are about as long as a provider's.
"""

import asyncio
import itertools
import re
import threading
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chat.agent.model import ModelPart, PromptMessage
from chat.errors import MockFileInvalid

DELIMITER = "--- message ---"
# On a line of its own; the older form lacks the closing dashes.
_DELIMITER_LINE = re.compile(r"^--- message(?: ---)?[ \t]*$", re.MULTILINE)
PART_CHARACTERS = 4
PAUSE_PARTS = 500  # a long answer lets others run after so many

_calls = itertools.count()  # one for the process: all users and conversations share it
_lock = threading.Lock()


def read_answers(path: Path) -> list[str]:
    """The file's answers, trimmed; raises MockFileInvalid when there are none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MockFileInvalid(
            f"MAIN_AGENT_MOCK_MESSAGES_FILE: {path} cannot be read as UTF-8 text ({error}). "
            f'It holds answers separated by a line "{DELIMITER}".'
        ) from error
    answers = [part.strip() for part in _DELIMITER_LINE.split(text)]
    answers = [answer for answer in answers if answer]
    if not answers:
        raise MockFileInvalid(
            f"MAIN_AGENT_MOCK_MESSAGES_FILE: {path} has no answers. "
            f'Write at least one; a line "{DELIMITER}" separates them.'
        )
    return answers


class MockModel:
    """Gives the answers of a list in turn."""

    name = "mock"
    needs_prompt = False

    def __init__(self, answers: Sequence[str]) -> None:
        self.answers = answers

    async def answer(
        self, prompt: Sequence[PromptMessage], *, tools: Sequence[Mapping[str, Any]] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        """The next answer, part by part."""
        with _lock:
            number = next(_calls)
        text = self.answers[number % len(self.answers)]
        for index, start in enumerate(range(0, len(text), PART_CHARACTERS), 1):
            yield text[start : start + PART_CHARACTERS]
            if index % PAUSE_PARTS == 0:
                await asyncio.sleep(0)
