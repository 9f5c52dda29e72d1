"""Small stories of everyday changes, and what a person expects to be known after each.

A file has the stories of one kind of change, a paragraph each.

> text     the user says it; the first day is Monday, 16 November 2026
>> text    the same, on the next day
> a: text  the assistant says it
+ a; b     a statement that holds has each of these words
- a; b     none has all of them
E name     somebody or something has that page
!E name    nobody has it
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from accounts.models import User
from journal.selectors import messages_by_ids
from journal.types import reference_of
from knowledge.extraction.topics import slot_of
from knowledge.models import Block, Entity
from knowledge.services.learning.learner import (
    apply_learning,
    message_to_learn,
    prepare_learning,
)
from knowledge.types import STATEMENT_KINDS
from tests.factories import JournalFactory, MessageFactory

BEGIN = datetime(2026, 11, 16, 8, tzinfo=UTC)
BETWEEN = timedelta(minutes=2)


@dataclass
class Story:
    """What is said on each day, and what is expected."""

    kind: str
    days: list[list[tuple[str, str]]] = field(default_factory=lambda: [[]])  # role and text
    expected: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """By its last message, for the name of a test."""
        return f"{self.kind}: {self.days[-1][-1][1]}"


def stories_in(path: Path) -> Iterator[Story]:
    """The stories of a file, in order."""
    for paragraph in path.read_text(encoding="utf-8").strip().split("\n\n"):
        story = Story(path.stem)
        for line in paragraph.splitlines():
            if not line.startswith(">"):
                story.expected.append(line)
                continue
            if line.startswith(">>"):
                story.days.append([])
            text = line.lstrip("> ")
            role = "assistant" if text.startswith("a: ") else "user"
            story.days[-1].append((role, text.removeprefix("a: ")))
        yield story


def learn(user: User, story: Story) -> None:
    """The memory has learned the story, each day as a job of its own."""
    for number, day in enumerate(story.days):
        begin = BEGIN + timedelta(days=number)
        journal = JournalFactory(user=user, reference=reference_of(begin.date()))
        messages = [
            MessageFactory(
                journal=journal, role=role, content=text, created_at=begin + BETWEEN * place
            )
            for place, (role, text) in enumerate(day)
        ]
        stored = messages_by_ids(user_id=user.pk, ids=[message.pk for message in messages])
        said = [message_to_learn(message) for message in stored]
        prepared = prepare_learning(user_id=user.pk, messages=said, embeds=False)
        apply_learning(user_id=user.pk, job_id=uuid4(), prepared=prepared)


def unmet(user: User, expected: Sequence[str]) -> list[str]:
    """The expectations that the memory does not meet."""
    holding = Block.objects.filter(user=user, kind__in=STATEMENT_KINDS, superseded_at=None)
    rows = [_shown(block) for block in holding.select_related("entity")]
    names = set(Entity.objects.filter(user=user).values_list("name", flat=True))
    missed = []
    for line in expected:
        sign, _, what = line.partition(" ")
        if sign in ("E", "!E"):
            is_met = (what.strip() in names) == (sign == "E")
        else:
            words = [word.strip() for word in what.split(";")]
            is_known = any(all(word in row for word in words) for row in rows)
            is_met = is_known == (sign == "+")
        if not is_met:
            missed.append(line)
    return missed


def _shown(block: Block) -> str:
    """A statement with whom it is about, its topic, its time, since when it holds, its slot."""
    who = "user" if block.entity is None or block.entity.is_self else block.entity.name
    at = f"{block.starts_at:%Y-%m-%d %H:%M}" if block.starts_at else ""
    since = f"{block.valid_from:%Y-%m-%d}" if block.valid_from else ""
    return (
        f"{who}: {block.text} | {block.topic}={block.value} | {at} {block.recurrence} "
        f"{block.event_state} | from {since} | slot {slot_of(block.topic)}"
    )
