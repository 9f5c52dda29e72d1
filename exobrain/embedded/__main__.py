"""`python -m exobrain.embedded keep --data DIR`: run the services while somebody holds them."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from exobrain.embedded.errors import EmbeddedError
from exobrain.embedded.files import bound_log, open_log
from exobrain.embedded.keeper import Keeper, make_directories, take_lock
from exobrain.embedded.layout import Layout

READY = b"."


def main() -> int:
    """The exit code: 0 when the services ran, or another keeper runs them already."""
    parser = argparse.ArgumentParser(prog="python -m exobrain.embedded")
    keep = parser.add_subparsers(required=True).add_parser("keep", help="run the services")
    keep.add_argument("--data", type=Path, required=True, help="the data directory")
    keep.add_argument(
        "--detach", action="store_true", help="return as soon as it listens, or has failed"
    )
    options = parser.parse_args()
    os.umask(0o077)
    layout = Layout.of(options.data)
    return keep_detached(layout) if options.detach else keep_here(layout)


def keep_here(layout: Layout) -> int:
    """The services have run and stopped, in this very process."""
    try:
        make_directories(layout)
        _keep(layout, listening=lambda: None)
    except (EmbeddedError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def keep_detached(layout: Layout) -> int:
    """A keeper of its own listens, as a child of nobody: 0; or it could not, and said why: 1."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        os.setsid()
        os._exit(_keep_quietly(layout, writer))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    if said == READY:
        return 0
    sys.stderr.write(said.decode(errors="replace") or f"See {layout.log_of('keeper')}.")
    return 1


def _keep_quietly(layout: Layout, writer: int) -> int:
    """As `keep_here`, but the pipe is told READY or the reason, and the log everything else."""
    pipe = os.fdopen(writer, "wb", buffering=0)

    def tell(message: bytes) -> None:
        if not pipe.closed:
            pipe.write(message)
            pipe.close()

    try:
        make_directories(layout)
        _redirect(layout.log_of("keeper"))
        _keep(layout, listening=lambda: tell(READY))
    except (EmbeddedError, OSError) as error:
        tell(str(error).encode())
        return 1
    return 0


def _keep(layout: Layout, *, listening: Callable[[], None]) -> None:
    lock = take_lock(layout)
    if lock is None:
        listening()  # somebody does
        return
    asyncio.run(Keeper(layout, lock=lock).serve(listening=listening))


def _redirect(log: Path) -> None:
    """Nothing of this process reaches the terminal or keeps the starter's pipes open."""
    bound_log(log)
    output, nothing = open_log(log), os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)


if __name__ == "__main__":
    sys.exit(main())
