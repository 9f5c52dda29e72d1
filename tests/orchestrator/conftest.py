"""An empty ledger, an empty queue, and a stage to work on."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from tests.orchestrator.bodies import CREATE
from tests.orchestrator.stage import Stage, stage


@pytest.fixture
def effect_table(db: None) -> None:
    """An empty table for the effects of test jobs."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute("TRUNCATE test_effect")


@pytest.fixture
def jobs(
    transactional_db: None, effect_table: None, config: Callable[..., None]
) -> Iterator[Stage]:
    """A stage on which retries follow at once and a silent worker is soon given up."""
    config(
        job_backoff_base_seconds=0.05,
        job_backoff_max_seconds=0.1,
        job_consumer_ack_wait_seconds=1.0,
        job_orchestrator_connect_timeout_seconds=10.0,
    )
    with stage() as made:
        yield made
