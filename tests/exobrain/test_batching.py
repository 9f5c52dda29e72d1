"""Many callers, few calls."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from exobrain.lib.batching import Batcher


class Shared(Exception):
    """What concerns every item alike."""


class Doubler:
    """Doubles numbers; may be held up, and remembers the groups it was given."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.has_begun = threading.Event()
        self.may_go = threading.Event()
        self.may_go.set()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        self.has_begun.set()
        assert self.may_go.wait(10)
        if -1 in numbers:
            raise ValueError
        if -2 in numbers:
            raise Shared
        return [2 * number for number in numbers]


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    """One thread."""
    with ThreadPoolExecutor(1) as threads:
        yield threads


async def test_each_caller_has_its_own_answer(executor: ThreadPoolExecutor) -> None:
    """Whatever group it was in."""
    double = Batcher[int, int](Doubler(), executor=executor)

    assert await asyncio.gather(*map(double, range(500))) == [2 * n for n in range(500)]


async def test_what_comes_while_one_group_is_at_work_is_the_next(
    executor: ThreadPoolExecutor,
) -> None:
    """A hundred callers that wait are one call."""
    work = Doubler()
    double = Batcher[int, int](work, executor=executor)
    work.may_go.clear()
    first = asyncio.create_task(double(1))
    await asyncio.to_thread(work.has_begun.wait, 10)

    rest = [asyncio.create_task(double(number)) for number in range(100)]
    await asyncio.sleep(0)
    work.may_go.set()
    await asyncio.gather(first, *rest)

    assert [len(group) for group in work.groups] == [1, 100]


async def test_groups_are_bounded(executor: ThreadPoolExecutor) -> None:
    """However many wait."""
    work = Doubler()
    double = Batcher[int, int](work, executor=executor, max_size=7)

    await asyncio.gather(*map(double, range(50)))

    assert max(map(len, work.groups)) == 7


async def test_a_bad_item_fails_alone(executor: ThreadPoolExecutor) -> None:
    """Its neighbours get their answers."""
    double = Batcher[int, int](Doubler(), executor=executor)

    answers = await asyncio.gather(double(1), double(-1), double(2), return_exceptions=True)

    assert (answers[0], answers[2]) == (2, 4)
    assert isinstance(answers[1], ValueError)


async def test_a_shared_error_is_not_tried_for_each(executor: ThreadPoolExecutor) -> None:
    """Everybody hears it after one call."""
    work = Doubler()
    double = Batcher[int, int](work, executor=executor, shared_errors=(Shared,))

    answers = await asyncio.gather(double(1), double(-2), double(2), return_exceptions=True)

    assert all(isinstance(answer, Shared) for answer in answers)
    assert len(work.groups) == 1


async def test_a_caller_that_left_disturbs_nobody(executor: ThreadPoolExecutor) -> None:
    """A cancelled wait is skipped."""
    double = Batcher[int, int](Doubler(), executor=executor)
    gone = asyncio.create_task(double(1))
    stays = asyncio.create_task(double(2))
    await asyncio.sleep(0)

    gone.cancel()

    assert await stays == 4
