"""What can be told of somebody, as data: `table.toml`, and what reads it."""

from knowledge.extraction.topics.table import (
    Effect,
    Form,
    Frame,
    Slot,
    State,
    Topic,
    all_topics,
    role_topic,
    slot_of,
    topic_named,
)

__all__ = [
    "Effect",
    "Form",
    "Frame",
    "Slot",
    "State",
    "Topic",
    "all_topics",
    "role_topic",
    "slot_of",
    "topic_named",
]
