"""Whether the memory keeps its invariants over many generated histories.

Usage: python -m benchmarks.memory.invariants [--histories 1000] [--jobs 1] [--json OUT]

Runs the same property test as the suite, with more histories; fails with the first history
that breaks one. Prints how often each invariant was checked, and what the histories were made of.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

TEST = "tests/knowledge/ledger/test_invariants.py"
ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run, print, and answer with the test's own exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory.invariants", description=__doc__
    )
    parser.add_argument("--histories", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    checked: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as reports:
        code = _run(options.histories, options.jobs, reports)
        for report in Path(reports).glob("*.json"):
            checked.update(json.loads(report.read_text()))
    for name, count in sorted(checked.items()):
        print(f"{name:30} {count:8}   100 %")
    if options.json:
        options.json.write_text(json.dumps({"passed": code == 0, "checked": checked}) + "\n")
    return code


def _run(histories: int, jobs: int, reports: str) -> int:
    environment = {
        **os.environ,
        "INVARIANT_HISTORIES": str(histories),
        "INVARIANT_HISTORIES_PARTS": str(jobs),
        "INVARIANT_HISTORIES_REPORTS": reports,
    }
    command = [sys.executable, "-m", "pytest", "-n", str(jobs if jobs > 1 else 0), TEST]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
