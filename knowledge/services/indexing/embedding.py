"""From texts of blocks to what they are compared by. Slow: not for a transaction or a loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from knowledge.retrieval.passages import passages_of
from knowledge.retrieval.ranking.context_window import embedded_text
from knowledge.retrieval.ranking.late_interaction import pack
from knowledge.stores.embedders import configured_embedder
from knowledge.stores.vectors.port import Vector


@dataclass(frozen=True)
class BlockEmbeddings:
    """The vectors of the passages of some blocks, by id; nothing where no model is used."""

    vectors: Mapping[UUID, Vector] = field(default_factory=dict)
    tokens: Mapping[UUID, bytes] = field(default_factory=dict)  # packed signs, one bit a dimension


def embed_texts(texts: Mapping[UUID, str]) -> BlockEmbeddings:
    """What `update_indexes` takes for blocks with these texts; raises Unavailable.

    There are tokens where the embedder gives a vector for each.
    """
    embedder = configured_embedder()
    if embedder is None or not texts:
        return BlockEmbeddings()
    passages = [each for block_id, text in texts.items() for each in passages_of(block_id, text)]
    found = embedder.embed([embedded_text(passage.utterance) for passage in passages])
    ids = [passage.id for passage in passages]
    packed = [pack(each.vectors) for each in found.tokens or ()]
    return BlockEmbeddings(
        vectors=dict(zip(ids, found.vectors, strict=True)),
        tokens=dict(zip(ids, packed, strict=True)) if packed else {},
    )


def warm_up() -> None:
    """The model is loaded, where it runs in this process; raises Unavailable.

    Else the first question would wait for that, and have to do without its meaning.
    """
    embedder = configured_embedder()
    if embedder is not None:
        embedder.warm_up()
