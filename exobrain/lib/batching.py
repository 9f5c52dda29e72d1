"""Many callers, few calls: what is asked for at the same time is answered together."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Batcher(Generic[T, R]):
    """Hands waiting items to `work` in groups, and each caller its own result.

    While one group is being worked on the next one gathers, so a busy caller pays for few calls
    and a lonely one does not wait. When a group fails its items are tried alone, because one bad
    item must not fail its neighbours; unless the error is one of those that all items share.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], Sequence[R]],
        *,
        executor: Executor,
        shared_errors: tuple[type[Exception], ...] = (),
        max_size: int = 200,
    ) -> None:
        self.work = work
        self.executor = executor
        self.shared_errors = shared_errors
        self.max_size = max_size
        self.waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self.draining: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        """The result for this item; raises what `work` raised for it."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self.waiting.append((item, answer))
        if self.draining is None:
            self.draining = asyncio.create_task(self._drain())
        return await answer

    async def _drain(self) -> None:
        try:
            while self.waiting:
                size = min(self.max_size, len(self.waiting))
                await self._answer([self.waiting.popleft() for _ in range(size)])
        finally:
            self.draining = None

    async def _answer(self, group: list[tuple[T, "asyncio.Future[R]"]]) -> None:
        items = [item for item, _ in group]
        loop = asyncio.get_running_loop()
        try:
            results = await loop.run_in_executor(self.executor, self.work, items)
        except Exception as error:  # noqa: BLE001  it belongs to the callers
            if len(group) > 1 and not isinstance(error, self.shared_errors):
                for member in group:
                    await self._answer([member])
                return
            for _, answer in group:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), result in zip(group, results, strict=True):
            if not answer.done():
                answer.set_result(result)
