"""What every embedder can do: turn texts into vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class TokenVectors:
    """The tokens of a text that are parts of words, with the model's vector of each."""

    words: Sequence[str]  # the words of the text, folded
    owners: Sequence[int]  # for each token: the index of the word that it is a part of
    vectors: Vectors  # (tokens, dimensions), as the model gives them, not normalised


@dataclass(frozen=True)
class Embeddings:
    """The vectors of some texts, in the order of the texts."""

    vectors: Vectors  # (texts, dimensions), each row of length one
    tokens: Sequence[TokenVectors] | None = None  # one a text; None: the model gives one vector


class Embedder(Protocol):
    """A model of meaning. Vectors can be compared only within one space."""

    space: str  # name and version of the model, then its dimensions: "some-model/384"
    dimensions: int  # a multiple of 64 where there are token vectors
    address: str  # of the provider that is shown the texts; empty: they stay in this process
    gives_tokens: bool  # whether there is a vector for each token of a text, too

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """A vector for each text, and its tokens' where the model gives them.

        Raises Unavailable. May take long: not for a transaction or an event loop.
        """

    def warm_up(self) -> None:
        """A model that runs in this process is loaded; raises Unavailable."""


def normalised(vectors: Vectors, dimensions: int) -> Vectors:
    """Each row divided by its length; a row of zeros becomes the first axis.

    Takes what can be reshaped to (rows, dimensions), also nothing at all.
    """
    rows = vectors.astype(np.float32).reshape(-1, dimensions)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows[lengths[:, 0] == 0, 0] = 1e-12
    directions: Vectors = rows / np.maximum(lengths, np.float32(1e-12))
    return directions
