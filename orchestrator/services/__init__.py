"""Writes to the ledger of jobs: each a verb, each one transaction.

Whatever is decided by time is decided by PostgreSQL's clock. What may be lost in a crash of
PostgreSQL without harm (that a job was claimed, that it was published) is committed without
waiting for the disk; what may not (that a job exists, that it is done) waits.

`recording` takes jobs in, `outbox` publishes them, `claiming` gives them to workers, `finishing`
records how an attempt ended, `operating` is what operators do, `erasing` deletes words and old
rows.
"""

from orchestrator.services.claiming import claim, extend_leases, release
from orchestrator.services.erasing import (
    due_erasures,
    end_erasures,
    erase_messages,
    erase_messages_over,
    forget_user,
    prune,
    rewrite_payloads,
)
from orchestrator.services.finishing import fail, record_poison_message, run_attempt
from orchestrator.services.operating import (
    mark_replayed,
    replay,
    retry_job,
    take_replay_requests,
)
from orchestrator.services.outbox import mark_published, requeue_lost, take_unpublished
from orchestrator.services.recording import draft_job, job_id_of, record

__all__ = [
    "claim",
    "draft_job",
    "due_erasures",
    "end_erasures",
    "erase_messages",
    "erase_messages_over",
    "extend_leases",
    "fail",
    "forget_user",
    "job_id_of",
    "mark_published",
    "mark_replayed",
    "prune",
    "record",
    "record_poison_message",
    "release",
    "replay",
    "requeue_lost",
    "retry_job",
    "rewrite_payloads",
    "run_attempt",
    "take_replay_requests",
    "take_unpublished",
]
