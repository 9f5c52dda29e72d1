"""An MCP server that is a program of ours to start: JSON lines on its standard input and output.

The SDK has such a transport. It reads a line of any length into memory, gives the program our
standard error and more of our environment, and leaves it running when the task that waits for it is
cancelled more than once, as tasks here may be. This one bounds a line, and kills the program and
what it started without waiting for anything.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast

import anyio
import mcp_types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage

MAX_LINE_BYTES = 2_000_000
EXIT_SECONDS = 1.0  # for a program whose input has ended

Streams = tuple[
    MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]
]


class StdioProgram:
    """Starts the program; each instance is used once."""

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str]) -> None:
        self.command = command
        self.environment = environment
        self.is_alive = True

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Streams, None]:
        """A transport of the SDK's: the streams of messages; raises OSError. Afterwards neither
        the program nor what it started runs any more."""
        process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # it may write there what it was asked
            env=dict(self.environment),
            cwd="/",
            start_new_session=True,
            limit=MAX_LINE_BYTES,
        )
        incoming, read_stream = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        write_stream, outgoing = anyio.create_memory_object_stream[SessionMessage](0)
        stdin = cast(asyncio.StreamWriter, process.stdin)
        stdout = cast(asyncio.StreamReader, process.stdout)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._read, stdout, incoming)
                tasks.start_soon(self._write, stdin, outgoing)
                try:
                    yield read_stream, write_stream
                finally:
                    tasks.cancel_scope.cancel()
            stdin.close()
            await _exited(process)
        finally:
            self.is_alive = False
            _kill(process)
            try:
                await _exited(process)
            finally:
                # Its pipes: what it started may hold their other ends.
                process._transport.close()  # type: ignore[attr-defined]
                for stream in (incoming, read_stream, write_stream, outgoing):
                    stream.close()

    async def _read(
        self,
        stdout: asyncio.StreamReader,
        incoming: MemoryObjectSendStream[SessionMessage | Exception],
    ) -> None:
        """Each line is a message; one that is none ends the connection, as one too long does."""
        read = mcp_types.jsonrpc_message_adapter.validate_json
        async with incoming:
            with contextlib.suppress(ValueError, OSError, anyio.BrokenResourceError):
                while line := await stdout.readline():
                    await incoming.send(SessionMessage(read(line, by_name=False)))
            self.is_alive = False

    async def _write(
        self,
        stdin: asyncio.StreamWriter,
        outgoing: MemoryObjectReceiveStream[SessionMessage],
    ) -> None:
        async with outgoing:
            with contextlib.suppress(OSError):
                async for each in outgoing:
                    line = each.message.model_dump_json(by_alias=True, exclude_unset=True)
                    stdin.write(line.encode() + b"\n")
                    await stdin.drain()
            self.is_alive = False


def program_environment(**given: str) -> dict[str, str]:
    """What a program may know of our environment, which has secrets in it."""
    kept = ("PATH", "HOME", "LANG", "TZ")
    return {name: os.environ[name] for name in kept if name in os.environ} | given


async def _exited(process: asyncio.subprocess.Process) -> None:
    """It has ended, or had EXIT_SECONDS for it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(EXIT_SECONDS):
            await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    """Neither the program nor what it started runs any more."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
