"""Child processes: watched, started again, given up, and stopped."""

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exobrain.embedded.forks import ForkedProcess, ForkedProgram
from exobrain.embedded.supervisor import ProcessFailed, RestartPolicy, Supervised, Supervisor
from tests.ops.processes import eventually, is_alive, kill, running

# A test process has threads, of which later Pythons warn; the children here do not meet them.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def sleep() -> None:
    """Longer than any test."""
    time.sleep(600)


def fail() -> None:
    """At once."""
    raise SystemExit(3)


def be_stubborn() -> None:
    """SIGTERM changes nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(1, b"deaf\n")
    sleep()


AT_ONCE = RestartPolicy(first_delay_seconds=0, last_delay_seconds=0)


@pytest.fixture
def supervise() -> Iterator[Callable[..., Supervisor]]:
    """Starts children that are gone after the test."""
    made = []

    def start(*specs: ForkedProgram) -> Supervisor:
        group = Supervisor(specs, log=lambda *_args, **_fields: None)
        made.append(group)
        group.check()
        return group

    yield start
    for group in made:
        group.stop()


def process_of(supervised: Supervised) -> ForkedProcess:
    """A child that was started."""
    assert isinstance(supervised.process, ForkedProcess)
    return supervised.process


def pid_of(group: Supervisor) -> int | None:
    """The process of the only child."""
    process = group.all[0].process
    return process.pid if process is not None else None


def end_first(group: Supervisor) -> None:
    """The first child was killed, and its parent can know."""
    process = process_of(group.all[0])
    process.kill()
    process.join()


def test_a_child_that_ends_is_started_again(supervise: Callable[..., Supervisor]) -> None:
    """A child that was killed is replaced by a new process."""
    group = supervise(ForkedProgram("sleeper", sleep, AT_ONCE))
    before = pid_of(group)
    assert before is not None

    end_first(group)
    group.check()
    group.check()

    after = pid_of(group)
    assert after not in (None, before)


def test_a_child_that_ends_at_once_is_given_up(supervise: Callable[..., Supervisor]) -> None:
    """After several quick ends the supervisor gives up, with the child's name and code."""
    group = supervise(ForkedProgram("failing", fail, AT_ONCE))

    def check_for_ever() -> None:
        while True:
            group.check()
            time.sleep(0.01)

    with pytest.raises(ProcessFailed, match=r"failing ended 3 times .* code 3"):
        check_for_ever()


def test_restarts_slow_down() -> None:
    """Each quick end makes the next start wait longer, up to a limit."""
    policy = RestartPolicy(first_delay_seconds=1, last_delay_seconds=5)

    delays = [policy.delay_seconds(quick_ends) for quick_ends in range(5)]

    assert delays == [1, 2, 4, 5, 5]


def test_stop_ends_every_child(supervise: Callable[..., Supervisor]) -> None:
    """After `stop` no child runs."""
    group = supervise(ForkedProgram("one", sleep), ForkedProgram("two", sleep))
    pids = [child.process.pid or 0 for child in group.all if child.process]
    assert all(map(is_alive, pids))

    group.stop()

    assert len(pids) == 2
    assert not any(map(is_alive, pids))


def test_a_child_that_does_not_listen_is_killed(
    supervise: Callable[..., Supervisor],
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A child that ignores SIGTERM has its time, and is then killed."""
    steps = [(signal.SIGTERM, 0.2)]
    group = supervise(ForkedProgram("stubborn", be_stubborn, stop_steps=steps))
    pid = pid_of(group)
    assert pid is not None
    eventually(lambda: "deaf" in capfd.readouterr().out)

    group.stop()

    assert not is_alive(pid)


def test_a_child_has_a_name_and_a_session_of_its_own(supervise: Callable[..., Supervisor]) -> None:
    """Operators tell the copies apart by name, and Ctrl-C in the terminal passes them by."""
    group = supervise(ForkedProgram("sleeper", sleep))
    pid = pid_of(group)
    assert pid is not None

    name = Path(f"/proc/{pid}/comm")

    assert eventually(lambda: name.read_text() == "exobrain-sleeper"[:15] + "\n")
    assert os.getsid(pid) == pid


def refuse() -> int:
    """What fork does when there are too many processes."""
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def test_a_first_start_that_fails_stops_the_others(
    supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the child and the reason, and those that run are told to end."""
    group = supervise(ForkedProgram("first", sleep))
    group.all.append(Supervised(ForkedProgram("second", sleep), log=group.all[0].log))
    running = process_of(group.all[0])

    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", refuse)
        with pytest.raises(
            ProcessFailed, match="second could not be started: Resource temporarily"
        ):
            group.check()
    group.stop()

    assert running.exitcode == -signal.SIGTERM


def test_a_restart_that_fails_is_tried_again(
    supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moment without room for a process costs a child no more than an end."""
    group = supervise(ForkedProgram("sleeper", sleep, AT_ONCE))
    end_first(group)
    group.check()

    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", refuse)
        group.check()
        assert pid_of(group) is None
    group.check()

    assert is_alive(pid_of(group) or 0)


def test_restarts_that_fail_again_and_again_are_given_up(
    supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The supervisor says why, and can stop the children that run."""
    group = supervise(ForkedProgram("lost", sleep, AT_ONCE), ForkedProgram("other", sleep))
    other = process_of(group.all[1])
    end_first(group)
    group.check()

    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", refuse)
        group.check()
        with pytest.raises(
            ProcessFailed, match=r"lost ended 3 times .* before it had started: Res"
        ):
            group.check()
    group.stop()

    assert other.exitcode == -signal.SIGTERM


def test_a_signal_waits_until_a_started_child_is_known(
    supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle of a start leaves no child that nobody stops."""
    group = supervise()
    group.all.append(
        Supervised(ForkedProgram("sleeper", sleep), log=lambda *_args, **_fields: None)
    )
    fork = os.fork

    def interrupted() -> int:
        if pid := fork():
            signal.raise_signal(signal.SIGINT)
        return pid

    monkeypatch.setattr(os, "fork", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # xdist ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            group.check()
    finally:
        signal.signal(signal.SIGINT, before)
    pid = pid_of(group)
    group.stop()

    assert pid is not None
    assert not is_alive(pid)


def test_a_child_listens_to_signals(supervise: Callable[..., Supervisor]) -> None:
    """Those held back while it started reach it again."""
    group = supervise(ForkedProgram("sleeper", sleep))
    pid = pid_of(group)

    status = Path(f"/proc/{pid}/status")

    assert eventually(lambda: "SigBlk:\t0000000000000000" in status.read_text())


def test_a_child_has_nothing_to_read(supervise: Callable[..., Supervisor]) -> None:
    """Not the parent's terminal: descriptor 0 is empty, for programs of the child's, too."""
    group = supervise(ForkedProgram("sleeper", sleep))

    stdin = Path(f"/proc/{pid_of(group)}/fd/0")

    assert eventually(lambda: str(stdin.readlink()) == os.devnull)


PARENT = """
import os, sys, time
from exobrain.embedded.forks import ForkedProgram
from exobrain.embedded.supervisor import Supervisor

group = Supervisor([ForkedProgram("sleeper", lambda: time.sleep(600))], log=print)
group.check()
print(group.all[0].process.pid, flush=True)
time.sleep(600)
"""


def test_a_child_dies_with_its_parent() -> None:
    """When the supervisor is killed its children end by themselves."""
    with running(PARENT) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        # Only from then on does it know whom to follow.
        assert eventually(lambda: Path(f"/proc/{pid}/comm").read_text().startswith("exobrain-"))

        kill(parent.pid)

        assert eventually(lambda: not is_alive(pid))
