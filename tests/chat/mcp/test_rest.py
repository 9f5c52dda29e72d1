"""Servers that speak the original's REST."""

from typing import Any
from uuid import UUID

import jwt
import pytest
from django.conf import settings
from django.test import Client
from starlette.responses import JSONResponse, RedirectResponse, Response

from accounts.models import User
from accounts.services import sign_token_for_others
from chat.tools.mcp import http
from chat.tools.mcp.port import NotReached, ServerFailed
from tests.chat.mcp.servers import RestServer, call, in_loop, listed


def test_its_tools_are_listed_and_called(rest: RestServer) -> None:
    """In the shapes of its contract."""
    rest.answers["search"] = {"ok": True, "name": "search", "result": {"a": "ü"}, "metadata": {}}

    async def work() -> Any:
        return await listed(rest.spec()), await call(rest.spec(), "search", {"query": "tea"})

    tools, answer = in_loop(work)

    assert [tool.offered_name for tool in tools.tools] == ["rest__search"]
    assert (answer.text, answer.is_error) == ('{"a": "ü"}', False)
    body = rest.requests[1][2]
    assert (body["name"], body["arguments"]) == ("search", {"query": "tea"})
    assert set(body) == {"name", "arguments", "metadata"}
    assert UUID(body["metadata"]["correlation_id"])


def test_its_error_is_an_answer(rest: RestServer) -> None:
    """With the code and the words of the server."""
    error = {"code": "WEB_SEARCH_FAILED", "message": "no network"}
    rest.answers["search"] = {"ok": False, "name": "search", "error": error, "metadata": {}}

    answer = in_loop(lambda: call(rest.spec(), "search"))

    assert (answer.text, answer.is_error) == ("WEB_SEARCH_FAILED: no network", True)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (JSONResponse({"detail": "SECRET-WORD"}, 401), "refused the credentials (401)"),
        (JSONResponse({"detail": "SECRET-WORD"}, 422), "did not accept the arguments"),
        (Response("SECRET-WORD", 500), "status 500"),
        (Response("SECRET-WORD"), "no answer that makes sense"),
        (Response("[" * 100_000), "no answer that makes sense"),
        (JSONResponse(["x"]), "no answer that makes sense"),
        (JSONResponse({"ok": "yes"}), "no answer that makes sense"),
        (JSONResponse({"ok": False, "error": "x"}), "no answer that makes sense"),
        (Response("x" * (http.MAX_BYTES + 1)), "sent too much"),
        (Response("x", headers={"content-encoding": "gzip"}), "broke off"),
        (RedirectResponse("http://127.0.0.1:9/", 307), "status 307"),
    ],
)
def test_what_it_must_not_answer_is_put_into_words(
    rest: RestServer, answer: Response, told: str
) -> None:
    """Ours; a call is made once."""
    rest.answers["search"] = answer

    with pytest.raises(ServerFailed) as failed:
        in_loop(lambda: call(rest.spec(), "search"))

    assert told in failed.value.message
    assert "SECRET-WORD" not in failed.value.message
    assert len(rest.requests) == 1


def test_a_call_that_takes_too_long_is_not_made_again(rest: RestServer) -> None:
    """Nobody knows what it has done."""
    rest.answers["search"] = 5.0

    with pytest.raises(ServerFailed):
        in_loop(lambda: call(rest.spec(timeout_seconds=0.1), "search"))

    assert len(rest.requests) == 1


def test_a_server_that_is_down_was_sent_nothing() -> None:
    """And says so."""
    down = RestServer(url="http://127.0.0.1:9").spec()

    with pytest.raises(NotReached):
        in_loop(lambda: call(down, "search"))


@pytest.mark.parametrize("tools", [{"tools": None}, {}, {"tools": [7, "x", None]}])
def test_a_list_that_is_none_costs_its_tools(rest: RestServer, tools: Any) -> None:
    """Nothing else."""
    rest.tools = tools

    assert in_loop(lambda: listed(rest.spec())).tools == ()


def test_its_token_is_that_of_the_variable(
    rest: RestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent with every request."""
    monkeypatch.setenv("MCP_TOKEN_REST", "owl")
    rest.answers["search"] = {"ok": True, "result": "x"}
    server = rest.spec(token_variable="MCP_TOKEN_REST")

    async def work() -> None:
        await listed(server)
        await call(server, "search")

    in_loop(work)

    assert [headers["authorization"] for _, headers, _ in rest.requests] == ["Bearer owl"] * 2


def test_a_users_token_names_them_and_opens_nothing_here(alice: User) -> None:
    """The original's server takes it, this one does not."""
    token = sign_token_for_others(user_id=alice.id)

    secret = settings.EXOBRAIN.auth_jwt_secret.get_secret_value()
    claims = jwt.decode(token, secret, algorithms=["HS256"])
    answer = Client().get("/api/users/me", headers={"authorization": f"Bearer {token}"})

    assert (claims["sub"], claims["email"], claims["name"]) == (
        str(alice.id),
        alice.email,
        alice.display_name,
    )
    assert answer.status_code == 401
