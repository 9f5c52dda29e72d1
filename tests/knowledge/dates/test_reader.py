"""Dates in whole sentences, English and German, said on Thursday, 9 March 2023."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from knowledge.dates import DateInterval, Precision, read_dates, read_duration_start

SAID = datetime(2023, 3, 9, 10, 30, tzinfo=UTC)


def days(found: DateInterval) -> tuple[str, str, str]:
    """First day, last day, and how exact."""
    first, last = found.start.date().isoformat(), found.last.date().isoformat()
    return first, last, str(found.precision)


# Sentence, first day, last day (empty: the same), precision (empty: day).
PAST = [
    ("We met on Tuesday and talked for hours.", "2023-03-07", "", ""),
    ("Last Sunday it snowed.", "2023-03-05", "", ""),
    ("I got back the day before yesterday.", "2023-03-07", "", ""),
    ("Yesterday the boiler broke.", "2023-03-08", "", ""),
    ("The exam was two weeks ago.", "2023-02-23", "", ""),
    ("We adopted her a fortnight ago.", "2023-02-23", "", ""),
    ("He retired about ten years ago.", "2013-01-01", "2013-12-31", "year"),
    ("A decade ago we lived by the sea.", "2013-01-01", "2013-12-31", "year"),
    ("They married half a year ago.", "2022-09-01", "2022-09-30", "month"),
    ("I broke my wrist a couple of months ago.", "2023-01-01", "2023-01-31", "month"),
    ("A few days ago I ran into Tom.", "2023-03-06", "", ""),
    ("We hiked the Alps in the summer of 2019.", "2019-06-01", "2019-08-31", "season"),
    ("We spent last winter in Oslo.", "2022-12-01", "2023-02-28", "season"),
    ("In early June 2020 we opened.", "2020-06-01", "2020-06-30", "month"),
    ("The deposit was paid on 3.4.2021 in cash.", "2021-04-03", "", ""),
    ("The deposit was paid on 25/4/2021 in cash.", "2021-04-25", "", ""),
    ("The deposit was paid on 4/25/2021 in cash.", "2021-04-25", "", ""),
    ("The 1st of January was quiet.", "2023-01-01", "", ""),
    ("I signed it on 14 November 2022.", "2022-11-14", "", ""),
    ("We opened on september 5, 2018.", "2018-09-05", "", ""),
    ("I have had this bike since 2015.", "2015-01-01", "2015-12-31", "year"),
    ("In may I was ill.", "2022-05-01", "2022-05-31", "month"),
    ("In May last year I quit.", "2022-05-01", "2022-05-31", "month"),
    ("Last year in October it burned down.", "2022-10-01", "2022-10-31", "month"),
    ("The summer of last year was dry.", "2022-06-01", "2022-08-31", "season"),
    ("On Monday last week I fell ill.", "2023-02-27", "", ""),
    ("The week before last was hectic.", "2023-02-20", "2023-02-26", "week"),
    ("I have slept badly over the past week.", "2023-03-02", "2023-03-09", "range"),
    ("In the last two months I lost weight.", "2023-01-08", "2023-03-09", "range"),
    ("Last weekend we slept in.", "2023-03-04", "2023-03-05", "weekend"),
    ("Vor zwei Wochen war ich beim Arzt.", "2023-02-23", "", ""),
    ("Letztes Jahr im Mai sind wir umgezogen.", "2022-05-01", "2022-05-31", "month"),
    ("Im Mai letzten Jahres sind wir umgezogen.", "2022-05-01", "2022-05-31", "month"),
    ("Anfang März fing ich dort an.", "2023-03-01", "2023-03-31", "month"),
    ("Mitte Juni 2020 zog ich ein.", "2020-06-01", "2020-06-30", "month"),
    ("Vorgestern rief sie an.", "2023-03-07", "", ""),
    ("Heute Morgen war es glatt.", "2023-03-09", "", ""),
    ("Gestern Abend kam Lena.", "2023-03-08", "", ""),
    ("Vor einem halben Jahr fing das an.", "2022-09-01", "2022-09-30", "month"),
    ("Vor ein paar Tagen traf ich Tom.", "2023-03-06", "", ""),
    ("Vor einem Jahrzehnt war das anders.", "2013-01-01", "2013-12-31", "year"),
    ("Letzten Mittwoch gab es Pizza.", "2023-03-08", "", ""),
    ("Am Mittwoch gab es Pizza.", "2023-03-08", "", ""),
    ("Vergangenen Sonntag war Flohmarkt.", "2023-03-05", "", ""),
    ("Letzte Woche war ich krank.", "2023-02-27", "2023-03-05", "week"),
    ("Am Dienstag letzter Woche war ich krank.", "2023-02-28", "", ""),
    ("Vorletzte Woche war ich krank.", "2023-02-20", "2023-02-26", "week"),
    ("Vorletztes Jahr waren wir in Rom.", "2021-01-01", "2021-12-31", "year"),
    ("Im Sommer 2019 waren wir in Rom.", "2019-06-01", "2019-08-31", "season"),
    ("Im Herbst letzten Jahres starb er.", "2022-09-01", "2022-11-30", "season"),
    ("Ich wohne seit März 2021 in Kiel.", "2021-03-01", "2021-03-31", "month"),
    ("Im Jahr 2012 war ich in Kiel.", "2012-01-01", "2012-12-31", "year"),
    ("Am 3. Oktober war frei.", "2022-10-03", "", ""),
    ("Am 4. Juli 2021 war frei.", "2021-07-04", "", ""),
    ("Am 03.04.2021 war frei.", "2021-04-03", "", ""),
    ("Neulich traf ich Tom.", "2023-03-06", "", ""),
    ("In den letzten zwei Wochen war viel los.", "2023-02-23", "2023-03-09", "range"),
]
COMING = [
    ("Let's have lunch next Monday.", "2023-03-13", "", ""),
    ("Next Thursday is my turn.", "2023-03-16", "", ""),
    ("The plumber comes this Saturday.", "2023-03-11", "", ""),
    ("The talk is on Tuesday.", "2023-03-14", "", ""),
    ("She flies the day after tomorrow.", "2023-03-11", "", ""),
    ("I move in three weeks.", "2023-03-30", "", ""),
    ("The lease ends in six months.", "2023-09-01", "2023-09-30", "month"),
    ("Four days from now I turn forty.", "2023-03-13", "", ""),
    ("This spring I plant tomatoes.", "2023-03-01", "2023-05-31", "season"),
    ("By the end of May the house is done.", "2023-05-01", "2023-05-31", "month"),
    ("I will know by mid-April.", "2023-04-01", "2023-04-30", "month"),
    ("On July 4th we have a barbecue.", "2023-07-04", "", ""),
    ("On March 8 we have a barbecue.", "2024-03-08", "", ""),
    ("Friday next week I am off.", "2023-03-17", "", ""),
    ("Next week on Wednesday we paint.", "2023-03-15", "", ""),
    ("The month after next I start.", "2023-05-01", "2023-05-31", "month"),
    ("Are you around this weekend?", "2023-03-11", "2023-03-12", "weekend"),
    ("Am kommenden Dienstag habe ich frei.", "2023-03-14", "", ""),
    ("Nächste Woche Dienstag habe ich frei.", "2023-03-14", "", ""),
    ("Ende Oktober läuft der Vertrag aus.", "2023-10-01", "2023-10-31", "month"),
    ("Der Laden ist bis Ende August zu.", "2023-08-01", "2023-08-31", "month"),
    ("Ab Juli arbeite ich halbtags.", "2023-07-01", "2023-07-31", "month"),
    ("Übermorgen fliege ich.", "2023-03-11", "", ""),
    ("Wir sehen uns morgen.", "2023-03-10", "", ""),
    ("Morgen um zehn habe ich einen Termin.", "2023-03-10", "", ""),
    ("Du, morgen früh muss ich los.", "2023-03-10", "", ""),
    ("In einem Monat ziehe ich um.", "2023-04-01", "2023-04-30", "month"),
    ("Diesen Samstag ist Markt.", "2023-03-11", "", ""),
    ("Am Freitag ist Markt.", "2023-03-10", "", ""),
    ("Übernächste Woche ist Markt.", "2023-03-20", "2023-03-26", "week"),
    ("Am 3.4. ist Markt.", "2023-04-03", "", ""),
    ("Nächsten Sommer ist Markt.", "2023-06-01", "2023-08-31", "season"),
    ("Nächsten Monat ist Markt.", "2023-04-01", "2023-04-30", "month"),
]


@pytest.mark.parametrize(("sentence", "first", "last", "precision"), PAST)
def test_a_sentence_about_the_past(sentence: str, first: str, last: str, precision: str) -> None:
    """The days that a person would take it for."""
    (found,) = read_dates(sentence, at=SAID, prefer_past=True)

    assert days(found) == (first, last or first, precision or "day")


@pytest.mark.parametrize(("sentence", "first", "last", "precision"), COMING)
def test_a_sentence_about_what_comes(sentence: str, first: str, last: str, precision: str) -> None:
    """The days that a person would take it for."""
    (found,) = read_dates(sentence, at=SAID)

    assert days(found) == (first, last or first, precision or "day")


@pytest.mark.parametrize(
    "sentence",
    [
        "The deposit was paid on 3/4/2021 in cash.",
        "It is due on 31 June.",
        "The march was long, but you may rest now.",
        "This may take 20 minutes.",
        "The shop is open 24/7.",
        "Upgrade to version 3.4.2 first.",
        "September is my favourite month.",
        "Every Monday I swim.",
        "Not in a hundred years.",
        "The last week before the wedding was hectic.",
        "Guten Morgen, alles klar?",
        "Ich jogge jeden Morgen.",
        "Am Morgen trinke ich Tee.",
        "Das hat Jahre gedauert.",
        "Mein Tag war gut.",
    ],
)
def test_a_sentence_without_a_date(sentence: str) -> None:
    """Habits, durations, numbers, and dates that may be two."""
    assert read_dates(sentence, at=SAID) == []


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What was September like?", "2022-09-01", "2022-09-30"),
        ("How did the 2022 marathon go?", "2022-01-01", "2022-12-31"),
        ("What did I do Monday?", "2023-03-06", "2023-03-06"),
        ("what did i say on the 15th?", "2023-02-15", "2023-02-15"),
        ("What did I do at the weekend?", "2023-03-04", "2023-03-05"),
        ("What happened before June?", "2022-06-01", "2022-06-30"),
        ("What happened on 31 June?", "2022-06-01", "2022-06-30"),
        ("Was war am Wochenende?", "2023-03-04", "2023-03-05"),
        ("Wie war der Februar?", "2023-02-01", "2023-02-28"),
    ],
)
def test_a_question_may_name_a_time_by_a_word_alone(question: str, first: str, last: str) -> None:
    """What would be too bold in other texts."""
    (found,) = read_dates(question, at=SAID, prefer_past=True, lenient=True)

    assert days(found)[:2] == (first, last)
    assert read_dates(question, at=SAID, prefer_past=True) == []


def test_today_is_that_of_the_zone() -> None:
    """In Berlin the next day has begun, and its days begin at its midnight."""
    late = datetime(2023, 3, 9, 23, 30, tzinfo=UTC)
    berlin = ZoneInfo("Europe/Berlin")

    (there,) = read_dates("today", at=late, zone=berlin)
    (here,) = read_dates("today", at=late)

    assert there.start == datetime(2023, 3, 10, tzinfo=berlin)
    assert here.start == datetime(2023, 3, 9, tzinfo=UTC)


def test_a_day_on_which_the_clocks_change_is_one_day() -> None:
    """From midnight to midnight of the clock on the wall."""
    berlin = ZoneInfo("Europe/Berlin")
    (found,) = read_dates("on 26 March 2023", at=SAID, zone=berlin)

    assert (found.start.hour, found.end.hour) == (0, 0)
    assert found.end.astimezone(UTC) - found.start.astimezone(UTC) == timedelta(hours=23)


@pytest.mark.parametrize(
    ("text", "is_relative", "is_year_assumed"),
    [
        ("on 3 May 2022", False, False),
        ("on 3 May", True, True),
        ("in May", True, True),
        ("last May", True, False),
        ("yesterday", True, False),
        ("in 2016", False, False),
    ],
)
def test_a_date_tells_what_was_assumed(
    text: str, *, is_relative: bool, is_year_assumed: bool
) -> None:
    """Whether it needs its moment, and whether its year is a guess."""
    (found,) = read_dates(text, at=SAID)

    assert (found.is_relative, found.is_year_assumed) == (is_relative, is_year_assumed)


@pytest.mark.parametrize(
    ("text", "slack_days"), [("three weeks ago", 3), ("a few days ago", 2), ("two days ago", 0)]
)
def test_rough_words_are_given_slack(text: str, slack_days: int) -> None:
    """Nobody means the very day."""
    (found,) = read_dates(text, at=SAID)

    assert found.slack_days == slack_days


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("yesterday", "8 March 2023"),
        ("last week", "week of 27 February 2023"),
        ("last May", "May 2022"),
        ("letzten Sommer", "summer 2022"),
        ("vor zwei Jahren", "2021"),
        ("over the past week", "since 2 March 2023"),
    ],
)
def test_a_date_is_written_in_full(text: str, written: str) -> None:
    """As facts and the model read it."""
    (found,) = read_dates(text, at=SAID)

    assert str(found) == written


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("I have been here for five years", 2018),
        ("Ich wohne hier seit drei Jahren", 2020),
        ("We have been together for over a decade", 2013),
        ("We waited for a bus", None),
    ],
)
def test_a_duration_tells_the_beginning(text: str, year: int | None) -> None:
    """For five years means since five years ago."""
    began = read_duration_start(text, at=SAID)

    assert (began and began.year) == year


def test_an_interval_lasts_until_the_next_midnight() -> None:
    """Its end is the first moment that is not in it."""
    (found,) = read_dates("in February", at=SAID, prefer_past=True)

    assert found.precision is Precision.MONTH
    assert (found.start.isoformat(), found.end.isoformat()) == (
        "2023-02-01T00:00:00+00:00",
        "2023-03-01T00:00:00+00:00",
    )


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    """A question may be a pasted book, and recall has a deadline."""
    assert read_dates("yesterday " + "word " * 1_000 + "tomorrow", at=SAID) == read_dates(
        "yesterday", at=SAID
    )
