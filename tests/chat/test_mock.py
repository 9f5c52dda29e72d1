"""The model that reads its answers from a file."""

from pathlib import Path
from typing import Any

import pytest

from chat.agent import chat_model
from chat.agent.mock import DELIMITER, PART_CHARACTERS, MockModel, read_answers
from chat.errors import MockFileInvalid
from exobrain.lib.config import ROOT
from exobrain.lib.errors import ConfigError
from tests.mock_model import rewind


async def _answer(model: MockModel) -> str:
    return "".join([str(part) async for part in model.answer(())])


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "answers.md"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "One\n\n--- message ---\n\nTwo\n\n--- message ---\n\nThree\n",
        "One\n--- message\nTwo\n--- message\nThree",
        "\n\n--- message ---\n\n  One  \n\n--- message ---\n\n \n\n--- message\nTwo\n\n"
        "--- message ---  \n\nThree\n\n--- message ---\n\n",
        "One\r\n\r\n--- message ---\r\n\r\nTwo\r\n--- message\r\nThree\r\n",
    ],
    ids=["present form", "older form", "blanks", "Windows line ends"],
)
def test_answers_are_split_trimmed_and_never_empty(tmp_path: Path, text: str) -> None:
    """Both forms of the delimiter, on a line of its own."""
    assert read_answers(_file(tmp_path, text)) == ["One", "Two", "Three"]


def test_dashes_within_a_line_divide_nothing(tmp_path: Path) -> None:
    """Markdown may hold what looks like a delimiter."""
    text = "A --- message --- B\n\n---\n\n--- messages\n--- message --- x"

    assert read_answers(_file(tmp_path, text)) == [text]


@pytest.mark.parametrize("text", ["", " \n\n", "\n--- message ---\n", "--- message\n--- message\n"])
def test_a_file_without_answers_is_a_clear_error(tmp_path: Path, text: str) -> None:
    """It names the variable, the file and the delimiter."""
    path = _file(tmp_path, text)

    with pytest.raises(MockFileInvalid) as error:
        read_answers(path)

    assert isinstance(error.value, ConfigError)
    for word in ("MAIN_AGENT_MOCK_MESSAGES_FILE", str(path), DELIMITER):
        assert word in error.value.message


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"], ids=["missing", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_a_clear_error(tmp_path: Path, content: bytes | None) -> None:
    """Missing or not text: the same names."""
    path = tmp_path / "answers.md"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(MockFileInvalid, match="MAIN_AGENT_MOCK_MESSAGES_FILE"):
        read_answers(path)


def test_a_wrong_file_is_noticed_when_the_model_is_made(config: Any, tmp_path: Path) -> None:
    """A server finds out when it starts, not at the first question."""
    config(main_agent_mock_messages_file=_file(tmp_path, ""))

    with pytest.raises(MockFileInvalid):
        chat_model()


async def test_answers_come_in_turn_and_again() -> None:
    """After the last comes the first."""
    rewind()
    model = MockModel(["One", "Two", "Three"])

    assert [await _answer(model) for _ in range(5)] == ["One", "Two", "Three", "One", "Two"]


async def test_everybody_shares_the_turn() -> None:
    """One counter for the process, whoever asks."""
    rewind()
    one, two = MockModel(["A", "B"]), MockModel(["A", "B"])

    assert [await _answer(one), await _answer(two), await _answer(one)] == ["A", "B", "A"]


async def test_parts_are_small_and_make_the_answer() -> None:
    """Many of them, also of a long answer, and nothing is lost between them."""
    rewind()
    text = "äöü🦉 " * 1500
    model = MockModel([text])

    parts = [str(part) async for part in model.answer(())]

    assert "".join(parts) == text
    assert max(map(len, parts)) == PART_CHARACTERS


@pytest.mark.parametrize(
    ("name", "count"), [("main-agent-messages.md", 3), ("main-agent-messages-old-form.md", 3)]
)
def test_the_shipped_files_have_answers(name: str, count: int) -> None:
    """Three each."""
    assert len(read_answers(ROOT / "mock_data" / name)) == count
