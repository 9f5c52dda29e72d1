"""Reminders in the words of the user."""

from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from knowledge.extraction.port import SchemaView
from knowledge.extraction.relevance import filter_extraction
from knowledge.extraction.reminders import propose_reminders
from knowledge.extraction.rules import RulesExtractor
from knowledge.types import ProposedEvent, SourceMessage

MONDAY = datetime(2026, 3, 2, 14, 5, tzinfo=ZoneInfo("Europe/Berlin"))


def said(text: str) -> SourceMessage:
    """The user's message on that Monday."""
    return SourceMessage(uuid4(), "2026/03/02", 1, "user", text, MONDAY)


@pytest.mark.parametrize(
    ("text", "task", "due", "rule"),
    [
        ("Remind me to water the ferns tomorrow at nine.", "water the ferns", "03-03 09:00", ""),
        ("remind me in 20 minutes to stir the soup", "stir the soup", "03-02 14:25", ""),
        ("Please remind me on Friday to pay the rent", "pay the rent", "03-06 09:00", ""),
        ("Remind me about the tax return on 14 March", "the tax return", "03-14 09:00", ""),
        ("remind me tonight to lock the shed", "lock the shed", "03-02 19:00", ""),
        ("Remind me at 3 to fetch the twins", "fetch the twins", "03-02 15:00", ""),
        ("Can you remind me every Monday at 7 pm to put the bins out?", "put the bins out",
         "03-02 19:00", "FREQ=WEEKLY;BYDAY=MO"),
        ("Remind me every 14th at 8 to send the invoice", "send the invoice",
         "03-14 08:00", "FREQ=MONTHLY;BYMONTHDAY=14"),
        ("Remind me on the 1st of every month to read the meter", "read the meter",
         "04-01 09:00", "FREQ=MONTHLY;BYMONTHDAY=1"),
        ("Erinnere mich jeden 20. an die Rechnung", "die Rechnung",
         "03-20 09:00", "FREQ=MONTHLY;BYMONTHDAY=20"),
        ("Remind me every 30th to back up the laptop", "back up the laptop",
         "03-30 09:00", "FREQ=MONTHLY;BYMONTHDAY=30"),
        ("Remind me every other day at 8 to feed the starter", "feed the starter",
         "03-03 08:00", "FREQ=DAILY;INTERVAL=2"),
        ("Erinnere mich morgen um neun daran, den Vermieter anzurufen.", "den Vermieter anzurufen",
         "03-03 09:00", ""),
        ("Kannst du mich am Freitag um halb acht an den Elternabend erinnern?", "den Elternabend",
         "03-06 07:30", ""),
        ("Erinner mich in einer Stunde an die Wäsche", "die Wäsche", "03-02 15:05", ""),
    ],
)  # fmt: skip
def test_a_reminder_is_an_event_that_is_due(text: str, task: str, due: str, rule: str) -> None:
    """At its hour in the user's zone; one of a whole day in the morning."""
    (fact,) = propose_reminders(said(text), "me")

    assert fact.event is not None
    assert fact.event.remind_at is not None
    assert fact.topic == f"event:{task}"
    assert (f"{fact.event.remind_at:%m-%d %H:%M}", fact.event.recurrence) == (due, rule)


@pytest.mark.parametrize(
    "text",
    [
        "Remind me what my password is",
        "Can you remind me when we moved here on Monday?",
        "She reminds me of my aunt on Fridays",
        "> Remind me to call tomorrow at nine.",
        'My mother wrote: "remind me to call tomorrow at nine"',
    ],
)
def test_other_words_are_no_reminder(text: str) -> None:
    """Questions, likeness, another's words."""
    assert not propose_reminders(said(text), "me")


def test_a_reminder_without_a_time_is_a_task() -> None:
    """It is kept, and never due."""
    (fact,) = propose_reminders(said("Remind me to buy milk"), "me")

    assert (fact.topic, fact.event) == ("event:buy milk", ProposedEvent())


def test_a_reminder_is_worth_remembering() -> None:
    """Though it is a request and no statement."""
    message = said("Remind me to water the ferns tomorrow at nine.")
    schema = SchemaView({}, {}, {}, {}, frozenset())

    found = filter_extraction(
        RulesExtractor().extract(messages=[message], schema=schema), [message]
    )

    assert [fact.topic for fact in found.facts] == ["event:water the ferns"]
