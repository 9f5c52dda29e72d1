"""Child processes: watched, started again, given up, and stopped."""

import sys
import time
from collections.abc import Callable, Iterator

import pytest

from exobrain.embedded import children
from exobrain.embedded.children import ChildFailed, Children, ChildSpec, RestartPolicy
from tests.ops.processes import eventually, is_alive, kill

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
FAIL = [sys.executable, "-c", "raise SystemExit(3)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('deaf', flush=True); time.sleep(600)",
]
AT_ONCE = RestartPolicy(first_delay_seconds=0, last_delay_seconds=0)


@pytest.fixture
def supervise() -> Iterator[Callable[..., Children]]:
    """Starts children that are gone after the test."""
    made = []

    def start(*specs: ChildSpec) -> Children:
        group = Children(specs, inherit=[], log=lambda *_args, **_fields: None)
        made.append(group)
        group.check()
        return group

    yield start
    for group in made:
        group.stop()


def pid_of(group: Children) -> int | None:
    """The process of the only child."""
    process = group.all[0].process
    return process.pid if process is not None else None


def test_a_child_that_ends_is_started_again(supervise: Callable[..., Children]) -> None:
    """A child that was killed is replaced by a new process."""
    group = supervise(ChildSpec("sleeper", SLEEP, AT_ONCE))
    before = pid_of(group)
    assert before is not None

    kill(before)
    group.check()
    group.check()

    after = pid_of(group)
    assert after not in (None, before)


def test_a_child_that_ends_at_once_is_given_up(supervise: Callable[..., Children]) -> None:
    """After several quick ends the supervisor gives up, with the child's name and code."""
    group = supervise(ChildSpec("failing", FAIL, AT_ONCE))

    def check_for_ever() -> None:
        while True:
            group.check()
            time.sleep(0.01)

    with pytest.raises(ChildFailed, match=r"failing ended 3 times .* code 3"):
        check_for_ever()


def test_restarts_slow_down() -> None:
    """Each quick end makes the next start wait longer, up to a limit."""
    policy = RestartPolicy(first_delay_seconds=1, last_delay_seconds=5)

    delays = [policy.delay_seconds(quick_ends) for quick_ends in range(5)]

    assert delays == [1, 2, 4, 5, 5]


def test_stop_ends_every_child(supervise: Callable[..., Children]) -> None:
    """After `stop` no child runs."""
    group = supervise(ChildSpec("one", SLEEP), ChildSpec("two", SLEEP))
    pids = [child.process.pid for child in group.all if child.process]
    assert all(map(is_alive, pids))

    group.stop()

    assert len(pids) == 2
    assert not any(map(is_alive, pids))


def test_a_child_that_does_not_listen_is_killed(
    supervise: Callable[..., Children],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A child that ignores SIGTERM has its time, and is then killed."""
    monkeypatch.setattr(children, "STOP_SECONDS", 0.2)
    group = supervise(ChildSpec("stubborn", STUBBORN))
    pid = pid_of(group)
    assert pid is not None
    eventually(lambda: "deaf" in capfd.readouterr().out)

    group.stop()

    assert not is_alive(pid)
