"""Rows of the memory, as the ledger would have made them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from accounts.models import User
from journal.models import Journal, Message
from knowledge.models import (
    Block,
    Edge,
    EdgeType,
    Entity,
    Mention,
    NodeType,
    Source,
    Universe,
)
from knowledge.types import REAL_WORLD, BlockKind, Status, Trust
from tests.factories import MessageFactory

SAID_AT = datetime(2025, 1, 14, 9, 30, tzinfo=UTC)


def node_type(type_id: str, *, parent: str | None = None, **fields: Any) -> NodeType:
    """A type of the schema, which a migration may have put there already."""
    defaults = {"name": type_id.partition(".")[2].replace("_", " ").title(), **fields}
    made, _ = NodeType.objects.update_or_create(id=type_id, defaults=defaults)
    if parent is not None:
        made.parents.add(node_type(parent))
    return made


def real_world() -> Universe:
    """The universe that all users share."""
    return Universe.objects.get_or_create(id=REAL_WORLD, defaults={"name": "Real World"})[0]


def _record(user: User, **fields: Any) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "user": user,
        "universe": real_world(),
        "trust": Trust.USER_SAID,
        "status": Status.ASSERTED,
        "recorded_at": SAID_AT,
        **fields,
    }


def entity(user: User, name: str, *, type_id: str = "node.person", **fields: Any) -> Entity:
    """Someone or something with a name."""
    node_type("node.entity")
    row = _record(user, name=name, normal_name=name.lower(), **fields)
    return Entity.objects.create(node_type=node_type(type_id, parent="node.entity"), **row)


def fact(
    user: User,
    about: Entity | None,
    text: str,
    *,
    message: Message | None = None,
    kind: BlockKind = BlockKind.FACT,
    **fields: Any,
) -> Block:
    """A text on an entity's page, from a message."""
    row = _record(user, kind=kind, text=text, entity=about, **{"said_at": SAID_AT, **fields})
    block = Block.objects.create(**row)
    if message is not None:
        source(user, block, message)
    return block


def source(user: User, block: Block, message: Message) -> Source:
    """Where the block came from: the whole of the message."""
    return Source.objects.create(
        id=uuid4(),
        user=user,
        table="block",
        record_id=block.id,
        message=message,
        start=0,
        end=len(message.content or ""),
    )


def episode(message: Message) -> Block:
    """A message as the memory holds it."""
    row = _record(message.user, kind=BlockKind.EPISODE, text=message.content, message=message)
    place = {"reference": message.journal.reference, "sequence": message.sequence}
    if message.role != "user":
        row["trust"] = Trust.INFERRED
    block = Block.objects.create(**row, **place, said_at=message.created_at)
    source(message.user, block, message)
    return block


def mention(block: Block, of: Entity) -> Mention:
    """The block speaks of the entity."""
    return Mention.objects.create(**_record(block.user, block=block, entity=of))


def edge(user: User, left: Entity, right: Entity, *, type_id: str = "edge.knows") -> Edge:
    """A relation between two entities."""
    edge_type, _ = EdgeType.objects.get_or_create(
        id=type_id, defaults={"name": type_id.partition(".")[2]}
    )
    row = _record(user, source=left, target=right, edge_type=edge_type)
    return Edge.objects.create(**row)


def said(journal: Journal, text: str, **fields: Any) -> Message:
    """A message of the user's day."""
    return MessageFactory(journal=journal, content=text, created_at=SAID_AT, **fields)
