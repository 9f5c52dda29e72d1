"""What a model does not accept, learned from its refusals and remembered while the process runs."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from chat.agent.conversation import alternating, length_of, shortened
from chat.agent.model import PromptMessage
from exobrain.lib.provider_failures import Refusal

# The name of each thing that can be left out, as refusals speak of it; the first that fits counts.
_OPTION_WORDS = {
    "stream_options": r"stream_options|include_usage",
    "tools": r"\btools\b|tool_choice|\btool[ -](use|calling|choice|call parser)|\btool calls?\b"
    r"|function[ -]call(ing|s)?|\bfunctions\b",
    "temperature": r"temperature",
    "max_completion_tokens": r"max_completion_tokens",
    "max_tokens": r"max_tokens",
    "response_format": r"response_format|json_schema|structured output",
    "stream": r"\bstream(ing)?\b",
}
_SYSTEM_WORDS = (
    r"(system|developer)['\"`]?[ _-](role|message|prompt|instruction)"
    r"|roles?\b.{0,60}['\"`](system|developer)['\"`]|['\"`](system|developer)['\"`].{0,40}\brole"
)
# A template of messages without a system's role may fail in the middle of an answer, too.
_OPTION_STATUSES = frozenset({400, 404, 405, 415, 422, 501})
_SYSTEM_STATUSES = _OPTION_STATUSES | {0, 500}
_NO_SUCH_MODEL = r"model[_ ]not[_ ]found|model\b.{0,120}\b(does not exist|not found)"


@dataclass(slots=True)
class Accepted:
    """Of one model at one provider."""

    left_out: set[str] = field(default_factory=set)  # options
    without_system: bool = False
    refused_length: int | None = None  # characters of the shortest prompt that was too long

    def prepare(self, prompt: Sequence[PromptMessage]) -> list[PromptMessage]:
        """The prompt without what is known to be refused; its rules stay the first message."""
        messages = list(prompt)
        while self.refused_length is not None and length_of(messages) >= self.refused_length:
            if (shorter := shortened(messages)) is None:
                break
            messages = shorter
        return messages

    def unlearn(self, before: "Accepted") -> None:
        """What was learned since then was wrong: it has not helped."""
        self.left_out, self.without_system = set(before.left_out), before.without_system

    def in_order(self, messages: Sequence[PromptMessage]) -> list[PromptMessage]:
        """The messages as the model takes them."""
        return alternating(messages, without_system=self.without_system)

    def learn(self, refusal: Refusal, *, sent: Collection[str], has_system: bool) -> bool:
        """True when something that was sent is refused and will be left out from now on."""
        words = f"{refusal.code} {refusal.words}"
        if refusal.status not in _SYSTEM_STATUSES or _has(_NO_SUCH_MODEL, words):
            return False
        if self._leave_out(refusal.parameter.partition(".")[0], sent):
            return True
        if has_system and not self.without_system and _has(_SYSTEM_WORDS, words):
            self.without_system = True
            return True
        return refusal.status in _OPTION_STATUSES and any(
            _has(pattern, words) and self._leave_out(name, sent)
            for name, pattern in _OPTION_WORDS.items()
        )

    def _leave_out(self, name: str, sent: Collection[str]) -> bool:
        if name not in _OPTION_WORDS or name not in sent or name in self.left_out:
            return False
        self.left_out.add(name)
        return True


def _has(pattern: str, words: str) -> bool:
    return re.search(pattern, words, re.IGNORECASE) is not None


_known: dict[tuple[str, str], Accepted] = {}


def accepted_by(base_url: str, model: str) -> Accepted:
    """What is known of this model."""
    return _known.setdefault((base_url, model), Accepted())


def forget_all() -> None:
    """Nothing is known of any model; for tests."""
    _known.clear()
