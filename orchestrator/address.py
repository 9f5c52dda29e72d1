"""Where the orchestrator listens, and where others find it."""

from pathlib import Path

from django.conf import settings

from exobrain.embedded.layout import Layout


def socket_path() -> Path:
    """The orchestrator's Unix socket in the data directory, which only its owner may enter."""
    return Layout.of(settings.EXOBRAIN.data_dir).sockets / "jobs.sock"


def bind_address() -> str:
    """What the server binds."""
    return settings.EXOBRAIN.orchestrator_bind_address or f"unix:{socket_path()}"


def target() -> str:
    """What a client connects to."""
    if named := settings.EXOBRAIN.job_orchestrator_grpc_target:
        return str(named)
    address = bind_address()
    for anywhere, here in (("0.0.0.0:", "127.0.0.1:"), ("[::]:", "[::1]:")):
        if address.startswith(anywhere):
            return here + address.removeprefix(anywhere)
    return address


def runs_here() -> bool:
    """False when a target elsewhere is named, and no address to listen on."""
    config = settings.EXOBRAIN
    is_elsewhere = config.job_orchestrator_grpc_target and not config.orchestrator_bind_address
    return config.job_orchestrator_api_enabled and not is_elsewhere
