"""The generated stubs are those of the .proto files."""

from pathlib import Path

import pytest

from protos.generate import ROOT, generate

STUBS = sorted(path.name for path in (ROOT / "protos").glob("*_pb2*"))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stubs made just now."""
    into = tmp_path_factory.mktemp("stubs")
    generate(into)
    return into / "protos"


@pytest.mark.parametrize("name", STUBS)
def test_a_stub_is_fresh(name: str, fresh: Path) -> None:
    """`make protos` would change nothing."""
    assert (ROOT / "protos" / name).read_text() == (fresh / name).read_text()


def test_no_stub_is_missing(fresh: Path) -> None:
    """Every .proto has its stubs, and every stub has its .proto."""
    assert sorted(path.name for path in fresh.iterdir()) == STUBS
