"""Blocks for tests of the indexes."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from knowledge.stores.vectors.port import Point, Vector
from knowledge.types import REAL_WORLD, BlockKind, Status, Trust

NOON = datetime(2025, 1, 14, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def point(terms: Mapping[str, float] | str = "", **changes: Any) -> Point:
    """A block with these terms, said at noon."""
    if isinstance(terms, str):
        terms = dict.fromkeys(terms.split(), 1.0)
    values: dict[str, Any] = {
        "block_id": uuid.uuid4(),
        "universe_id": REAL_WORLD,
        "entity_id": None,
        "kind": BlockKind.EPISODE,
        "level": 0,
        "trust": Trust.USER_SAID,
        "status": Status.ASSERTED,
        "said_at": NOON,
        "valid_from": None,
        "valid_to": None,
        "superseded": False,
        "terms": terms,
        "length": sum(terms.values()),
        "vector": None,
    }
    return Point(**{**values, **changes})


def vector(*numbers: float) -> Vector:
    """A direction in eight dimensions."""
    padded = np.zeros(8, dtype=np.float32)
    padded[: len(numbers)] = numbers
    return padded / np.linalg.norm(padded)
