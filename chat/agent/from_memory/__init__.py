"""Answers where no model is configured: what the memory has, in plain sentences."""

from chat.agent.from_memory.source import AnswerFromMemory

__all__ = ["AnswerFromMemory"]
