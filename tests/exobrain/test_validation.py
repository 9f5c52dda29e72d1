"""What the contract's 422 says: where, what is wrong, and what was sent."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD

Post = Callable[[str, str], list[dict[str, Any]]]

pytestmark = pytest.mark.django_db

SECRET = "canary-5e8d"


@pytest.fixture
def problems(alice: User, as_user: Callable[[User], Client]) -> Post:
    """Sends a body as Alice and returns what was wrong with it."""
    client = as_user(alice)

    def post(path: str, body: str) -> list[dict[str, Any]]:
        answer = client.post(path, body, content_type="application/json")
        assert answer.status_code == 422
        found: list[dict[str, Any]] = answer.json()["detail"]
        return found

    return post


def test_a_problem_has_the_contracts_parts(problems: Post) -> None:
    """Type, place, words, input and context, and nothing else."""
    assert problems("/api/chat/message", '{"message": "", "client_message_id": "x"}') == [
        {
            "type": "string_too_short",
            "loc": ["body", "message"],
            "msg": "String should have at least 1 character",
            "input": "",
            "ctx": {"min_length": 1},
        },
        {
            "type": "uuid_parsing",
            "loc": ["body", "client_message_id"],
            "msg": "Input should be a valid UUID, invalid character: found `x` at 0",
            "input": "x",
            "ctx": {"error": "invalid character: found `x` at 0"},
        },
    ]


def test_what_is_missing_is_looked_for_in_the_body(problems: Post) -> None:
    """The input of a missing field is what lacks it."""
    found = problems("/api/chat/message", '{"message": "Hi"}')

    assert found == [
        {
            "type": "missing",
            "loc": ["body", "client_message_id"],
            "msg": "Field required",
            "input": {"message": "Hi"},
        }
    ]


def test_a_missing_body_has_no_input(problems: Post) -> None:
    """There is nothing to show."""
    assert problems("/api/chat/message", "") == [
        {"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}
    ]


def test_a_query_parameter_is_shown_as_it_was_sent(
    alice: User, as_user: Callable[[User], Client]
) -> None:
    """As text, although a number was wanted."""
    (found,) = as_user(alice).get("/api/journal?limit=0").json()["detail"]

    assert (found["loc"], found["input"]) == (["query", "limit"], "0")


def test_a_missing_query_parameter_has_no_input(
    alice: User, as_user: Callable[[User], Client]
) -> None:
    """The other parameters are no part of the problem."""
    (found,) = as_user(alice).get("/api/journal/search?limit=5").json()["detail"]

    assert (found["loc"], found["input"]) == (["query", "q"], None)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("login", f'{{"password": "{SECRET}"}}'),
        ("login", f'{{"passwrd": "{SECRET}", "email": "a@b.c"}}'),
        ("login", f'{{"password": ["{SECRET}"], "email": "a@b.c"}}'),
        ("login", f'["{SECRET}"]'),
        ("login", f'"{SECRET}"'),
        ("login", f'{{"email": {{"password": "{SECRET}"}}, "password": "{PASSWORD}"}}'),
        ("token_refresh", f'{{"refresh_token": "{SECRET}"}}'),
        ("token_refresh", f'{{"token": "{SECRET}"}}'),
        ("password", f'{{"current_password": "{SECRET}"}}'),
        ("password", f'{{"current_password": "x", "new_password": 1, "other": "{SECRET}"}}'),
    ],
)
def test_no_secret_is_sent_back(problems: Post, path: str, body: str) -> None:
    """Neither in its own field, nor under another name, nor in what holds it."""
    found = problems(f"/api/auth/{path}", body)

    assert SECRET not in str(found)
    assert all("input" in problem for problem in found)


def test_another_field_beside_a_secret_is_shown(problems: Post) -> None:
    """Only what may be a secret is left out."""
    found = problems("/api/auth/login", f'{{"email": 7, "password": "{PASSWORD}"}}')

    assert [problem["input"] for problem in found] == [7]


@pytest.mark.parametrize(
    "value",
    ['"\\ud800"', "1" + "0" * 40, "NaN", "[" * 200 + "]" * 200, '{"\\ud800": "\\u0000"}', "true"],
)
def test_an_input_that_json_cannot_repeat_is_still_a_422(problems: Post, value: str) -> None:
    """Half characters, huge numbers and deep nesting are shown as well as can be."""
    body = f'{{"message": {value}, "client_message_id": "{uuid.uuid4()}"}}'

    (found,) = problems("/api/chat/message", body)

    assert found["loc"] == ["body", "message"]
