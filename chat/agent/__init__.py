"""Who answers: the model behind a port, with a real provider and two twins without one."""

from django.conf import settings

from chat.agent.model import ChatModel, Conversation, Part, Prompt, ToolRequest, ToolResult, Usage
from exobrain.config import Config

__all__ = [
    "ChatModel",
    "Conversation",
    "Part",
    "Prompt",
    "ToolRequest",
    "ToolResult",
    "Usage",
    "chat_model",
]

_made: tuple[Config, ChatModel] | None = None


def chat_model() -> ChatModel:
    """The configured model, made once; raises ConfigError when it cannot be made."""
    global _made
    config: Config = settings.EXOBRAIN
    if _made is None or _made[0] is not config:
        _made = (config, _make(config))
    return _made[1]


def _make(config: Config) -> ChatModel:
    if config.uses_mock_model:
        from chat.agent.mock import MockModel, read_answers  # noqa: PLC0415  beside its sibling

        return MockModel(read_answers(config.mock_messages_path))
    # LangChain costs seconds and 60 MB: only an installation with a provider pays them.
    from chat.agent.provider import ProviderModel  # noqa: PLC0415

    return ProviderModel(config)
