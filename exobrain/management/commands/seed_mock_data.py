"""`manage.py seed_mock_data`: the small world of `mock_data/`, for trying the product out.

Reads `mock_data/users.json` and one Markdown file a day below `mock_data/journals/`. What is
there already is never changed, so a user's own password and words are safe from it.

With `--month` there is a third user, whose days (`mock_data/month.md`) are counted back from
today: a memory that is in use, with appointments ahead and changes behind.
"""

import json
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from exobrain.lib.config import ROOT
from journal.services import import_journal
from journal.types import PastMessage, Role, reference_of

MOCK_DATA = ROOT / "mock_data"
SPEAKER = re.compile(r"^--- (user|assistant) ---\n", re.MULTILINE)
MONTH_DAY = re.compile(r"^=== (\d+) days? ago, (\d\d):(\d\d) ===\n", re.MULTILINE)
MONTH_DATE = re.compile(r"\{(date|weekday):([+-]\d+)\}")  # days from today
MONTH_STEP = timedelta(minutes=2)


class DemoUser(NamedTuple):
    """A line of `users.json`."""

    id: UUID
    email: str
    display_name: str
    password: str
    journals: str  # the folder of their days


MONTH_USER = DemoUser(
    id=UUID("33333333-3333-3333-3333-333333333333"),
    email="month.user@exobrain.local",
    display_name="Month User",
    password="password123",  # noqa: S106  everybody knows it: see accounts.services
    journals="",
)


class Command(BaseCommand):
    """Fills an installation with the demo users and what they said."""

    help = "Write the demo users and their journals; what exists is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--force` for installations that are not local, `--month` for a month up to today."""
        parser.add_argument(
            "--month",
            action="store_true",
            help=f"also write {MONTH_USER.email}, who has talked for the last four weeks",
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="seed outside APP_ENV=local too; to sign in with passwords that everybody knows, "
            "EXOBRAIN_ALLOW_DEMO_LOGIN=true is needed there as well",
        )

    @transaction.atomic  # all or nothing: half a world would not be completed by `up`
    def handle(self, *args: Any, **options: Any) -> None:
        """Every demo user and every day of theirs exists."""
        if not (settings.EXOBRAIN.is_local or options["force"]):
            raise CommandError(
                "The demo users have passwords that everybody knows. "
                "Outside APP_ENV=local this needs --force."
            )
        for user in read_users():
            self._seed(user)
        if options["month"]:
            self._seed_month()

    def _seed(self, user: DemoUser) -> None:
        if is_taken(user):
            self.stdout.write(f"{user.email}: skipped, the e-mail belongs to another user")
            return
        is_new = create_user(user)
        folder = MOCK_DATA / "journals" / user.journals
        made = [seed_day(user, file) for file in sorted(folder.glob("*.md"))]
        state = "created" if is_new else "already there"
        self.stdout.write(f"{user.email}: {state}, {sum(made)} of {len(made)} journals written")

    def _seed_month(self) -> None:
        """Days only for a new user: on another day they would be other days."""
        if is_taken(MONTH_USER) or not create_user(MONTH_USER):
            self.stdout.write(f"{MONTH_USER.email}: already there")
            return
        today = datetime.now(UTC).date()
        days = read_month((MOCK_DATA / "month.md").read_text(), today=today)
        for day, messages in days.items():
            import_journal(
                user_id=MONTH_USER.id,
                journal_id=stable_id(MONTH_USER, day),
                reference=reference_of(day),
                messages=messages,
            )
        self.stdout.write(f"{MONTH_USER.email}: created, {len(days)} journals written")


def read_users() -> list[DemoUser]:
    """The demo users, from their file."""
    rows = json.loads((MOCK_DATA / "users.json").read_text())
    return [DemoUser(**{**row, "id": UUID(row["id"])}) for row in rows]


def is_taken(user: DemoUser) -> bool:
    """True when somebody else signs in with this e-mail."""
    return get_user_model().objects.filter(email__iexact=user.email).exclude(id=user.id).exists()


def create_user(user: DemoUser) -> bool:
    """The user exists; returns whether they are new."""
    users = get_user_model().objects
    if users.filter(id=user.id).exists():
        return False
    users.create_user(user.email, user.password, id=user.id, display_name=user.display_name)
    return True


def seed_day(user: DemoUser, file: Path) -> bool:
    """The user has that day; returns whether it is new."""
    day = date.fromisoformat(file.stem)
    return import_journal(
        user_id=user.id,
        journal_id=stable_id(user, day),
        reference=reference_of(day),
        messages=list(read_messages(user, day, file.read_text())),
    )


def read_messages(user: DemoUser, day: date, text: str) -> Iterator[PastMessage]:
    """What was said that day, a minute apart, from midnight on."""
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    for number, (role, content) in enumerate(split(text), 1):
        yield PastMessage(
            id=stable_id(user, day, number),
            role=role,
            content=content,
            created_at=midnight + timedelta(minutes=number),
            is_without_model=role == "assistant",
        )


def read_month(text: str, *, today: date) -> dict[date, list[PastMessage]]:
    """What the month's user said, by day; the days and the dates in the text count from today."""
    days: dict[date, list[PastMessage]] = {}
    pieces = iter(MONTH_DAY.split(text)[1:])
    for ago, hour, minute in zip(pieces, pieces, pieces, strict=False):
        day = today - timedelta(days=int(ago))
        said_at = datetime.combine(day, time(int(hour), int(minute)), tzinfo=UTC)
        messages = days.setdefault(day, [])
        for role, content in split(MONTH_DATE.sub(lambda m: _written(m, today), next(pieces))):
            messages.append(
                PastMessage(
                    id=stable_id(MONTH_USER, day, len(messages) + 1),
                    role=role,
                    content=content,
                    created_at=said_at,
                    is_without_model=role == "assistant",
                )
            )
            said_at += MONTH_STEP
    return days


def _written(match: re.Match[str], today: date) -> str:
    day = today + timedelta(days=int(match[2]))
    return f"{day:%A}" if match[1] == "weekday" else f"{day.day} {day:%B}"


def split(text: str) -> Iterator[tuple[Role, str]]:
    """Who said what: speakers stand on lines of their own, as `--- user ---`."""
    pieces = iter(SPEAKER.split(text)[1:])
    for speaker in pieces:
        role: Role = "user" if speaker == "user" else "assistant"
        yield role, next(pieces).strip()


def stable_id(user: DemoUser, day: date, number: int | None = None) -> UUID:
    """The same id on every machine, of a day or of its n-th message."""
    name = f"exobrain:mock:{user.id}:{day}"
    return uuid5(NAMESPACE_URL, name if number is None else f"{name}:{number}")
