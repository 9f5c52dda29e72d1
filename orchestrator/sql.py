"""The statements of a job's ordinary path, each one round trip: the ORM would cost more than they.

What is out of the ordinary (a lost attempt, a failure, an operator) goes through the ORM instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from orchestrator.types import Lifecycle


@contextmanager
def async_commit() -> Iterator[None]:
    """A transaction that a crash of PostgreSQL may undo, for what can be found out again."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


def _transition(lifecycle: Lifecycle, *, attempt: str, terminal: bool = False) -> str:
    """As `models.transition_columns`, in SQL."""
    return f"""
        transition = transition + 1,
        transitions = transitions || jsonb_build_array(jsonb_build_object(
            'state', '{lifecycle}', 'attempt', {attempt}, 'detail', '',
            'terminal', {str(terminal).lower()}, 'at', statement_timestamp()
        )),
        updated_at = statement_timestamp()
    """


# As `async_commit`, within one statement.
_ASYNC_COMMIT = "relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"

# As `types.message_id_of`.
_MESSAGE_ID = "id || CASE WHEN republish_count = 0 THEN '' ELSE '.' || republish_count END"
# The delivered message is the job's newest, and its publisher never recorded where it is.
_IS_NEWS = f"published_at IS NULL AND {_MESSAGE_ID} = %(message_id)s"

# The jobs are in the ledger; the answer is the ids that were not there before.
RECORD = """
    INSERT INTO orchestrator_job
        (id, job_type, user_id, payload, idempotency_key, created_at, publish_after)
    SELECT id, job_type, user_id, payload::jsonb, idempotency_key, created_at,
        statement_timestamp() + make_interval(secs => %s)
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
        AS asked (id, job_type, user_id, payload, idempotency_key, created_at)
    ON CONFLICT DO NOTHING
    RETURNING id
"""

# The ledger knows that JetStream has these messages, and where.
MARK_PUBLISHED = f"""
    WITH {_ASYNC_COMMIT}
    UPDATE orchestrator_job
    SET published_at = statement_timestamp(), stream_id = ack.stream_id,
        stream_sequence = ack.stream_sequence
    FROM relaxed, unnest(%s::uuid[], %s::int[], %s::text[], %s::bigint[])
        AS ack (job_id, republish_count, stream_id, stream_sequence)
    WHERE id = ack.job_id AND orchestrator_job.republish_count = ack.republish_count
        AND published_at IS NULL
"""  # noqa: S608  constants only

# Open jobs whose message is gone or finished with are due again; the answer is how many. Those of
# their messages that the stream still has are to be erased. Not those behind its end: these numbers
# come again, for other messages.
REQUEUE_LOST = """
    WITH lost AS (
        UPDATE orchestrator_job
        SET published_at = NULL, publish_after = statement_timestamp(),
            republish_count = republish_count + 1
        WHERE NOT is_terminal AND published_at < %(looked_at)s
            AND (lease_expires_at IS NULL OR lease_expires_at < statement_timestamp())
            AND (stream_id <> %(stream_id)s
                OR stream_sequence NOT BETWEEN %(first)s AND %(last)s
                OR stream_sequence <= %(finished)s)
        RETURNING stream_id, stream_sequence,
            id || CASE WHEN republish_count = 1 THEN '' ELSE '.' || republish_count - 1 END
                AS message_id
    ), old AS (
        INSERT INTO orchestrator_erasure (user_id, stream_id, stream_sequence, message_id)
        SELECT '', stream_id, stream_sequence, message_id FROM lost
        WHERE stream_id = %(stream_id)s AND stream_sequence BETWEEN %(first)s AND %(last)s
    )
    SELECT count(*) FROM lost
"""

# Jobs that wait and are due run here; the answer is those that nobody else holds.
CLAIM = f"""
    WITH {_ASYNC_COMMIT}, free AS (
        SELECT id FROM orchestrator_job, relaxed
        WHERE id = ANY(%s) AND NOT is_terminal AND state <> 'processing'
            AND (next_attempt_at IS NULL OR next_attempt_at <= statement_timestamp())
        FOR UPDATE OF orchestrator_job SKIP LOCKED
    )
    UPDATE orchestrator_job
    SET state = 'processing', attempts = attempts + 1, worker = %s, next_attempt_at = NULL,
        started_at = statement_timestamp(),
        lease_expires_at = statement_timestamp() + make_interval(secs => %s),
        {_transition(Lifecycle.STARTED, attempt="attempts + 1")}
    FROM free WHERE orchestrator_job.id = free.id
    RETURNING orchestrator_job.id, job_type, user_id, attempts, payload
"""  # noqa: S608  constants only

# The job is done, if the attempt is still the one that counts. The process that published it may
# have died before recording where: then that is taken from the message that was delivered, if it
# is the one published last (as `services.erasing.record_position`). The answer is where its message
# is.
COMPLETE = f"""
    UPDATE orchestrator_job
    SET state = 'completed', is_terminal = true, completed_at = statement_timestamp(),
        lease_expires_at = NULL,
        stream_id = CASE WHEN {_IS_NEWS} THEN %(stream_id)s ELSE stream_id END,
        stream_sequence = CASE WHEN {_IS_NEWS} THEN %(stream_sequence)s ELSE stream_sequence END,
        published_at = CASE WHEN {_IS_NEWS} THEN statement_timestamp() ELSE published_at END,
        {_transition(Lifecycle.SUCCEEDED, attempt="attempts", terminal=True)}
    WHERE id = %(job_id)s AND state = 'processing' AND attempts = %(attempt)s
    RETURNING stream_id, stream_sequence
"""  # noqa: S608  constants only
