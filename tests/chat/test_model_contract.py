"""The port to a chat model: the provider and its twins behave alike."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

import pytest

from chat.agent import ChatModel, ModelPart, PromptMessage
from chat.agent.mock import MockModel
from chat.agent.scripted import ScriptedModel
from exobrain.lib.config import Config
from exobrain.lib.model_errors import ModelBusy
from tests.mock_model import rewind
from tests.model_server import answer, native, running

pytestmark = pytest.mark.xdist_group("provider")  # importing LangChain takes seconds: once

WORDS = ["Grüße ", "vom\n\n", "🦉."]
TEXT = "".join(WORDS)


PROMPT = [PromptMessage("user", "Who?")]


@pytest.fixture(params=["mock", "scripted", "provider", "native", "fallback"])
def model(request: pytest.FixtureRequest) -> Iterator[ChatModel]:
    """Each implementation in turn, with the same answer."""
    rewind()
    makers: dict[str, Callable[[], ChatModel]] = {
        "mock": lambda: MockModel([TEXT]),
        "scripted": lambda: ScriptedModel(*WORDS),
    }
    if request.param in makers:
        yield makers[request.param]()
        return
    from chat.agent.fallback import FallbackModel
    from chat.agent.native import NativeModel
    from chat.agent.provider import ProviderModel

    with running() as server:
        config = Config.model_construct(model_provider_base_url=server.url)
        server.says(answer(*WORDS))
        if request.param == "provider":
            yield ProviderModel(config)
        elif request.param == "fallback":
            yield FallbackModel(ScriptedModel(ModelBusy()), ProviderModel(config))
        else:
            server.says(native(*WORDS))
            yield NativeModel(config)


async def _text(parts: AsyncGenerator[ModelPart, None]) -> str:
    return "".join([part async for part in parts if isinstance(part, str)])


async def test_the_parts_make_the_answer(model: ChatModel) -> None:
    """Nothing is trimmed, changed or left out."""
    assert await _text(model.answer(PROMPT)) == TEXT


async def test_no_part_is_empty(model: ChatModel) -> None:
    """A part of text has text."""
    parts = [part async for part in model.answer(PROMPT)]

    assert "" not in parts
    assert len(parts) > 1


async def test_answers_do_not_disturb_one_another(model: ChatModel) -> None:
    """Several at once are each complete."""
    texts = await asyncio.gather(*(_text(model.answer(PROMPT)) for _ in range(5)))

    assert texts == [TEXT] * 5


async def test_an_answer_can_be_left(model: ChatModel) -> None:
    """Whoever stops listening leaves the model as good as new."""
    parts = model.answer(PROMPT)
    await anext(parts)
    await parts.aclose()

    assert await _text(model.answer(PROMPT)) == TEXT


def test_it_has_a_name(model: ChatModel) -> None:
    """It is kept with every message."""
    assert model.name


@pytest.mark.parametrize("model", ["provider", "native"], indirect=True)
def test_no_answer_waits_for_the_end_of_another(model: Any) -> None:
    """The HTTP client opens as many connections as there are answers; by default it has a bound."""
    client = getattr(model.client, "http_async_client", model.client)

    assert client._transport._pool._max_connections == sys.maxsize
