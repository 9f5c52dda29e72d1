"""`python bolt_server.py FOLDER PORT HTTP_PORT`: a real Bolt server, for as long as stdin is open.

In a process of its own: its engine is a Java machine, which would stay in ours for good.
"""

import os
import sys
from pathlib import Path

DATABASE, PASSWORD = "memory", "just-for-tests"


def main(folder: Path, port: int, http_port: int) -> None:
    """Serves until the parent closes our stdin, or dies."""
    os.chdir(folder)  # it writes its logs where it stands
    from arcadedb_embedded.server import create_server

    server = create_server(
        str(folder / "data"),
        PASSWORD,
        {
            "host": "127.0.0.1",
            "http_port": http_port,
            "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "bolt_port": port,
        },
    )
    server.start()
    server.create_database(DATABASE)
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)  # orderly shutdown takes seconds, and nothing of it is kept


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
