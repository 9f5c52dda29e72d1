"""Finds a Chromium for the browser tests, or gets one.

`python -m tests.browser` prints one line and never fails: on PATH, else Debian's package when
root, else Playwright's own download. Without any, tests/e2e is skipped by name.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have little of it
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INSTALL_SECONDS = 600
START_SECONDS = 60


@cache
def find() -> str | None:
    """A Chromium that starts on this machine."""
    candidates = [shutil.which(name) for name in NAMES]
    candidates.append(_playwrights_own())
    return next((path for path in candidates if path and _starts(path)), None)


def get() -> str:
    """There is a Chromium now, or the returned line says why there is none."""
    if path := find():
        return f"Browser tests: {path}."
    problems = []
    for install in (_from_debian, _from_playwright):
        problems.append(install())
        find.cache_clear()
        if path := find():
            return f"Browser tests: {path}, just installed."
    return f"Browser tests: no Chromium can be had ({'; '.join(problems)}), so they are skipped."


def _playwrights_own() -> str | None:
    folder = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright"
    found = sorted(Path(folder).glob("chromium-*/chrome-linux*/chrome"))
    return str(found[-1]) if found else None


def _starts(path: str) -> bool:
    """Some distributions have a stub in Chromium's place, so a page has to be drawn."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            *(path, "--headless", *FLAGS, f"--user-data-dir={profile}"),
            *("--dump-dom", "data:text/html,<p>drawn</p>"),
        ]
        return "drawn" in _run(command, seconds=START_SECONDS)[0]


def _from_debian() -> str:
    """What kept Debian's package from being of use."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return "no root or no apt-get"
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update", "-qq"], [*install, "fonts-dejavu-core"]):
        if problem := _run(command, seconds=INSTALL_SECONDS, **quiet)[1]:
            return f"apt-get: {problem}"
    return "apt-get: what it installed does not start"


def _from_playwright() -> str:
    """What kept Playwright's download from being of use."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    problem = _run(command, seconds=INSTALL_SECONDS)[1]
    return f"Playwright: {problem or 'what it installed does not start'}"


def _run(command: list[str], *, seconds: int, **variables: str) -> tuple[str, str]:
    """What the command said, and what went wrong."""
    try:
        done = subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds,
            env={**os.environ, **variables},
        )
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or error.stdout).strip().splitlines()
        return "", lines[-1] if lines else f"exit status {error.returncode}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", str(error)
    return done.stdout, ""


if __name__ == "__main__":
    sys.stdout.write(f"{get()}\n")
