"""The embedded services run while somebody holds them, and only then."""

import os
import re
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from exobrain.embedded import Service, connect, endpoints, hold, needed_services
from exobrain.embedded.files import try_lock
from tests.ops.processes import eventually, is_alive, kill, processes_of, running

ALL = frozenset(Service)
VALKEY = frozenset({Service.CACHE})
HOLDER = """
import sys
from pathlib import Path
from exobrain.embedded import hold
with hold(Path(sys.argv[1]), services=sys.argv[2].split(",")):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory that does not exist yet."""
    return tmp_path / "data"


@pytest.fixture
def nothing_left(data: Path) -> Callable[[], None]:
    """Fails unless every process of the data directory ends, and its lock with them."""

    def check() -> None:
        eventually(lambda: not processes_of(data))
        # A process that ends drops its locks a moment after its name is gone.
        lock = eventually(lambda: try_lock(data / "run" / "keeper.lock"))
        assert lock is not None
        os.close(lock)

    return check


def query(data: Path, sql: str) -> list[tuple[object, ...]]:
    """The rows of a query on the embedded PostgreSQL."""
    with psycopg.connect(endpoints(data).postgres_dsn, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def valkey(data: Path) -> redis.Redis:
    """A client of the embedded Valkey."""
    return redis.Redis.from_url(endpoints(data).redis_url)


def test_postgres_is_the_one_we_ask_for(data: Path) -> None:
    """The database is UTF-8, sorts alike on every machine, and keeps time in UTC."""
    sql = """
        SELECT current_database(), pg_encoding_to_char(encoding), datlocprovider, datlocale,
               current_setting('timezone'), current_setting('listen_addresses')
        FROM pg_database WHERE datname = current_database()
    """

    with hold(data, services={Service.DATABASE}):
        [row] = query(data, sql)

    assert row == ("exobrain", "UTF8", "b", "C.UTF-8", "UTC", "")


def test_postgres_logs_no_words(data: Path) -> None:
    """A statement that fails is in the log without its values, which may be what a user said."""
    with hold(data, services={Service.DATABASE}):
        query(data, "CREATE TABLE said (words text UNIQUE)")
        query(data, "INSERT INTO said VALUES ('zanzibar')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            query(data, "INSERT INTO said VALUES ('zanzibar')")

    log = (data / "log" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "zanzibar" not in log


def test_valkey_is_the_one_we_ask_for(data: Path) -> None:
    """Valkey appends to disk each second, evicts nothing and has no port."""
    wanted = ["appendonly", "appendfsync", "maxmemory-policy", "port"]

    with hold(data, services=VALKEY), valkey(data) as client:
        settings = client.config_get(*wanted)

    assert [settings[name] for name in wanted] == ["yes", "everysec", "noeviction", "0"]


def test_nats_asks_for_its_password(data: Path) -> None:
    """NATS has JetStream, listens on the loopback address only and wants a password."""
    with hold(data, services={Service.QUEUE}) as found:
        assert found.nats_url is not None
        url = urlsplit(found.nats_url)
        with socket.create_connection((url.hostname, url.port or 0)) as client:
            greeting = client.recv(4096).decode()

    assert url.hostname == "127.0.0.1"
    assert url.password
    assert '"jetstream":true' in greeting
    assert '"auth_required":true' in greeting


def test_nothing_is_left_after_the_last_hold(data: Path, nothing_left: Callable[[], None]) -> None:
    """When nobody holds the services any more they stop, and no process or lock remains."""
    with hold(data, services=ALL):
        assert len(processes_of(data)) > len(ALL)

    nothing_left()


def test_two_holders_share_the_services(data: Path) -> None:
    """A second holder finds the services of the first, which outlive the first's going."""
    first = connect(data, services=VALKEY)
    second = connect(data, services=VALKEY)
    pids = first.ask("pids")

    first.close()
    eventually(lambda: second.ask("status")["clients"] == 1)

    assert second.ask("pids") == pids
    assert valkey(data).ping()
    second.leave()


def test_leaving_last_waits_for_the_end(data: Path) -> None:
    """`leave` returns after the services of the last holder have stopped."""
    connection = connect(data, services=VALKEY)
    pid = connection.ask("pids")["pids"][Service.CACHE]
    assert is_alive(pid)

    connection.leave()

    assert not is_alive(pid)


def test_only_what_is_asked_for_runs(data: Path) -> None:
    """A service starts when somebody asks for it, and not before."""
    first = connect(data, services=VALKEY)
    assert list(first.ask("pids")["pids"]) == [Service.CACHE]

    second = connect(data, services={Service.QUEUE})

    assert sorted(second.ask("pids")["pids"]) == [Service.CACHE, Service.QUEUE]
    first.close()
    second.leave()


def test_an_unneeded_hold_touches_nothing(data: Path) -> None:
    """Holding no service makes no file and no process."""
    with hold(data, services=()):
        pass

    assert not data.exists()


def test_addresses_are_known_beforehand(data: Path) -> None:
    """The addresses of PostgreSQL and Valkey are the same before and after the first start."""
    before = endpoints(data)
    assert not data.exists()

    with hold(data, services=ALL) as after:
        pass

    assert (before.postgres_dsn, before.redis_url) == (after.postgres_dsn, after.redis_url)
    assert before.nats_url is None


def test_nats_keeps_its_address(data: Path) -> None:
    """A restarted NATS has the address and the password that its clients know."""
    connection = connect(data, services={Service.QUEUE})
    before = connection.endpoints.nats_url

    connection.ask("stop queue")
    connection.ask("start queue")

    assert connection.endpoints.nats_url == before
    connection.leave()


def test_a_url_replaces_its_service() -> None:
    """The services to run are those that no URL replaces."""
    needed = needed_services(database_url="postgresql://db", cache_url=None, queue_url=None)

    assert needed == {Service.CACHE, Service.QUEUE}


def test_starting_at_once_makes_one_keeper(data: Path) -> None:
    """Several processes that start together share one set of services."""
    with (
        running(HOLDER, data, Service.CACHE) as one,
        running(HOLDER, data, Service.CACHE) as two,
        running(HOLDER, data, Service.CACHE) as three,
    ):
        for process in (one, two, three):
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
        connection = connect(data, services=())

        status = connection.ask("status")

        assert status["clients"] == 4
        starts = (data / "log" / "keeper.log").read_text().count("keeper_listening")
        assert starts == 1
        connection.close()


def test_a_hold_right_after_another_works(data: Path, nothing_left: Callable[[], None]) -> None:
    """Whenever a new holder comes, also while the services of the last one stop, it is served."""
    for _ in range(3):
        connection = connect(data, services=VALKEY)
        connection.ask("pids")
        # Not the patient leave(): the next connect meets the keeper in the middle of its end.
        connection.control.socket.sendall(b"leave\n")
        connection.close()

        with hold(data, services=VALKEY):
            assert valkey(data).ping()

    nothing_left()


def test_data_outlives_the_services(data: Path) -> None:
    """What was written before a stop is there after the next start."""
    with hold(data, services={Service.DATABASE, Service.CACHE}):
        query(data, "CREATE TABLE kept AS SELECT 42 AS answer")
        valkey(data).set("kept", "42")
    eventually(lambda: not processes_of(data))

    with hold(data, services={Service.DATABASE, Service.CACHE}):
        rows, value = query(data, "SELECT answer FROM kept"), valkey(data).get("kept")

    assert (rows, value) == ([(42,)], b"42")


def test_a_test_can_stop_and_start_a_service(data: Path) -> None:
    """`stop` makes one service unreachable while the others run on; `start` brings it back."""
    connection = connect(data, services={Service.CACHE, Service.QUEUE})
    valkey(data).set("kept", "yes")

    connection.ask("stop cache")

    assert list(connection.ask("pids")["pids"]) == [Service.QUEUE]
    with pytest.raises(redis.ConnectionError):
        valkey(data).ping()
    connection.ask("start cache")
    assert valkey(data).get("kept") == b"yes"
    connection.leave()


def test_the_terminal_does_not_reach_the_keeper(data: Path) -> None:
    """The keeper and the services are in sessions of their own, so Ctrl-C is not for them."""
    connection = connect(data, services=VALKEY)
    status = connection.ask("status")

    sessions = {os.getsid(pid) for pid in (status["keeper"], status["pids"][Service.CACHE])}

    assert os.getsid(0) not in sessions
    connection.leave()


def test_files_are_private(data: Path) -> None:
    """Nobody else may enter the directories of locks, sockets, logs and data."""
    with hold(data, services=ALL):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data.iterdir()}
        pg_sockets = stat.S_IMODE((data / "run" / "pg").stat().st_mode)
        nats_url = stat.S_IMODE((data / "run" / "nats.url").stat().st_mode)

    assert modes == dict.fromkeys(("run", "log", "postgres", "valkey", "nats"), 0o700)
    assert (pg_sockets, nats_url) == (0o700, 0o600)


def test_a_long_path_works(tmp_path: Path) -> None:
    """A data directory whose sockets would have too long a name uses a short private one."""
    data = tmp_path / ("long" * 30)
    [name] = re.findall(r"unix://(.*)/valkey.sock", endpoints(data).redis_url)
    assert name.startswith("/tmp/exobrain-")

    with hold(data, services={Service.DATABASE, Service.CACHE}):
        assert query(data, "SELECT 1") == [(1,)]
        assert valkey(data).ping()
        assert stat.S_IMODE(Path(name).stat().st_mode) == 0o700

    eventually(lambda: not Path(name).exists())


def test_every_name_of_a_directory_leads_to_its_services(data: Path, tmp_path: Path) -> None:
    """Through a symbolic link the same services are found."""
    data.mkdir()
    link = tmp_path / "link"
    link.symlink_to(data)

    with hold(data, services=VALKEY), hold(link, services=VALKEY):
        assert endpoints(link) == endpoints(data)
        assert valkey(link).ping()


def test_a_killed_holder_holds_nothing(data: Path, nothing_left: Callable[[], None]) -> None:
    """When the last holder is killed the services stop by themselves."""
    with running(HOLDER, data, Service.CACHE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert len(processes_of(data)) > 1

        kill(holder.pid)

    nothing_left()
