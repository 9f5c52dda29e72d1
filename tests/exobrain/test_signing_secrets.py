"""The signing secrets of a data directory."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from exobrain.lib.errors import ConfigError
from exobrain.lib.signing_secrets import own_secrets
from tests.ops.processes import ROOT

PRINT_THEM = """
import sys
from pathlib import Path
from exobrain.lib.signing_secrets import own_secrets
sys.stdin.read()
print(*own_secrets(Path(sys.argv[1])))
"""


def test_each_directory_has_its_own(tmp_path: Path) -> None:
    """Two installations share no secret, and one has two of them, both long."""
    first, second = own_secrets(tmp_path / "one"), own_secrets(tmp_path / "two")

    assert len({*first, *second}) == 4
    assert all(len(secret) >= 64 for secret in first)


def test_they_stay_what_they_are(tmp_path: Path) -> None:
    """After a restart tokens are still valid, and what was forgotten is still recognised."""
    assert own_secrets(tmp_path) == own_secrets(tmp_path)


def test_only_their_owner_reads_them(tmp_path: Path) -> None:
    """The file and the directory that is made for it are private, and nothing else is left."""
    data = tmp_path / "data"

    own_secrets(data)

    [file] = data.iterdir()
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(data.stat().st_mode)) == (0o600, 0o700)


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    """Whoever is first makes them, the others take those."""
    command = [sys.executable, "-c", PRINT_THEM, str(tmp_path / "data")]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]

    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    said = {process.communicate()[0] for process in processes}

    assert said == {" ".join(own_secrets(tmp_path / "data")) + "\n"}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"django_secret_key": "half of it"}'])
def test_a_damaged_file_is_not_replaced(tmp_path: Path, text: str) -> None:
    """New secrets would undo what was forgotten: that is for a person to decide."""
    file = tmp_path / "secrets.json"
    file.write_text(text)

    with pytest.raises(ConfigError, match=r"secrets\.json is damaged"):
        own_secrets(tmp_path)

    assert file.read_text() == text


def test_where_they_cannot_be_kept_the_way_out_is_told(tmp_path: Path) -> None:
    """The error names the setting and what to set instead."""
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match=r"EXOBRAIN_DATA: .*DJANGO_SECRET_KEY"):
        own_secrets(tmp_path / "file")
