"""Connections to MCP servers: what they give, and how they end."""

import asyncio
import json
import logging
import os
import signal
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from chat.tools.mcp import catalogue, http, opening, pool
from chat.tools.mcp.port import NotReached, ServerFailed
from chat.tools.mcp.runtime import current_catalogue
from exobrain.lib.mcp_servers import McpServerSpec
from tests.chat.mcp.servers import call, in_loop, listed, program, sdk_program, serving

DOWN = McpServerSpec(name="down", address="http://127.0.0.1:9/mcp")


def is_running(pid: int) -> bool:
    """True while there is such a process that is not a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def ends(pid: int) -> bool:
    """True once the process has ended, for which it has a while."""
    until = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_running(pid)


@pytest.fixture(params=["http", "stdio"])
def either(request: pytest.FixtureRequest) -> McpServerSpec:
    """The SDK's server, over either transport."""
    if request.param == "stdio":
        return sdk_program()
    server: McpServerSpec = request.getfixturevalue("notes")
    return server


def test_tools_are_listed_and_called(either: McpServerSpec) -> None:
    """With names of any characters; a tool's own error is an answer, not a failure."""

    async def work() -> Any:
        return (
            await listed(either),
            await call(either, "search", {"query": "tea"}, mcp_request_timeout_seconds=20),
            await call(either, "add.note/ü", {"text": "é"}),
            await call(either, "fail", {"reason": "no"}, mcp_request_timeout_seconds=20),
        )

    tools, found, added, failed = in_loop(work)

    assert [tool.name for tool in tools.tools][:2] == ["search", "add.note/ü"]
    assert tools.tools[0].title == "Search notes"
    assert found.text == "Found for tea: tea is in the blue tin."
    assert json.loads(added.text) == {"added": "é"}
    assert failed.is_error


def test_a_server_that_is_down_says_so() -> None:
    """As a list and as a call; nothing was sent, so it was tried again."""

    async def work() -> Any:
        with pytest.raises(NotReached):
            await call(DOWN, "search", mcp_max_retries=1)
        return await listed(DOWN)

    assert in_loop(work).problem == "The server cannot be reached."


@pytest.mark.parametrize("retries", [0, 2])
def test_connecting_is_tried_again(monkeypatch: pytest.MonkeyPatch, retries: int) -> None:
    """As often as MCP_MAX_RETRIES says."""
    opened: list[McpServerSpec] = []
    real = opening.open_session

    def counted(server: McpServerSpec, config: Any) -> Any:
        opened.append(server)
        return real(server, config)

    monkeypatch.setattr(pool, "open_session", counted)

    async def work() -> None:
        with pytest.raises(NotReached):
            await call(DOWN, "search", mcp_max_retries=retries)

    in_loop(work)

    assert len(opened) == retries + 1


def test_a_turn_does_not_wait_for_a_slow_server() -> None:
    """What is not known in time comes with a later turn; the asking goes on."""
    silent = McpServerSpec(name="silent", kind="stdio", command=("sleep", "60"))

    async def work() -> Any:
        started = time.monotonic()
        first = await listed(silent, wait_seconds=0.05)
        return first, time.monotonic() - started

    first, seconds = in_loop(work)

    assert first is None
    assert seconds < catalogue.ASK_SECONDS / 2


def test_a_list_is_asked_for_once(rest: Any) -> None:
    """It is kept; who asks for it anew gets the new one."""

    async def work() -> Any:
        await listed(rest.spec())
        await listed(rest.spec())
        asked = len(rest.requests)
        rest.tools = {"tools": []}
        kept = await listed(rest.spec())
        anew = await current_catalogue().ask_again([rest.spec()], settings.EXOBRAIN)
        return asked, len(kept.tools), len(anew[rest.spec()].tools)

    assert in_loop(work) == (1, 1, 0)


def test_an_old_list_is_asked_for_behind_the_turn(
    rest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turn gets what is known, the next one what has come."""
    monkeypatch.setattr(catalogue, "KEEP_SECONDS", -1.0)

    async def work() -> Any:
        await listed(rest.spec())
        rest.tools = {"tools": []}
        old = await listed(rest.spec())
        while len(rest.requests) < 2:  # noqa: ASYNC110  the server has no event for it
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        new = await listed(rest.spec())
        return len(old.tools), len(new.tools)

    assert in_loop(work) == (1, 0)


def test_a_call_that_takes_too_long_is_given_up(notes: McpServerSpec) -> None:
    """In words; the next call is not held up by it."""

    async def work() -> Any:
        user = uuid4()
        with pytest.raises(ServerFailed, match=r"longer than 0\.2 seconds"):
            await call(
                notes, "slow", {"seconds": 30}, user_id=user, mcp_request_timeout_seconds=0.2
            )
        return await call(notes, "search", {"query": "x"}, user_id=user)

    assert in_loop(work).text.startswith("Found")


@pytest.mark.parametrize("behaviour", ["die", "garbage", "endless"])
def test_a_program_that_breaks_costs_its_call(behaviour: str) -> None:
    """It is started anew for the next one, and the call is not made again."""

    async def work() -> Any:
        user = uuid4()
        server = program(behaviour)
        for _ in range(2):
            with pytest.raises(ServerFailed) as failed:
                await call(server, "do", user_id=user)
            assert not isinstance(failed.value, NotReached)
        return failed.value

    assert in_loop(work).message == "The server broke off."


def test_a_program_killed_from_outside_is_started_anew() -> None:
    """Also between two calls."""

    async def work() -> Any:
        user, server = uuid4(), program("pid")
        first = (await call(server, "do", user_id=user)).text.split()[0]
        again = (await call(server, "do", user_id=user)).text.split()[0]
        os.kill(int(first), signal.SIGKILL)
        while is_running(int(first)):  # noqa: ASYNC110  a process has no event
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        return first, again, (await call(server, "do", user_id=user)).text.split()[0]

    first, again, later = in_loop(work)

    assert first == again != later


def test_nothing_is_left_running() -> None:
    """Neither the program nor what it has started."""

    async def work() -> list[int]:
        user = uuid4()
        own = (await call(program("pid"), "do", user_id=user)).text.split()[0]
        child = (await call(program("child"), "do", user_id=user)).text
        return [int(own), int(child)]

    pids = in_loop(work)

    assert all(map(ends, pids))


def test_a_cancelled_call_leaves_nothing_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when the loop ends at once and nobody closes anything."""
    started: list[int] = []
    real = asyncio.create_subprocess_exec

    async def noted(*command: Any, **options: Any) -> Any:
        process = await real(*command, **options)
        started.append(process.pid)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)

    async def work() -> None:
        calling = asyncio.create_task(call(program("hang"), "do"))
        while not started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling

    asyncio.run(work())

    assert len(started) == 1
    assert ends(started[0])


def test_a_connection_is_closed_when_it_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """And opened again for the next call."""
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.05)

    async def work() -> Any:
        user, server = uuid4(), program("pid")
        pid = int((await call(server, "do", user_id=user)).text.split()[0])
        until = time.monotonic() + 10
        while is_running(pid) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        ended = not is_running(pid)
        return ended, (await call(server, "do", user_id=user)).text.split()[0] != str(pid)

    assert in_loop(work) == (True, True)


def test_users_do_not_share_a_connection() -> None:
    """A server may keep what it was told in one."""

    async def work() -> set[str]:
        server = program("pid")
        return {(await call(server, "do")).text.split()[0] for _ in range(2)}

    assert len(in_loop(work)) == 2


def test_there_are_only_so_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was not used for longest makes room; when all are in use the call is refused."""
    monkeypatch.setattr(pool, "MAX_OPEN", 1)

    async def work() -> str:
        first = int((await call(program("pid"), "do")).text.split()[0])
        await call(program("environment"), "do")
        assert ends(first)
        waiting = asyncio.create_task(call(program("hang"), "do"))
        await asyncio.sleep(0.3)
        with pytest.raises(ServerFailed) as refused:
            await call(program("pid"), "do")
        waiting.cancel()
        return refused.value.message

    assert "Too many connections" in in_loop(work)


def test_a_program_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given its own token, and little else."""
    monkeypatch.setenv("MCP_TOKEN_PLAIN", "owl")
    monkeypatch.setenv("AUTH_JWT_SECRET", "x" * 32)
    monkeypatch.setenv("MCP_TOKEN_OTHER", "hen")

    async def work() -> Any:
        return await call(program("environment", token_variable="MCP_TOKEN_PLAIN"), "do")

    known = json.loads(in_loop(work).text)

    assert known["MCP_TOKEN_PLAIN"] == "owl"
    assert set(known) <= {"MCP_TOKEN_PLAIN", "PATH", "HOME", "LANG", "TZ", "LC_CTYPE"}


@pytest.mark.parametrize("command", [("/no/such/program",), ("false",)])
def test_a_program_that_does_not_start_says_so(command: tuple[str, ...]) -> None:
    """In words, of the list and of a call."""
    server = McpServerSpec(name="gone", kind="stdio", command=command)

    async def work() -> Any:
        with pytest.raises(ServerFailed) as failed:
            await call(server, "do")
        return failed.value.message, (await listed(server)).problem

    told = in_loop(work)

    assert set(told) <= {"The program cannot be started.", "The server broke off."}


# -- HTTP


def test_an_answer_that_is_too_large_is_not_read(notes: McpServerSpec) -> None:
    """The call fails, and the connection goes on."""

    async def work() -> Any:
        user = uuid4()
        with pytest.raises(ServerFailed) as failed:
            await call(notes, "huge", user_id=user)
        return failed.value.message, await call(notes, "search", {"query": "x"}, user_id=user)

    told, after = in_loop(work)

    assert told != "The server cannot be reached."
    assert after.text.startswith("Found")


def one_answer(status: int, headers: dict[str, str], body: bytes) -> Any:
    """An ASGI app that always answers so, and notes what it was asked."""
    asked: list[dict[str, str]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        asked.append({k.decode(): v.decode() for k, v in scope["headers"]})
        sent = [(k.encode(), v.encode()) for k, v in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": body})

    app.asked = asked  # type: ignore[attr-defined]
    return app


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "told"),
    [
        (401, JSON, b"{}", "refused the credentials (status 401)"),
        (500, {"content-type": "text/plain"}, b"SECRET-WORD", "status 500"),
        (200, JSON, b'{"SECRET-WORD', "no answer that makes sense"),
        (200, JSON, b"[" * 100_000, "no answer that makes sense"),
        (200, JSON, b"x" * (http.MAX_BYTES + 1), "sent too much"),
        (200, {**JSON, "content-encoding": "gzip"}, b"x", "broke off"),
        (200, {"content-type": "text/html"}, b"<p>SECRET-WORD</p>", "Unexpected content type"),
    ],
)
def test_a_server_that_answers_nonsense_costs_its_tools(
    status: int,
    headers: dict[str, str],
    body: bytes,
    told: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In words of ours, and nothing of it is logged."""
    app = one_answer(status, headers, body)

    with serving(app) as url, caplog.at_level(logging.DEBUG):
        problem = in_loop(lambda: listed(McpServerSpec(name="odd", address=f"{url}/mcp"))).problem

    assert told in problem
    assert "SECRET-WORD" not in caplog.text
    assert "SECRET-WORD" not in problem


def test_a_redirect_to_another_origin_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bearer token goes to the configured origin and to no other."""
    monkeypatch.setenv("MCP_TOKEN_ODD", "owl")
    target = one_answer(200, JSON, b"{}")
    with serving(target) as elsewhere:
        start = one_answer(307, {"location": f"{elsewhere}/mcp"}, b"")
        with serving(start) as url:
            server = McpServerSpec(name="odd", address=f"{url}/mcp", token_variable="MCP_TOKEN_ODD")
            problem = in_loop(lambda: listed(server)).problem

    assert problem
    assert start.asked[0]["authorization"] == "Bearer owl"
    assert target.asked == []


def test_no_proxy_of_the_environment_is_asked(
    monkeypatch: pytest.MonkeyPatch, notes: McpServerSpec
) -> None:
    """It would be shown the token."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert in_loop(lambda: listed(notes)).tools


def test_a_token_that_is_not_set_is_named(notes: McpServerSpec) -> None:
    """So that the operator knows what to do."""
    server = notes.model_copy(update={"token_variable": "MCP_TOKEN_UNSET"})

    assert "MCP_TOKEN_UNSET is not set" in in_loop(lambda: listed(server)).problem


def test_a_server_that_was_restarted_is_asked_anew() -> None:
    """It knows the session no more, so nothing was done; the user does not notice."""
    legacy = LegacyServer()
    user = uuid4()

    async def work() -> Any:
        with serving(legacy) as url:
            server = McpServerSpec(name="old", address=f"{url}/mcp")
            await call(server, "do", user_id=user)
            legacy.sessions.clear()
            return await call(server, "do", user_id=user)

    assert in_loop(work).text == "done"
    assert legacy.calls == 2


class LegacyServer:
    """An ASGI app that speaks MCP as of 2025, with sessions that it may forget."""

    def __init__(self) -> None:
        self.sessions: set[str] = set()
        self.calls = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        status, answer, session = self.answer(
            json.loads(body or b"{}"), headers.get("mcp-session-id")
        )
        sent = [(b"content-type", b"application/json")]
        if session:
            sent.append((b"mcp-session-id", session.encode()))
        await send({"type": "http.response.start", "status": status, "headers": sent})
        content = json.dumps(answer).encode() if answer else b""
        await send({"type": "http.response.body", "body": content})

    def answer(self, asked: Any, session: str | None) -> tuple[int, Any, str | None]:
        """Status, message and, of a new one, session."""
        result: dict[str, Any]
        match asked:
            case {"method": "initialize", "id": number}:
                session = f"session-{len(self.sessions)}-{self.calls}"
                self.sessions.add(session)
                result = {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "old", "version": "1"},
                }
                return 200, {"jsonrpc": "2.0", "id": number, "result": result}, session
            case {"method": "server/discover"}:
                return 400, None, None
        if session not in self.sessions:
            return 404, None, None
        match asked:
            case {"method": "tools/call", "id": number}:
                self.calls += 1
                result = {"content": [{"type": "text", "text": "done"}]}
                return 200, {"jsonrpc": "2.0", "id": number, "result": result}, None
        return 202 if asked else 405, None, None
