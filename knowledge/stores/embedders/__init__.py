"""Models that turn texts into vectors."""

from functools import cache, lru_cache
from urllib.parse import urlsplit

from pydantic import SecretStr

from exobrain.lib.address import is_loopback
from exobrain.lib.effective_config import effective_config, key_for, provider_address
from knowledge.stores.embedders.hashing import ByteEmbedder, HashingEmbedder
from knowledge.stores.embedders.minilm import MiniLmEmbedder
from knowledge.stores.embedders.port import Embedder


def configured_embedder() -> Embedder | None:
    """The embedder that the settings name; None where memory is found by words only.

    While its vectors are being made the memory is searched with another: see `stores.spaces`.
    """
    config = effective_config()
    if config.embedding_use_mock:
        return ByteEmbedder()
    match config.embedding_provider:
        case "local":
            return _local(config.embedding_threads)
        case "provider":
            return _at_provider(
                provider_address(), config.embedding_model, config.embedding_dimensions
            )
        case "hashing":
            return HashingEmbedder()
    return None


def embedder_of_space(name: str, *, dimensions: int, address: str) -> Embedder:
    """The embedder whose space has this name, as it was configured once."""
    if name == MiniLmEmbedder.space:
        return _local(effective_config().embedding_threads)
    if name == ByteEmbedder.space:
        return ByteEmbedder()
    if name == f"hashing-v1/{dimensions}":
        return HashingEmbedder(dimensions)
    model = name.removesuffix(f"/{dimensions}")
    return _at_provider(address or provider_address(), model, dimensions)


def is_elsewhere(embedder: Embedder) -> bool:
    """True when the texts that it embeds leave the hands of who runs this server."""
    config = effective_config()
    if not embedder.address:
        return False
    if embedder.address == provider_address():
        return config.model_is_elsewhere or config.model_provider_base_url is None
    return not is_loopback(urlsplit(embedder.address).hostname or "")


@cache
def _local(threads: int) -> MiniLmEmbedder:
    """One for all callers of a process: the model is loaded once."""
    return MiniLmEmbedder(threads=threads)


def _at_provider(address: str, model: str, dimensions: int) -> Embedder:
    config = effective_config()
    return _provider(
        address=address,
        key=key_for(address),
        model=model,
        dimensions=dimensions,
        batch_size=config.embedding_batch_size,
        timeout_seconds=config.embedding_timeout_seconds,
    )


@lru_cache(maxsize=4)  # two are in use while one follows the other
def _provider(
    *,
    address: str,
    key: SecretStr | None,
    model: str,
    dimensions: int,
    batch_size: int,
    timeout_seconds: float,
) -> Embedder:
    # Here, not above: the client costs tens of megabytes where no provider is asked.
    from knowledge.stores.embedders.provider import ProviderEmbedder  # noqa: PLC0415

    return ProviderEmbedder(
        base_url=address,
        key=key,
        model=model,
        dimensions=dimensions,
        batch_size=batch_size,
        timeout_seconds=timeout_seconds,
    )
