"""The score of a term in a block. Every index that scores by itself uses this one."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tuning:
    """How fast a repeated term saturates, and how much long blocks are held back.

    On long conversations recall hardly moves between 0.8 and 2 for k1, 0.2 and 0.75 for b.
    """

    k1: float = 1.2
    b: float = 0.75


@dataclass(frozen=True)
class Statistics:
    """What a user's blocks have in common."""

    blocks: int
    length: float  # of all together

    @property
    def mean_length(self) -> float:
        """The length of an average block."""
        return self.length / self.blocks if self.blocks and self.length > 0 else 1.0


def rarity(*, blocks: int, having: int) -> float:
    """The weight of a term that so many of the blocks have; never below zero."""
    having = min(having, blocks)
    return float(np.log1p((blocks - having + 0.5) / (having + 0.5)))


def saturation(
    *, weights: Floats, lengths: Floats, statistics: Statistics, tuning: Tuning
) -> Floats:
    """What each weighted count is worth in a block of that length."""
    relative = lengths / statistics.mean_length
    held_back = tuning.k1 * (1.0 - tuning.b + tuning.b * relative)
    return weights * (tuning.k1 + 1.0) / (weights + held_back)
