"""The time to the first text of an answer: the loop's and the product's, beside a ChatOpenAI's."""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from langchain_openai import ChatOpenAI
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.serve.load import ask
from benchmarks.serve.stub import question
from chat.agent import ChatModel, PromptMessage
from chat.agent.loop import answer_with_tools
from chat.agent.provider import ProviderModel
from chat.tools.base import TurnContext
from exobrain.lib.config import Config

ASKED = question(parts=5, a_second=0)
BARE, LOOP, SOCKET, REQUESTS = "ChatOpenAI", "agent loop", "socket", "POST and GET"
WARM_USERS = 2  # whose answers do not count
QUESTIONS_A_DAY = 10  # by one user: the product sends the day so far along


@dataclass(frozen=True)
class Waited:
    """Milliseconds from the question to the first text of its answer."""

    how: str
    p50_ms: float
    p99_ms: float


async def first_texts(
    product: str, stub: str, *, tokens: Sequence[str], system: str
) -> list[Waited]:
    """Each way of asking in turn, so that a drifting machine touches all alike."""
    bare = ChatOpenAI(base_url=f"{stub}/v1", api_key=SecretStr("none"), model="stub", max_retries=0)
    model = ProviderModel(
        Config.model_construct(model_provider_base_url=f"{stub}/v1", main_agent_model="stub")
    )
    waited: dict[str, list[float]] = {how: [] for how in (BARE, LOOP, SOCKET, REQUESTS)}
    for index, token in enumerate(tokens):
        if index == WARM_USERS:
            for measured in waited.values():
                measured.clear()
        said: list[tuple[str, str]] = [("system", system)]
        headers = {"Authorization": f"Bearer {token}"}
        address = product.replace("http", "ws", 1) + "/ws/chat/"
        async with connect(address, additional_headers=headers) as socket:
            for number in range(QUESTIONS_A_DAY):
                over_socket = number % 2 == 0
                said.append(("user", ASKED))
                seconds, answer = await _bare(bare, said)
                waited[BARE].append(seconds)
                waited[LOOP].append(await _by_loop(model, said))
                if over_socket:
                    waited[SOCKET].append(await _by_socket(socket))
                else:
                    waited[REQUESTS].append(await _by_requests(product, token))
                said.append(("assistant", answer))
    return [_summary(how, seconds) for how, seconds in waited.items()]


def _summary(how: str, seconds: Sequence[float]) -> Waited:
    cuts = quantiles(seconds, n=100, method="inclusive")
    return Waited(how, cuts[49] * 1000, cuts[98] * 1000)


async def _bare(model: ChatOpenAI, said: Sequence[tuple[str, str]]) -> tuple[float, str]:
    """The seconds, and the whole answer."""
    started, first, texts = time.perf_counter(), 0.0, []
    async for chunk in model.astream(list(said)):
        if chunk.content and not first:
            first = time.perf_counter() - started
        texts.append(str(chunk.content))
    return first, "".join(texts)


async def _by_loop(model: ChatModel, said: Sequence[tuple[str, str]]) -> float:
    """The seconds of the loop alone: no journal, no memory, no tool."""
    started, first = time.perf_counter(), 0.0
    prompt = [PromptMessage(role, content) for role, content in said]  # type: ignore[arg-type]
    turn = TurnContext(user_id=None, question=ASKED)
    async for part in answer_with_tools(model, prompt, tools=(), turn=turn):
        if isinstance(part, str) and not first:
            first = time.perf_counter() - started
    return first


async def _by_socket(socket: ClientConnection) -> float:
    started, first = time.perf_counter(), 0.0
    await socket.send(json.dumps({"type": "send", **_question()}))
    while True:
        frame = json.loads(await socket.recv())
        if frame.get("event") == "message_chunk" and not first:
            first = time.perf_counter() - started
        if frame.get("event") == "done":
            return first


async def _by_requests(base: str, token: str) -> float:
    started, first = time.perf_counter(), 0.0
    body = json.dumps(_question()).encode()
    reader, writer = await ask(base, token, "POST", "/api/chat/message", body)
    answer = await reader.read()
    writer.close()
    stream = json.loads(answer.rpartition(b"\r\n\r\n")[2])["stream_id"]
    reader, writer = await ask(base, token, "GET", f"/api/chat/stream/{stream}")
    while line := await reader.readline():
        if line.startswith(b"event: message_chunk") and not first:
            first = time.perf_counter() - started
        if line.startswith(b"event: done"):
            break
    writer.close()
    return first


def _question() -> dict[str, str]:
    return {"message": ASKED, "client_message_id": str(uuid.uuid4()), "memory": "none"}
