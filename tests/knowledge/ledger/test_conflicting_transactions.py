"""The memory is changed by several at once: none of them hears of a deadlock."""

import threading
from collections.abc import Callable

from django.db import connection, transaction

from accounts.models import User
from journal.models import Message
from journal.services import mark_committed
from knowledge.models import Block, Source
from knowledge.services.indexing.reindexing import embed_missing
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.locking import lock_memory
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.validity import faults
from tests.orchestrator.harness import eventually


def _in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  the test looks at it
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failures


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def test_a_rollback_in_a_deadlock_succeeds(transactional_db: None, alice: User) -> None:
    """Another transaction has a row that the rollback needs, and then wants the memory."""
    teller = Teller(alice)
    job = teller.learn(teller.say("@Ann#home=lyon"))

    def undo() -> None:
        with connection.cursor() as cursor:  # of the two, this one finds the deadlock
            cursor.execute("SET deadlock_timeout = '2s'")
        roll_back(user_id=alice.pk, changeset_id=job)

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '60s'")
        list(Source.objects.select_for_update().all())
        thread, failures = _in_thread(undo)
        eventually(_somebody_waits)
        lock_memory(alice.pk)
    thread.join()

    assert failures == []
    assert not Block.objects.exists()
    assert faults(alice.pk) == []


def test_whoever_refers_to_a_message_does_not_wait_for_its_commit(
    transactional_db: None, alice: User
) -> None:
    """A message that is being marked as committed can be leased, cited and decided on."""
    teller = Teller(alice)
    said = teller.say("@Ann")

    with transaction.atomic():
        mark_committed(user_id=alice.pk, message_ids=[said.id])
        thread, failures = _in_thread(lambda: teller.learn(said))
        thread.join(timeout=20)
        is_waiting = thread.is_alive()
    thread.join()

    assert not is_waiting
    assert failures == []
    assert Message.objects.get().committed_to_knowledge_base


def test_missing_vectors_are_made_while_nobody_else_changes_the_memory(
    transactional_db: None, alice: User
) -> None:
    """The indexes are written by one transaction at a time, so none waits for another's rows."""
    teller = Teller(alice)
    teller.learn(teller.say("@Ann#home=lyon"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM knowledge_blockvector")

    with transaction.atomic():
        lock_memory(alice.pk)
        thread, failures = _in_thread(lambda: embed_missing(user_id=alice.pk))
        thread.join(timeout=2)
        is_waiting = thread.is_alive()
    thread.join()

    assert is_waiting
    assert failures == []
