"""The tables of the memory."""

from knowledge.models.changesets import (
    Changeset,
    Decision,
    Operation,
    Redaction,
    ReviewItem,
    Tombstone,
)
from knowledge.models.indexes import (
    BlockVector,
    EmbeddingSpace,
    IndexedBlock,
    IndexedUser,
    Pending,
    Posting,
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
from knowledge.models.tokens import BlockTokens
from knowledge.models.updates import Episode, Update, UpdateMessage

__all__ = [
    "Alias",
    "Block",
    "BlockTokens",
    "BlockVector",
    "Changeset",
    "Decision",
    "Distinct",
    "Edge",
    "EdgeRule",
    "EdgeType",
    "EmbeddingSpace",
    "Entity",
    "Episode",
    "IndexedBlock",
    "IndexedUser",
    "Mention",
    "NodeType",
    "Operation",
    "Pending",
    "Posting",
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
