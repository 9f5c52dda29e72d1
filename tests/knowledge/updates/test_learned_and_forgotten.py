"""The whole way: a job learns what was said, and what is forgotten leaves queue and ledger."""

import pytest
from nats.js.errors import NotFoundError

from accounts.models import User
from knowledge.models import Block, Changeset
from knowledge.services import updates
from knowledge.services.forgetting.erasure import forget
from knowledge.types import Target, TargetKind
from orchestrator.errors import QueueUnavailable
from orchestrator.jetstream import STREAM, NatsConnection
from orchestrator.models import Erasure, Job
from tests.knowledge.ledger.traces import keys_with, tables_with
from tests.knowledge.updates.conftest import said
from tests.orchestrator.harness import Harness, eventually

pytestmark = pytest.mark.xdist_group("jobs")

WORD = "zanzibar"


async def stored(word: str) -> int:
    """How many messages of the stream have the word in them."""
    connection, number, found = await NatsConnection.open(name="test"), 1, 0
    try:
        while True:
            message = await connection.jetstream.get_msg(
                STREAM, seq=number, subject="jobs.>", next=True
            )
            found += word.encode() in (message.data or b"")
            number = (message.seq or 0) + 1
    except NotFoundError:
        return found
    finally:
        await connection.close()


def learned(jobs: Harness, alice: User) -> None:
    """A message with the word went the whole way into the memory."""
    jobs.start_server()
    jobs.start_worker()
    said(alice, f"My sister Ann moved to {WORD.title()} in May.")
    (job_id,) = updates.request_update(user_id=alice.id).job_ids
    jobs.ended(job_id)


def test_the_job_s_words_are_in_the_memory(jobs: Harness, alice: User) -> None:
    """Its changeset names the job, and the message is an episode."""
    learned(jobs, alice)

    assert WORD.title() in Block.objects.get(kind="episode").text
    assert Changeset.objects.get().job_id == Job.objects.get().id


def test_what_is_forgotten_leaves_the_queue(jobs: Harness, alice: User) -> None:
    """No table, no key of Redis and no message of the stream has it any more."""
    learned(jobs, alice)
    [message_id] = Block.objects.filter(kind="episode").values_list("message_id", flat=True)
    assert jobs.run(stored(WORD.title()))

    report = forget(user_id=alice.id, target=Target(TargetKind.MESSAGE, id=message_id))

    assert report.pending == []
    assert tables_with(WORD) == {}
    assert keys_with(WORD) == []
    assert jobs.run(stored(WORD.title())) == 0


def test_a_queue_that_is_away_is_reported(
    jobs: Harness, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is gone, the report says what is still to follow, and then it follows."""
    learned(jobs, alice)
    [message_id] = Block.objects.filter(kind="episode").values_list("message_id", flat=True)

    async def away(*, name: str) -> NatsConnection:
        raise QueueUnavailable

    monkeypatch.setattr(NatsConnection, "open", away)
    report = forget(user_id=alice.id, target=Target(TargetKind.MESSAGE, id=message_id))
    monkeypatch.undo()

    assert report.pending == ["queue"]
    assert tables_with(WORD) == {}
    assert eventually(lambda: jobs.run(stored(WORD.title())) == 0)
    assert eventually(lambda: not Erasure.objects.exists())
