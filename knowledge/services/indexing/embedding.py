"""From texts of blocks to what they are compared by. Slow: not for a transaction or a loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from knowledge.retrieval.ranking.tokens import TokenVectors, pack
from knowledge.services.indexing.projecting import text_to_embed
from knowledge.stores.embedders import configured_embedder
from knowledge.stores.embedders.minilm import MiniLmEmbedder
from knowledge.stores.vectors.port import Vector


@dataclass(frozen=True)
class Embedded:
    """What is known of some blocks' meaning, by their ids; nothing where no model is used."""

    vectors: Mapping[UUID, Vector] = field(default_factory=dict)
    tokens: Mapping[UUID, bytes] = field(default_factory=dict)


def embed_texts(texts: Mapping[UUID, str]) -> Embedded:
    """What `project` takes for blocks with these texts; raises Unavailable.

    Tokens are the local model's, so a provider's vectors come without.
    """
    embedder = configured_embedder()
    if embedder is None or not texts:
        return Embedded()
    wanted = [text_to_embed(text) for text in texts.values()]
    if not isinstance(embedder, MiniLmEmbedder):
        return Embedded(vectors=dict(zip(texts, embedder.embed(wanted), strict=True)))
    vectors, tokens = embedder.run(wanted)
    return Embedded(
        vectors=dict(zip(texts, vectors, strict=True)),
        tokens={
            block_id: pack(TokenVectors.of_word_pieces(*pieces).vectors)
            for block_id, pieces in zip(texts, tokens, strict=True)
        },
    )


def warm_up() -> None:
    """The local model is loaded, where it is the one used; raises Unavailable. Takes half a second.

    Else the first question would wait for that, and have to do without its meaning.
    """
    embedder = configured_embedder()
    if isinstance(embedder, MiniLmEmbedder):
        embedder.embed(["Hello"])
