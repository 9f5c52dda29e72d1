"""A model behind the native contract of the original's model provider.

Talks HTTP to `POST {base}/internal/chat/messages`, over one client that stays open. An error within
the stream is a failure like any other. Raises `ModelFailed`; see `chat.agent.provider`.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Mapping, Sequence
from typing import Any

import httpx
import orjson
from pydantic import SecretStr

from chat.agent.accepted import accepted_by
from chat.agent.attempts import Options, attempts
from chat.agent.chunks import text_in, usage_of
from chat.agent.endings import Finish, finish_of, how_it_ended
from chat.agent.event_stream import AnswerTooLarge, EventStream, beginning_of, objects_in
from chat.agent.model import ModelPart, PromptMessage, ToolUse
from exobrain.lib.config import OPENAI_BASE_URL, Config
from exobrain.lib.model_errors import (
    ModelBroken,
    ModelBrokeOff,
    ModelMoved,
    ModelNotUnderstood,
    ModelTooSlow,
    ModelUnreachable,
)
from exobrain.lib.provider_failures import ProviderFailure, refusal_of, refused

CONNECT_SECONDS = 10.0
PATH = "internal/chat/messages"


class NativeModel:
    """Streams the answers of the native contract."""

    needs_prompt = True

    def __init__(
        self,
        config: Config,
        *,
        name: str | None = None,
        base_url: str | None = None,
        api_key: SecretStr | None = None,
    ) -> None:
        self.name = name or config.effective_model
        base_url = (base_url or config.model_provider_base_url or OPENAI_BASE_URL).rstrip("/")
        self.base_url = base_url if base_url.endswith("/v1") else f"{base_url}/v1"
        self.seconds = config.main_agent_timeout_seconds
        # The provider's alias decides, unless somebody has set one.
        is_set = "main_agent_temperature" in config.model_fields_set
        self.temperature = config.main_agent_temperature if is_set else None
        self.max_tokens = config.main_agent_max_tokens
        self.accepted = accepted_by(self.base_url, self.name)
        key = api_key or config.openai_api_key
        self.client = httpx.AsyncClient(
            # Each answer has a connection until it ends: none waits for another's end.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=100),
            timeout=httpx.Timeout(self.seconds, connect=min(self.seconds, CONNECT_SECONDS)),
            headers={"authorization": f"Bearer {key.get_secret_value()}"} if key else {},
        )

    def answer(
        self, prompt: Sequence[PromptMessage], *, tools: Sequence[Mapping[str, Any]] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        """The provider's answer; raises ModelFailed."""
        return attempts(
            self._send,
            prompt,
            options=lambda left_out: self._options(tools, left_out),
            accepted=self.accepted,
            model=self.name,
            patience_seconds=self.seconds,
        )

    def _options(self, tools: Sequence[Mapping[str, Any]], left_out: Collection[str]) -> Options:
        options: dict[str, Any] = {"stream": True}
        if self.temperature is not None:
            options["temperature"] = self.temperature
        if self.max_tokens is not None:
            options["max_tokens"] = self.max_tokens
        if tools:
            options["tools"] = [{"type": "function", **tool["function"]} for tool in tools]
            options["tool_choice"] = {"type": "auto"}
        if "tools" in left_out:
            options.pop("tool_choice", None)
        return {name: value for name, value in options.items() if name not in left_out}

    async def _send(
        self, messages: Sequence[PromptMessage], options: Options
    ) -> AsyncGenerator[ModelPart, None]:
        """One call of the provider; raises ProviderFailure."""
        body = {"model": self.name, "messages": as_blocks(messages), "stream": False, **options}
        stream, reader = EventStream(), _FrameReader()
        try:
            async with self.client.stream("POST", f"{self.base_url}/{PATH}", json=body) as response:
                if response.is_redirect:
                    raise ProviderFailure(ModelMoved, error=str(response.status_code))
                if not response.is_success:
                    pieces = beginning_of(response.aiter_bytes())
                    said = b"".join([piece async for piece in pieces])
                    raise refused(refusal_of(response.status_code, said, response.headers))
                objects = objects_in(response.aiter_bytes(), stream)
                async with contextlib.aclosing(objects) as found:
                    while (each := await self._next(found)) is not None:
                        for part in reader.read(orjson.loads(each)):
                            yield part
        except ProviderFailure:
            raise
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ProviderFailure(ModelTooSlow, error=type(error).__name__) from error
        except httpx.HTTPError as error:
            failure = ModelBrokeOff if reader.has_text else ModelUnreachable
            raise ProviderFailure(failure, error=type(error).__name__) from error
        except (ValueError, AnswerTooLarge) as error:
            raise ProviderFailure(ModelNotUnderstood, error=type(error).__name__) from error
        for part in reader.end(is_proper=stream.is_done):
            yield part

    async def _next(self, found: AsyncIterator[bytes]) -> bytes | None:
        """The next object, or None at the end; signs of life do not count."""
        async with asyncio.timeout(self.seconds):
            return await anext(found, None)


def as_blocks(messages: Iterable[PromptMessage]) -> list[dict[str, Any]]:
    """The messages in the form of the contract: a tool's answer is a block of the user's."""
    sent: list[dict[str, Any]] = []
    for message in messages:
        blocks: list[dict[str, Any]] = []
        if message.role == "tool":
            block = {"type": "tool_result", "tool_call_id": message.tool_call_id}
            blocks.append({**block, "content": message.content, "is_error": False})
            if sent and sent[-1]["content"][-1]["type"] == "tool_result":
                sent[-1]["content"] += blocks
                continue
        elif message.content:
            blocks.append({"type": "text", "text": message.content})
        for use in message.tool_uses:
            block = {"type": "tool_call", "id": use.id, "name": use.name}
            blocks.append({**block, "arguments": json.loads(use.arguments or "{}")})
        role = "user" if message.role == "tool" else message.role
        sent.append({"role": role, "content": blocks})
    return sent


class _FrameReader:
    """Reads the frames of one answer in their order."""

    def __init__(self) -> None:
        self.has_text = False
        self._finish: Finish | None = None
        self._uses: list[ToolUse] = []

    def read(self, frame: Any) -> Any:
        """The parts that the frame carries; raises ProviderFailure when it is an error."""
        if not isinstance(frame, Mapping):
            raise ProviderFailure(ModelNotUnderstood, error="no object")
        kind = frame.get("type")
        if frame.get("error") or kind == "error":
            raise refused(refusal_of(0, dict(frame)))
        if kind == "text_delta":
            yield from self._text(frame.get("text"))
        elif kind == "tool_call":
            self._use(frame)
        elif kind == "completion":
            self._end(frame.get("finish_reason"))
        elif kind is None and isinstance(frame.get("message"), Mapping):  # no stream
            content = frame["message"].get("content")
            for block in content if isinstance(content, list) else [content]:
                if isinstance(block, Mapping) and block.get("type") == "tool_call":
                    self._use(block)
                else:
                    yield from self._text(text_in(block))
            self._end(frame.get("finish_reason"))
        if usage := usage_of(frame.get("usage")):
            yield usage

    def end(self, *, is_proper: bool) -> Any:
        """What only the end tells; raises ProviderFailure when the answer is none."""
        ending = how_it_ended(
            self._finish,
            is_proper=is_proper,
            has_text=self.has_text,
            has_reasoning=False,
            has_tools=bool(self._uses),
            is_refusal=False,
        )
        yield from self._uses
        if ending is not None:
            yield ending

    def _text(self, text: Any) -> Any:
        if isinstance(text, str) and text:
            self.has_text = True
            yield text

    def _use(self, frame: Mapping[str, Any]) -> None:
        arguments = frame.get("arguments")
        if not isinstance(arguments, str):
            arguments = json.dumps(arguments or {})
        if name := frame.get("name"):
            self._uses.append(ToolUse(str(frame.get("id") or ""), str(name), arguments))

    def _end(self, reason: Any) -> None:
        self._finish = finish_of(str(reason or "stop"))
        if self._finish is Finish.ERROR:
            raise ProviderFailure(ModelBroken, error="finish_reason")
