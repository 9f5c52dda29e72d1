"""`manage.py seed_mock_data`."""

from io import StringIO
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts.models import ConfigDefinition, User
from journal.models import Journal, Message
from journal.services import append_messages
from journal.types import MessageDraft
from tests.factories import UserFactory

TEST_USER = UUID("11111111-1111-1111-1111-111111111111")
ARCHITECT = UUID("77777777-7777-7777-7777-777777777777")
MONTH_USER = UUID("33333333-3333-3333-3333-333333333333")


def seed(*arguments: str) -> str:
    """What the command printed."""
    output = StringIO()
    call_command("seed_mock_data", *arguments, stdout=output)
    return output.getvalue()


def rows() -> list[Any]:
    """Everything the command may write."""
    return [
        list(model._default_manager.order_by("pk").values()) for model in (User, Journal, Message)
    ]


def counts(user_id: UUID) -> dict[str, int]:
    """How many messages each of the user's days has."""
    return dict(Journal.objects.filter(user_id=user_id).values_list("reference", "message_count"))


@pytest.mark.parametrize(
    ("user_id", "email", "name"),
    [
        (TEST_USER, "test.user@exobrain.local", "Test User"),
        (ARCHITECT, "architect@exobrain.local", "Architect User"),
    ],
)
def test_the_demo_users_exist(db: None, user_id: UUID, email: str, name: str) -> None:
    """Both users have their known id, e-mail, name and password."""
    seed()

    user = User.objects.get(id=user_id)
    assert (user.email, user.display_name) == (email, name)
    assert user.check_password("password123")


def test_the_test_user_has_seven_days(db: None) -> None:
    """Their days and the numbers of messages are those clients expect."""
    seed()

    assert counts(TEST_USER) == {
        "2025/01/14": 2,
        "2025/01/19": 8,
        "2025/02/03": 6,
        "2025/02/11": 6,
        "2025/02/16": 10,
        "2025/02/18": 70,
        "2025/02/19": 0,
    }


def test_the_architect_has_two_days(db: None) -> None:
    """Their days and the numbers of messages are those clients expect."""
    seed()

    assert counts(ARCHITECT) == {"2025/02/17": 4, "2025/02/18": 6}


def test_counters_are_those_of_the_rows(db: None) -> None:
    """Sequences are 1 to n, and count, last sequence and last time agree with the rows."""
    seed()

    for journal in Journal.objects.prefetch_related("messages"):
        messages = list(journal.messages.order_by("sequence"))
        assert [m.sequence for m in messages] == list(range(1, journal.message_count + 1))
        assert journal.last_sequence == journal.message_count
        assert journal.last_message_at == max((m.created_at for m in messages), default=None)


def test_people_take_turns(db: None) -> None:
    """Every day starts with the user, and the two alternate."""
    seed()

    for journal in Journal.objects.prefetch_related("messages"):
        roles = list(journal.messages.order_by("sequence").values_list("role", flat=True))
        assert roles == ["user", "assistant"] * (journal.message_count // 2)


def test_messages_are_a_minute_apart(db: None) -> None:
    """The n-th message was said n minutes after midnight UTC of its day."""
    seed()

    for message in Message.objects.select_related("journal"):
        minutes = message.created_at.hour * 60 + message.created_at.minute
        assert f"{message.created_at:%Y/%m/%d}" == message.journal.reference
        assert minutes == message.sequence


def test_no_message_is_blank_or_known_already(db: None) -> None:
    """Every message says something, and the knowledge base has yet to learn it."""
    seed()

    assert not Message.objects.filter(content="").exists()
    assert not Message.objects.filter(committed_to_knowledge_base=True).exists()


def test_project_is_found(db: None) -> None:
    """A search for `project` has something to find, but not everywhere."""
    seed()

    found = Message.objects.filter(user_id=TEST_USER, content__icontains="project").count()
    assert 3 < found < 20


def test_the_settings_exist(db: None) -> None:
    """The theme and the daily digest can be chosen."""
    seed()

    keys = ConfigDefinition.objects.values_list("key", flat=True)
    assert set(keys) >= {"frontend.theme", "daily_digest_enabled"}


def test_a_second_run_changes_nothing(db: None) -> None:
    """Rows, times and ids are the same after another run."""
    seed()
    before = rows()

    printed = seed()

    assert rows() == before
    assert "test.user@exobrain.local: already there, 0 of 7 journals written" in printed


def test_ids_are_the_same_everywhere(db: None) -> None:
    """Another installation has the same ids for the same days and messages."""
    seed()
    before = {*Journal.objects.values_list("id"), *Message.objects.values_list("id")}
    User.objects.all().delete()

    seed()

    assert {*Journal.objects.values_list("id"), *Message.objects.values_list("id")} == before


def test_a_users_own_changes_stay(db: None) -> None:
    """Neither a new password nor what was said on a seeded day is touched."""
    seed()
    user = User.objects.get(id=TEST_USER)
    user.set_password("something else entirely")
    user.save()
    draft = MessageDraft(role="user", content="my own words")
    append_messages(user_id=TEST_USER, reference="2025/02/19", drafts=[draft])
    before = rows()

    seed()

    assert rows() == before


def test_a_missing_day_comes_back(db: None) -> None:
    """Only what is not there is written."""
    seed()
    Journal.objects.get(user_id=TEST_USER, reference="2025/01/19").delete()

    printed = seed()

    assert counts(TEST_USER)["2025/01/19"] == 8
    assert "1 of 7 journals written" in printed


def test_somebody_elses_e_mail_is_left_to_them(db: None) -> None:
    """A user who registered with a demo e-mail keeps it, and gets no journals."""
    other = UserFactory(email="Test.User@exobrain.local")

    printed = seed()

    assert not User.objects.filter(id=TEST_USER).exists()
    assert not Journal.objects.filter(user=other).exists()
    assert "skipped" in printed


def test_it_refuses_to_run_elsewhere(db: None, config: Any) -> None:
    """Outside local it writes nothing, and says what would make it."""
    config(app_env="production")

    with pytest.raises(CommandError, match="--force"):
        seed()

    assert not User.objects.exists()


def test_it_can_be_forced(db: None, config: Any) -> None:
    """With --force it runs anywhere."""
    config(app_env="production")

    seed("--force")

    assert User.objects.count() == 2


def test_the_month_ends_yesterday(db: None) -> None:
    """The month's days count back from today, and its dates are written out."""
    with time_machine.travel("2031-03-31T12:00:00Z", tick=False):
        seed("--month")

    days = counts(MONTH_USER)
    messages = Message.objects.filter(user_id=MONTH_USER)
    said = "\n".join(message.content or "" for message in messages)
    assert (min(days), max(days)) == ("2031/03/02", "2031/03/30")
    assert len(days) == 27
    assert "half marathon, it's on 20 April" in said
    assert "{" not in said.replace("{name}", "").replace("{town}", "")


def test_the_month_is_written_once(db: None) -> None:
    """A day later the month's user keeps the days that they have."""
    with time_machine.travel("2031-03-31T12:00:00Z", tick=False):
        seed("--month")
    before = counts(MONTH_USER)

    with time_machine.travel("2031-04-01T12:00:00Z", tick=False):
        printed = seed("--month")

    assert counts(MONTH_USER) == before
    assert "month.user@exobrain.local: already there" in printed


def test_without_the_option_there_is_no_month(db: None) -> None:
    """The first start of an installation writes the two demo users only."""
    seed()

    assert not User.objects.filter(id=MONTH_USER).exists()


def test_the_samples_of_answers_are_marked(db: None) -> None:
    """No model made them: the memory learns what the demo users say, and nothing else."""
    seed("--month")

    marked = Message.objects.values_list("role", "is_without_model").order_by().distinct()

    assert set(marked) == {("user", False), ("assistant", True)}
