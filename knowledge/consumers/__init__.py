"""Streams of the memory."""

from knowledge.consumers.watch import WatchConsumer, close_watches

__all__ = ["WatchConsumer", "close_watches"]
