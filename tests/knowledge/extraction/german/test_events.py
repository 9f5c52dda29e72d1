"""German sentences about what comes, and what recurs."""

import pytest

from tests.knowledge.extraction.support import read


@pytest.mark.parametrize(
    ("sentence", "start", "precision"),
    [
        ("Morgen um 10 habe ich einen Termin beim Zahnarzt.", "2023-06-15T10:00", "moment"),
        ("Am Freitag um halb acht ist Elternabend.", "2023-06-16T07:30", "moment"),
        ("Wir ziehen nächsten Monat nach Trier.", "2023-07-01T00:00", "month"),
        ("Am 24. Juni heiratet mein Bruder.", "2023-06-24T00:00", "day"),
        ("Das Konzert wurde auf den 3. Juli verlegt.", "2023-07-03T00:00", "day"),
    ],
)
def test_what_comes_is_an_event(sentence: str, start: str, precision: str) -> None:
    """With its moment, or with what is known of it; nothing holds of it yet."""
    facts = [fact for fact in read(sentence).facts if fact.change is None]
    (event,) = [fact.event for fact in facts if fact.event]

    assert event.starts_at is not None
    assert event.starts_at.isoformat(timespec="minutes").startswith(start)
    assert event.precision == precision
    assert not any(fact.topic == "home" for fact in read(sentence).facts)


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("Jeden Donnerstag um 19 Uhr ist Chorprobe.", "FREQ=WEEKLY;BYDAY=TH"),
        ("Montags und mittwochs habe ich Training.", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("Alle zwei Wochen kommt die Putzfrau.", "FREQ=WEEKLY;INTERVAL=2"),
        ("Jeden ersten Samstag im Monat ist Flohmarkt.", "FREQ=MONTHLY;BYDAY=1SA"),
        ("Einmal im Monat besuche ich meine Oma.", "FREQ=MONTHLY"),
    ],
)
def test_what_recurs_has_a_rule(sentence: str, rule: str) -> None:
    """As iCalendar writes it."""
    (event,) = [fact.event for fact in read(sentence).facts if fact.event]

    assert event.recurrence == rule


def test_a_relative_date_is_written_in_full() -> None:
    """Behind the words that name it."""
    (fact,) = read("Morgen habe ich Prüfung in Statik.").facts

    assert fact.text == "Ich habe morgen (15. Juni 2023) Prüfung in Statik."
