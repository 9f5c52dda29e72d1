"""Tries the models that the memory uses, with one real call each."""

import json
from collections.abc import Mapping

from exobrain.lib.config import OPENAI_BASE_URL
from exobrain.lib.effective_config import effective_config
from exobrain.lib.model_errors import (
    ModelBroken,
    ModelBusy,
    ModelFailed,
    ModelNotUnderstood,
    ModelRefusedKey,
    ModelRefusedQuestion,
    ModelTooSlow,
    ModelUnknown,
    ModelUnreachable,
)
from knowledge.errors import EmbedderUnavailable
from knowledge.selectors.indexing import index_build
from knowledge.stores.embedders import configured_embedder
from knowledge.types import FallbackReason, IndexBuild

FAILURES: Mapping[FallbackReason, type[ModelFailed]] = {
    FallbackReason.TIMEOUT: ModelTooSlow,
    FallbackReason.UNREACHABLE: ModelUnreachable,
    FallbackReason.BUSY: ModelBusy,
    FallbackReason.BROKEN: ModelBroken,
    FallbackReason.KEY_REFUSED: ModelRefusedKey,
    FallbackReason.UNKNOWN_MODEL: ModelUnknown,
    FallbackReason.REFUSED: ModelRefusedQuestion,
}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


def check_extraction(*, seconds: float) -> str:
    """What the model that reads messages does, in a sentence; raises ModelFailed."""
    config = effective_config()
    if not config.uses_model_extractor:
        return "No model reads messages; the rules do."
    # LangChain costs seconds and 60 MB: only an installation with a provider pays them.
    from knowledge.extraction.provider import (  # noqa: PLC0415
        ChatProvider,
        ModelRefused,
        ModelUnavailable,
    )

    provider = ChatProvider(
        base_url=config.model_provider_base_url or OPENAI_BASE_URL,
        api_key=config.openai_api_key,
        model=config.effective_extraction_model,
        timeout_seconds=seconds,
    )
    system = 'Which city is named? Answer in JSON, such as {"city": "Rome"}.'
    try:
        reply = provider.ask(system=system, data="Ana lives in Leeds.", name="city", schema=SCHEMA)
    except (ModelUnavailable, ModelRefused) as error:
        raise FAILURES.get(error.reason, ModelNotUnderstood) from error
    try:
        json.loads(reply.text.strip().removeprefix("```json").removesuffix("```"))
    except ValueError:
        return f"{provider.name} answers, but not in JSON as it was asked to: it will read little."
    return f"{provider.name} answers in JSON."


def embedding_build() -> IndexBuild | None:
    """How far the vectors of the embedding model that is set are; None where none is used."""
    embedder = configured_embedder()
    return index_build(space=embedder.space) if embedder else None


def check_embedding() -> str:
    """What the embedding model does, in a sentence; raises ModelFailed."""
    embedder = configured_embedder()
    if embedder is None:
        return "No embedding model is used; the memory is found by words only."
    try:
        embedder.embed(["hello"])
    except EmbedderUnavailable as error:
        raise (error.cause or ModelUnreachable()) from error
    return f"{embedder.space.rpartition('/')[0]} answers with {embedder.dimensions} dimensions."
