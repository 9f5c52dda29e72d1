"""The tables of the memory."""

from knowledge.models.changesets import (
    Changeset,
    Decision,
    Redaction,
    ReviewItem,
    Tombstone,
)
from knowledge.models.indexes import (
    BlockVector,
    EmbeddingSpace,
    IndexedBlock,
    IndexedUser,
    OutboxEntry,
    Posting,
)
from knowledge.models.ledger import (
    EVENT_COLUMNS,
    Alias,
    BitemporalRecord,
    Block,
    CannotLink,
    Edge,
    Entity,
    LedgerRow,
    Mention,
    Record,
    Source,
    Universe,
)
from knowledge.models.profile import ProfileChoice
from knowledge.models.schema import EdgeRule, EdgeType, NodeType, PropertyType, SchemaVersion
from knowledge.models.tokens import BlockTokens
from knowledge.models.updates import Episode, PendingReading, Update, UpdateMessage
from knowledge.models.versions import LEDGER, LedgerTable

__all__ = [
    "EVENT_COLUMNS",
    "LEDGER",
    "Alias",
    "BitemporalRecord",
    "Block",
    "BlockTokens",
    "BlockVector",
    "CannotLink",
    "Changeset",
    "Decision",
    "Edge",
    "EdgeRule",
    "EdgeType",
    "EmbeddingSpace",
    "Entity",
    "Episode",
    "IndexedBlock",
    "IndexedUser",
    "LedgerRow",
    "LedgerTable",
    "Mention",
    "NodeType",
    "OutboxEntry",
    "PendingReading",
    "Posting",
    "ProfileChoice",
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
