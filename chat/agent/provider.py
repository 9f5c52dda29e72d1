"""A model at an OpenAI-compatible provider, through LangChain.

Talks HTTP to MODEL_PROVIDER_BASE_URL, or to OpenAI when only a key is set, and nowhere else:
tracing and telemetry are off whatever the environment says, and a redirect to another host is not
followed. Every failure is a `ModelFailed` whose message neither names the key nor repeats what the
provider said; the log has its class, status and code.

What each file beside this one knows of providers: `event_stream` of their bytes, `chunks` of their
objects, `endings` of how answers end, `accepted` of what a model does not take, `attempts` of when
to try again; `exobrain.lib.provider_failures` of refusals.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from typing import Any

# Before LangChain is imported: it would send prompts to LangSmith when its variables say so.
for _name in [*os.environ]:
    if _name.startswith(("LANGSMITH_", "LANGCHAIN_")):
        del os.environ[_name]
os.environ["LANGSMITH_TRACING"] = "false"

import openai  # noqa: E402  after the environment
import orjson  # noqa: E402
from langchain_core.messages import convert_to_messages  # noqa: E402
from langchain_openai import ChatOpenAI  # noqa: E402
from pydantic import SecretStr  # noqa: E402

from chat.agent.accepted import accepted_by  # noqa: E402
from chat.agent.attempts import Options, attempts  # noqa: E402
from chat.agent.chunks import ChunkReader  # noqa: E402
from chat.agent.event_stream import EventStream, beginning_of, objects_in  # noqa: E402
from chat.agent.model import ModelPart, PromptMessage  # noqa: E402
from exobrain.lib.config import OPENAI_BASE_URL, Config  # noqa: E402
from exobrain.lib.model_errors import (  # noqa: E402
    ModelBrokeOff,
    ModelMoved,
    ModelNotUnderstood,
    ModelTooSlow,
    ModelUnreachable,
)
from exobrain.lib.provider_failures import ProviderFailure, refusal_of, refused  # noqa: E402

NO_KEY = SecretStr("not-needed")  # the client insists on one; a local provider does not
CONNECT_SECONDS = 10.0
LINGER_SECONDS = 1.0  # after the finish, for the usage and the end of the connection
MAX_REDIRECTS = 3  # at one host
# Each answer has a connection of its own until it ends. By default the thousandth one would be the
# last, and who asks next would wait for somebody else's answer to end.
NO_QUEUE = type(openai.DEFAULT_CONNECTION_LIMITS)(
    max_connections=None,
    max_keepalive_connections=openai.DEFAULT_CONNECTION_LIMITS.max_keepalive_connections,
)


class ProviderModel:
    """Streams the provider's answers."""

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
        self.base_url = base_url or config.model_provider_base_url or OPENAI_BASE_URL
        self.seconds = config.main_agent_timeout_seconds
        self.temperature = config.main_agent_temperature
        self.max_tokens = config.main_agent_max_tokens
        self.accepted = accepted_by(self.base_url, self.name)
        self.client = _Client(
            base_url=self.base_url,
            api_key=api_key or config.openai_api_key or NO_KEY,
            model=self.name,
            streaming=True,
            use_responses_api=False,
            timeout=self.seconds,
            max_retries=0,  # we try again ourselves, and never after the first word
            http_async_client=openai.DefaultAsyncHttpxClient(
                limits=NO_QUEUE,
                timeout=openai.Timeout(self.seconds, connect=min(self.seconds, CONNECT_SECONDS)),
                max_redirects=MAX_REDIRECTS,
                event_hooks={"request": [self._stay_here], "response": [_read_beginning]},
            ),
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
        """What is sent besides the messages."""
        options: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
        if self.temperature is not None:
            options["temperature"] = self.temperature
        if tools:
            options["tools"] = [*tools]
        if self.max_tokens is not None:
            names = ["max_tokens", "max_completion_tokens"]
            if self.base_url == OPENAI_BASE_URL:
                names.reverse()
            known = [name for name in names if name not in left_out]
            options |= dict.fromkeys(known[:1], self.max_tokens)
        if "stream" in left_out:
            options.pop("stream_options")
        return {name: value for name, value in options.items() if name not in left_out}

    async def _send(
        self, messages: Sequence[PromptMessage], options: Options
    ) -> AsyncGenerator[ModelPart, None]:
        """One call of the provider; raises ProviderFailure."""
        stream, reader = EventStream(), ChunkReader()
        sent = [_as_sent(message) for message in messages]
        try:
            async with (
                self.client.answering(sent, options) as pieces,
                contextlib.aclosing(objects_in(pieces, stream)) as objects,
            ):
                while (found := await self._next(objects, reader)) is not None:
                    for part in reader.read(orjson.loads(found)):
                        yield part
        except ProviderFailure:
            raise
        except Exception as error:  # a provider can send anything
            raise _failure(error, has_text=reader.has_text) from error
        for part in reader.end(is_proper=stream.is_done):
            yield part

    async def _next(self, objects: AsyncIterator[bytes], reader: ChunkReader) -> bytes | None:
        """The next object, or None at the end; after the finish the end does not keep anybody."""
        seconds = LINGER_SECONDS if reader.finish else self.seconds
        try:
            async with asyncio.timeout(seconds):
                return await anext(objects, None)
        except Exception:
            if reader.finish is None:
                raise
            return None  # the answer is whole: what happens to its connection is no failure

    async def _stay_here(self, request: Any) -> None:
        """What the user says goes to the address that was configured, and to no other."""
        here = self.client.root_async_client.base_url
        if (request.url.scheme, request.url.host, request.url.port) != (
            here.scheme,
            here.host,
            here.port,
        ) or request.method != "POST":
            raise ModelMoved


class _Client(ChatOpenAI):
    """LangChain's client, where what a provider sends comes through as it was sent.

    Its own stream makes five objects of each chunk, for types and callbacks that nobody has here.
    """

    @contextlib.asynccontextmanager
    async def answering(
        self, messages: list[dict[str, Any]], options: Options
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of one answer, as they come."""
        asked = dict(options)
        is_stream = asked.pop("stream", False)
        # LangChain would send both names of the limit as one.
        body = {name: asked.pop(name) for name in ("max_tokens",) if name in asked}
        payload = self._get_request_payload(convert_to_messages(messages), **asked)
        payload |= {"stream": is_stream, "extra_body": body or None}
        async with self.async_client.with_streaming_response.create(**payload) as response:
            yield response.iter_bytes()


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


async def _read_beginning(response: Any) -> None:
    """The client reads a refusal only so far."""
    if not response.is_success and not response.has_redirect_location:
        pieces = response.aiter_bytes
        response.aiter_bytes = lambda *args: beginning_of(pieces(*args))


# -- what went wrong


def _failure(error: Exception, *, has_text: bool) -> ProviderFailure:
    """What the client's error means; LangChain wraps some in its own."""
    name = type(error).__name__
    causes: list[BaseException] = [error]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    for cause in causes:
        if isinstance(cause, openai.APIStatusError):
            response = cause.response
            return refused(refusal_of(response.status_code, response.content, response.headers))
        if isinstance(cause, ModelMoved) or type(cause).__name__ == "TooManyRedirects":
            return ProviderFailure(ModelMoved, error=name)
    # While an answer is read, errors are the HTTP library's own, which is the client's choice.
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, TimeoutError | openai.APITimeoutError) or "TimeoutException" in kinds:
        return ProviderFailure(ModelTooSlow, error=name)
    if isinstance(error, openai.APIConnectionError) or "TransportError" in kinds:
        return ProviderFailure(ModelBrokeOff if has_text else ModelUnreachable, error=name)
    return ProviderFailure(ModelNotUnderstood, error=name)
