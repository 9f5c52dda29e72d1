"""One service of the keeper: started, watched, restarted and stopped."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from exobrain.embedded.engine import Engine
from exobrain.embedded.errors import ServiceFailed
from exobrain.embedded.files import tail
from exobrain.embedded.layout import Layout
from exobrain.embedded.processes import POLL_SECONDS, Starter, end

START_SECONDS = 120.0  # PostgreSQL may have to replay a crashed run's log first
FIRST_DELAY_SECONDS = 0.2
LAST_DELAY_SECONDS = 10.0
STEADY_SECONDS = 30.0  # after that long a death is a new trouble, not the old one again

Log = Callable[..., None]


class Supervised:
    """A service that runs from `ensure` to `stop`, whatever happens to its process."""

    def __init__(self, engine: Engine, *, layout: Layout, starter: Starter, log: Log) -> None:
        self.engine = engine
        self.name = str(engine.service)
        self.log_file = layout.log_of(self.name)
        self.starter = starter
        self.log = log
        self.process: asyncio.subprocess.Process | None = None
        self.watch: asyncio.Task[None] | None = None
        self.started: asyncio.Future[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        if self.process is None or self.process.returncode is not None:
            return None
        return self.process.pid

    @property
    def is_wanted(self) -> bool:
        """True between `ensure` and `stop`, unless the first start failed."""
        return self.watch is not None and not self.watch.done()

    async def ensure(self) -> None:
        """The service answers, or ServiceFailed."""
        if not self.is_wanted:
            self.started = asyncio.get_running_loop().create_future()
            self.watch = asyncio.create_task(self._keep(self.started))
        assert self.started is not None  # noqa: S101  set above, together with watch
        # Shielded: one client that goes away must not cancel the start the others wait for.
        await asyncio.shield(self.started)

    async def stop(self) -> None:
        """The process has ended and is not started again."""
        if self.watch is not None:
            self.watch.cancel()
            with suppress(asyncio.CancelledError):
                await self.watch
        if self.started is not None and not self.started.done():
            self.started.set_exception(ServiceFailed(f"{self.name} was stopped."))
        await self._end_process()

    async def _keep(self, started: asyncio.Future[None]) -> None:
        try:
            await self._start()
        except ServiceFailed as failure:
            self.log("service_failed", service=self.name)
            await self._end_process()
            started.set_exception(failure)
            started.exception()  # seen: nobody may be waiting any more
            return
        started.set_result(None)
        await self._restart_for_ever()

    async def _restart_for_ever(self) -> None:
        loop, delay = asyncio.get_running_loop(), FIRST_DELAY_SECONDS
        while True:
            since = loop.time()
            code = await self.process.wait() if self.process else None
            self.log("service_died", service=self.name, code=code)
            if loop.time() - since > STEADY_SECONDS:
                delay = FIRST_DELAY_SECONDS
            await asyncio.sleep(delay)
            delay = min(delay * 2, LAST_DELAY_SECONDS)
            try:
                await self._start()
            except ServiceFailed:
                self.log("service_restart_failed", service=self.name)
                await self._end_process()

    async def _start(self) -> None:
        """The service answers, or ServiceFailed with the end of its log."""
        try:
            await asyncio.wait_for(self._start_and_wait(), START_SECONDS)
        except TimeoutError:
            raise self._failure(f"did not answer within {START_SECONDS:.0f} seconds") from None
        except OSError as error:
            raise self._failure(f"could not be started: {error}") from error
        self.log("service_ready", service=self.name, pid=self.pid)

    async def _start_and_wait(self) -> None:
        await self.engine.prepare(self.starter)
        self.process = await self.starter.start(
            self.engine.command(),
            log=self.log_file,
            user=self.engine.user(),
            on_parent_death=self.engine.on_keeper_death,
        )
        while not await self.engine.is_ready(self.process.pid):
            if self.process.returncode is not None:
                raise self._failure(f"ended at once with code {self.process.returncode}")
            await asyncio.sleep(POLL_SECONDS)

    async def _end_process(self) -> None:
        if self.process is not None:
            await end(self.process, steps=self.engine.stop_steps)

    def _failure(self, what: str) -> ServiceFailed:
        text = f"{self.name} {what}. The end of {self.log_file}:\n{tail(self.log_file)}"
        return ServiceFailed(text)
