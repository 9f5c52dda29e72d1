"""Asks a model at an OpenAI-compatible provider for JSON, through LangChain.

Talks HTTP to MODEL_PROVIDER_BASE_URL, or to OpenAI when only a key is set, and nowhere else:
tracing is off whatever the environment says. Raises ModelUnavailable when the same question may be
answered in a moment and ModelRefused when it will not; both say why in one of a few words, and
neither repeats what the provider said.
"""

import os
import time
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

# Before LangChain is imported: it would send prompts to LangSmith when its variables say so.
for _name in [*os.environ]:
    if _name.startswith(("LANGSMITH_", "LANGCHAIN_")):
        del os.environ[_name]
os.environ["LANGSMITH_TRACING"] = "false"

import httpx  # noqa: E402  after the environment
import openai  # noqa: E402
from langchain_openai import ChatOpenAI  # noqa: E402
from pydantic import SecretStr  # noqa: E402

from exobrain.lib.errors import Unavailable, Upstream  # noqa: E402
from knowledge.types import FallbackReason  # noqa: E402

log = structlog.get_logger(__name__)

_SCHEMA_REFUSED = (openai.BadRequestError, openai.UnprocessableEntityError)

NO_KEY = SecretStr("not-needed")  # the client insists on one; a local provider does not
CONNECT_SECONDS = 10.0
MAX_ANSWER_TOKENS = 4_000
MAX_ANSWER_BYTES = 4_000_000


class ModelUnavailable(Unavailable):
    """The model that reads messages is not available."""

    def __init__(self, reason: FallbackReason) -> None:
        super().__init__()
        self.reason = reason


class ModelRefused(Upstream):
    """The model that reads messages gave no answer that makes sense."""

    def __init__(self, reason: FallbackReason) -> None:
        super().__init__()
        self.reason = reason


class AnswerTooLarge(httpx.DecodingError):
    """The provider sends more than any answer has."""


class _Bounded(httpx.SyncByteStream):
    """The bytes of an answer, as long as they are few and come in time.

    The client's own time-out is for each read: a byte a second would hold up a job for ever.
    """

    def __init__(self, stream: httpx.SyncByteStream, until: float) -> None:
        self.stream = stream
        self.until = until

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self.stream:
            size += len(piece)
            if size > MAX_ANSWER_BYTES:
                raise AnswerTooLarge("too large")
            if time.monotonic() > self.until:
                raise httpx.ReadTimeout("too slow")
            yield piece

    def close(self) -> None:
        self.stream.close()


class _BoundedTransport(httpx.HTTPTransport):
    """HTTP, with a limit on how long and how large an answer may be as a whole."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, whose bytes are still to come."""
        until = time.monotonic() + self.seconds
        response = super().handle_request(request)
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _Bounded(response.stream, until)
        return response


# What the same question may survive later; the first that fits counts.
_PASSING: tuple[tuple[type[Exception], FallbackReason], ...] = (
    (openai.APITimeoutError, FallbackReason.TIMEOUT),
    (TimeoutError, FallbackReason.TIMEOUT),
    (httpx.TimeoutException, FallbackReason.TIMEOUT),
    (openai.APIConnectionError, FallbackReason.UNREACHABLE),
    (httpx.TransportError, FallbackReason.UNREACHABLE),
    (openai.RateLimitError, FallbackReason.BUSY),
    (openai.InternalServerError, FallbackReason.BROKEN),
    (openai.ConflictError, FallbackReason.BROKEN),
)
_PASSING_STATUSES = {408: FallbackReason.TIMEOUT, 425: FallbackReason.BUSY}  # without classes
_LASTING: tuple[tuple[type[Exception], FallbackReason], ...] = (
    (openai.AuthenticationError, FallbackReason.KEY_REFUSED),
    (openai.PermissionDeniedError, FallbackReason.KEY_REFUSED),
    (openai.NotFoundError, FallbackReason.UNKNOWN_MODEL),
    (openai.APIStatusError, FallbackReason.REFUSED),
)


@dataclass(frozen=True)
class Reply:
    """What the model answered and what it cost."""

    text: str
    usage: Mapping[str, int] = field(default_factory=dict)


class Provider(Protocol):
    """Whoever answers in JSON."""

    name: str

    def ask(self, *, system: str, data: str, name: str, schema: Mapping[str, Any]) -> Reply:
        """The answer to one question, of the schema if the provider can do that."""


class ChatProvider:
    """A chat model that is held to a JSON schema where its provider can do that."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: SecretStr | None,
        model: str,
        timeout_seconds: float,
        max_answer_tokens: int = MAX_ANSWER_TOKENS,
    ) -> None:
        self.name = model
        connections = httpx.Client(transport=_BoundedTransport(timeout_seconds))
        weakref.finalize(self, connections.close)  # its own client is closed by nobody else
        self.client = ChatOpenAI(
            base_url=base_url,
            api_key=api_key or NO_KEY,
            model=model,
            temperature=0.0,
            max_completion_tokens=max_answer_tokens,
            use_responses_api=False,
            timeout=openai.Timeout(timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds)),
            max_retries=0,  # the job is tried again as a whole
            http_client=connections,
        )

    def ask(self, *, system: str, data: str, name: str, schema: Mapping[str, Any]) -> Reply:
        """The answer to one question; raises ModelUnavailable or ModelRefused."""
        prompts = [("system", system), ("human", data)]
        wanted = {"name": name, "schema": schema, "strict": True}
        try:
            return self._answer(
                prompts, response_format={"type": "json_schema", "json_schema": wanted}
            )
        except _SCHEMA_REFUSED:
            log.info("extraction_without_schema", model=self.name)
        try:  # some providers know no schemas; the prompt describes the answer as well
            return self._answer(prompts)
        except _SCHEMA_REFUSED as error:
            raise ModelRefused(FallbackReason.REFUSED) from error

    def _answer(self, prompts: list[tuple[str, str]], **options: Any) -> Reply:
        try:
            message = self.client.invoke(prompts, **options)
        except _SCHEMA_REFUSED:
            raise
        except Exception as error:  # a provider can send anything
            log.warning("extraction_model_failed", error=type(error).__name__)
            raise _failure(error) from error
        usage: Mapping[str, object] = dict(message.usage_metadata or {})
        return Reply(
            text=str(message.text),
            usage={key: value for key, value in usage.items() if isinstance(value, int)},
        )


def _failure(error: Exception) -> ModelUnavailable | ModelRefused:
    cause: BaseException | None = error
    while cause is not None:  # both clients wrap what HTTP raises
        if isinstance(cause, AnswerTooLarge):
            return ModelRefused(FallbackReason.UNUSABLE)
        cause = cause.__cause__
    for family, reason in _PASSING:
        if isinstance(error, family):
            return ModelUnavailable(reason)
    status = getattr(error, "status_code", None)
    if status in _PASSING_STATUSES:
        return ModelUnavailable(_PASSING_STATUSES[status])
    for family, reason in _LASTING:
        if isinstance(error, family):
            return ModelRefused(reason)
    return ModelRefused(FallbackReason.UNUSABLE)
