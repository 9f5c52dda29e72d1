"""Tries the model provider that is set, with real calls, and says in words what is wrong."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import httpx
import orjson
from pydantic import SecretStr

from chat.agent import ChatModel, PromptMessage, chat_model
from chat.agent.fallback import FallbackModel
from exobrain.lib.background import spawn
from exobrain.lib.effective_config import effective_config, key_for, provider_address
from exobrain.lib.model_errors import (
    ModelBroken,
    ModelFailed,
    ModelNotUnderstood,
    ModelRefusedKey,
    ModelRefusedQuestion,
    ModelTooSlow,
    ModelUnknown,
    ModelUnreachable,
)
from knowledge.services.checking import check_embedding, check_extraction

CHECK_SECONDS = 30.0
LIST_SECONDS = 5.0
MAX_LIST_BYTES = 1_000_000
MAX_NAMES = 30
MAX_NAME_CHARS = 80


class Role(StrEnum):
    """What a model is used for."""

    CHAT = "chat"
    FALLBACK = "fallback"
    EXTRACTION = "extraction"
    EMBEDDING = "embedding"


@dataclass(frozen=True)
class CheckResult:
    """What a real call came to."""

    role: Role
    is_good: bool
    text: str
    models: Sequence[str] = ()  # that the provider names, where the one asked for is not known


def check_role(role: Role) -> CheckResult:
    """The model of this role has been asked something small; takes CHECK_SECONDS at most."""
    checks: dict[Role, Callable[[], str]] = {
        Role.CHAT: _check_chat,
        Role.FALLBACK: _check_fallback,
        Role.EXTRACTION: lambda: check_extraction(seconds=CHECK_SECONDS),
        Role.EMBEDDING: check_embedding,
    }
    began = time.monotonic()
    try:
        text = checks[role]()
    except ModelFailed as failure:
        return _explained(role, failure)
    took = time.monotonic() - began
    return CheckResult(role, True, f"{text} It took {took:.1f} s." if took >= 0.05 else text)


def _check_chat() -> str:
    config = effective_config()
    if config.main_agent_use_mock:
        return "No model is asked: MAIN_AGENT_USE_MOCK is set in the environment."
    model = chat_model(config)
    if model is None:
        return "No model is asked: no provider is set."
    return _ask(model.first if isinstance(model, FallbackModel) else model)


def _check_fallback() -> str:
    model = chat_model()
    return _ask(model.second) if isinstance(model, FallbackModel) else "There is no fallback model."


def _ask(model: ChatModel) -> str:
    """That the model answers; its words are shown to nobody. Raises ModelFailed."""

    async def ask() -> ModelFailed | None:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                prompt = [PromptMessage("user", "Answer with one word: yes.")]
                parts = [part async for part in model.answer(prompt)]
        except TimeoutError:
            return ModelTooSlow()
        except ModelFailed as failure:
            return failure  # raised from here, the log would call it a failure of ours
        has_text = any(isinstance(part, str) and part.strip() for part in parts)
        return None if has_text else ModelNotUnderstood("The model gave no text.")

    if (failure := spawn(ask()).result(CHECK_SECONDS * 2)) is not None:
        raise failure
    return f"{model.name} answers."


def _explained(role: Role, failure: ModelFailed) -> CheckResult:
    """The failure's own words, and what staff can look at."""
    config = effective_config()
    address = provider_address()
    key = key_for(address)
    if role is Role.FALLBACK and config.main_agent_fallback_base_url:
        address = config.main_agent_fallback_base_url
        key = config.main_agent_fallback_api_key
    hint = ""
    names: Sequence[str] | None = ()
    match failure:
        case ModelUnreachable():
            hint = (
                f"Nobody answers at {address}. Is the server running, and can this machine reach "
                "it? In a container, localhost is the container itself."
            )
        case ModelRefusedKey():
            hint = "Enter the key anew." if key else "No key is set for it."
        case ModelTooSlow():
            hint = "A model that has to be loaded first may need longer: test again."
        case ModelUnknown() | ModelNotUnderstood() | ModelBroken() | ModelRefusedQuestion():
            names = _model_names(address, key)
            if names is None:
                hint = (
                    f"No list of models is at {address}/models either, so the address may not be "
                    "that of an OpenAI-compatible API: most end in /v1."
                )
    return CheckResult(role, False, f"{failure.message} {hint}".strip(), names or ())


def _model_names(address: str, key: SecretStr | None) -> list[str] | None:
    """The models that the provider names; None where it names none. The key is not redirected."""
    headers = {"authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    body, until = b"", time.monotonic() + LIST_SECONDS
    try:
        with (
            httpx.Client(timeout=LIST_SECONDS, headers=headers, follow_redirects=False) as client,
            client.stream("GET", f"{address}/models") as answer,
        ):
            if not answer.is_success:
                return None
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MAX_LIST_BYTES or time.monotonic() > until:
                    return None
        listed = orjson.loads(body)["data"]
        names = [each["id"] for each in listed if isinstance(each["id"], str)]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None
    return [name[:MAX_NAME_CHARS] for name in sorted(names)[:MAX_NAMES]]
