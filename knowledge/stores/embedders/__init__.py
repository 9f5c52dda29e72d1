"""Models that turn texts into vectors."""

from functools import cache

from django.conf import settings

from exobrain.lib.config import OPENAI_BASE_URL, Config
from knowledge.stores.embedders.hashing import ByteEmbedder, HashingEmbedder
from knowledge.stores.embedders.minilm import MiniLmEmbedder
from knowledge.stores.embedders.port import Embedder


def configured_embedder() -> Embedder | None:
    """The embedder that the settings name; None where memory is found by words only."""
    config: Config = settings.EXOBRAIN
    if config.embedding_use_mock:
        return ByteEmbedder()
    match config.embedding_provider:
        case "local":
            return _local(config.embedding_threads)
        case "provider":
            return _provider(
                config.model_provider_base_url or OPENAI_BASE_URL,
                config.embedding_model,
                config.embedding_dimensions,
            )
        case "hashing":
            return HashingEmbedder()
    return None


@cache
def _local(threads: int) -> MiniLmEmbedder:
    """One for all callers of a process: the model is loaded once."""
    return MiniLmEmbedder(threads=threads)


@cache
def _provider(base_url: str, model: str, dimensions: int) -> Embedder:
    # Here, not above: the client costs tens of megabytes where no provider is asked.
    from knowledge.stores.embedders.provider import ProviderEmbedder  # noqa: PLC0415

    config: Config = settings.EXOBRAIN
    return ProviderEmbedder(
        base_url=base_url,
        key=config.openai_api_key,
        model=model,
        dimensions=dimensions,
        batch_size=config.embedding_batch_size,
        timeout_seconds=config.embedding_timeout_seconds,
    )
