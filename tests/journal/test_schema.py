"""The journal's answers and their description in OpenAPI."""

from collections.abc import Callable

import pytest
from django.test import Client
from ninja import Schema

from accounts.models import User
from journal.models import ToolCall
from journal.schemas import JournalEntrySchema, JournalMessageSchema, ToolCallSchema
from tests.factories import JournalFactory, MessageFactory

SignIn = Callable[[User], Client]
DAY = "/api/journal/2025/01/14"


def assert_described(value: dict[str, object], schema: type[Schema]) -> None:
    """The value has exactly the described fields, of the described types."""
    assert set(value) == set(schema.model_fields)
    schema.model_validate(value)


@pytest.fixture
def client(alice: User, as_user: SignIn) -> Client:
    """Alice, who has a day with a message and a tool call."""
    message = MessageFactory(journal=JournalFactory(user=alice), metadata={"a": 1})
    ToolCall.objects.create(message=message, tool_call_id="1", title="t", description="d")
    return as_user(alice)


def test_entries_are_as_described(client: Client) -> None:
    """An entry, alone or in a list, is what the documentation says."""
    assert_described(client.get(DAY).json(), JournalEntrySchema)
    assert_described(client.get("/api/journal").json()[0], JournalEntrySchema)


def test_messages_are_as_described(client: Client) -> None:
    """A message and its tool calls are what the documentation says."""
    [message] = client.get(f"{DAY}/messages").json()

    assert_described(message, JournalMessageSchema)
    assert_described(message["tool_calls"][0], ToolCallSchema)


@pytest.mark.parametrize(
    "path",
    [
        "/api/journal",
        "/api/journal/today",
        "/api/journal/today/messages",
        "/api/journal/search",
        "/api/journal/{reference}/messages",
        "/api/journal/{reference}",
    ],
)
def test_every_address_is_documented(db: None, path: str) -> None:
    """OpenAPI lists the journal's six endpoints under the contract's addresses."""
    assert "get" in Client().get("/openapi.json").json()["paths"][path]
