"""`python -m exobrain.embedded --data DIR`: start a keeper, unless one keeps this directory."""

import argparse
import asyncio
import os
import sys
from functools import partial
from io import FileIO
from pathlib import Path

from exobrain.embedded.errors import EmbeddedError
from exobrain.embedded.files import bound_log, make_private, open_log
from exobrain.embedded.keeper import Keeper, take_lock
from exobrain.embedded.layout import Layout

READY = b"."


def main() -> int:
    """A keeper listens, as a child of nobody: 0; or it could not, and said why: 1."""
    parser = argparse.ArgumentParser(prog="python -m exobrain.embedded")
    parser.add_argument("--data", type=Path, required=True, help="the data directory")
    layout = Layout.of(parser.parse_args().data)
    os.umask(0o077)
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        os.setsid()
        os._exit(keep(layout, starter=FileIO(writer, "w")))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    if answer == READY:
        return 0
    sys.stderr.write(answer.decode(errors="replace") or f"See {layout.log_of('keeper')}.")
    return 1


def keep(layout: Layout, *, starter: FileIO) -> int:
    """The services have run and stopped: 0; or not, and the starter was told the reason: 1.

    The starter is told READY as soon as a keeper listens, and the pipe to it closed.
    """

    def tell(message: bytes) -> None:
        if not starter.closed:
            starter.write(message)
            starter.close()

    try:
        for path in (layout.run, layout.sockets, layout.logs):
            make_private(path)
        # Nothing of this process reaches the terminal or keeps the starter's other pipes open.
        log = layout.log_of("keeper")
        bound_log(log)
        output, nothing = open_log(log), os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        lock = take_lock(layout)
        if lock is None:
            tell(READY)  # another keeper listens
        else:
            keeper = Keeper(layout, lock=lock)
            asyncio.run(keeper.serve(listening=partial(tell, READY)))
    except (EmbeddedError, OSError) as error:
        tell(str(error).encode())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
