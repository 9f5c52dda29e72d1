"""Getting the browser's libraries, or saying why there are none."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from exobrain import vendor


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a lock file and nothing installed."""
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setattr(vendor, "ROOT", tmp_path)
    monkeypatch.setattr(vendor, "NODE_MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "static/vendor")
    monkeypatch.setattr(vendor, "STAMP", tmp_path / "static/vendor/.lock-digest")
    return tmp_path


def npm_does(monkeypatch: pytest.MonkeyPatch, work: Any) -> None:
    """npm is there, and this is what it does."""
    monkeypatch.setattr(vendor, "npm_command", lambda: ["/usr/bin/npm"])
    monkeypatch.setattr("subprocess.run", work)


def install(*_: Any, **__: Any) -> None:
    """Both packages are in node_modules, with more than is wanted."""
    for name in ("katex/dist/katex.min.js", "katex/dist/fonts/a.woff2", "katex/dist/fonts/a.ttf"):
        path = vendor.NODE_MODULES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_without_node_one_sentence_says_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Node is no error."""
    monkeypatch.setattr(vendor, "_node_wheel", lambda: None)
    monkeypatch.setattr("shutil.which", lambda _name, **_: None)

    assert "Node is not installed" in vendor.vendor()
    assert not vendor.STAMP.exists()


def test_a_failing_npm_is_no_error(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What npm complained about is told in the same one line."""

    def fail(*_: Any, **__: Any) -> None:
        raise subprocess.CalledProcessError(1, "npm", stderr="npm error network is away\nmore")

    npm_does(monkeypatch, fail)

    said = vendor.vendor()

    assert "network is away" in said
    assert "\n" not in said
    assert not vendor.STAMP.exists()


def test_only_what_pages_load_is_copied(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the packages stays where npm put it."""
    npm_does(monkeypatch, install)

    vendor.vendor()

    copied = {str(path.relative_to(vendor.VENDOR)) for path in vendor.VENDOR.rglob("*.*")}
    assert copied == {".lock-digest", "katex/katex.min.js", "katex/fonts/a.woff2"}


def test_the_same_lock_is_not_installed_twice(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """npm runs again only for another lock file."""
    calls: list[int] = []

    def count(*_: Any, **__: Any) -> None:
        calls.append(1)
        install()

    npm_does(monkeypatch, count)

    vendor.vendor()
    vendor.vendor()
    (project / "package-lock.json").write_text('{"a": 1}')
    vendor.vendor()

    assert len(calls) == 2


def test_npm_runs(tmp_path: Path) -> None:
    """The one of the development dependencies, on a machine with Python and nothing else."""
    command = [*vendor.npm_command(), "--version"]

    said = subprocess.run(command, cwd=tmp_path, env={}, check=True, capture_output=True, text=True)

    assert said.stdout.strip()[0].isdigit()
