"""What a soak has done wrong: what was asked for and said, compared with what is there.

Reads the ledger by SQL of its own, so that nothing of the product judges itself.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

# Each finds what must not be: a row says what, and the name says why it is wrong. Words are kept
# exactly once, so every query that counts finds zero as well as two.
MEMORY = {
    "message not learned": "SELECT id FROM journal_message WHERE NOT committed_to_knowledge_base",
    "message in other than one update's episode": """
        SELECT message.id, count(episode.id) FROM journal_message AS message
        LEFT JOIN knowledge_episode AS episode ON message.id = ANY(episode.message_ids)
        GROUP BY 1 HAVING count(episode.id) <> 1
    """,
    "message with other than one block": """
        SELECT message.id, count(block.id) FROM journal_message AS message
        LEFT JOIN knowledge_block AS block ON block.message_id = message.id
            AND block.kind = 'episode' AND block.user_id = message.user_id
            AND block.text = message.content
        GROUP BY 1 HAVING count(block.id) <> 1
    """,
    "block without a message": """
        SELECT block.id, block.kind FROM knowledge_block AS block
        WHERE NOT EXISTS (
            SELECT FROM knowledge_source AS source JOIN journal_message AS message
                ON message.id = source.message_id AND message.user_id = block.user_id
            WHERE source.record_id = block.id
        )
    """,
    "block with other than one row in the index": """
        SELECT block.id, count(indexed.block_id) FROM knowledge_block AS block
        LEFT JOIN knowledge_indexedblock AS indexed ON indexed.block_id = block.id
            AND indexed.user_id = block.user_id AND indexed.kind = block.kind
        GROUP BY 1 HAVING count(indexed.block_id) <> 1
    """,
    "row in the index without a block": """
        SELECT indexed.block_id FROM knowledge_indexedblock AS indexed
        WHERE NOT EXISTS (SELECT FROM knowledge_block WHERE id = indexed.block_id)
    """,
    "index that counts its rows wrongly": """
        SELECT counted.user_id, counted.blocks, count(indexed.block_id)
        FROM knowledge_indexeduser AS counted
        LEFT JOIN knowledge_indexedblock AS indexed USING (user_id)
        GROUP BY 1, 2 HAVING counted.blocks <> count(indexed.block_id)
    """,
    "job with other than one changeset": """
        SELECT learned.job_id, count(changeset.id)
        FROM (SELECT DISTINCT job_id FROM knowledge_episode) AS learned
        LEFT JOIN knowledge_changeset AS changeset USING (job_id)
        GROUP BY 1 HAVING count(changeset.id) <> 1
    """,
    "changeset of a job that has not succeeded, or learned nothing": """
        SELECT changeset.id FROM knowledge_changeset AS changeset
        LEFT JOIN orchestrator_job AS job ON job.id = changeset.job_id
        LEFT JOIN knowledge_episode AS episode ON episode.job_id = changeset.job_id
        WHERE job.state IS DISTINCT FROM 'completed' OR episode.id IS NULL
    """,
    "record added twice": """
        SELECT id, count(*) FROM (
            SELECT id, began_as FROM knowledge_block
            UNION ALL SELECT id, began_as FROM knowledge_blockversion
            UNION ALL SELECT id, began_as FROM knowledge_entity
            UNION ALL SELECT id, began_as FROM knowledge_entityversion
            UNION ALL SELECT id, began_as FROM knowledge_mention
            UNION ALL SELECT id, began_as FROM knowledge_mentionversion
        ) AS made
        WHERE began_as = 'added' GROUP BY 1 HAVING count(*) > 1
    """,
    "message that is still taken": """
        SELECT message_id FROM knowledge_updatemessage WHERE is_leased
    """,
}


@dataclass
class Asked:
    """What was asked for, and accepted."""

    effects: set[str] = field(default_factory=set)  # jobs that must leave one effect
    failures: set[str] = field(default_factory=set)  # jobs that must leave none
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def count(self) -> int:
        """How many jobs were accepted."""
        return len(self.effects) + len(self.failures)


def what_is_wrong(connection: Connection, asked: Asked) -> list[str]:
    """A line for everything that was lost, done twice, or done without having been asked for."""
    return [*_of_effects(connection, asked), *_of_memory(connection)]


def _of_effects(connection: Connection, asked: Asked) -> list[str]:
    rows = connection.execute("SELECT job_id::text, count(*) FROM test_effect GROUP BY 1")
    done: dict[str, int] = dict(rows.fetchall())
    query = "SELECT id::text, state, is_terminal, terminal_reason FROM orchestrator_job"
    found = connection.execute(f"{query} WHERE job_type LIKE 'test.%'")
    jobs = {row[0]: row[1:] for row in found.fetchall()}
    lost = asked.effects - done.keys()
    failed = {id_ for id_, facts in jobs.items() if facts == ("failed", True, "permanent")}
    return [
        *(f"lost: {job_id} is {jobs.get(job_id)}" for job_id in sorted(lost)),
        *(f"done {count} times: {job_id}" for job_id, count in done.items() if count > 1),
        *(f"done, but cannot succeed: {job_id}" for job_id in asked.failures & done.keys()),
        *(f"done, but not asked for: {job_id}" for job_id in done.keys() - asked.effects),
        *(f"not given up: {job_id} {jobs.get(job_id)}" for job_id in asked.failures - failed),
    ]


def _of_memory(connection: Connection) -> list[str]:
    return [
        f"{what}: {' '.join(map(str, row))}"
        for what, query in MEMORY.items()
        for row in connection.execute(query).fetchall()
    ]
