"""Indexes of blocks by words and by meaning."""

from functools import cache

from django.conf import settings

from exobrain.lib.config import Config
from knowledge.stores.embedders.port import Embedder
from knowledge.stores.spaces import present_spaces, searched_embedder
from knowledge.stores.vectors.fallback import FallbackVectorSearch
from knowledge.stores.vectors.port import LedgerVectorIndex, VectorIndex, VectorSearch
from knowledge.stores.vectors.postgres import PostgresVectorIndex

QDRANT_TIMEOUT_SECONDS = 10
NO_DIMENSIONS = 1  # Qdrant wants a number, also where there is no embedder


def local_index(embedder: Embedder | None = None) -> LedgerVectorIndex:
    """The index that is written with the ledger, in this embedder's space or the searched one."""
    embedder = embedder or searched_embedder()
    if embedder is None:
        return PostgresVectorIndex()
    return PostgresVectorIndex(
        space=embedder.space, dimensions=embedder.dimensions, address=embedder.address
    )


def local_indexes() -> list[LedgerVectorIndex]:
    """The index in the searched space, then that of each space beside it."""
    first = local_index()
    others = [space for space in present_spaces() if space.name != first.space]
    return [first, *(PostgresVectorIndex(space=s.name, dimensions=s.dimensions) for s in others)]


def has_outside_index() -> bool:
    """True where blocks are in Qdrant, too."""
    config: Config = settings.EXOBRAIN
    return config.exobrain_qdrant_url is not None


def outside_index(space: str = "", dimensions: int = 0) -> VectorIndex | None:
    """The index outside PostgreSQL, where there is one, in a space, else the searched one."""
    config: Config = settings.EXOBRAIN
    if config.exobrain_qdrant_url is None:
        return None
    if not space and (embedder := searched_embedder()) is not None:
        space, dimensions = embedder.space, embedder.dimensions
    return _qdrant(config.exobrain_qdrant_url, space or "none", dimensions or NO_DIMENSIONS)


def configured_index(embedder: Embedder | None = None) -> VectorSearch:
    """The index that recall asks, with vectors of this embedder, else of the searched one."""
    embedder = embedder or searched_embedder()
    local = local_index(embedder)
    outside = outside_index(embedder.space, embedder.dimensions) if embedder else outside_index()
    return local if outside is None else FallbackVectorSearch(outside, local)


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
