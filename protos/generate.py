"""`python -m protos.generate`: the stubs beside every .proto file are those of its text."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def generate(into: Path) -> None:
    """The stubs of every .proto file are below `into`, as the package `protos`."""
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "protos").glob("*.proto"))
    outputs = [f"--{kind}_out={into}" for kind in ("python", "pyi", "grpc_python")]
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", "-I.", *outputs, *sources], cwd=ROOT, check=True
    )


if __name__ == "__main__":
    generate(ROOT)
