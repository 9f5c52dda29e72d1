"""Texts that were made to keep the server busy are read as fast as any other."""

from time import perf_counter

import pytest

from tests.knowledge.extraction.support import read, texts

BLANKS = (" ", "\n", "\t", "\r\n", " \n", "\xa0")


@pytest.mark.parametrize("blank", BLANKS, ids=map(repr, BLANKS))
@pytest.mark.parametrize("before", ["", "My sister said: ", "I live in Lyon. My "])
@pytest.mark.timeout(60)
def test_a_run_of_blanks_costs_no_more_than_its_length(blank: str, before: str) -> None:
    """It took minutes, as every blank was taken for the beginning of what may follow blanks."""
    read("My name is Ann.")  # the parser is loaded
    began = perf_counter()

    read(before + blank * 30_000 + "x")

    assert perf_counter() - began < 10


def test_what_stands_behind_a_run_of_blanks_is_read() -> None:
    """Each on its own."""
    found = read("I live in Lyon." + " " * 500 + "\n" * 500 + "I have a dog called Rex.")

    assert len(texts(found)) >= 2
