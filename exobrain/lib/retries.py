"""How long to wait before the next attempt at something that failed.

Words: an *attempt* is one try; after `max attempts` it is given up; the *backoff* is the pause
before the next one; an error is *retryable* when the same call may succeed later, unchanged
(`exobrain.lib.errors`). What is tried how often is listed in `docs/retries.md`.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Pauses that grow with every failure, up to the longest one."""

    base_seconds: float  # after the first failure
    max_seconds: float = float("inf")
    factor: float = 2.0
    has_jitter: bool = False  # what failed together should not come back together

    def seconds(self, failures: int) -> float:
        """The pause after so many failures in a row, at least one; jitter halves it at most."""
        try:
            pause = min(self.max_seconds, self.base_seconds * self.factor ** (failures - 1))
        except OverflowError:
            pause = self.max_seconds
        return pause * random.uniform(0.5, 1.0) if self.has_jitter else pause  # noqa: S311
