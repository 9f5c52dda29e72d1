"""Who or what comes in the place of another, by the words of a sentence."""

import pytest

from tests.knowledge.extraction.support import read


def replaced(*texts: str) -> set[tuple[str, str]]:
    """What is new, and what it takes the place of."""
    return {(f.text, f.replaces) for f in read(*texts).facts if f.replaces}


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("Sarah replaces Martin as my mentor.", "Sarah", "martin"),
        ("Sarah is taking over from Martin in May.", "Sarah", "martin"),
        ("Sarah is filling in for Martin until Easter.", "Sarah", "martin"),
        ("From now on I report to Sarah instead of Martin.", "Sarah", "martin"),
        ("Martin is leaving for a bank, Sarah takes over the group.", "Sarah", "martin"),
        ("Martin retired. I see Sarah instead.", "Sarah", "martin"),
        ("I moved from Dropbox to Nextcloud.", "Nextcloud", "dropbox"),
        ("We swapped badminton for bowling.", "bowling", "badminton"),
        ("Sarah vertritt Martin bis zum Sommer.", "Sarah", "martin"),
    ],
)
def test_both_are_found(text: str, new: str, old: str) -> None:
    """Named together or one after the other."""
    assert (new, old) in replaced(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sarah might replace Martin.",
        "If Sarah takes over from Martin, I quit.",
        "Sarah is covering for Martin today.",
        "I dropped the phone for a second.",
        "Martin left for Rome. Sarah and I stayed.",
    ],
)
def test_nobody_is_replaced(text: str) -> None:
    """By what is not so, or only for a moment."""
    assert replaced(text) == set()


def test_a_new_coach_takes_the_role_from_another() -> None:
    """And a coach does not."""
    assert replaced("Sarah is my new coach.") == {("Sarah is my new coach.", "*")}
    assert replaced("Sarah is my coach.") == set()


def test_a_reminder_for_a_day_gone_by_has_no_time() -> None:
    """It is not put off to another day."""
    assert not [f for f in read("Remind me yesterday at 8 to ring Tom.").facts if f.event]
