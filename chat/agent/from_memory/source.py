"""What answers where no model is configured: the memory, by itself.

It is asked as a model is, and asks for tools as one: what it remembers, has forgotten or looks up
goes through the tools, with their limits. It adds nothing to what is known: whatever it says is a
fact, a passage or an event, with where that is from.
"""

import json
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.urls import reverse

from chat.agent.from_memory.asked import (
    Asked,
    Kind,
    looked_for,
    read_asked,
    roles_asked_for,
    roles_in,
    slots_asked_for,
    tells,
    words_of_content,
)
from chat.agent.from_memory.phrases import PHRASES, as_text, day_in_words, moment_in_words
from chat.agent.model import ModelPart, PromptMessage, ToolUse
from chat.tools.base import TurnContext
from chat.tools.memory.typed import wished_text
from chat.types import Given, MarkedMemory
from exobrain.lib import clock
from journal.services import today_reference
from journal.types import StoredMessage
from knowledge.dates import read_dates
from knowledge.retrieval.ranking.weights import KNOWN
from knowledge.selectors.wording import addressed
from knowledge.types import BlockKind, Precision, ProfileFact, Recalled, Status, Trust

NAME = "memory"  # who has answered, where others have the name of a model
SOON_DAYS = 14
MOST_DAYS = 366
MOST_FACTS = 12
MOST_PASSAGES = 6
MOST_OF_TODAY = 3
MOST_UNSURE = 3
TOOLS = {Kind.REMEMBER: "remember", Kind.FORGET: "forget", Kind.COMING: "upcoming"}
ARGUMENT = {Kind.REMEMBER: "text", Kind.FORGET: "what"}


@dataclass
class AnswerFromMemory:
    """Answers one question of a turn with what was recalled for it. A `ChatModel`."""

    turn: TurnContext
    given: Given
    unlearned: Sequence[StoredMessage] = ()  # of the day so far
    explains: bool = True  # why the memory answers, which is told once a day
    name: str = NAME
    needs_prompt: bool = False
    asked: Asked = field(init=False)

    def __post_init__(self) -> None:
        self.now = clock.now().astimezone(self.turn.zone)
        self.asked = read_asked(self.turn.question, now=self.now)
        self._wanted = words_of_content(looked_for(self.turn.question))
        self._roles = roles_asked_for(self.turn.question)

    async def answer(
        self, prompt: Sequence[PromptMessage], *, tools: Sequence[Mapping[str, Any]] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        """The answer's paragraphs, after the call of a tool where the question is for one."""
        told = [message.content for message in prompt if message.role == "tool"]
        offered = {tool["function"]["name"] for tool in tools}
        wanted = TOOLS.get(self.asked.kind, "")
        if wanted in offered and not told:
            yield ToolUse("", wanted, json.dumps(self._arguments()))
            return
        if self.turn.user_id is None:
            yield self._say("visitor")
            return
        if not self.turn.uses_memory or (wanted and not told):
            paragraphs: Iterable[str] = [self._say("without_memory")]
        elif told:
            paragraphs = self._of_tool(json.loads(told[-1]))
        else:
            paragraphs = self._of_memory()
        if self.explains and self.asked.kind is not Kind.REQUEST:
            paragraphs = [*paragraphs, self._say("no_model")]
        yield "\n\n".join(paragraphs)

    def _say(self, name: str, **values: object) -> str:
        return PHRASES[self.asked.language][name].format(**values)

    # -- with a tool

    def _arguments(self) -> dict[str, object]:
        if self.asked.kind is not Kind.COMING:
            return {ARGUMENT[self.asked.kind]: self.asked.text}
        return {"days": self._days()}

    def _days(self) -> int:
        """How far ahead is looked: to the end of the time that was named."""
        if self.asked.time is None:
            return SOON_DAYS
        return min(MOST_DAYS, max(1, ceil((self.asked.time.end - self.now) / timedelta(days=1))))

    def _of_tool(self, content: Mapping[str, Any]) -> Iterator[str]:
        if "error" in content:
            yield self._say("failed", reason=as_text(content["error"]))
            return
        match self.asked.kind:
            case Kind.REMEMBER:
                state = str(content["state"]).split(":")[0].split(" ")[0]
                yield self._say(state, text=as_text(self.asked.text))
            case Kind.FORGET:
                yield self._say("asked", text=as_text(self.asked.text))
            case _:
                yield from self._coming(content["events"])
                yield from self._today(self._said_of_time())

    def _coming(self, events: Iterable[Mapping[str, str]]) -> Iterator[str]:
        time = self.asked.time
        lines = []
        for event in events:
            day, clock_time = self._day_of(event["when"])
            if time is not None and day is not None and not time.start <= day < time.end:
                continue
            words = event["when"]
            if day is not None:
                words = day_in_words(day.date(), self.asked.language, with_weekday=True)
            unsure = f" ({self._say('disputed')})" if "sure" in event else ""
            text = as_text(addressed(event["what"])).rstrip(".")
            lines.append(f"- {words}{clock_time}: {text}{unsure}")
        if lines:
            yield "\n".join([self._say("coming_then" if time else "coming"), "", *lines])
        else:
            yield self._say("nothing_then" if time else "nothing_coming", days=self._days())

    def _day_of(self, when: str) -> tuple[datetime | None, str]:
        """The day of `Tuesday 2026-12-01 09:00`, and its time; no day of a month or a year."""
        _, _, moment = when.partition(" ")
        day, _, clock_time = moment.partition(" ")
        if not day:
            return None, ""
        midnight = datetime.fromisoformat(day).replace(tzinfo=self.turn.zone)
        return midnight, f", {clock_time}" if clock_time else ""

    # -- with what was recalled

    def _of_memory(self) -> Iterator[str]:
        match self.asked.kind:
            case Kind.GREETING | Kind.HELP:
                yield self._say("hello")
            case Kind.THANKS:
                yield self._say("welcome")
            case Kind.REQUEST:
                yield self._say("needs_model")
            case Kind.STATEMENT:
                day = reverse("journal", args=[today_reference(self.turn.zone)])
                yield self._say("kept" if self.explains else "kept_again", day=day)
            case Kind.ABOUT_ME:
                yield from self._about_user(self.given.profile.facts)
            case _:
                yield from self._recalled()

    def _about_user(self, facts: Sequence[ProfileFact]) -> Iterator[str]:
        if not facts:
            yield self._say("nothing_of_you")
            return
        yield "\n".join([self._say("about_you"), "", *map(self._profile_line, facts)])

    def _profile_line(self, fact: ProfileFact) -> str:
        notes = []
        if fact.since is not None:
            notes.append(self._dated("since", fact.since, fact.since_precision))
        if fact.is_disputed or fact.is_unsure:
            notes.append(self._say("disputed"))
        return f"- {as_text(addressed(fact.text))}{_in_brackets(notes)}"

    def _recalled(self) -> Iterator[str]:
        telling = [memory for memory in self.given.memories if self._can_answer(memory)]
        telling.sort(key=lambda memory: memory.recalled.score, reverse=True)
        sure = [memory for memory in telling if memory.recalled.score >= KNOWN]
        closest = self._closest(sure)
        groups = [
            ("known", [*self._of_profile(closest), *self._facts(closest)][:MOST_FACTS]),
            ("said", [self._passage(m) for m in closest if _is_passage(m)][:MOST_PASSAGES]),
        ]
        if self.asked.kind is Kind.SAID:
            groups.reverse()
        today = list(self._today(self._said_today(known=[m.recalled.text for m in closest])))
        if not today and not any(lines for _, lines in groups):
            near = sure or [memory for memory in telling if self._shared(memory.recalled.text)]
            lines = [self._passage(m) if _is_passage(m) else self._fact(m) for m in near]
            groups = [("unsure", lines[:MOST_UNSURE])]
        paragraphs = [[self._say(heading), "", *lines] for heading, lines in groups if lines]
        told = ["\n".join(lines) for lines in paragraphs] + today
        yield from told or [self._say("nothing")]

    def _can_answer(self, memory: MarkedMemory) -> bool:
        """False for a message that only asks, or that is not about whom the question is about."""
        text = memory.recalled.text
        return tells(text) and (not _is_passage(memory) or self._is_of_asked_roles(text))

    def _is_of_asked_roles(self, text: str) -> bool:
        return not self._roles or bool(self._roles & roles_in(text))

    def _shared(self, text: str) -> int:
        """How many words of what is asked the text has."""
        return len(self._wanted & words_of_content(text))

    def _closest(self, memories: Sequence[MarkedMemory]) -> Sequence[MarkedMemory]:
        """Those that share most words with the question.

        A model would pass over the others, which are near to what is asked and no answer.
        """
        shared = {memory.mark: self._shared(memory.recalled.text) for memory in memories}
        most = max([1, *shared.values()])
        return [memory for memory in memories if shared[memory.mark] == most]

    def _of_profile(self, recalled: Sequence[MarkedMemory]) -> list[str]:
        """What holds of the user in the slots that the question is about."""
        slots = slots_asked_for(self.turn.question)
        known = {memory.recalled.block_id for memory in recalled}
        facts = [fact for fact in self.given.profile.facts if fact.slot in slots]
        return [self._profile_line(fact) for fact in facts if fact.block_id not in known]

    def _facts(self, recalled: Sequence[MarkedMemory]) -> list[str]:
        return [self._fact(memory) for memory in recalled if not _is_passage(memory)]

    def _fact(self, memory: MarkedMemory) -> str:
        """A statement, how far it holds and by whose word, with its page and its day."""
        recalled = memory.recalled
        notes = []
        if recalled.starts_at is not None:
            notes.append(self._dated("when", recalled.starts_at))
        since = recalled.valid_from
        if since is not None and since.date() != recalled.said_at.date():
            notes.append(self._dated("since", since, self._precision_of(recalled, since)))
        if recalled.valid_to is not None:
            is_over = recalled.valid_to <= self.now
            notes.append(self._dated("was_until" if is_over else "until", recalled.valid_to))
        if recalled.status == Status.DISPUTED:
            notes.append(self._say("disputed"))
        notes += [self._say(name) for name in _BY_WHOM.get(recalled.trust, ())]
        notes.append(self._say("said_on", day=self._linked_day(recalled)))
        if recalled.entity_ids:
            address = reverse("memory-page", args=[recalled.entity_ids[0]])
            notes.append(f"[{self._say('page')}]({address})")
        text = as_text(addressed(recalled.text))
        return f"- {text}{_in_brackets(notes)} [{memory.mark}]"

    def _precision_of(self, recalled: Recalled, since: datetime) -> Precision:
        """How exactly it is known since when; what recall does not say, the profile may."""
        for fact in self.given.profile.facts:
            if fact.block_id == recalled.block_id:
                return fact.since_precision
        local = since.astimezone(self.turn.zone)
        if local.day > 1:
            return Precision.DAY
        return Precision.MONTH if local.month > 1 else Precision.YEAR

    def _passage(self, memory: MarkedMemory) -> str:
        recalled = memory.recalled
        speaker = _SPEAKERS.get(recalled.trust, "outside_said")
        text = self._say(speaker, day=self._linked_day(recalled), text=as_text(recalled.text))
        over = "; ".join(as_text(statement.text) for statement in recalled.ended)
        notes = [self._say("outdated", text=over)] if over else []
        return f"- {text}{_in_brackets(notes)} [{memory.mark}]"

    def _today(self, said: Sequence[str]) -> Iterator[str]:
        """The paragraph of what was said today and is not learned yet, if there is something."""
        quotes = [self._say("quote", text=as_text(text)) for text in said]
        if quotes:
            yield "\n".join([self._say("today"), "", *(f"- {quote}" for quote in quotes)])

    def _said_today(self, *, known: Sequence[str]) -> list[str]:
        """What the user has said of it, the latest first, without what is told as `known`.

        Of "remember that ...", the wish is known at once and its message is not learned yet.
        """
        told = {text.casefold().rstrip(".") for text in known}
        return [
            text
            for text in self._unlearned_words()
            if self._shared(text)
            and self._is_of_asked_roles(text)
            and (wished_text(text) or "").casefold().rstrip(".") not in told
        ][:MOST_OF_TODAY]

    def _said_of_time(self) -> list[str]:
        """What the user has said of the time that is asked for, the latest first."""
        time = self.asked.time
        start = max(self.now, time.start) if time else self.now
        end = time.end if time else self.now + timedelta(days=SOON_DAYS)
        return [
            text
            for text in self._unlearned_words()
            if any(
                date.start < end and date.end > start
                for date in read_dates(text, at=self.now, lenient=True)
            )
        ][:MOST_OF_TODAY]

    def _unlearned_words(self) -> Iterator[str]:
        """The user's words of today that tell something and are not learned yet, latest first."""
        for message in reversed(self.unlearned):
            if message.role == "user" and tells(message.content):
                yield message.content

    def _dated(self, name: str, at: datetime, precision: Precision = Precision.DAY) -> str:
        words = moment_in_words(at, precision, self.asked.language, zone=self.turn.zone)
        return self._say(name, day=words)

    def _linked_day(self, recalled: Recalled) -> str:
        """The day on which it was said, as a link to its journal where it is from one."""
        day = recalled.said_at.astimezone(self.turn.zone).date()
        words = day_in_words(day, self.asked.language)
        if not recalled.reference:
            return words
        return f"[{words}]({reverse('journal', args=[recalled.reference])})"


_SPEAKERS = {
    Trust.INFERRED: "assistant_said",
    Trust.USER_SAID: "you_said",
    Trust.CONFIRMED: "you_said",
}
_BY_WHOM: Mapping[Trust, tuple[str, ...]] = {
    Trust.WEB: ("outside",),
    Trust.TOOL: ("outside",),
    Trust.INFERRED: ("concluded",),
    Trust.CONFIRMED: ("confirmed",),
}


def _is_passage(memory: MarkedMemory) -> bool:
    return memory.recalled.kind == BlockKind.EPISODE


def _in_brackets(notes: Sequence[str]) -> str:
    return f" ({', '.join(notes)})" if notes else ""
