"""What a person says, and what lets them in, is not in the log of a server at its chattiest."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.ops.test_up import Running, data, start  # noqa: F401  fixtures

pytestmark = pytest.mark.xdist_group("up")

EMAIL, PASSWORD = "test.user@exobrain.local", "password123"
CANARY = "canary-7c1f9e"


def test_the_log_holds_no_secret_and_no_text(
    start: Callable[..., Running],  # noqa: F811  the fixture
    tmp_path: Path,
) -> None:
    """Signing in, chatting, searching and failing leave lines, but nothing worth stealing."""
    answers = tmp_path / "answers.md"
    answers.write_text(f"The answer holds {CANARY} too.")
    up = start(APP_ENV="local", LOG_LEVEL="DEBUG", MAIN_AGENT_MOCK_MESSAGES_FILE=str(answers))

    secrets = _use(f"http://127.0.0.1:{up.port}")

    log = up.said().replace(f"password {PASSWORD}", "")  # `up` names the demo user on purpose
    assert "/api/chat/message" in log  # there is a log to look through
    assert "turn_finished" in log
    assert [name for name, secret in secrets.items() if secret in log] == []


def _use(base: str) -> dict[str, str]:
    """Everything a person does; returns what must not be in the log."""
    with httpx.Client(base_url=base, timeout=20) as http:
        tokens = http.post(
            "/api/auth/login", json={"email": EMAIL, "password": PASSWORD, "session_mode": "api"}
        ).json()
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        stream_id = http.post("/api/chat/message", json=_question(), headers=headers).json()
        events = http.get(f"/api/chat/stream/{stream_id['stream_id']}", headers=headers)
        assert CANARY in events.text
        found = http.get("/api/journal/search", params={"q": CANARY}, headers=headers)
        assert len(found.json()) == 1
        refreshed = http.post(
            "/api/auth/token_refresh", json={"refresh_token": tokens["refresh_token"]}
        ).json()
        wrong = {"email": EMAIL, "password": f"wrong-{CANARY}"}
        assert http.post("/api/auth/login", json=wrong).status_code == 401
        assert http.post("/api/chat/message", content=f"{{{CANARY}").status_code == 422
        signed_in = {"email": EMAIL, "password": PASSWORD}
        assert http.post("/api/auth/login", json=signed_in).json()["session_established"]
        cookie = http.cookies["exobrain_session"]
        assert http.get("/search", params={"q": CANARY}).status_code == 200
    _talk_over_a_socket(base, cookie)
    return {
        "password": PASSWORD,
        "text": CANARY,
        "cookie": cookie,
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        "next refresh token": refreshed["refresh_token"],
    }


def _question() -> dict[str, str]:
    return {"message": f"The question holds {CANARY}", "client_message_id": str(uuid.uuid4())}


def _talk_over_a_socket(base: str, cookie: str) -> None:
    address = base.replace("http", "ws") + "/ws/chat/"
    with connect(address, additional_headers={"Cookie": f"exobrain_session={cookie}"}) as socket:
        socket.send(json.dumps({"type": "send", **_question()}))
        while json.loads(socket.recv(timeout=20)).get("event") != "done":
            pass
        socket.send(f"not json {CANARY}")
        assert json.loads(socket.recv(timeout=20))["type"] == "problem"
