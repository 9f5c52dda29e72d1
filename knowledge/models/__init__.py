"""The tables of the memory."""

from knowledge.models.changesets import (
    Changeset,
    Decision,
    Operation,
    Redaction,
    ReviewItem,
    Tombstone,
)
from knowledge.models.ledger import (
    Alias,
    Block,
    Distinct,
    Edge,
    Entity,
    Mention,
    Record,
    Source,
    Universe,
)
from knowledge.models.schema import EdgeRule, EdgeType, NodeType, PropertyType, SchemaVersion
from knowledge.models.updates import Episode, Update, UpdateMessage

__all__ = [
    "Alias",
    "Block",
    "Changeset",
    "Decision",
    "Distinct",
    "Edge",
    "EdgeRule",
    "EdgeType",
    "Entity",
    "Episode",
    "Mention",
    "NodeType",
    "Operation",
    "PropertyType",
    "Record",
    "Redaction",
    "ReviewItem",
    "SchemaVersion",
    "Source",
    "Tombstone",
    "Universe",
    "Update",
    "UpdateMessage",
]
