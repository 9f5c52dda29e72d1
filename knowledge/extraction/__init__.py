"""From what was said to what may be remembered.

Everything below this file is pure: no database, no Django. A model, when one is configured, is
asked over HTTP, and only by `provider.py`.
"""

from django.conf import settings

from exobrain.config import Config
from knowledge.extraction.port import Extractor, KnownEntity, SchemaView
from knowledge.extraction.rules import RulesExtractor

__all__ = ["Extractor", "KnownEntity", "RulesExtractor", "SchemaView", "configured_extractor"]

_made: tuple[Config, Extractor] | None = None


def configured_extractor() -> Extractor:
    """The extractor that KNOWLEDGE_EXTRACTOR names, made once."""
    global _made
    config: Config = settings.EXOBRAIN
    if _made is None or _made[0] is not config:
        _made = (config, _make(config))
    return _made[1]


def _make(config: Config) -> Extractor:
    return RulesExtractor()
