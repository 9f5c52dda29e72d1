"""A model at an OpenAI-compatible provider, through LangChain.

Talks HTTP to MODEL_PROVIDER_BASE_URL, or to OpenAI when only a key is set, and nowhere else:
tracing and telemetry are off whatever the environment says. Every failure is a `ModelFailed`
whose message neither names the key nor repeats what the provider said; the log has its class.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import structlog

# Before LangChain is imported: it would send prompts to LangSmith when its variables say so.
for _name in [*os.environ]:
    if _name.startswith(("LANGSMITH_", "LANGCHAIN_")):
        del os.environ[_name]
os.environ["LANGSMITH_TRACING"] = "false"

import openai  # noqa: E402  after the environment
from langchain_core.messages import AIMessageChunk  # noqa: E402
from langchain_openai import ChatOpenAI  # noqa: E402
from pydantic import SecretStr  # noqa: E402

from chat.agent.model import ModelPart, PromptMessage, ToolUse, Usage  # noqa: E402
from chat.errors import (  # noqa: E402
    ModelBroken,
    ModelBrokeOff,
    ModelBusy,
    ModelFailed,
    ModelNotUnderstood,
    ModelRefusedKey,
    ModelRefusedQuestion,
    ModelTooSlow,
    ModelUnknown,
    ModelUnreachable,
)
from exobrain.lib.config import OPENAI_BASE_URL, Config  # noqa: E402

log = structlog.get_logger(__name__)

NO_KEY = SecretStr("not-needed")  # the client insists on one; a local provider does not
RETRY_SECONDS = 0.5  # before the only second try
CONNECT_SECONDS = 10.0
DONE_MARK = b"[DONE]"

# The first that fits counts: subclasses come before their base.
FAILURES: list[tuple[type[Exception], type[ModelFailed]]] = [
    (TimeoutError, ModelTooSlow),
    (openai.APITimeoutError, ModelTooSlow),
    (openai.APIConnectionError, ModelUnreachable),
    (openai.AuthenticationError, ModelRefusedKey),
    (openai.PermissionDeniedError, ModelRefusedKey),
    (openai.NotFoundError, ModelUnknown),
    (openai.RateLimitError, ModelBusy),
    (openai.InternalServerError, ModelBroken),
    (openai.APIStatusError, ModelRefusedQuestion),
    (openai.APIError, ModelBroken),  # in the middle of the stream
]


class ProviderModel:
    """Streams the provider's answers."""

    needs_prompt = True

    def __init__(self, config: Config) -> None:
        self.name = config.effective_model
        seconds = config.main_agent_timeout_seconds
        self.client = ChatOpenAI(
            base_url=config.model_provider_base_url or OPENAI_BASE_URL,
            api_key=config.openai_api_key or NO_KEY,
            model=config.effective_model,
            temperature=config.main_agent_temperature,
            streaming=True,
            stream_usage=True,
            use_responses_api=False,
            timeout=seconds,
            stream_chunk_timeout=seconds,
            max_retries=0,  # we try again ourselves, and never after the first word
            http_async_client=openai.DefaultAsyncHttpxClient(
                timeout=openai.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
                event_hooks={"response": [_watch_ending]},
            ),
        )

    async def answer(
        self, prompt: Sequence[PromptMessage], *, tools: Sequence[Mapping[str, Any]] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        """The provider's answer; raises ModelFailed."""
        messages = [_as_sent(message) for message in prompt]
        started = False
        for is_last_try in (False, True):
            try:
                async for part in self._stream(messages, tools):
                    started = True
                    yield part
                return
            except (ModelUnreachable, ModelBroken):
                if started or is_last_try:
                    raise
            await asyncio.sleep(RETRY_SECONDS)

    async def _stream(
        self, messages: list[dict[str, Any]], tools: Sequence[Mapping[str, Any]]
    ) -> AsyncGenerator[ModelPart, None]:
        ending, uses = _Ending(), _ToolUses()
        _current.set(ending)
        options: dict[str, Any] = {"tools": [*tools]} if tools else {}
        try:
            async for chunk in self.client.astream(messages, **options):
                ending.note(chunk)
                if text := str(chunk.text):
                    yield text
                if isinstance(chunk, AIMessageChunk):
                    uses.add(chunk)
                    if chunk.usage_metadata:
                        yield Usage(dict(chunk.usage_metadata))
        except Exception as error:  # a provider can send anything
            failure = _failure(error, has_text=ending.has_text)
            log.warning("model_failed", failure=type(failure).__name__, error=type(error).__name__)
            raise failure from error
        if not ending.is_proper:
            log.warning("model_failed", failure="ModelBrokeOff", error="no end")
            raise ModelBrokeOff if ending.has_text else ModelNotUnderstood
        for use in uses.whole():
            yield use


def _as_sent(message: PromptMessage) -> dict[str, Any]:
    """The message in the form of OpenAI's API."""
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_uses:
        sent["tool_calls"] = [
            {
                "id": use.id,
                "type": "function",
                "function": {"name": use.name, "arguments": use.arguments},
            }
            for use in message.tool_uses
        ]
    if message.role == "tool":
        sent["tool_call_id"] = message.tool_call_id
    return sent


class _ToolUses:
    """Puts together what the stream sends of tools in pieces."""

    def __init__(self) -> None:
        self._by_index: dict[int | str, ToolUse] = {}

    def add(self, chunk: AIMessageChunk) -> None:
        """The chunk's pieces; one without an index and an id belongs to the latest tool."""
        for piece in chunk.tool_call_chunks:
            key: int | str | None = piece["index"]
            if key is None:
                key = piece["id"] or next(reversed(self._by_index), 0)
            so_far = self._by_index.get(key, ToolUse("", "", ""))
            self._by_index[key] = ToolUse(
                id=so_far.id or piece["id"] or "",
                name=so_far.name or piece["name"] or "",
                arguments=so_far.arguments + (piece["args"] or ""),
            )

    def whole(self) -> list[ToolUse]:
        """Every tool that was asked for, in its order."""
        return [use for use in self._by_index.values() if use.name]


# -- how a stream ends


class _Ending:
    """Distinguishes a complete answer from one whose connection was cut.

    A provider says that it has finished, with a finish reason or with a last `[DONE]`. LangChain
    passes only the former on, and some providers send only the latter.
    """

    def __init__(self) -> None:
        self.has_text = False
        self.is_proper = False

    def note(self, chunk: Any) -> None:
        """Remember what this chunk says."""
        self.has_text = self.has_text or bool(chunk.text)
        self.is_proper = self.is_proper or "finish_reason" in chunk.response_metadata

    async def watch(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same pieces; the mark is seen even when it is cut in two."""
        tail = b""
        async for piece in pieces:
            tail = tail[-len(DONE_MARK) :] + piece
            self.is_proper = self.is_proper or DONE_MARK in tail
            yield piece


_current: ContextVar[_Ending] = ContextVar("ending")


async def _watch_ending(response: Any) -> None:
    """The bytes of the response are also seen by the ending of the call they belong to."""
    ending, read = _current.get(), response.aiter_bytes
    response.aiter_bytes = lambda *args: ending.watch(read(*args))


# -- what went wrong


def _failure(error: Exception, *, has_text: bool) -> ModelFailed:
    """The error in words for the user."""
    if isinstance(error, openai.APIConnectionError) and has_text:
        return ModelBrokeOff()
    for family, failure in FAILURES:
        if isinstance(error, family):
            return failure()
    return ModelNotUnderstood()
