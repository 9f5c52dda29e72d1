"""Commands of manage.py in a tenth of the time: forks of a process that has imported the product.

`python -m tests.forks MODULE...` imports the modules, too, and prepares what each says. Then it
reads requests as lines of JSON: a command, with what its environment has besides, is answered
with the number of the process that runs it; such a number with the exit status, once there is
one. They die with it.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.ops.processes import ROOT


class Forks:
    """That process, seen from the tests."""

    def __init__(self, environment: Mapping[str, str], *modules: str) -> None:
        command = [sys.executable, "-m", "tests.forks", *modules]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, *command: str, output: Path | None = None, **environment: str) -> int:
        """The number of a process that runs the command, writing to the file if one is given."""
        file = None if output is None else str(output)
        pid = self._ask({"command": command, "output": file, "environment": environment})
        assert pid is not None
        return pid

    def wait(self, pid: int) -> int:
        """The exit status of a process, which has ended; minus the signal if one killed it."""
        status = self._ask({"pid": pid, "waits": True})
        assert status is not None
        return status

    def poll(self, pid: int) -> int | None:
        """As `wait`, but None while the process runs. Only one of them may tell its status."""
        return self._ask({"pid": pid, "waits": False})

    def _ask(self, request: dict[str, Any]) -> int | None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: int | None = json.loads(self.process.stdout.readline())
        return answer

    @contextmanager
    def running(self, *command: str, **environment: Any) -> Iterator[int]:
        """The command runs for as long as the block does, and ends as it is asked to."""
        pid = self.start(*command, **environment)
        try:
            yield pid
        finally:
            os.kill(pid, signal.SIGTERM)
            self.wait(pid)

    def close(self) -> None:
        """Neither it nor any of its forks runs."""
        self.process.kill()
        self.process.communicate()


def main() -> None:
    """Forks until nobody asks for more."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")
    django.setup()
    import chat.agent.provider
    import exobrain.urls
    import orchestrator.rpc
    import orchestrator.worker

    assert chat.agent.provider  # a provider's client takes seconds as well
    assert exobrain.urls
    assert orchestrator.rpc
    assert orchestrator.worker
    for name in sys.argv[1:]:
        import_module(name).prepare()
    parent = os.getpid()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line), parent)) + "\n")
        sys.stdout.flush()


def _answer(request: dict[str, Any], parent: int) -> int | None:
    if "pid" in request:
        found, status = os.waitpid(request["pid"], 0 if request["waits"] else os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if found else None
    if (pid := os.fork()) == 0:
        os._exit(_run(**request, parent=parent))
    return pid


def _run(
    *, command: list[str], output: str | None, environment: dict[str, str], parent: int
) -> int:
    """The exit status of the command, which this process has run."""
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from exobrain.embedded.launch import die_with_parent
    from exobrain.lib import faults
    from exobrain.lib.config import get_config

    try:
        die_with_parent(parent, signal.SIGKILL)
        if output is not None:
            os.dup2(os.open(output, os.O_WRONLY | os.O_APPEND), 2)
        os.dup2(2, 1)  # the other end of ours waits for numbers
        os.environ.update(environment)
        get_config.cache_clear()
        settings.EXOBRAIN = get_config()
        faults.arm(settings.EXOBRAIN.exobrain_fault)
        execute_from_command_line(["manage.py", *command])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001  whatever it is, the copy must not go on as its parent
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    main()
