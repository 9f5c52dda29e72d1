"""The heartbeat of running turns."""

import threading

import pytest
from django.db import connection, transaction

from chat.models import Turn
from tests.factories import TurnFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_turn_that_is_being_finished_does_not_hold_up_the_heartbeat() -> None:
    """The others beat at once; before, the two waited for each other and one was killed."""
    finishing, alive = TurnFactory(), TurnFactory()
    before = alive.heartbeat_at
    locked, beaten = threading.Event(), threading.Event()

    def finish() -> None:
        with transaction.atomic():
            Turn.objects.finish(stream_id=finishing.id, state="complete", error="", events="[]")
            locked.set()
            assert beaten.wait(timeout=10)
        connection.close()

    finisher = threading.Thread(target=finish)
    finisher.start()
    assert locked.wait(timeout=10)

    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
    running = Turn.objects.beat([finishing.id, alive.id])
    beaten.set()
    finisher.join()

    alive.refresh_from_db()
    assert alive.heartbeat_at > before
    assert running == {finishing.id: False, alive.id: False}
