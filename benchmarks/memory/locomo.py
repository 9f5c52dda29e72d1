"""Conversations and questions in LoCoMo's format (https://arxiv.org/abs/2402.17753).

The data is not part of the project. Image captions are read; what an image was searched with
(`query`) is not: it holds answers that nobody in the conversation could have seen.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

TURN_ID = re.compile(r"D\d+:\d+")
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}
PAUSE = timedelta(seconds=20)  # between two turns; LoCoMo tells only when a session began


@dataclass(frozen=True)
class Turn:
    """Something said."""

    id: str  # "D3:7": the seventh turn of the third session
    speaker: str
    text: str  # with the caption of the image it shows
    said_at: datetime
    role: Literal["user", "assistant"] = "user"

    @property
    def content(self) -> str:
        """The turn as a message; it carries its speaker's name, where two people talk."""
        return f"{self.speaker}: {self.text}" if self.speaker else self.text


@dataclass(frozen=True)
class Question:
    """A question, and the turns that hold its answer."""

    text: str
    category: str
    evidence: frozenset[str]


@dataclass(frozen=True)
class Observation:
    """A sentence about a speaker that a language model wrote, from one turn on."""

    speaker: str
    text: str
    turn_id: str


@dataclass(frozen=True)
class Conversation:
    """Sessions of two speakers, and questions about them."""

    id: str
    sessions: Sequence[Sequence[Turn]]
    questions: Sequence[Question]
    observations: Sequence[Observation] = ()

    @property
    def turns(self) -> list[Turn]:
        """All turns in order."""
        return [turn for session in self.sessions for turn in session]


def load(samples: Iterable[Mapping[str, Any]]) -> list[Conversation]:
    """The conversations of a file; questions without any existing evidence are left out."""
    return [_conversation(sample) for sample in samples]


def observations_of(sample: Mapping[str, Any]) -> list[Observation]:
    """What is observed, each by the first turn it is from; what names no turn is left out."""
    return [
        Observation(speaker=speaker, text=text, turn_id=turns[0])
        for speakers in sample.get("observation", {}).values()
        for speaker, facts in speakers.items()
        for text, source in facts
        if (turns := TURN_ID.findall(str(source)))
    ]


def session_of(turn_id: str) -> str:
    """The session's part of a turn's id."""
    return turn_id.partition(":")[0]


def _conversation(sample: Mapping[str, Any]) -> Conversation:
    talk = sample["conversation"]
    numbers = sorted(int(m[1]) for key in talk if (m := re.fullmatch(r"session_(\d+)", key)))
    sessions = [list(_turns(talk, number)) for number in numbers]
    known = {turn.id for session in sessions for turn in session}
    questions = [question for item in sample["qa"] if (question := _question(item, known))]
    return Conversation(
        id=sample["sample_id"],
        sessions=sessions,
        questions=questions,
        observations=observations_of(sample),
    )


def _turns(talk: dict[str, Any], number: int) -> Iterator[Turn]:
    began = datetime.strptime(talk[f"session_{number}_date_time"], "%I:%M %p on %d %B, %Y")
    for position, item in enumerate(talk[f"session_{number}"]):
        caption = item.get("blip_caption")
        text = f"{item['text']} [shares a picture: {caption}]" if caption else item["text"]
        yield Turn(
            id=item["dia_id"],
            speaker=item["speaker"],
            text=text,
            said_at=began.replace(tzinfo=UTC) + position * PAUSE,
        )


def _question(item: dict[str, Any], known: set[str]) -> Question | None:
    named = {turn_id for text in item.get("evidence", ()) for turn_id in TURN_ID.findall(str(text))}
    evidence = frozenset(named & known)
    if not evidence:
        return None
    return Question(text=item["question"], category=CATEGORIES[item["category"]], evidence=evidence)
