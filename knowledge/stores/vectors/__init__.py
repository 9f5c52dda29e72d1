"""Indexes of blocks by words and by meaning."""

from functools import cache

from django.conf import settings

from exobrain.lib.config import Config
from knowledge.stores.embedders import configured_embedder
from knowledge.stores.vectors.fallback import FallbackVectorSearch
from knowledge.stores.vectors.port import LedgerVectorIndex, VectorIndex, VectorSearch
from knowledge.stores.vectors.postgres import PostgresVectorIndex

QDRANT_TIMEOUT_SECONDS = 10
NO_DIMENSIONS = 1  # Qdrant wants a number, also where there is no embedder


def local_index() -> LedgerVectorIndex:
    """The index that is written with the ledger."""
    embedder = configured_embedder()
    if embedder is None:
        return PostgresVectorIndex()
    return PostgresVectorIndex(space=embedder.space, dimensions=embedder.dimensions)


def has_outside_index() -> bool:
    """True where blocks are in Qdrant, too."""
    config: Config = settings.EXOBRAIN
    return config.exobrain_qdrant_url is not None


def outside_index() -> VectorIndex | None:
    """The index outside PostgreSQL, where there is one."""
    config: Config = settings.EXOBRAIN
    if config.exobrain_qdrant_url is None:
        return None
    embedder = configured_embedder()
    if embedder is None:
        return _qdrant(config.exobrain_qdrant_url, "none", NO_DIMENSIONS)
    return _qdrant(config.exobrain_qdrant_url, embedder.space, embedder.dimensions)


def configured_index() -> VectorSearch:
    """The index that recall asks."""
    outside = outside_index()
    return local_index() if outside is None else FallbackVectorSearch(outside, local_index())


@cache
def _qdrant(url: str, space: str, dimensions: int) -> VectorIndex:
    # Here, not above: the client costs tens of megabytes where there is no Qdrant.
    from qdrant_client import QdrantClient  # noqa: PLC0415

    from knowledge.stores.vectors.qdrant import QdrantVectorIndex  # noqa: PLC0415

    config: Config = settings.EXOBRAIN
    key = config.exobrain_qdrant_api_key
    client = QdrantClient(
        url=url,
        api_key=key.get_secret_value() if key else None,
        timeout=QDRANT_TIMEOUT_SECONDS,
        check_compatibility=False,  # it would ask the server on construction, and warn
    )
    return QdrantVectorIndex(client, space=space, dimensions=dimensions)
