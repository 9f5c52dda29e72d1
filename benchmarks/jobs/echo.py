"""The floor of a call: `python -m benchmarks.jobs.echo ADDRESS` answers and does no more."""

import asyncio
import sys
from typing import Any

import grpc
import uvloop

from protos import job_orchestrator_pb2 as pb
from protos import job_orchestrator_pb2_grpc as pb_grpc


class Echo(pb_grpc.JobOrchestratorServicer):
    """Does nothing else."""

    async def EnqueueJob(self, request: pb.EnqueueJobRequest, context: Any) -> pb.EnqueueJobReply:  # noqa: N802
        """The user's id, for want of a job."""
        return pb.EnqueueJobReply(job_id=request.user_id)


async def serve(address: str) -> None:
    """Answers until killed."""
    server = grpc.aio.server()
    pb_grpc.add_JobOrchestratorServicer_to_server(Echo(), server)
    server.add_insecure_port(address)
    await server.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
