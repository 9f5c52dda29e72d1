"""Stores ended turns: all that wait at a moment, in one transaction.

Answers that end together then cost one commit, and a user whose answers they are is locked once.
"""

import asyncio

from chat.services.ledger import TurnEnd, finish_turns
from exobrain.lib.threads import in_thread

BATCH = 32  # turns in one transaction


class FinishQueue:
    """The queue of one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[TurnEnd, asyncio.Future[None]]] = []
        self._work: asyncio.Task[None] | None = None

    async def finish(self, end: TurnEnd) -> None:
        """The turn is final in PostgreSQL; raises what kept it from becoming so."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((end, stored))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._store_all())
        await stored

    async def _store_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            await self._store(batch)

    async def _store(self, batch: list[tuple[TurnEnd, "asyncio.Future[None]"]]) -> None:
        try:
            await in_thread(finish_turns, [end for end, _ in batch])
        except Exception as error:  # noqa: BLE001  whoever waits for it learns of it
            if len(batch) > 1:  # one bad turn must not cost the others
                for each in batch:
                    await self._store([each])
            else:
                _resolve(batch[0][1], error)
        else:
            for _, stored in batch:
                _resolve(stored, None)


def _resolve(stored: "asyncio.Future[None]", error: Exception | None) -> None:
    if stored.done():
        return
    if error is None:
        stored.set_result(None)
    else:
        stored.set_exception(error)
