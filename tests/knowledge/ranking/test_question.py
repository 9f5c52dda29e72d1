"""What a question asks for."""

from datetime import UTC, date, datetime

import pytest

from knowledge.retrieval.ranking.question import (
    asks_for_answer,
    asks_for_secret,
    parse_question,
    person_asked_about,
)
from knowledge.retrieval.ranking.question_times import Period, read_times

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday


def times(text: str) -> list[object]:
    """The times that the text names."""
    return list(parse_question(text, now=NOW).times)


def at(year: int, month: int, day: int) -> datetime:
    """Noon of a day."""
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What happened on October 13, 2023?", Period(13, 10, 2023)),
        ("What happened on 13 October 2023?", Period(13, 10, 2023)),
        ("What happened on the 3rd of may?", Period(3, 5)),
        ("What happened on 2023-10-13?", Period(13, 10, 2023)),
        ("What did she do in May 2023?", Period(None, 5, 2023)),
        ("In 2022, what did she do in June?", Period(None, 6, 2022)),
        ("What happened in 2022?", Period(None, None, 2022)),
        ("What was new in September?", Period(None, 9)),
    ],
)
def test_dates_are_read(text: str, expected: Period) -> None:
    """However they are written."""
    assert times(text) == [expected]


@pytest.mark.parametrize(
    "text", ["What may Ann buy?", "Did they march?", "What did June say?", "Are 12 eggs enough?"]
)
def test_verbs_and_names_are_no_months(text: str) -> None:
    """Only beside a date's other words are they."""
    assert times(text) == []


def test_a_day_fits_better_than_its_month() -> None:
    """And people tell of it a little later, too."""
    period = Period(30, 10, 2023)

    assert period.fit(at(2023, 10, 29)) == 2
    assert period.fit(at(2023, 10, 3)) == 1
    assert 0 < period.fit(at(2023, 11, 4)) < 1
    assert period.fit(at(2023, 11, 24)) == 0
    assert period.fit(at(2022, 10, 30)) == 0


def test_a_month_ends_with_the_year() -> None:
    """December's late tellings are next year's."""
    assert Period(month=12, year=2023).fit(at(2024, 1, 3)) > 0
    assert Period(month=12, year=2023).fit(at(2023, 1, 3)) == 0


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("what did i say yesterday", date(2026, 11, 19), date(2026, 11, 19)),
        ("what did i do last week", date(2026, 11, 9), date(2026, 11, 15)),
        ("what did i do this month", date(2026, 11, 1), date(2026, 11, 30)),
        ("what did i do last month", date(2026, 10, 1), date(2026, 10, 31)),
        ("what did i do last year", date(2025, 1, 1), date(2025, 12, 31)),
        ("what did i say two weeks ago", date(2026, 11, 3), date(2026, 11, 9)),
        ("what did i do in march", date(2026, 3, 1), date(2026, 4, 10)),
        ("what did i do in december", date(2025, 12, 1), date(2026, 1, 10)),
        ("what did i do on february 31", date(2026, 2, 1), date(2026, 3, 10)),
        ("what did i do on 9 may 2024", date(2024, 5, 7), date(2024, 5, 11)),
        ("what was in 2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("what did i do on friday", date(2026, 11, 13), date(2026, 11, 13)),
        ("what did i say the day before yesterday", date(2026, 11, 18), date(2026, 11, 18)),
        ("what did i do in the past week", date(2026, 11, 13), date(2026, 11, 20)),
        ("where was i last summer", date(2026, 6, 1), date(2026, 8, 31)),
        ("where was i last may", date(2026, 5, 1), date(2026, 5, 31)),
        ("wo war ich letztes jahr im mai", date(2025, 5, 1), date(2025, 5, 31)),
        ("was habe ich vor zwei wochen gesagt", date(2026, 11, 3), date(2026, 11, 9)),
        ("was war am 9. mai 2024", date(2024, 5, 7), date(2024, 5, 11)),
    ],
)
def test_times_have_ranges(text: str, first: date, last: date) -> None:
    """For the index to search in."""
    today = NOW.date()

    [time] = read_times(text, now=NOW)

    assert time.search_range(today) == (first, last)


def test_tonight_is_no_time_of_telling() -> None:
    """What is sought for it was not said today."""
    assert times("a film for tonight") == []


@pytest.mark.parametrize(
    "text", ["what will i do next week", "what is on next friday", "was mache ich morgen"]
)
def test_what_is_to_come_fits_what_is_planned(text: str) -> None:
    """Not what was said until now."""
    [time] = read_times(text, now=NOW)

    assert time.fit(NOW) == 0
    assert time.search_range(NOW.date())[0] > NOW.date()


@pytest.mark.parametrize(
    "text",
    [
        "what happened on friday, 9 may 2025",
        "what happened on friday the 9th of may 2025",
        "was war am freitag, dem 9. mai 2025",
    ],
)
def test_a_weekday_beside_a_date_is_that_date(text: str) -> None:
    """And not the last such day."""
    assert times(text) == [Period(9, 5, 2025)]


@pytest.mark.parametrize("text", ["999 years ago", "on 1000-01-99", "0 days ago", "in 1900"])
def test_far_times_do_not_raise(text: str) -> None:
    """A calendar begins and ends."""
    for time in read_times(text, now=datetime(3, 1, 1, tzinfo=UTC)):
        time.search_range(NOW.date())


def test_the_one_person_named_is_asked_about() -> None:
    """By the first name."""
    assert person_asked_about("Where did Ann's dog go?", ["Ann Lee", "Bob"]) == "Ann Lee"


def test_a_question_about_two_favours_neither() -> None:
    """Both are asked about."""
    assert (
        person_asked_about("What do Ann and Bob share?", ["Ann", "Bob"], first_person="Bob") is None
    )


def test_i_is_the_asker() -> None:
    """Unless somebody else is named."""
    assert person_asked_about("Where do I live?", ["Ann", "Bob"], first_person="Bob") == "Bob"
    assert person_asked_about("Did I meet Ann?", ["Ann", "Bob"], first_person="Bob") == "Ann"


def test_the_questions_terms_count_once() -> None:
    """However often they are said."""
    assert parse_question("Tea, tea or green tea?", now=NOW).terms == {"tea": 1, "green": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What did you recommend for the trip?", True),
        ("Which books have you mentioned so far?", True),
        ("Was hast du mir damals empfohlen?", True),
        ("What was your advice on the lease?", True),
        ("Can you recommend a book?", False),
        ("What did I tell you of my sister?", False),
        ("Can you list what I bought?", False),
    ],
)
def test_what_the_assistant_said_is_asked_for_by_name(text: str, expected: bool) -> None:
    """A request for something new is no question for what was said."""
    assert asks_for_answer(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is the wifi password?", True),
        ("Wie ist das Passwort vom WLAN, also dem wifi?", True),
        ("What is my password?", True),
        ("What is the bank's password?", False),
        ("Is the wifi slow?", False),
    ],
)
def test_a_secret_is_asked_for_by_its_kind_and_its_thing(text: str, expected: bool) -> None:
    """One of both is not enough, but for the kind alone."""
    assert asks_for_secret(text, of="The wifi password is swordfish.") is expected


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        (
            "Could you walk me through the order in which I mentioned my allotment plans during our"
            " chats, in order? Mention only four items.",
            "my allotment plans",
        ),
        ("Give me a short summary of the kitchen renovation.", "the kitchen renovation"),
        ("Please summarise how my thesis went.", "how my thesis went"),
        ("Which cheeses have I brought up across our conversations?", "Which cheeses"),
        ("Gib mir einen Überblick zu meinem Umzug.", "zu meinem Umzug"),
        ("In welcher Reihenfolge habe ich die Städte besucht?", "habe ich die Städte besucht"),
    ],
)
def test_how_to_answer_is_no_topic(text: str, topic: str) -> None:
    """Memories are looked for by what the question is about."""
    question = parse_question(text, now=NOW)

    assert question.topic.strip(" ,?.") == topic
    assert question.terms.keys() == parse_question(topic, now=NOW).terms.keys()
    assert question.text == text


@pytest.mark.parametrize(
    "text",
    [
        "What is on my shopping list?",
        "Did my order from the bakery arrive?",
        "Who wrote the summary for the board?",
        "Can you give me Tom's number?",
        "Summarize",
        "",
    ],
)
def test_a_question_that_is_all_topic_stays_whole(text: str) -> None:
    """A list or an order may be what is asked about."""
    assert parse_question(text, now=NOW).topic == text
