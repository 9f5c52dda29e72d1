"""From what was said to what may be remembered.

Everything below this file is pure: no database, no Django. A model, when one is configured, is
asked over HTTP, and only by `provider.py`. Reading rules take half a second to load: they are
imported by whoever first reads a message, and so by no web process.
"""

from collections.abc import Sequence

from exobrain.lib.config import OPENAI_BASE_URL, Config
from exobrain.lib.effective_config import effective_config
from knowledge.extraction.parsing import english_parser, no_parser
from knowledge.extraction.port import Extractor, KnownEntity, SchemaView
from knowledge.types import Extraction, SourceMessage

__all__ = [
    "Extractor",
    "KnownEntity",
    "SchemaView",
    "configured_extractor",
    "filter_extraction",
]

_configured: tuple[Config, Extractor] | None = None


def configured_extractor() -> Extractor:
    """The extractor that KNOWLEDGE_EXTRACTOR names, made once."""
    global _configured
    config = effective_config()
    if _configured is not None and _configured[0] is config:
        return _configured[1]
    from knowledge.extraction.rules import RulesExtractor  # noqa: PLC0415

    parser = english_parser if config.knowledge_parser == "spacy" else no_parser
    extractor: Extractor = RulesExtractor(parser)
    if config.uses_model_extractor:
        # LangChain costs seconds and 60 MB: only an installation with a provider pays them.
        from knowledge.extraction.model import ModelExtractor  # noqa: PLC0415
        from knowledge.extraction.provider import ChatProvider  # noqa: PLC0415

        extractor = ModelExtractor(
            ChatProvider(
                base_url=config.model_provider_base_url or OPENAI_BASE_URL,
                api_key=config.openai_api_key,
                model=config.effective_extraction_model,
                timeout_seconds=config.knowledge_update_model_provider_timeout_seconds,
            ),
            parser=parser,
        )
    _configured = (config, extractor)
    return extractor


def filter_extraction(extraction: Extraction, messages: Sequence[SourceMessage]) -> Extraction:
    """The proposals that the relevance filter lets pass, with a ruling about each other part."""
    from knowledge.extraction import relevance  # noqa: PLC0415

    return relevance.filter_extraction(extraction, messages)
