"""`manage.py up` as a person meets it: started, stopped, started twice, and killed."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import pytest

from exobrain.embedded import Service, connect, endpoints
from exobrain.embedded.files import try_lock
from tests.ops.processes import ROOT, eventually, is_alive, kill, processes_of

# One data directory for all, so only the first start has tables to make; one worker for it.
pytestmark = pytest.mark.xdist_group("up")

SECRET = "a secret of more than thirty-two bytes"


@dataclass
class Running:
    """A started `up`."""

    process: "subprocess.Popen[bytes]"
    port: int
    output: Path

    def said(self) -> str:
        """What it has written so far."""
        return self.output.read_text()

    def answers(self) -> bool:
        """True when the web server says that it is alive."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of all starts in this file."""
    return tmp_path_factory.mktemp("up") / "data"


def environment(data: Path, **more: str) -> dict[str, str]:
    """An environment with embedded services, outside local unless told otherwise."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **inherited,
        "EXOBRAIN_DATA": str(data),
        "APP_ENV": "test",
        "DJANGO_SECRET_KEY": SECRET,
        "AUTH_JWT_SECRET": SECRET,
        "MAIN_AGENT_USE_MOCK": "true",
        "PYTHONPYCACHEPREFIX": str(ROOT / "var" / "test" / "pycache"),
        **more,
    }


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def manage(*arguments: object) -> list[str]:
    """The command line of a manage.py command."""
    return [sys.executable, str(ROOT / "manage.py"), *map(str, arguments)]


def run_up(
    data: Path, *, port: int, host: str = "127.0.0.1", **more: str
) -> "subprocess.CompletedProcess[str]":
    """An `up` that ended by itself."""
    return subprocess.run(
        manage("up", "--port", port, "--host", host),
        env=environment(data, **more),
        cwd=data.parent,  # a developer's .env must not matter
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def ignore_ends() -> None:
    """The process does not hear of the ends of its children, unless it changes that."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


@pytest.fixture
def start(data: Path, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts `up` and waits until it says that it runs."""
    started: list[Running] = []

    def start_up(*, is_deaf_to_ends: bool = False, **more: str) -> Running:
        port, output = free_port(), tmp_path / f"output{len(started)}"
        with output.open("wb") as file:
            process = subprocess.Popen(
                manage("up", "--port", port),
                env=environment(data, **more),
                cwd=data.parent,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                # From the main thread, of a process whose other threads hold no lock it needs.
                preexec_fn=ignore_ends if is_deaf_to_ends else None,  # noqa: PLW1509
            )
        running = Running(process, port, output)
        started.append(running)
        eventually(lambda: "is running" in running.said() or process.poll() is not None)
        assert process.poll() is None, running.said()
        return running

    yield start_up
    for running in started:
        running.process.kill()
        running.process.wait()
    eventually(lambda: not processes_of(data) and not processes_of(tmp_path))


def assert_nothing_left(data: Path) -> None:
    """No process of the data directory lives, and none of its locks is held."""
    eventually(lambda: not processes_of(data))
    for path in (data / "up.lock", data / "run" / "keeper.lock"):
        # A process that ends has no command line any more a moment before it lets go of its files.
        os.close(eventually(partial(try_lock, path)))


def test_one_command_serves_the_product(start: Callable[..., Running], data: Path) -> None:
    """`up` makes the tables, serves, and says where to go, what answers and how to stop."""
    running = start()

    said = running.said()

    assert running.answers()
    assert f"http://127.0.0.1:{running.port}/" in said
    assert "createsuperuser" in said
    assert "sample answers from a file" in said
    assert "Ctrl-C" in said
    with psycopg.connect(endpoints(data).postgres_dsn) as connection:
        assert connection.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)


def test_a_new_local_database_has_demo_users(start: Callable[..., Running], tmp_path: Path) -> None:
    """On a developer's machine an empty database gets the demo users, and `up` names one."""
    local = tmp_path / "démo n° 1"

    said = start(APP_ENV="local", EXOBRAIN_DATA=str(local)).said()

    assert "test.user@exobrain.local, password password123" in said
    with psycopg.connect(endpoints(local).postgres_dsn) as connection:
        assert connection.execute("SELECT count(*) FROM accounts_user").fetchone() == (2,)


def test_a_url_replaces_a_service(start: Callable[..., Running], data: Path) -> None:
    """A service whose URL is set is not started; the others are."""
    start(EXOBRAIN_NATS_URL="nats://127.0.0.1:1")

    with closing(connect(data, services=())) as connection:
        assert sorted(connection.ask("pids")["pids"]) == [Service.CACHE, Service.DATABASE]


def test_a_second_start_says_who_runs(start: Callable[..., Running], data: Path) -> None:
    """On the same data directory a second `up` ends with 1 and names the first."""
    first = start()

    second = run_up(data, port=free_port())

    assert second.returncode == 1
    assert f"process {first.process.pid}, http://127.0.0.1:{first.port}/" in second.stderr
    assert "Traceback" not in second.stderr
    assert first.answers()


def test_a_used_port_is_named(tmp_path: Path) -> None:
    """When somebody listens on the port already, `up` says so and starts nothing."""
    data = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        done = run_up(data, port=port)

    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {port}" in done.stderr
    assert not (data / "run").exists()


def test_a_port_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """A port is a number up to 65535, which is said without a traceback."""
    done = run_up(tmp_path / "data", port=99_999)

    assert done.returncode == 1
    assert "There is no port 99999" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_known_secret_is_refused_where_others_can_come(tmp_path: Path) -> None:
    """Beyond loopback `up` wants secrets of one's own, says how, and starts nothing."""
    known = {"APP_ENV": "local", "AUTH_JWT_SECRET": "dev-secret-change-me"}

    done = run_up(tmp_path / "data", port=free_port(), host="0.0.0.0", **known)

    assert done.returncode == 1
    assert "Others can reach 0.0.0.0: AUTH_JWT_SECRET is one that everybody knows" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_missing_file_is_named_before_anything_starts(tmp_path: Path) -> None:
    """What `check` finds ends `up` at once."""
    done = run_up(tmp_path / "data", port=free_port(), MAIN_AGENT_MOCK_MESSAGES_FILE="nowhere.md")

    assert done.returncode == 1
    assert "MAIN_AGENT_MOCK_MESSAGES_FILE" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_child_with_a_wrong_setting_says_so_and_no_more(data: Path) -> None:
    """An orchestrator that cannot listen ends `up` with its reason, without tracebacks."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"

        done = run_up(data, port=free_port(), JOB_ORCHESTRATOR_API_BIND_ADDRESS=address)

    assert done.returncode == 1
    assert f"run_orchestrator: The orchestrator cannot listen on {address}" in done.stderr
    assert "orchestrator ended 3 times" in done.stderr
    assert "Traceback" not in done.stderr
    assert_nothing_left(data)


def test_what_up_forks_from_has_one_thread() -> None:
    """A lock that another thread held would stay locked in the child for ever."""
    code = (
        "import django, threading; django.setup(); "
        "import exobrain.management.commands.up; "
        "print([thread.name for thread in threading.enumerate()])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **environment(ROOT / "var" / "nothing"),
            "DJANGO_SETTINGS_MODULE": "exobrain.settings",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "['MainThread']\n"


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(
    start: Callable[..., Running], data: Path, signum: signal.Signals
) -> None:
    """After Ctrl-C or SIGTERM `up` ends with 0, and its processes ended before it."""
    running = start()
    assert len(processes_of(data)) > 4

    running.process.send_signal(signum)

    assert running.process.wait(60) == 0
    assert processes_of(data) == []
    assert_nothing_left(data)
    assert running.said().endswith("Stopped.\n")


def test_a_killed_up_takes_everything_along(start: Callable[..., Running], data: Path) -> None:
    """After kill -9 of `up` the web server and the services end by themselves."""
    running = start()
    pids = connected_pids(data)
    assert all(map(is_alive, pids))

    kill(running.process.pid)

    assert_nothing_left(data)
    eventually(lambda: not any(map(is_alive, pids)))
    assert not running.answers()


def test_a_start_right_after_a_killed_one_works(start: Callable[..., Running]) -> None:
    """A new `up` waits for what a killed one left to end, and then runs."""
    first = start()
    kill(first.process.pid)

    second = start()

    assert second.answers()
    assert not first.answers()


def connected_pids(data: Path) -> list[int]:
    """The processes of the services and of the keeper."""
    with closing(connect(data, services=())) as connection:
        status = connection.ask("status")
    return [status["keeper"], *status["pids"].values()]


def name_of(pid: int) -> str:
    """What `ps -o comm` shows."""
    return Path(f"/proc/{pid}/comm").read_text().strip()


def test_a_lost_keeper_ends_up(start: Callable[..., Running], data: Path) -> None:
    """When the services are gone for good `up` says so, stops the rest and ends with 1."""
    running = start()
    [keeper, *_] = connected_pids(data)

    kill(keeper)

    assert running.process.wait(60) == 1
    assert "keeps the embedded services has ended" in running.said()
    assert_nothing_left(data)


@pytest.mark.parametrize("is_deaf_to_ends", [False, True])
def test_a_crashed_web_server_is_started_again(
    start: Callable[..., Running], data: Path, is_deaf_to_ends: bool
) -> None:
    """It is replaced, and its death is logged; whatever `up` was told to ignore."""
    running = start(is_deaf_to_ends=is_deaf_to_ends)
    pids = [int(line.split()[0]) for line in processes_of(data)]
    [serve] = [pid for pid in pids if name_of(pid) == "exobrain-serve"]

    kill(serve)

    assert eventually(running.answers)
    assert "process_ended" in running.said()
    assert running.process.poll() is None


def test_a_command_finds_the_services(start: Callable[..., Running], data: Path) -> None:
    """Another manage.py command uses the services that `up` holds, and leaves them running."""
    running = start()
    before = connected_pids(data)

    subprocess.run(manage("migrate", "--check"), env=environment(data), cwd=data.parent, check=True)

    assert connected_pids(data) == before
    assert running.answers()


def test_a_command_starts_the_services_for_itself(data: Path) -> None:
    """Without `up` a manage.py command has its services for as long as it runs."""
    code = "import os; from django.db import connection as c; c.cursor().execute('SELECT 1')"

    done = subprocess.run(
        manage("shell", "--no-imports", "--command", f"{code}; print('worked')"),
        env=environment(data),
        cwd=data.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "worked\n"
    assert_nothing_left(data)


def test_the_lock_names_process_and_address(start: Callable[..., Running], data: Path) -> None:
    """Who wants to know who runs reads it in the lock file."""
    running = start()

    holder = json.loads((data / "up.lock").read_text())

    assert holder == {
        "pid": running.process.pid,
        "address": f"http://127.0.0.1:{running.port}/",
    }
