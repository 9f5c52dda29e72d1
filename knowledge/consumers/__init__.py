"""Streams of the memory."""

from knowledge.consumers.watch import WatchConsumer

__all__ = ["WatchConsumer"]
