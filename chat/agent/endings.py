"""How an answer of a provider has ended, and what its user is told of that."""

from enum import Enum

from chat.agent.model import Ending
from exobrain.lib.model_errors import (
    ModelBrokeOff,
    ModelDeclined,
    ModelFiltered,
    ModelNotUnderstood,
    ModelReasonedTooLong,
)
from exobrain.lib.provider_failures import ProviderFailure

CUT_BY_LENGTH = "The answer was cut off: it reached the longest that the model may give."
CUT_BY_FILTER = "The answer was cut off by the provider's content filter."
DECLINED = "The model declined to answer."


class Finish(Enum):
    """Why a model stopped."""

    STOP = "stop"
    LENGTH = "length"
    FILTER = "filter"
    REFUSAL = "refusal"
    ERROR = "error"


# By their names at the providers, in small letters; any other name is a stop.
_NAMES = {
    Finish.LENGTH: "length max_tokens max_length model_length model_context_window_exceeded limit",
    Finish.FILTER: "content_filter content-filter content_filtered safety recitation sensitive"
    " prohibited_content blocklist spii guardrail_intervened moderation",
    Finish.REFUSAL: "refusal refused",
    Finish.ERROR: "error network_error engine_error insufficient_system_resource abort"
    " malformed_function_call",
}
_FINISHES = {name: finish for finish, names in _NAMES.items() for name in names.split()}


def finish_of(name: str) -> Finish:
    """The reason of that name."""
    return _FINISHES.get(name.lower(), Finish.STOP)


def how_it_ended(
    finish: Finish | None,
    *,
    is_proper: bool,
    has_text: bool,
    has_reasoning: bool,
    has_tools: bool,
    is_refusal: bool,
) -> Ending | None:
    """What is to be said of the end; None when nothing is. Raises when the answer is none.

    `is_proper`: the provider has said that it has finished. An answer that is empty, and nothing
    else, is left to whoever knows the whole turn.
    """
    has_anything = has_text or has_reasoning or has_tools
    if finish is None and not is_proper:
        raise ProviderFailure(ModelBrokeOff if has_anything else ModelNotUnderstood, error="no end")
    if is_refusal or (finish is Finish.REFUSAL and has_text):
        return Ending("refusal", DECLINED)
    if finish is Finish.REFUSAL:
        raise ProviderFailure(ModelDeclined, error="refusal")
    if finish is Finish.FILTER and not has_text:
        raise ProviderFailure(ModelFiltered, error="content_filter")
    if finish is Finish.FILTER:
        return Ending("filter", CUT_BY_FILTER)
    if finish is Finish.LENGTH and has_reasoning and not has_text and not has_tools:
        raise ProviderFailure(ModelReasonedTooLong, error="length")
    if finish is Finish.LENGTH:
        return Ending("length", CUT_BY_LENGTH)
    return None
