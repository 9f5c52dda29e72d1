"""Where everything of one data directory is. Paths only: nothing here touches a service."""

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlencode

SOCKET_PATH_BYTES = 103  # the shortest limit among the systems that run this (Linux: 107)
# A constant, not tempfile.gettempdir(): two processes with different TMPDIR must agree.
SHORT_ROOT = Path("/tmp")  # noqa: S108  the directory made below it is private and checked
# A comma separates hosts in a PostgreSQL address, the others have a meaning in one of gRPC.
UNQUOTABLE = frozenset(",%?#")
DATABASE = "exobrain"
PG_SOCKET_NAME = ".s.PGSQL.5432"


class Service(StrEnum):
    """What an engine does for the product; which engine does it is the keeper's to know."""

    DATABASE = "database"
    CACHE = "cache"
    QUEUE = "queue"


@dataclass(frozen=True)
class Endpoints:
    """The addresses of the embedded services; NATS has one only after its first start."""

    postgres_dsn: str
    redis_url: str
    nats_url: str | None


@dataclass(frozen=True)
class Layout:
    """The files of one data directory."""

    data: Path

    @classmethod
    def of(cls, data: Path) -> "Layout":
        """The layout of a data directory, the same one for every name that leads to it."""
        return cls(Path(os.path.realpath(data)))

    @cached_property
    def run(self) -> Path:
        """Locks and sockets: nothing here outlives the processes that made it."""
        return self.data / "run"

    @cached_property
    def sockets(self) -> Path:
        """`run`, or a short private directory when the name of a socket there would not do."""
        longest = self.run / "pg" / PG_SOCKET_NAME
        is_short = len(os.fsencode(longest)) <= SOCKET_PATH_BYTES
        if is_short and not UNQUOTABLE & set(str(self.run)):
            return self.run
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return SHORT_ROOT / f"exobrain-{name}"

    @property
    def lock(self) -> Path:
        """Held by the keeper and, through inheritance, by every service it started."""
        return self.run / "keeper.lock"

    @property
    def control(self) -> Path:
        """The socket on which the keeper listens."""
        return self.sockets / "keeper.sock"

    @property
    def pg_sockets(self) -> Path:
        """The directory of PostgreSQL's socket."""
        return self.sockets / "pg"

    @property
    def pg_home(self) -> Path:
        """The private directory around the cluster."""
        return self.data / "postgres"

    @property
    def pg_cluster(self) -> Path:
        """The cluster: PostgreSQL's own data directory."""
        return self.pg_home / "cluster"

    @property
    def valkey_socket(self) -> Path:
        """Valkey's socket."""
        return self.sockets / "valkey.sock"

    @property
    def valkey_home(self) -> Path:
        """Valkey's append-only files."""
        return self.data / "valkey"

    @property
    def nats_home(self) -> Path:
        """JetStream's store."""
        return self.data / "nats"

    @property
    def nats_url_file(self) -> Path:
        """The address of NATS, with its password."""
        return self.run / "nats.url"

    @property
    def logs(self) -> Path:
        """One log for each service, and the keeper's."""
        return self.data / "log"

    def log_of(self, name: str) -> Path:
        """The log of a service or of the keeper."""
        return self.logs / f"{name}.log"


def endpoints(data: Path) -> Endpoints:
    """The addresses of the services of this data directory, whether they run or not."""
    layout = Layout.of(data)
    host = urlencode({"host": str(layout.pg_sockets)}, quote_via=quote)
    return Endpoints(
        postgres_dsn=f"postgresql://{DATABASE}@/{DATABASE}?{host}",
        redis_url=f"unix://{quote(str(layout.valkey_socket))}",
        nats_url=read_nats_url(layout),
    )


def read_nats_url(layout: Layout) -> str | None:
    """The address NATS had last, password included; None before its first start."""
    try:
        return layout.nats_url_file.read_text().strip() or None
    except FileNotFoundError:
        return None


def needed_services(
    *, database_url: str | None, cache_url: str | None, queue_url: str | None
) -> frozenset[Service]:
    """The services that no URL replaces."""
    urls = {
        Service.DATABASE: database_url,
        Service.CACHE: cache_url,
        Service.QUEUE: queue_url,
    }
    return frozenset(service for service, url in urls.items() if url is None)
