"""From texts of blocks to what they are compared by. Slow: not for a transaction or a loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from knowledge.retrieval.passages import passages_of
from knowledge.retrieval.ranking.context_window import embedded_text
from knowledge.retrieval.ranking.late_interaction import pack
from knowledge.services.withholding import NOTHING, Withheld, withheld_from
from knowledge.stores.embedders import is_elsewhere
from knowledge.stores.embedders.port import Embedder
from knowledge.stores.spaces import searched_embedder
from knowledge.stores.vectors.port import Vector
from knowledge.types import IN_ITS_PLACE


@dataclass(frozen=True)
class BlockEmbeddings:
    """The vectors of the passages of some blocks, by id; nothing where no model is used."""

    vectors: Mapping[UUID, Vector] = field(default_factory=dict)
    tokens: Mapping[UUID, bytes] = field(default_factory=dict)  # packed signs, one bit a dimension
    space: str = ""  # in which they are; empty: in none


def embed_texts(
    texts: Mapping[UUID, str], *, withheld: Withheld = NOTHING, embedder: Embedder | None = None
) -> BlockEmbeddings:
    """What `update_indexes` takes for blocks with these texts; raises Unavailable.

    By this embedder, else by the one whose vectors are searched.

    There are tokens where the embedder gives a vector for each. An embedder elsewhere is shown
    marks in the place of what is withheld; a block that is withheld is then only a mark.
    """
    embedder = embedder or searched_embedder()
    if embedder is None or not texts:
        return BlockEmbeddings()
    passages, shown = [], []
    for block_id, text in texts.items():
        for passage in passages_of(block_id, text):
            passages.append(passage)
            said = embedded_text(passage.utterance)
            is_hidden = block_id in withheld.block_ids
            shown.append(IN_ITS_PLACE if is_hidden else withheld.hidden(said))
    found = embedder.embed(shown)
    ids = [passage.id for passage in passages]
    packed = [pack(each.vectors) for each in found.tokens or ()]
    return BlockEmbeddings(
        vectors=dict(zip(ids, found.vectors, strict=True)),
        tokens=dict(zip(ids, packed, strict=True)) if packed else {},
        space=embedder.space,
    )


def withheld_from_embedder(embedder: Embedder | None, *, user_id: UUID) -> Withheld:
    """What the embedder may not be shown of the user's memory."""
    if embedder is None or not is_elsewhere(embedder):
        return NOTHING
    return withheld_from(user_id=user_id, is_elsewhere=True)


def warm_up() -> None:
    """The model is loaded, where it runs in this process; raises Unavailable.

    Else the first question would wait for that, and have to do without its meaning.
    """
    embedder = searched_embedder()
    if embedder is not None:
        embedder.warm_up()
