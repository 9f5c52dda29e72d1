"""A teller whose messages come with what an extractor proposes of them.

The marks of `scribe` are enough for histories; here a test says outright what was understood:

    mind.tell("I quit Shell.", fact("You left Shell.", topic="employer", value="shell", ends=True))
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from accounts.models import User
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.types import (
    Extraction,
    ForgetWish,
    ProposedEntity,
    ProposedFact,
    SourceMessage,
    TextSpan,
    Trust,
)
from tests.knowledge.ledger.scribe import Teller

ANYWHERE = TextSpan(UUID(int=0), 0, 0)  # the whole message, once it is said
ME = ProposedEntity("me", "me", "node.person", [ANYWHERE], is_user=True)

Proposal = ProposedFact | ProposedEntity | ForgetWish


def fact(text: str, *about: str, **more: Any) -> ProposedFact:
    """A certain statement about the user, or about these keys."""
    values: dict[str, Any] = {"trust": Trust.USER_SAID, "confidence": 0.9, **more}
    return ProposedFact(text=text, span=ANYWHERE, about=about or ("me",), **values)


def person(name: str, *, key: str = "", **more: Any) -> ProposedEntity:
    """Somebody of that name."""
    return ProposedEntity(key or name, name, "node.person", [ANYWHERE], **more)


def role(name: str, **more: Any) -> ProposedEntity:
    """Somebody of whom only the role is known: the user's sister."""
    return ProposedEntity(
        f"role:{name}", f"your {name}", "node.person", [ANYWHERE], aliases=[f"my {name}"],
        role=name, is_unnamed=True, **more,
    )  # fmt: skip


@dataclass
class Proposer:
    """An extractor that knows beforehand what to propose of each message."""

    name: str = "proposer-1"
    proposals: dict[UUID, Sequence[Proposal]] = field(default_factory=dict)

    def extract(
        self,
        *,
        messages: Sequence[SourceMessage],
        schema: SchemaView,
        known: Sequence[KnownEntity] = (),
    ) -> Extraction:
        """What is proposed of these messages."""
        entities: dict[str, ProposedEntity] = {}
        facts, wishes = [], []
        for message in messages:
            whole = TextSpan(message.id, 0, len(message.content))
            for each in (ME, *self.proposals.get(message.id, ())):
                if isinstance(each, ProposedFact):
                    facts.append(replace(each, span=whole))
                elif isinstance(each, ForgetWish):
                    wishes.append(replace(each, span=whole))
                else:
                    before = entities.get(each.key)
                    spans = [*(before.spans if before else ()), whole]
                    entities[each.key] = replace(each, spans=spans)
        return Extraction(
            entities=list(entities.values()), facts=facts, forget_wishes=wishes, extractor=self.name
        )


class Mind(Teller):
    """A user whose messages are understood as the test says."""

    def __init__(self, user: User, proposer: Proposer) -> None:
        super().__init__(user)
        self.proposer = proposer

    def tell(
        self, text: str, *proposals: Proposal, day: float = 0, role: str = "user"
    ) -> SourceMessage:
        """A message that is said and learned, with what is proposed of it."""
        message = self.say(text, day=day, role=role)
        self.proposer.proposals[message.id] = proposals
        self.learn(message)
        return message
