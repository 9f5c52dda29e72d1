"""The embedded services after crashes, and when they cannot run at all."""

import asyncio
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nats
import pytest

from exobrain.embedded import EmbeddedError, Service, connect, endpoints, files, hold
from exobrain.embedded.keeper import ENGINES
from exobrain.embedded.layout import Layout
from tests.ops.processes import ROOT, eventually, is_alive, kill, processes_of
from tests.ops.test_embedded import HOLDER, VALKEY, data, nothing_left, query, valkey

__all__ = ["data", "nothing_left"]  # fixtures, used by their names

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def test_a_killed_keeper_leaves_no_orphan(data: Path, nothing_left: Callable[[], None]) -> None:
    """Services die with their keeper, its clients notice, and the next hold finds the data."""
    connection = connect(data, services=frozenset(Service))
    query(data, "CREATE TABLE kept AS SELECT 42 AS answer")
    status = connection.ask("status")

    kill(status["keeper"])

    nothing_left()
    assert not any(map(is_alive, status["pids"].values()))
    assert connection.is_lost()
    connection.close()
    with hold(data, services={Service.DATABASE}):
        assert query(data, "SELECT answer FROM kept") == [(42,)]


def test_a_hold_right_after_a_killed_keeper_works(data: Path) -> None:
    """A new keeper waits until the services of a killed one have ended, then starts its own."""
    first = connect(data, services={Service.DATABASE})
    before = first.ask("status")
    kill(before["keeper"])

    second = connect(data, services={Service.DATABASE})

    after = second.ask("status")
    assert after["keeper"] != before["keeper"]
    assert after["pids"][Service.DATABASE] != before["pids"][Service.DATABASE]
    assert query(data, "SELECT 1") == [(1,)]
    first.close()
    second.leave()


@pytest.mark.parametrize("service", list(Service))
def test_a_killed_service_is_restarted(data: Path, service: Service) -> None:
    """A service that dies is started again under another process, and its death is logged."""
    connection = connect(data, services={service})
    before = connection.ask("pids")["pids"][service]

    kill(before)

    eventually(lambda: connection.ask("pids")["pids"].get(service, before) != before)
    log = (data / "log" / "keeper.log").read_text()
    assert f"process_ended process={ENGINES[service].name} code=-9" in log
    connection.leave()


def test_everything_killed_at_once_leaves_nothing_in_the_way(
    data: Path, nothing_left: Callable[[], None]
) -> None:
    """After a crash of the machine, stale sockets and pid files do not stop the next start."""
    connection = connect(data, services={Service.DATABASE, Service.CACHE})
    query(data, "CREATE TABLE kept AS SELECT 42 AS answer")
    status = connection.ask("status")
    for pid in (status["keeper"], *status["pids"].values()):
        os.kill(pid, 9)
    connection.close()
    nothing_left()
    pid_file = data / "postgres" / "cluster" / "postmaster.pid"
    sockets = data / "run"
    assert pid_file.exists()
    assert (sockets / "pg" / ".s.PGSQL.5432.lock").exists()
    assert (sockets / "keeper.sock").exists()
    # The number has gone to a process that lives: ours.
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    with hold(data, services={Service.DATABASE, Service.CACHE}):
        rows = query(data, "SELECT answer FROM kept")

    assert rows == [(42,)]


def test_a_half_made_cluster_is_made_again(data: Path) -> None:
    """A first start that was killed in the middle does not spoil the next."""
    draft = data / "postgres" / "cluster.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")

    with hold(data, services={Service.DATABASE}):
        assert query(data, "SELECT 1") == [(1,)]

    assert not draft.exists()


def test_another_major_version_is_refused(data: Path) -> None:
    """Data of another PostgreSQL is named as such and not touched."""
    cluster = data / "postgres" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 17, and this is PostgreSQL 18"):
        connect(data, services={Service.DATABASE})

    assert [path.name for path in cluster.iterdir()] == ["PG_VERSION"]
    assert cluster.stat().st_uid == os.geteuid()


def test_a_failure_shows_the_log(data: Path, nothing_left: Callable[[], None]) -> None:
    """A service that cannot start says why, in the words of its own log."""
    append_only = data / "valkey" / "appendonlydir"
    append_only.mkdir(parents=True)
    (append_only / "appendonly.aof.manifest").write_text("nonsense\n")

    with pytest.raises(EmbeddedError, match=r"valkey ended at once with code 1[\s\S]*manifest"):
        connect(data, services=VALKEY)

    nothing_left()


def test_a_failure_can_be_mended(data: Path) -> None:
    """After a failed start the same keeper starts the service once its trouble is gone."""
    append_only = data / "valkey" / "appendonlydir"
    append_only.mkdir(parents=True)
    (append_only / "appendonly.aof.manifest").write_text("nonsense\n")
    other = connect(data, services=())
    with pytest.raises(EmbeddedError):
        other.ask("start cache")
    shutil.rmtree(append_only)

    with hold(data, services=VALKEY):
        assert valkey(data).ping()

    other.leave()


def test_an_unusable_directory_is_named(tmp_path: Path) -> None:
    """A data directory that is a file gives an error that names it."""
    data = tmp_path / "data"
    data.write_text("")

    with pytest.raises(EmbeddedError, match=str(data)):
        connect(data, services=VALKEY)


def test_an_unknown_request_is_refused(data: Path) -> None:
    """The keeper answers nonsense with what it knows, and goes on."""
    connection = connect(data, services=())

    with pytest.raises(EmbeddedError, match="The keeper knows"):
        connection.ask("dance")

    assert connection.ask("pids") == {"pids": {}}
    connection.leave()


def test_logs_stay_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that grew too large is cut, its writer goes on, and one predecessor is kept."""
    monkeypatch.setattr(files, "LOG_BYTES", 10)
    log = tmp_path / "a.log"
    writer = files.open_log(log)
    os.write(writer, b"more than ten bytes\n")

    files.bound_log(log)
    os.write(writer, b"new\n")

    os.close(writer)
    assert log.read_text() == "new\n"
    assert (tmp_path / "a.log.1").read_text() == "more than ten bytes\n"


@needs_root
def test_a_planted_directory_is_refused(tmp_path: Path) -> None:
    """A short socket directory that somebody else made first is not used."""
    data = tmp_path / ("long" * 30)
    planted = Layout.of(data).sockets
    planted.mkdir()
    os.chown(planted, pwd.getpwnam("nobody").pw_uid, -1)

    with pytest.raises(EmbeddedError, match=f"{planted} belongs to user"):
        connect(data, services=VALKEY)

    planted.rmdir()


@needs_root
def test_root_runs_postgres_as_somebody_else(data: Path) -> None:
    """For root PostgreSQL runs as nobody, below directories that only root may enter."""
    connection = connect(data, services={Service.DATABASE})
    pid = connection.ask("pids")["pids"][Service.DATABASE]
    closed = {(data / name).stat().st_mode & 0o077 for name in ("run", "postgres")}

    status = Path(f"/proc/{pid}/status").read_text()

    nobody = pwd.getpwnam("nobody").pw_uid
    assert f"Uid:\t{nobody}\t{nobody}\t{nobody}\t{nobody}" in status
    assert closed == {0}
    connection.leave()


@needs_root
def test_a_restored_copy_gets_its_owner_back(data: Path) -> None:
    """A cluster that root copied back from a backup runs again."""
    connection = connect(data, services={Service.DATABASE})
    connection.leave()
    for path in [data / "postgres" / "cluster", *(data / "postgres" / "cluster").rglob("*")]:
        os.chown(path, 0, 0)

    with hold(data, services={Service.DATABASE}):
        rows = query(data, "SELECT 1")

    assert rows == [(1,)]


@pytest.fixture
def data_of_nobody() -> Iterator[Path]:
    """A data directory that belongs to nobody, where nobody may reach it."""
    path = Path(tempfile.mkdtemp(prefix="exobrain-test-"))
    nobody = pwd.getpwnam("nobody")
    os.chown(path, nobody.pw_uid, nobody.pw_gid)
    yield path
    shutil.rmtree(path)


@needs_root
def test_an_ordinary_user_can_run_everything(data_of_nobody: Path) -> None:
    """Without any privilege all services run, as that user."""
    nobody = pwd.getpwnam("nobody").pw_uid
    drop = [sys.executable, "-I", "-S", str(ROOT / "exobrain" / "embedded" / "launch.py")]
    # launch.py, because a checkout below /root is one that a plain setuid could not even read.
    command = [*drop, str(os.getpid()), "9", str(nobody), sys.executable, "-c", HOLDER]
    with subprocess.Popen(
        [*command, str(data_of_nobody), ",".join(Service)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        connection = connect(data_of_nobody, services=())

        pids = connection.ask("pids")["pids"]

        assert {Path(f"/proc/{pid}").stat().st_uid for pid in pids.values()} == {nobody}
        assert sorted(pids) == sorted(Service)
        assert query(data_of_nobody, "SELECT 1") == [(1,)]
        connection.close()
        holder.kill()
    eventually(lambda: not processes_of(data_of_nobody))


@pytest.mark.parametrize("name", ["a %b,\"c' ?d", "d\u00e4ta \U0001f9e0", "back\\slash"])
def test_services_start_in_a_directory_of_any_name(tmp_path: Path, name: str) -> None:
    """A data directory may have a name with spaces, signs and letters of any script."""
    data = tmp_path / name

    with hold(data, services=set(Service)) as found:
        assert query(data, "SELECT 1") == [(1,)]
        assert valkey(data).ping()
        assert asyncio.run(nats_answers(found.nats_url))

    assert (data / "nats" / "jetstream").is_dir()
    assert "?d" not in endpoints(data).redis_url


async def nats_answers(url: str | None) -> bool:
    """True when NATS takes the address and its JetStream works."""
    client = await nats.connect(url or "", allow_reconnect=False)
    try:
        return (await client.jetstream().account_info()).streams == 0
    finally:
        await client.close()
