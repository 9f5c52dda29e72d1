"""Short phrases that name a date, said on Wednesday, 14 June 2023."""

import pytest

from knowledge.dates import read_dates, read_duration_start
from tests.knowledge.extraction.support import SAID

PAST = [
    ("yesterday", "2023-06-13"),
    ("today", "2023-06-14"),
    ("the day before yesterday", "2023-06-12"),
    ("last night", "2023-06-13"),
    ("two days ago", "2023-06-12"),
    ("a week ago", "2023-06-07"),
    ("a couple of weeks ago", "2023-05-31"),
    ("three years ago", "2020-01-01"),
    ("last week", "2023-06-05"),
    ("last weekend", "2023-06-10"),
    ("two weekends ago", "2023-06-03"),
    ("last month", "2023-05-01"),
    ("last year", "2022-01-01"),
    ("last Friday", "2023-06-09"),
    ("last Wednesday", "2023-06-07"),
    ("on Friday", "2023-06-09"),
    ("last May", "2023-05-01"),
    ("last August", "2022-08-01"),
    ("last summer", "2022-06-01"),
    ("in May", "2023-05-01"),
    ("in October", "2022-10-01"),
    ("in 2016", "2016-01-01"),
    ("on 7 May 2021", "2021-05-07"),
    ("on May 7th, 2021", "2021-05-07"),
    ("on the 7th of March", "2023-03-07"),
    ("on December 24", "2022-12-24"),
    ("2021-05-07", "2021-05-07"),
    ("7.5.2021", "2021-05-07"),
    ("25/12/2021", "2021-12-25"),
    ("May 2021", "2021-05-01"),
    ("in summer 2021", "2021-06-01"),
    ("gestern", "2023-06-13"),
    ("vor drei Wochen", "2023-05-24"),
    ("letzten Montag", "2023-06-12"),
    ("letztes Jahr", "2022-01-01"),
]


@pytest.mark.parametrize(("words", "day"), PAST)
def test_a_date_that_has_been(words: str, day: str) -> None:
    """The words mean this day, or the period that begins with it."""
    (found,) = read_dates(f"I was there {words}, you know", at=SAID, prefer_past=True)

    assert found.start.date().isoformat() == day


COMING = [
    ("on Tuesday, 20 June", "2023-06-20"),
    ("Tuesday, June 20th", "2023-06-20"),
    ("on Saturday 1 July 2023", "2023-07-01"),
    ("am Dienstag, den 20.6.", "2023-06-20"),
    ("tomorrow", "2023-06-15"),
    ("in three weeks", "2023-07-05"),
    ("in two days", "2023-06-16"),
    ("next Friday", "2023-06-16"),
    ("next Wednesday", "2023-06-21"),
    ("this Friday", "2023-06-16"),
    ("on Friday", "2023-06-16"),
    ("next week", "2023-06-19"),
    ("next month", "2023-07-01"),
    ("next year", "2024-01-01"),
    ("next May", "2024-05-01"),
    ("in October", "2023-10-01"),
    ("on May 7", "2024-05-07"),
    ("morgen", "2023-06-15"),
    ("in drei Wochen", "2023-07-05"),
    ("nächsten Freitag", "2023-06-16"),
]


@pytest.mark.parametrize(("words", "day"), COMING)
def test_a_date_that_is_to_come(words: str, day: str) -> None:
    """The words mean this day, or the period that begins with it."""
    (found,) = read_dates(f"I am there {words}, you know", at=SAID)

    assert found.start.date().isoformat() == day


@pytest.mark.parametrize(
    "words",
    [
        *("31 June 2023", "99999 years ago", "in 9999 years", "2023-13-45", "03/04/2023"),
        *("you may go", "march on", "mon ami", "version 2.0.2023.1", "room 2016b", "I sat down"),
    ],
)
def test_what_is_no_date(words: str) -> None:
    """Impossible and ambiguous dates, and words that are also months, mean nothing."""
    assert not read_dates(words, at=SAID)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("I have worked there since August.", "2022-08-01"),
        ("We're married since May.", "2023-05-01"),
        ("he has been away since 20 October", "2022-10-20"),
        ("Seit September wohnt sie in Graz.", "2022-09-01"),
    ],
)
def test_since_looks_back(text: str, start: str) -> None:
    """Also where nothing else tells that the sentence is about what was."""
    assert [f"{one.start:%Y-%m-%d}" for one in read_dates(text, at=SAID)] == [start]


def test_a_duration_tells_the_beginning() -> None:
    """For five years means since five years ago."""
    began = read_duration_start("I have been here for five years", at=SAID)

    assert began is not None
    assert began.year == 2018


def test_a_date_stands_where_it_is_found() -> None:
    """Its characters are the words of the date."""
    text = "We met last Friday in Rome"
    (found,) = read_dates(text, at=SAID)

    assert text[found.text_start : found.text_end] == "last Friday"
