"""An empty ledger, an empty queue, and a harness to work on."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from tests.orchestrator.harness import Harness, harness
from tests.orchestrator.job_types import CREATE


@pytest.fixture
def effect_table(db: None) -> None:
    """An empty table for the effects of test jobs."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute("TRUNCATE test_effect")


@pytest.fixture
def jobs(
    transactional_db: None, effect_table: None, config: Callable[..., None]
) -> Iterator[Harness]:
    """A harness on which retries follow at once and a silent worker is soon given up."""
    config(
        job_backoff_base_seconds=0.05,
        job_backoff_max_seconds=0.1,
        job_consumer_ack_wait_seconds=1.0,
        job_orchestrator_connect_timeout_seconds=10.0,
    )
    with harness() as made:
        yield made
