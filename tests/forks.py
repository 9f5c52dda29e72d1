"""Commands of manage.py in a tenth of the time: forks of a process that has imported the product.

`python -m tests.forks` reads commands as lines of JSON, each with what its environment has
besides, and answers with the number of the process that runs it. They die with it.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.ops.processes import ROOT, eventually, is_alive


class Forks:
    """That process, seen from the tests."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "tests.forks"]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, *command: str, **environment: str) -> int:
        """The number of a process that runs the command."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([command, environment]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    @contextmanager
    def running(self, *command: str, **environment: str) -> Iterator[int]:
        """The command runs for as long as the block does, and ends as it is asked to."""
        pid = self.start(*command, **environment)
        try:
            yield pid
        finally:
            os.kill(pid, signal.SIGTERM)
            eventually(lambda: not is_alive(pid))

    def close(self) -> None:
        """Neither it nor any of its forks runs."""
        self.process.kill()
        self.process.communicate()


def main() -> None:
    """Forks until nobody asks for more."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")
    django.setup()
    import exobrain.urls
    import orchestrator.rpc
    import orchestrator.worker

    assert exobrain.urls
    assert orchestrator.rpc
    assert orchestrator.worker
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    parent = os.getpid()
    for line in sys.stdin:
        command, environment = json.loads(line)
        if (pid := os.fork()) == 0:
            _become(command, environment, parent)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _become(command: list[str], environment: dict[str, str], parent: int) -> None:
    """This process has run the command, and has ended."""
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from exobrain.config import get_config
    from exobrain.embedded.launch import die_with

    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with(parent, signal.SIGKILL)
        os.dup2(2, 1)  # the other end of ours waits for numbers
        os.environ.update(environment)
        get_config.cache_clear()
        settings.EXOBRAIN = get_config()
        execute_from_command_line(["manage.py", *command])
    except BaseException:  # noqa: BLE001  whatever it is, the copy must not go on as its parent
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
