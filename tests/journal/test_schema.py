"""The journal's answers and their description in OpenAPI."""

from collections.abc import Callable

import pytest
from django.test import Client
from pydantic import TypeAdapter

from accounts.models import User
from journal.models import Message, ToolCall
from journal.types import (
    JournalEntry,
    JournalMessage,
    MessageDraft,
    MessageFields,
    ToolCallEntry,
    field_names,
)
from tests.factories import JournalFactory, MessageFactory

SignIn = Callable[[User], Client]
DAY = "/api/journal/2025/01/14"


def assert_described(value: dict[str, object], shape: type) -> None:
    """The value has exactly the described fields, of the described types."""
    assert set(value) == set(field_names(shape))
    TypeAdapter(shape).validate_python(value)


@pytest.fixture
def client(alice: User, as_user: SignIn) -> Client:
    """Alice, who has a day with a message and a tool call."""
    message = MessageFactory(journal=JournalFactory(user=alice), metadata={"a": 1})
    ToolCall.objects.create(message=message, tool_call_id="1", title="t", description="d")
    return as_user(alice)


def test_entries_are_as_described(client: Client) -> None:
    """An entry, alone or in a list, is what the documentation says."""
    assert_described(client.get(DAY).json(), JournalEntry)
    assert_described(client.get("/api/journal").json()[0], JournalEntry)


def test_messages_are_as_described(client: Client) -> None:
    """A message and its tool calls are what the documentation says."""
    [message] = client.get(f"{DAY}/messages").json()

    assert_described(message, JournalMessage)
    assert_described(message["tool_calls"][0], ToolCallEntry)


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


def test_a_message_has_one_list_of_fields(db: None) -> None:
    """What a message has is stored, drafted, shown and documented by the same names."""
    names = set(field_names(MessageFields))
    columns = {field.name for field in Message._meta.concrete_fields}
    document = Client().get("/openapi.json").json()["components"]["schemas"]["JournalMessage"]

    assert names <= columns
    assert names <= set(field_names(MessageDraft)) <= columns
    assert names <= set(field_names(JournalMessage)) == set(document["properties"])
    assert set(document["required"]) == set(document["properties"])


def test_ids_are_documented_as_strings(db: None) -> None:
    """Clients need not know that they are UUIDs."""
    document = Client().get("/openapi.json").json()["components"]["schemas"]

    for name in ("JournalEntry", "JournalMessage", "ToolCallEntry"):
        described = document[name]["properties"]["id"]
        assert (described["type"], described.get("format")) == ("string", None)
