"""A stranger sees and disturbs nothing of anybody else's jobs."""

import pytest

from orchestrator import client
from orchestrator.errors import JobNotFound
from orchestrator.models import Job
from tests.jobs.stage import Stage

pytestmark = pytest.mark.xdist_group("jobs")

CHARLIE = "c4a12e11-0000-4000-8000-00000000c4a1"


def test_a_stranger_does_not_see_a_job_s_status(jobs: Stage) -> None:
    """To Charlie it is not there."""
    jobs.start_server()
    job_id = jobs.enqueue()

    with pytest.raises(JobNotFound):
        client.job_status(job_id=job_id, user_id=CHARLIE)

    assert client.job_status(job_id=job_id, user_id=jobs.user).job_id == job_id


@pytest.mark.parametrize("after", [0, 1])
def test_a_stranger_cannot_watch_a_job(jobs: Stage, after: int) -> None:
    """Neither from the start nor by resuming."""
    jobs.start_server()
    job_id = jobs.enqueue()

    async def watch() -> None:
        async for _ in client.watch_job(job_id=job_id, user_id=CHARLIE, after=after):
            raise AssertionError("a stranger saw a change")

    with pytest.raises(JobNotFound):
        jobs.run(watch())


def test_a_stranger_s_key_does_not_reach_another_s_job(jobs: Stage) -> None:
    """Guessing a key makes a job of one's own, and tells nothing of the other."""
    jobs.start_server()
    hers = jobs.enqueue(key="guess", label="hers")

    his = jobs.enqueue(key="guess", label="his", user=CHARLIE)

    assert his != hers
    assert Job.objects.get(pk=hers).payload == {"label": "hers"}
    assert Job.objects.get(pk=his).user_id == CHARLIE
