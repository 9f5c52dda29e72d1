"""The thread pools: work is done in order of coming, failures stay where they belong."""

import logging
import threading
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection

from exobrain.lib.database import on_live_connection, with_second_attempt
from exobrain.lib.threads import ThreadPool


@pytest.fixture
def pool() -> Iterator[ThreadPool]:
    """One thread."""
    made = ThreadPool(1, name="test")
    yield made
    made.shutdown()


def test_threads_start_with_the_first_work() -> None:
    """A pool that nobody uses has no thread, so that a process with pools may fork."""
    before = threading.active_count()

    made = ThreadPool(3, name="unused")

    assert threading.active_count() == before
    made.shutdown()


def test_a_failure_is_the_caller_s(pool: ThreadPool) -> None:
    """What the work raises comes to whoever waits, and the thread lives on."""
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 1, 0).result()

    assert pool.submit(divmod, 7, 2).result() == (3, 1)


async def test_a_coroutine_gets_what_the_work_returns(pool: ThreadPool) -> None:
    """Arguments by position and by name reach it."""
    assert await pool.run(int, "ff", base=16) == 255


def test_what_nobody_waits_for_is_logged(
    pool: ThreadPool, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure of work that was put is told, and the thread lives on."""
    with caplog.at_level(logging.ERROR):
        pool.put(lambda: divmod(1, 0))
        assert pool.submit(int, "1").result() == 1

    assert "thread_work_failed" in caplog.text


def test_work_that_was_cancelled_is_not_done(pool: ThreadPool) -> None:
    """Who gives up before its turn costs nothing."""
    release = threading.Event()
    done: list[int] = []
    pool.put(lambda: release.wait(30))

    future = pool.submit(done.append, 1)

    assert future.cancel()
    release.set()
    pool.submit(int).result()
    assert done == []


@pytest.mark.django_db(transaction=True)
def test_a_thread_keeps_its_connection_until_told_otherwise(pool: ThreadPool) -> None:
    """Two pieces of work share a connection; after `close_connections` there is none."""

    def backend() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    first, second = pool.submit(backend).result(), pool.submit(backend).result()
    pool.close_connections()

    assert first == second
    assert pool.submit(lambda: connection.connection).result() is None


@pytest.mark.django_db(transaction=True)
def test_an_outage_seen_by_one_thread_renews_the_others(pool: ThreadPool) -> None:
    """Each thread connects anew before its next work, so a restart costs one failure in all."""
    pool.submit(connection.ensure_connection).result()

    def fail() -> None:
        raise OperationalError

    with pytest.raises(OperationalError):
        on_live_connection(fail)

    assert pool.submit(lambda: connection.connection).result() is None


def test_work_is_tried_again_after_an_outage(pool: ThreadPool) -> None:
    """Once, when PostgreSQL did not answer."""
    tries: list[int] = []

    def work() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError
        return 5

    assert pool.submit(with_second_attempt, work).result() == 5
    assert len(tries) == 2
