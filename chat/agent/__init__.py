"""The chat model behind a port: a real provider, and implementations that need none."""

from typing import Any

from chat.agent.model import ChatModel, ModelPart, PromptMessage, ToolUse, Usage
from exobrain.lib.config import Config
from exobrain.lib.effective_config import effective_config

__all__ = [
    "ChatModel",
    "ModelPart",
    "PromptMessage",
    "ToolUse",
    "Usage",
    "chat_model",
]

_made: tuple[Config, ChatModel] | None = None


def chat_model(config: Config | None = None) -> ChatModel | None:
    """The model of these settings, else of those in force, made once; None where there is none.

    There `chat.agent.from_memory` answers. Raises ConfigError when it cannot be made.
    """
    global _made
    config = config or effective_config()
    if config.answers_from_memory:
        return None
    if _made is not None and _made[0] is config:
        return _made[1]
    model: ChatModel
    if config.uses_mock_model and config.main_agent_mock_script_file:
        from chat.agent.script_file import ScriptFileModel, read_script  # noqa: PLC0415

        script = config.project_path(config.main_agent_mock_script_file)
        model = ScriptFileModel(read_script(script))
    elif config.uses_mock_model:
        from chat.agent.mock import MockModel, read_answers  # noqa: PLC0415  beside its siblings

        model = MockModel(read_answers(config.mock_messages_path))
    else:
        model = _provider_model(config)
        if config.main_agent_fallback_model:
            from chat.agent.fallback import FallbackModel  # noqa: PLC0415  beside its siblings

            # A key goes to the address that it is for, and to no other.
            is_elsewhere = config.main_agent_fallback_base_url is not None
            key = config.main_agent_fallback_api_key
            second = _provider_model(
                config.model_copy(update={"openai_api_key": None}) if is_elsewhere else config,
                name=config.main_agent_fallback_model,
                base_url=config.main_agent_fallback_base_url,
                api_key=key,
            )
            model = FallbackModel(model, second)
    _made = (config, model)
    return model


def _provider_model(config: Config, **where: Any) -> ChatModel:
    """A model at a provider, asked in the configured way."""
    if config.main_agent_model_contract_mode == "native":
        from chat.agent.native import NativeModel  # noqa: PLC0415  imports an HTTP client

        return NativeModel(config, **where)
    # LangChain costs seconds and 60 MB: only an installation with a provider pays them.
    from chat.agent.provider import ProviderModel  # noqa: PLC0415

    return ProviderModel(config, **where)
