"""From texts of blocks to what they are compared by. Slow: not for a transaction or a loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from knowledge.retrieval.ranking.late_interaction import pack
from knowledge.services.indexing.points import text_to_embed
from knowledge.stores.embedders import configured_embedder
from knowledge.stores.vectors.port import Vector


@dataclass(frozen=True)
class BlockEmbeddings:
    """The vectors of some blocks, by their ids; nothing where no model is used."""

    vectors: Mapping[UUID, Vector] = field(default_factory=dict)
    tokens: Mapping[UUID, bytes] = field(default_factory=dict)  # packed signs, one bit a dimension


def embed_texts(texts: Mapping[UUID, str]) -> BlockEmbeddings:
    """What `update_indexes` takes for blocks with these texts; raises Unavailable.

    There are tokens where the embedder gives a vector for each.
    """
    embedder = configured_embedder()
    if embedder is None or not texts:
        return BlockEmbeddings()
    found = embedder.embed([text_to_embed(text) for text in texts.values()])
    packed = [pack(each.vectors) for each in found.tokens or ()]
    return BlockEmbeddings(
        vectors=dict(zip(texts, found.vectors, strict=True)),
        tokens=dict(zip(texts, packed, strict=True)) if packed else {},
    )


def warm_up() -> None:
    """The model is loaded, where it runs in this process; raises Unavailable.

    Else the first question would wait for that, and have to do without its meaning.
    """
    embedder = configured_embedder()
    if embedder is not None:
        embedder.warm_up()
