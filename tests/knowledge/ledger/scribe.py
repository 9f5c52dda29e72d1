"""An extractor for tests: what it proposes stands in the message itself.

#home=lyon          a certain statement about the user: single-valued topic `home`
#home?=lyon         the same, uncertain
@Ann                a person
@Ann#home=lyon      a statement about her
#home=lyon>Ben      one that is also a relation, to a person
@Ann~partner_of~@Ben   a relation
+likes tea.         a statement about the user without a topic, up to the full stop
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Max

from accounts.models import User
from journal.models import Journal, Message
from journal.types import reference_of
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.services.learning.learner import apply_learning, prepare_learning
from knowledge.types import (
    Extraction,
    ProposedEntity,
    ProposedFact,
    ProposedMention,
    SourceMessage,
    TextSpan,
    Trust,
)

DAY = datetime(2025, 1, 1, 12, tzinfo=UTC)
TOPIC = re.compile(r"(?:@(\w+))?#(\w+)(\??)=(\w+)(?:>(\w+))?")
NAME = re.compile(r"@(\w+)")
RELATION = re.compile(r"@(\w+)~(\w+)~@(\w+)")
PLAIN = re.compile(r"\+([^.@#]+)\.")
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
            extractor=self.name,
        )


class _Batch:
    def __init__(self) -> None:
        self.entities: dict[str, ProposedEntity] = {}
        self.mentions: list[ProposedMention] = []
        self.facts: list[ProposedFact] = []

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
