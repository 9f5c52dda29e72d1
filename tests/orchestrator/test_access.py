"""Who may call the orchestrator: a shared secret, TLS, and errors the apps understand."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pydantic import SecretStr

from exobrain.lib.errors import Refused, Unavailable
from orchestrator import client
from orchestrator.address import target
from orchestrator.errors import JobNotFound, OrchestratorUnavailable
from orchestrator.rpc import SERVICE
from tests.orchestrator.harness import Harness

pytestmark = pytest.mark.xdist_group("jobs")


def test_who_sends_the_secret_is_let_in(jobs: Harness, config: Callable[..., None]) -> None:
    """The apps' client sends it by itself."""
    config(job_orchestrator_api_token=SecretStr("open sesame"))
    jobs.start_server()

    assert jobs.enqueue()


@pytest.mark.parametrize("token", [None, SecretStr("guess")])
def test_who_does_not_is_refused(
    jobs: Harness, config: Callable[..., None], token: SecretStr | None
) -> None:
    """Without the secret no method answers, whatever is asked."""
    config(job_orchestrator_api_token=SecretStr("open sesame"))
    jobs.start_server()
    config(job_orchestrator_api_token=token)

    with pytest.raises(Refused):
        jobs.enqueue()
    with pytest.raises(Refused):
        client.job_status(job_id=UUID(int=1), user_id=jobs.user)
    with pytest.raises(Refused):
        jobs.run(_first(client.watch_job(job_id=UUID(int=1), user_id=jobs.user)))


async def _first(changes: object) -> object:
    return await anext(changes)  # type: ignore[call-overload]


@pytest.mark.parametrize("service", ["", SERVICE])
def test_health_is_told_to_everybody(
    jobs: Harness, config: Callable[..., None], service: str
) -> None:
    """Probes know no secret."""
    config(job_orchestrator_api_token=SecretStr("open sesame"))
    jobs.start_server()

    with grpc.insecure_channel(target()) as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=10)

    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_with_a_certificate_calls_are_encrypted(
    jobs: Harness, config: Callable[..., None], tmp_path: Path
) -> None:
    """A client that trusts it gets through, one that speaks plaintext does not."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    config(
        job_orchestrator_api_bind_address="localhost:0",
        job_orchestrator_tls_certificate_file=certificate,
        job_orchestrator_tls_key_file=key,
        job_orchestrator_tls_ca_file=certificate,
        job_orchestrator_connect_timeout_seconds=3.0,
    )
    server = jobs.start_server()
    config(job_orchestrator_grpc_target=f"localhost:{server.port}")

    assert jobs.enqueue()

    client._channel.cache_clear()
    config(
        job_orchestrator_tls_ca_file=None,
        job_orchestrator_connect_timeout_seconds=0.5,
        job_orchestrator_grpc_target=f"localhost:{server.port}",
    )
    with pytest.raises(Unavailable):
        jobs.enqueue()


def test_an_orchestrator_that_is_away_is_unavailable(
    jobs: Harness, config: Callable[..., None]
) -> None:
    """After JOB_ORCHESTRATOR_CONNECT_TIMEOUT_SECONDS, as an error of the family."""
    config(job_orchestrator_connect_timeout_seconds=0.3)

    with pytest.raises(OrchestratorUnavailable):
        jobs.enqueue()


def test_a_call_waits_for_an_orchestrator_that_is_just_starting(jobs: Harness) -> None:
    """A restart within the deadline costs its time, not an error."""
    waiting = asyncio.run_coroutine_threadsafe(asyncio.to_thread(jobs.enqueue), jobs.loop)

    jobs.start_server()

    assert waiting.result(30)


def test_an_unknown_job_is_not_found(jobs: Harness) -> None:
    """As an error of the family."""
    jobs.start_server()

    with pytest.raises(JobNotFound):
        client.job_status(job_id=UUID(int=1), user_id=jobs.user)
