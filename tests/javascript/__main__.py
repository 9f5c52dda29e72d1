"""Lints static/js, or runs the tests of what it computes.

`python -m tests.javascript lint` and `python -m tests.javascript test`, as `make check` and
`make test` do. Needs Node, which is a development dependency, and for the linter eslint, which
`python -m exobrain.vendor` installs; without them it says so and fails.
"""

import shutil
import subprocess
import sys

from exobrain.vendor import NODE_MODULES, ROOT, node_path, vendor

ESLINT = NODE_MODULES / "eslint/bin/eslint.js"
TESTS = ROOT / "tests/javascript"


def main(task: str) -> int | str:
    """The exit code of Node, or why it could not be run."""
    node = shutil.which("node", path=node_path())
    if node is None:
        return "JavaScript was not checked: there is no Node. `make check` sets it up in .venv."
    if task == "test":
        command = [node, "--test", *map(str, sorted(TESTS.glob("*.test.js")))]
    elif task == "lint":
        if not ESLINT.is_file():
            return f"JavaScript was not checked: eslint is not installed. {vendor()}"
        command = [node, str(ESLINT), "--max-warnings=0", "static/js", str(TESTS)]
    else:
        return __doc__ or ""
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[-1]))
