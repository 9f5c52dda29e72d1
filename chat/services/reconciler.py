"""Ends the turns whose process has died, with the text they had come to."""

import asyncio
import contextlib
from uuid import UUID

import structlog
from django.db import Error as DatabaseFailure

from chat import selectors
from chat.errors import LogUnavailable
from chat.events import Done, MessageChunk, Reason, StreamEntry, entries_of, text_of
from chat.services.finishing import TurnEnd, finish_turns
from chat.services.runtime import KEEP_SECONDS, current_runtime
from chat.stores import AppendRequest
from chat.types import StaleTurn
from exobrain.lib.threads import in_thread

log = structlog.get_logger(__name__)

CHECK_SECONDS = 2.0
STALE_SECONDS = 6.0  # a heartbeat comes every second
LOG_PATIENCE_SECONDS = 60.0  # the log may know more than PostgreSQL, so its return is waited for


async def reconcile_forever() -> None:
    """Ends dead turns, every CHECK_SECONDS, until it is cancelled."""
    reconciler = Reconciler()
    while True:
        try:
            await reconciler.check()
        except DatabaseFailure as error:
            log.warning("reconciler_failed", error=type(error).__name__)
        await asyncio.sleep(CHECK_SECONDS)


class Reconciler:
    """Ends a turn that was stale at two checks: at one, its process may only have been held up."""

    def __init__(self) -> None:
        self.suspects: set[UUID] = set()

    async def check(self) -> None:
        """Turns that were stale already at the last check have ended."""
        stale = [
            turn
            for turn in await in_thread(selectors.stale_turns, seconds=STALE_SECONDS)
            if turn.stream_id not in current_runtime().generations
        ]
        dead = [turn for turn in stale if turn.stream_id in self.suspects]
        self.suspects = {turn.stream_id for turn in stale}
        for turn in dead:
            await self._end(turn)

    async def _end(self, turn: StaleTurn) -> None:
        """The turn has ended, with the longest text known of it, unless another process did it."""
        try:
            entries = await current_runtime().broker.log.read(turn.stream_id, after=0)
        except LogUnavailable:
            if turn.seconds < LOG_PATIENCE_SECONDS:
                return
            entries = []
        saved = await in_thread(
            selectors.saved_text, user_id=turn.user_id, answer_id=turn.answer_id
        )
        reason: Reason = "cancelled" if turn.is_cancelled else "interrupted"
        end = TurnEnd(
            stream_id=turn.stream_id,
            user_id=turn.user_id,
            answer_id=turn.answer_id,
            reason=reason,
            text=max(text_of(entries), saved, key=len),
            entries=entries,
        )
        if await in_thread(finish_turns, [end]):
            log.info("dead_turn_ended", stream_id=str(turn.stream_id), reason=reason)
            await self._end_log(turn, entries, saved, reason)

    async def _end_log(
        self, turn: StaleTurn, entries: list[StreamEntry], saved: str, reason: Reason
    ) -> None:
        """The log ends too, and so readers learn of it; one who misses that asks PostgreSQL."""
        if entries and entries[-1].is_end:
            return
        rest = saved[len(text_of(entries)) :]
        last = [MessageChunk(rest)] if rest else []
        start = entries[-1].id if entries else 0
        request = AppendRequest(
            turn.stream_id, entries_of([*last, Done(reason)], start=start), KEEP_SECONDS
        )
        with contextlib.suppress(LogUnavailable):
            await current_runtime().broker.log.append([request])
