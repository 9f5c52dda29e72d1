"""Which extractor the settings choose."""

from typing import Any

import pytest
from pydantic import ValidationError

from exobrain.lib.config import Config
from knowledge.extraction import configured_extractor
from knowledge.extraction.model import ModelExtractor
from knowledge.extraction.rules import RulesExtractor

URL = "http://127.0.0.1:1/v1"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({}, RulesExtractor),
        ({"model_provider_base_url": URL, "main_agent_use_mock": False}, ModelExtractor),
        ({"model_provider_base_url": URL, "main_agent_use_mock": True}, RulesExtractor),
        ({"model_provider_base_url": URL, "knowledge_extractor": "rules"}, RulesExtractor),
        ({"model_provider_base_url": URL, "knowledge_extractor": "model"}, ModelExtractor),
    ],
)
def test_the_settings_choose(settings: Any, values: dict[str, object], kind: type) -> None:
    """A model is asked where there is one, unless the settings say otherwise."""
    settings.EXOBRAIN = Config.model_validate({"main_agent_use_mock": True, **values})

    assert type(configured_extractor()) is kind


def test_a_model_needs_a_provider() -> None:
    """The settings do not start without one."""
    with pytest.raises(ValidationError, match="MODEL_PROVIDER_BASE_URL"):
        Config.model_validate({"knowledge_extractor": "model"})


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, "model-2:agent"),
        ({"main_agent_model": "big"}, "model-2:big"),
        (
            {"main_agent_model": "big", "knowledge_update_extraction_model": "small"},
            "model-2:small",
        ),
    ],
)
def test_the_chat_s_model_reads_unless_another_is_named(
    settings: Any, values: dict[str, object], name: str
) -> None:
    """One model has to be named, not two."""
    provider = {"model_provider_base_url": URL, "main_agent_use_mock": False}
    settings.EXOBRAIN = Config.model_validate({**provider, **values})

    assert configured_extractor().name == name
