"""Indexes of blocks by words and by meaning."""

from knowledge.stores.embedders import configured_embedder
from knowledge.stores.vectors.port import VectorIndex
from knowledge.stores.vectors.postgres import PostgresVectorIndex


def local_index() -> PostgresVectorIndex:
    """The index that is written with the ledger."""
    embedder = configured_embedder()
    if embedder is None:
        return PostgresVectorIndex()
    return PostgresVectorIndex(space=embedder.space, dimensions=embedder.dimensions)


def configured_index() -> VectorIndex:
    """The index that recall asks."""
    return local_index()
