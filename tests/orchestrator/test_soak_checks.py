"""The soak's verdict: it says nothing of what is right, and names everything that is wrong."""

import pytest
from django.db import connection

from accounts.models import User
from knowledge.models import Update
from knowledge.services import updates
from orchestrator.models import Job
from tests.knowledge.updates.conftest import said
from tests.orchestrator.harness import Harness
from tests.orchestrator.soak_checks import MEMORY, Asked, what_is_wrong

pytestmark = pytest.mark.xdist_group("jobs")

BREAKS = {
    "message not learned": "UPDATE journal_message SET committed_to_knowledge_base = false",
    "message in other than one update's episode": "DELETE FROM knowledge_episode",
    "message with other than one block": "UPDATE knowledge_block SET text = 'something else'",
    "block without a message": "DELETE FROM knowledge_source",
    "block with other than one row in the index": "DELETE FROM knowledge_indexedblock",
    "row in the index without a block": (
        "UPDATE knowledge_indexedblock SET block_id = gen_random_uuid()"
    ),
    "index that counts its rows wrongly": "UPDATE knowledge_indexeduser SET blocks = blocks + 1",
    "job with other than one changeset": "UPDATE knowledge_changeset SET job_id = NULL",
    "changeset of a job that has not succeeded, or learned nothing": (
        "UPDATE knowledge_episode SET job_id = gen_random_uuid()"
    ),
    "record added twice": """
        INSERT INTO knowledge_blockversion (id, user_id, universe_id, trust, confidence, status,
            recorded_at, updated_at, kind, text, level, topic, value, is_single_valued, reference,
            said_at, changeset_id, began_as, ended_as)
        SELECT id, user_id, universe_id, trust, confidence, status, recorded_at,
            updated_at, kind, text, level, topic, value, is_single_valued, reference, said_at,
            changeset_id, began_as, 'removed' FROM knowledge_block
    """,
    "message that is still taken": "UPDATE knowledge_updatemessage SET is_leased = true",
}


def _verdict(asked: Asked) -> list[str]:
    connection.ensure_connection()
    return what_is_wrong(connection.connection, asked)


@pytest.fixture
def asked(jobs: Harness, alice: User) -> Asked:
    """Three jobs done or given up, and two messages learned."""
    jobs.start_server()
    jobs.start_worker()
    done, failed = jobs.enqueue(failures=1), jobs.enqueue(permanent=True)
    said(alice, "I bought 5 apples.", "They are red.")
    (update,) = updates.request_update(user_id=alice.id).job_ids
    for job_id in (done, failed, update):
        jobs.ended(job_id)
    return Asked(effects={str(done)}, failures={str(failed)})


def test_of_what_is_right_nothing_is_said(asked: Asked) -> None:
    """There is something to be judged, and it is as it should be."""
    assert Update.objects.get().state == "succeeded"
    assert _verdict(asked) == []


@pytest.mark.parametrize("what", sorted(MEMORY))
def test_what_is_wrong_in_the_memory_is_named(asked: Asked, what: str) -> None:
    """Each comparison finds what it is there for."""
    with connection.cursor() as cursor:
        cursor.execute(BREAKS[what])

    assert any(line.startswith(f"{what}: ") for line in _verdict(asked))


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("DELETE FROM test_effect", "lost"),
        ("INSERT INTO test_effect SELECT * FROM test_effect", "done 2 times"),
        ("UPDATE test_effect SET job_id = gen_random_uuid()", "done, but not asked for"),
        (
            "INSERT INTO test_effect SELECT id, '', '', '' FROM orchestrator_job"
            " WHERE terminal_reason = 'permanent'",
            "done, but cannot succeed",
        ),
        ("UPDATE orchestrator_job SET terminal_reason = 'lost-attempts'", "not given up"),
    ],
)
def test_what_is_wrong_with_effects_is_named(asked: Asked, sql: str, what: str) -> None:
    """Missing, doubled, out of nowhere, or of a job that must not have one."""
    assert Job.objects.count() == 3
    with connection.cursor() as cursor:
        cursor.execute(sql)

    assert any(line.startswith(what) for line in _verdict(asked))
