"""What every embedder can do: turn texts into vectors."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Embedder(Protocol):
    """A model of meaning. Two vectors can be compared only when their spaces are the same."""

    space: str  # name and version of the model: vectors of another space are another collection
    dimensions: int

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One vector of unit length for each text, in order; raises Unavailable."""
