"""The statements of a job's ordinary path, each one round trip: the ORM would cost more than they.

What is out of the ordinary (a lost run, a failure, an operator) goes through the ORM instead.
"""

from orchestrator.types import Lifecycle


def _change(lifecycle: Lifecycle, *, attempt: str, terminal: bool = False) -> str:
    """As `models.entering`: the columns by which a job changes, and remembers that it did."""
    return f"""
        transition = transition + 1,
        transitions = transitions || jsonb_build_array(jsonb_build_object(
            'state', '{lifecycle}', 'attempt', {attempt}, 'detail', '',
            'terminal', {str(terminal).lower()}, 'at', statement_timestamp()
        )),
        updated_at = statement_timestamp()
    """


# A crash of PostgreSQL may undo what names this: it can be found out again.
_RELAXED = "relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"

# By what a message of the job is known, as `types.message_id_of` has it.
_MESSAGE_ID = "id || CASE WHEN publishes = 0 THEN '' ELSE '.' || publishes END"
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
    WITH {_RELAXED}
    UPDATE orchestrator_job
    SET published_at = statement_timestamp(), stream_id = receipt.stream_id,
        stream_sequence = receipt.stream_sequence
    FROM relaxed, unnest(%s::uuid[], %s::int[], %s::text[], %s::bigint[])
        AS receipt (job_id, publishes, stream_id, stream_sequence)
    WHERE id = receipt.job_id AND orchestrator_job.publishes = receipt.publishes
        AND published_at IS NULL
"""  # noqa: S608  constants only

# Open jobs whose message is gone or finished with are due again; the answer is how many. What the
# stream still has of them it is to forget. Not what lies behind its end: those numbers come again,
# for other messages.
TAKE_BACK = """
    WITH lost AS (
        UPDATE orchestrator_job
        SET published_at = NULL, publish_after = statement_timestamp(), publishes = publishes + 1
        WHERE NOT is_terminal AND published_at < %(looked_at)s
            AND (lease_expires_at IS NULL OR lease_expires_at < statement_timestamp())
            AND (stream_id <> %(stream_id)s
                OR stream_sequence NOT BETWEEN %(first)s AND %(last)s
                OR stream_sequence <= %(finished)s)
        RETURNING stream_id, stream_sequence,
            id || CASE WHEN publishes = 1 THEN '' ELSE '.' || publishes - 1 END AS message_id
    ), old AS (
        INSERT INTO orchestrator_erasure (user_id, stream_id, stream_sequence, message_id)
        SELECT '', stream_id, stream_sequence, message_id FROM lost
        WHERE stream_id = %(stream_id)s AND stream_sequence BETWEEN %(first)s AND %(last)s
    )
    SELECT count(*) FROM lost
"""

# Jobs that wait and are due run here; the answer is those that nobody else holds.
CLAIM = f"""
    WITH {_RELAXED}, free AS (
        SELECT id FROM orchestrator_job, relaxed
        WHERE id = ANY(%s) AND NOT is_terminal AND state <> 'processing'
            AND (retry_at IS NULL OR retry_at <= statement_timestamp())
        FOR UPDATE OF orchestrator_job SKIP LOCKED
    )
    UPDATE orchestrator_job
    SET state = 'processing', attempts = attempts + 1, worker = %s, retry_at = NULL,
        started_at = statement_timestamp(),
        lease_expires_at = statement_timestamp() + make_interval(secs => %s),
        {_change(Lifecycle.STARTED, attempt="attempts + 1")}
    FROM free WHERE orchestrator_job.id = free.id
    RETURNING orchestrator_job.id, job_type, user_id, attempts, payload
"""  # noqa: S608  constants only

# The run's job is done, if the run is still the one that counts. Whoever published it may have died
# before saying where: then it is known from the message, if that is the one to be published last.
# The answer is where its message is.
COMPLETE = f"""
    UPDATE orchestrator_job
    SET state = 'completed', is_terminal = true, completed_at = statement_timestamp(),
        lease_expires_at = NULL,
        stream_id = CASE WHEN {_IS_NEWS} THEN %(stream_id)s ELSE stream_id END,
        stream_sequence = CASE WHEN {_IS_NEWS} THEN %(stream_sequence)s ELSE stream_sequence END,
        published_at = CASE WHEN {_IS_NEWS} THEN statement_timestamp() ELSE published_at END,
        {_change(Lifecycle.SUCCEEDED, attempt="attempts", terminal=True)}
    WHERE id = %(job_id)s AND state = 'processing' AND attempts = %(attempt)s
    RETURNING stream_id, stream_sequence
"""  # noqa: S608  constants only
