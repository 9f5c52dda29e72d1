"""An extractor for tests: what it proposes stands in the message itself.

#home=lyon          a certain statement about the user: single-valued topic `home`
#home?=lyon         the same, uncertain
@Ann                a person
@Ann#home=lyon      a statement about her
#home=lyon>Ben      one that is also a relation, to a person
@Ann~partner_of~@Ben   a relation
#home=lyon!         an ending: not there any more; without a value, wherever it was
#home=lyon/rome     a correction: not Lyon but Rome
#home=lyon@-400     since 400 days before the first day, and not said to be so still
has:tea, no:tea     one of many likings, and that it is over
my:sister           somebody of that role, without a name
my:sister=Ann       and with one
my:sister,Ann       somebody of that name who is another one
on:dentist=9        an event of that key on that day; on:dentist=off, that it is cancelled
on:choir=9*         one that comes again every week; 9! with a reminder
forget:tea          the wish that it be forgotten
+likes tea.         a statement about the user without a topic, up to the full stop
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

from django.db.models import Max

from accounts.models import User
from journal.models import Journal, Message
from journal.types import reference_of
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.services.learning.learner import apply_learning, prepare_learning
from knowledge.types import (
    EventState,
    Extraction,
    ForgetWish,
    ProposedEntity,
    ProposedEvent,
    ProposedFact,
    ProposedMention,
    SourceMessage,
    TextSpan,
    Trust,
)

DAY = datetime(2025, 1, 1, 12, tzinfo=UTC)
TOPIC = re.compile(r"(?:@(\w+))?#(\w+)(\??)=(\w+)(?![\w!/@])(?:>(\w+))?")
NAME = re.compile(r"@([A-Za-z]\w*)")
RELATION = re.compile(r"@(\w+)~(\w+)~@(\w+)")
PLAIN = re.compile(r"\+([^.@#]+)\.")
ENDING = re.compile(r"(?:@(\w+))?#(\w+)=(\w*)!")
CORRECTION = re.compile(r"#(\w+)=(\w+)/(\w+)")
PAST = re.compile(r"#(\w+)=(\w+)@(-?\d+)")
LIKING = re.compile(r"\b(has|no):(\w+)")
ROLE = re.compile(r"\bmy:(\w+)(?:([=,])(\w+))?")
EVENT = re.compile(r"\bon:(\w+)=(off|\d+)([*!]?)")
WISH = re.compile(r"\bforget:(\w+)")
ZONE = timezone(timedelta(hours=5, minutes=30))  # of the user, so that days begin elsewhere
TRUST = {"user": Trust.USER_SAID, "assistant": Trust.INFERRED}


class Scribe:
    """Proposes what the marks say."""

    name = "scribe-1"

    def extract(
        self,
        *,
        messages: Sequence[SourceMessage],
        schema: SchemaView,
        known: Sequence[KnownEntity] = (),
    ) -> Extraction:
        """What the marks in the messages say."""
        batch = _Batch()
        for message in messages:
            batch.read(message)
        return Extraction(
            entities=list(batch.entities.values()),
            mentions=batch.mentions,
            facts=batch.facts,
            forget_wishes=batch.wishes,
            extractor=self.name,
        )


class _Batch:
    def __init__(self) -> None:
        self.entities: dict[str, ProposedEntity] = {}
        self.mentions: list[ProposedMention] = []
        self.facts: list[ProposedFact] = []
        self.wishes: list[ForgetWish] = []

    def read(self, message: SourceMessage) -> None:
        """Adds what the message's marks say."""
        for found in NAME.finditer(message.content):
            span = TextSpan(message.id, found.start(1), found.end(1))
            self.mentions.append(ProposedMention(self.entity(found[1], span), span))
        for found in TOPIC.finditer(message.content):
            who, topic, doubt, value, other = found.groups()
            self.fact(
                message, found, about=[who or "", *([other] if other else [])],
                topic=topic, value=value, single_valued=True,
                edge_type="edge.related_to" if other else None,
                confidence=0.4 if doubt else 0.9,
            )  # fmt: skip
        for found in RELATION.finditer(message.content):
            one, relation, other = found.groups()
            self.fact(message, found, about=[one, other], edge_type=f"edge.{relation}")
        for found in PLAIN.finditer(message.content):
            self.fact(message, found, about=[""])
        self.read_changes(message)
        self.read_events(message)

    def read_changes(self, message: SourceMessage) -> None:
        """Adds endings, corrections, the past, likings, roles and wishes."""
        for found in ENDING.finditer(message.content):
            who, topic, value = found.groups()
            self.fact(
                message, found, about=[who or ""], topic=topic, value=value or None,
                single_valued=True, ends=True,
            )  # fmt: skip
        for found in CORRECTION.finditer(message.content):
            topic, wrong, right = found.groups()
            self.fact(
                message, found, about=[""], topic=topic, value=right, corrects=wrong,
                single_valued=True,
            )  # fmt: skip
        for found in PAST.finditer(message.content):
            topic, value, days = found.groups()
            self.fact(
                message, found, about=[""], topic=topic, value=value, single_valued=True,
                valid_from=DAY + timedelta(days=int(days)), since_precision="day",
                holds_now=False,
            )  # fmt: skip
        for found in LIKING.finditer(message.content):
            self.fact(
                message, found, about=[""], topic=f"likes:{found[2]}", value=found[2],
                ends=found[1] == "no",
            )  # fmt: skip
        for found in ROLE.finditer(message.content):
            role, sign, name = found.groups()
            span = TextSpan(message.id, found.start(), found.end())
            key = f"role:{role}:{name or ''}"
            before = self.entities.get(key)
            self.entities[key] = ProposedEntity(
                key=key, name=name or f"your {role}", node_type="node.person",
                spans=[*(before.spans if before else ()), span], role=role,
                is_unnamed=name is None, is_another=sign == ",",
            )  # fmt: skip
            self.mentions.append(ProposedMention(key, span))
        for found in WISH.finditer(message.content):
            span = TextSpan(message.id, found.start(), found.end())
            self.wishes.append(ForgetWish(span, found[1]))

    def read_events(self, message: SourceMessage) -> None:
        """Adds what takes place, and what does not."""
        for found in EVENT.finditer(message.content):
            key, day, sign = found.groups()
            start = None
            if day != "off":
                start = (DAY + timedelta(days=int(day))).astimezone(ZONE).replace(hour=9)
            event = ProposedEvent(
                starts_at=start, precision="moment" if start else "",
                recurrence="FREQ=WEEKLY" if sign == "*" else "",
                state=EventState.CANCELLED if start is None else EventState.PLANNED,
                remind_at=start if sign == "!" else None,
            )  # fmt: skip
            self.fact(
                message, found, about=[""], topic=f"event:{key}", single_valued=True, event=event
            )

    def fact(
        self,
        message: SourceMessage,
        found: re.Match[str],
        *,
        about: list[str],
        confidence: float = 0.9,
        **more: object,
    ) -> None:
        """A statement in the words of the message."""
        span = TextSpan(message.id, found.start(), found.end())
        self.facts.append(
            ProposedFact(
                text=found[0],
                span=span,
                about=[self.entity(name, span) for name in about],
                trust=TRUST[message.role],
                confidence=confidence,
                **more,  # type: ignore[arg-type]
            )
        )

    def entity(self, name: str, span: TextSpan) -> str:
        """The key of somebody of that name; without one, of the user."""
        before = self.entities.get(name)
        self.entities[name] = ProposedEntity(
            key=name,
            name=name or "User",
            node_type="node.person",
            spans=[*(before.spans if before else ()), span],
            is_user=not name,
        )
        return name


# -- a user who talks


@dataclass
class Teller:
    """Writes a user's journal and has it learned."""

    user: User

    def say(self, text: str, *, day: float = 0, role: str = "user") -> SourceMessage:
        """A message of that day; it is not learned yet."""
        at = DAY + timedelta(days=day)
        reference = reference_of(at.date())
        journal, _ = Journal.objects.get_or_create(user=self.user, reference=reference)
        last = journal.messages.aggregate(last=Max("sequence"))["last"] or 0
        row = Message.objects.create(
            journal=journal, user=self.user, role=role, content=text, sequence=last + 1,
            created_at=at,
        )  # fmt: skip
        Journal.objects.filter(pk=journal.pk).update(
            last_sequence=row.sequence, message_count=row.sequence
        )
        return SourceMessage(
            id=row.id, reference=reference, sequence=row.sequence, role=role, content=text,
            said_at=at,
        )  # fmt: skip

    def learn(self, *messages: SourceMessage, job_id: UUID | None = None) -> UUID:
        """The messages are in the memory; returns the changeset."""
        prepared = prepare_learning(user_id=self.user.pk, messages=messages)
        return apply_learning(user_id=self.user.pk, job_id=job_id or uuid4(), prepared=prepared)

    def tell(self, text: str, *, day: float = 0, role: str = "user") -> SourceMessage:
        """A message that is said and learned."""
        message = self.say(text, day=day, role=role)
        self.learn(message)
        return message
