"""Long chats of a user with an assistant, and questions about them, after BEAM's.

BEAM: https://arxiv.org/abs/2510.27246. The data is not part of the project. A sample has the
messages `{id, role, at, text}` and the questions `{question, category, evidence}`; ids of the
user's own messages begin with `u`. What counts is what the user said: an assistant's answers fill
such a chat, and what is sought in it is nearly always the user's.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from benchmarks.memory.locomo import Conversation, Question, Turn


def load(samples: Iterable[Mapping[str, Any]]) -> list[Conversation]:
    """The chats, a session a day; questions without evidence of the user's are left out."""
    return [_conversation(sample) for sample in samples]


def is_users(turn_id: str) -> bool:
    """Whether the user said it."""
    return turn_id.startswith("u")


def _conversation(sample: Mapping[str, Any]) -> Conversation:
    turns = [
        Turn(
            id=message["id"],
            speaker="",
            text=message["text"],
            said_at=datetime.fromisoformat(message["at"]),
            role=message["role"],
        )
        for message in sample["messages"]
    ]
    questions = [
        Question(
            text=item["question"],
            category=item["category"],
            evidence=frozenset(filter(is_users, item["evidence"])),
        )
        for item in sample["qa"]
    ]
    return Conversation(
        id=sample["sample_id"],
        sessions=[list(day) for _, day in groupby(turns, key=lambda turn: turn.said_at.date())],
        questions=[question for question in questions if question.evidence],
    )
