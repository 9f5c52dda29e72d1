"""What a journal's reference may be."""

from datetime import date

import pytest

from journal.types import is_reference, reference_of


@pytest.mark.parametrize("text", ["2025/01/14", "2024/02/29", "0001/01/01", "9999/12/31"])
def test_a_day_that_exists_is_a_reference(text: str) -> None:
    """Every date of the calendar, written YYYY/MM/DD, is a reference."""
    assert is_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "foo",
        "today/",
        "2025/02/29",
        "2025/13/01",
        "0000/01/01",
        "2025/1/14",
        "2025-01-14",
        "2025/01/14/",
        " 2025/01/14",
        "2025/01/14\n",
        "٢٠٢٥/٠١/١٤",
        "2025/01/1\x00",
    ],
)
def test_anything_else_is_not(text: str) -> None:
    """A text that is not a date of the calendar in that form is no reference."""
    assert not is_reference(text)


def test_a_day_has_its_reference() -> None:
    """Years, months and days are padded with zeros."""
    assert reference_of(date(812, 3, 4)) == "0812/03/04"
