"""A stage for the adversary: the product as it runs, a web in memory, and whoever watches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from chat.services import generation
from chat.tools import web as web_tools
from journal.models import Message
from knowledge.models import Block
from knowledge.services.recall import giving
from knowledge.types import Recall, Scope
from tests.chat.hostile.adversary import Adversary, Step
from tests.chat.hostile.boundary import WebInMemory, outside
from tests.chat.hostile.channels import Channel, knows_of, open_channel
from tests.knowledge.remembering import Remembering
from tests.live import Caller, Event


class _Recalling:
    """Recalls some for the question, and more where the model looks for it."""

    def __init__(self, known: Sequence[Block], channel: Channel) -> None:
        self.for_question = Remembering([*known, *channel.recalled])
        self.for_query = Remembering([*known, *channel.recalled, *channel.searched])
        self.question = channel.question

    def __call__(self, *, scope: Scope, query: str, **rest: Any) -> Recall:
        chosen = self.for_question if query == self.question else self.for_query
        return chosen(scope=scope, query=query, **rest)


@dataclass
class Played:
    """What came of a case."""

    model: Adversary
    channel: Channel
    events: Sequence[Event]
    stream_id: str
    seen: Sequence[str]  # beside this machine
    answer: Message


@dataclass
class Stage:
    """Where cases are played."""

    user: User
    client: Caller
    web: WebInMemory
    monkeypatch: pytest.MonkeyPatch
    known: Sequence[Block] = ()
    models: list[Adversary] = field(default_factory=list)

    def open(self, way: str, **fields: Any) -> Channel:
        """The attacker's words will come in this way."""
        return open_channel(way, self.user, self.web, **fields)

    def play(
        self, channel: Channel, attack: Sequence[Sequence[Step]], *, needs_secret: bool = False
    ) -> Played:
        """The user asks, and the model does what the attacker wants."""
        model = Adversary(attack, opening=channel.opening, needs_secret=needs_secret)
        self.monkeypatch.setattr(generation, "chat_model", lambda _config: model)
        self.monkeypatch.setattr(giving, "recall", _Recalling(self.known, channel))
        with outside() as seen:
            stream_id = self.client.ask(channel.question)
            events = self.client.read(stream_id)
        answer = Message.objects.filter(turn_answered=UUID(stream_id)).get()
        return Played(model, channel, events, stream_id, seen, answer)


@pytest.fixture
def stage(
    alice: User,
    caller: Callable[..., Caller],
    config: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> Stage:
    """Alice's, whose memory knows something that is worth stealing."""
    config(
        main_agent_use_mock=False,  # what a mock says is never learned
        model_provider_base_url="http://127.0.0.1:9/v1",
        knowledge_extractor="rules",
        memory_recall_deadline_ms=20_000,
        web_fetch_ports=(80, 443),
    )
    web = WebInMemory()
    providers = web_tools.WebProviders(search=web, pages=web)
    monkeypatch.setattr(web_tools, "web_providers", lambda config: providers)
    return Stage(alice, caller(alice), web, monkeypatch, known=[knows_of(alice)])
