"""The log: one line an event, fit for whoever reads it."""

import logging
import subprocess
import sys
from concurrent.futures import Future

import structlog

from exobrain.lib.background import spawn
from tests.plugin import ROOT

SPEAK = """
import structlog
from exobrain.logs import configure_logging
configure_logging(level="DEBUG", pretty={pretty})
structlog.get_logger("a.module").info("it_happened", times=2, password="hunter2")
"""


def _said(*, pretty: bool) -> str:
    command = [sys.executable, "-c", SPEAK.format(pretty=pretty)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr


def test_a_file_gets_no_colours() -> None:
    """Where no terminal is, there are no escape sequences between the words."""
    said = _said(pretty=True)

    assert "it_happened" in said
    assert "\x1b" not in said


def test_outside_local_an_event_is_json() -> None:
    """A machine can read it."""
    assert '"event": "it_happened"' in _said(pretty=False)


def test_a_secret_field_is_not_written() -> None:
    """The second wall holds where the first did not."""
    assert "hunter2" not in _said(pretty=True)


def test_the_markdown_parser_does_not_chatter() -> None:
    """At DEBUG it would write a line for every rule it tries."""
    assert not logging.getLogger("markdown_it.rules_block.code").isEnabledFor(logging.INFO)


def test_background_work_does_not_carry_the_id_of_the_request_that_began_it() -> None:
    """What outlives a request is nobody's request."""

    async def fields() -> dict[str, object]:
        return structlog.contextvars.get_contextvars()

    with structlog.contextvars.bound_contextvars(request_id="of-the-request"):
        work: Future[dict[str, object]] = spawn(fields())

    assert work.result(timeout=5) == {}
