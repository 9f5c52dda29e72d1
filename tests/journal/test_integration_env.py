"""The env file that names the server for the integration tests."""

from pathlib import Path

import pytest

from tests.integration.target import KEY, VARIABLE, base_url, read_env

EXAMPLE = Path(__file__).parent.parent / "integration" / ".env.integration.example"


@pytest.mark.parametrize(
    "text",
    [
        "A=http://localhost:8000",
        "# comment\n\n  A = http://localhost:8000  \n",
        "A='http://localhost:8000'",
        'A="http://localhost:8000"\nB',
    ],
)
def test_lines_are_read(text: str) -> None:
    """Comments, blank lines, spaces and quotes around a value do not matter."""
    assert read_env(text) == {"A": "http://localhost:8000"}


def test_the_example_names_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example file works as it is."""
    monkeypatch.setenv(VARIABLE, str(EXAMPLE))

    assert base_url() == "http://localhost:8000"


def test_a_missing_file_names_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the file there is no server to test."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "absent"))

    assert base_url() is None


def test_a_missing_key_names_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file without the key names no server either."""
    file = tmp_path / "env"
    file.write_text(f"OTHER=1\n{KEY}=\n")
    monkeypatch.setenv(VARIABLE, str(file))

    assert base_url() is None
