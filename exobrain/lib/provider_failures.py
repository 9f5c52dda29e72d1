"""What went wrong at a provider: from its status, code and words to one of our errors.

`CAUSES` is the only place that decides that. A provider's words are read here to find the cause,
and are never shown or logged: they may repeat the question or the key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import structlog

from exobrain.lib import clock
from exobrain.lib.model_errors import (
    ModelBroken,
    ModelBusy,
    ModelContextTooLong,
    ModelFailed,
    ModelFiltered,
    ModelNoCredit,
    ModelRefusedKey,
    ModelRefusedQuestion,
    ModelTooSlow,
    ModelUnknown,
)

log = structlog.get_logger(__name__)

MAX_WORDS = 8_000
# Words, without the digits of a key.
_LOGGED_CODE = re.compile(r"[A-Za-z]{2,20}([_.][A-Za-z]{1,20}){0,7}|[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a provider said instead of an answer."""

    status: int  # 0: within a stream that had begun well
    code: str = ""
    words: str = ""  # everything it said, to be searched and not to be told
    parameter: str = ""  # that it names as the culprit
    retry_after: float | None = None  # seconds


@dataclass(frozen=True, slots=True)
class Cause:
    """A refusal with one of these statuses, or with words that match, is this failure."""

    failure: type[ModelFailed]
    statuses: frozenset[int] = frozenset()
    words: str = r"(?!)"  # matches nothing

    def fits(self, refusal: Refusal) -> bool:
        """Is this why the provider refused?"""
        if refusal.status in self.statuses:
            return True
        return re.search(self.words, f"{refusal.code} {refusal.words}", re.IGNORECASE) is not None


def _statuses(*ranges: range | int) -> frozenset[int]:
    return frozenset(
        status for each in ranges for status in (each if isinstance(each, range) else [each])
    )


# The first that fits counts: what is said in words is more exact than a status.
CAUSES = (
    Cause(
        ModelNoCredit,
        _statuses(402),
        r"insufficient[ _](quota|balance|credit|fund)|credit balance|exceeded your current quota"
        r"|out of credits?|no credits?\b|billing_(hard|soft)_limit|billing_not_active|arrearage"
        r"|payment[ _]required|requires more credits",
    ),
    Cause(
        ModelContextTooLong,
        _statuses(413),
        r"context_length_exceeded|exceed_context_size|string_above_max_length"
        r"|(maximum|max|model'?s?) (context|input|prompt|sequence) (length|window|size)"
        r"|(exceeds?|exceeded|larger than|beyond) (the |its |this )?"
        r"(model'?s? |available |configured |maximum )*(context|token limit|input limit)"
        r"|context (window|size|length) (is |was )?(too|exceed|overflow)"
        r"|prompt is too long|(input|request|prompt) (is |was )?too (long|large)|too many (input )?"
        r"tokens|input tokens exceed|input token count|reduce the length|ContextWindowExceeded"
        r"|longer than the maximum",
    ),
    Cause(
        ModelFiltered,
        _statuses(451),
        r"content[ _]?filter|content[ _-](management )?polic|content_policy|data_inspection_failed"
        r"|responsible ?ai ?polic|usage polic|was flagged|requires moderation"
        r"|safety (system|filter)|PROHIBITED_CONTENT|sensitive content|high risk",
    ),
    Cause(
        ModelUnknown,
        words=r"model[_ ]not[_ ]found|(no such|unknown|invalid|unsupported) model\b"
        r"|model\b[^.]{0,120}\b(does not exist|doesn't exist|not found|not exist|is not a valid"
        r"|is not available|has been deprecated|decommissioned|not loaded)|not a valid model",
    ),
    Cause(
        ModelRefusedKey,
        _statuses(401, 403, 407),
        r"(invalid|incorrect|missing|no|expired)[ _](api[ _-]?key|token|x-api-key)"
        r"|authentication[ _](error|failed|fails)|api key (not valid|expired)|unauthorized",
    ),
    Cause(
        ModelBusy,
        _statuses(429, 529),
        r"rate[ _-]?limit|too[ _]many[ _]requests|overloaded|resource[ _]exhausted|at capacity"
        r"|server is busy|engine is (currently )?overloaded|model is (currently |still )?loading",
    ),
    Cause(ModelUnknown, _statuses(404)),
    Cause(ModelTooSlow, _statuses(408, 504, 524), r"timed out|time-?out"),
    Cause(ModelBroken, _statuses(0, range(500, 600))),
    Cause(ModelRefusedQuestion, _statuses(range(300, 500))),
)


class ProviderFailure(Exception):
    """A call of a model has failed. Only what runs the calls catches it."""

    def __init__(
        self, failure: type[ModelFailed], refusal: Refusal | None = None, *, error: str = ""
    ) -> None:
        super().__init__(failure.__name__)
        self.failure = failure
        self.refusal = refusal
        self.error = error  # the name of the exception it was

    def note(self, *, model: str) -> None:
        """The log has the cause, the provider's status and its code, and none of its words."""
        said = self.refusal or Refusal(0)
        log.warning(
            "model_failed",
            model=model,
            failure=self.failure.__name__,
            status=said.status or None,
            code=loggable(said.code),
            error=self.error or None,
        )


def refused(refusal: Refusal) -> ProviderFailure:
    """The failure that a refusal is."""
    for cause in CAUSES:
        if cause.fits(refusal):
            return ProviderFailure(cause.failure, refusal)
    return ProviderFailure(ModelBroken, refusal)


def refusal_of(
    status: int, body: bytes | str | Any, headers: Mapping[str, str] | None = None
) -> Refusal:
    """What an answer with this status says, whatever its form."""
    said = _parsed(body)
    error = said
    while isinstance(error, dict | list):  # {"error": {...}}, [{"error": ...}], {"detail": {...}}
        inner = error[0] if isinstance(error, list) and error else error
        if not isinstance(inner, dict):
            break
        error = inner
        inner = error.get("error") or error.get("detail")
        if not isinstance(inner, dict | list):
            break
        error = inner
    fields = error if isinstance(error, dict) else {}
    code = fields.get("code") or fields.get("type") or fields.get("status") or ""
    parameter = fields.get("param") or ""
    if status == 0 and str(code).isdecimal() and 400 <= int(code) < 600:
        status = int(code)  # of an error within a stream
    return Refusal(
        status=status,
        code=str(code)[:200],
        words=" ".join(_words_in(said))[:MAX_WORDS],
        parameter=parameter[:200] if isinstance(parameter, str) else "",
        retry_after=retry_after(headers or {}),
    )


def _parsed(body: bytes | str | Any) -> Any:
    """The body's JSON, or its text; nothing of a web page, whose words mean nothing."""
    if not isinstance(body, bytes | str):
        return body
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        return "" if text.lstrip().startswith("<") else text


def _words_in(value: Any, depth: int = 6) -> list[str]:
    """Every string in it."""
    if isinstance(value, str):
        return [value]
    if depth == 0:
        return []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [words for each in inner for words in _words_in(each, depth - 1)]


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How many seconds to wait, if the headers say so: a number or a date."""
    value = headers.get("retry-after-ms", "")
    if value.strip().isdecimal():
        return int(value) / 1000
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - clock.now()).total_seconds())


def loggable(code: str) -> str | None:
    """The code, if it is one: a provider may put anything there."""
    return code if _LOGGED_CODE.fullmatch(code) else None
