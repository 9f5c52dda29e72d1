"""A second model for when the first one fails."""

import contextlib
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import structlog

from chat.agent.model import (
    AnsweredBy,
    ChatModel,
    ModelPart,
    Notice,
    PromptMessage,
    Reasoning,
    ToolUse,
)
from exobrain.lib.model_errors import (
    ModelBroken,
    ModelBusy,
    ModelFailed,
    ModelMoved,
    ModelNoCredit,
    ModelRefusedKey,
    ModelTooSlow,
    ModelUnknown,
    ModelUnreachable,
)

log = structlog.get_logger(__name__)

REST_SECONDS = 30.0  # the first is not asked after a failure that is no question's fault
_NO_QUESTIONS_FAULT = (
    ModelBroken,
    ModelBusy,
    ModelMoved,
    ModelNoCredit,
    ModelRefusedKey,
    ModelTooSlow,
    ModelUnknown,
    ModelUnreachable,
)


class FallbackModel:
    """Answers with the first model, and with the second when the first fails.

    Never after the first word, also of an earlier step of the same answer: nobody gets the
    beginning of one model's answer and the end of another's.
    """

    needs_prompt = True

    def __init__(self, first: ChatModel, second: ChatModel) -> None:
        self.name = first.name
        self.first, self.second = first, second
        self._rests_until = 0.0

    async def answer(
        self, prompt: Sequence[PromptMessage], *, tools: Sequence[Mapping[str, Any]] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        """The answer of the first that can; raises the second's failure when none can."""
        has_begun = _has_begun(prompt)
        if has_begun or time.monotonic() >= self._rests_until:
            try:
                async with contextlib.aclosing(self.first.answer(prompt, tools=tools)) as parts:
                    async for part in parts:
                        has_begun = has_begun or isinstance(part, str | ToolUse | Reasoning)
                        yield part
                    return
            except ModelFailed as failure:
                if isinstance(failure, _NO_QUESTIONS_FAULT):
                    self._rests_until = time.monotonic() + REST_SECONDS
                if has_begun:
                    raise
                name = type(failure).__name__
                log.warning("fallback_model", model=self.second.name, failure=name)
            yield Notice(f"The model did not answer; trying {self.second.name}.")
        yield AnsweredBy(self.second.name)
        async with contextlib.aclosing(self.second.answer(prompt, tools=tools)) as parts:
            async for part in parts:
                yield part


def _has_begun(prompt: Sequence[PromptMessage]) -> bool:
    """Has the user read words of this answer, from before its tools were used?"""
    asked = max((i for i, each in enumerate(prompt) if each.role == "user"), default=0)
    return any(each.role == "assistant" and each.content.strip() for each in prompt[asked:])
