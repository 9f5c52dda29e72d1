"""A server that answers in a thread of its own while its caller asks it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def answering(server: socketserver.BaseServer) -> Iterator[None]:
    """The server answers while the block runs, and has let go of its address afterwards."""
    with server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
