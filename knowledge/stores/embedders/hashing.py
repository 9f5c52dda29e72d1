"""Embedders without a model: one for tests and one that is the original's mock."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

WORD = re.compile(r"\w+")
MOCK_DIMENSIONS = 3072


class HashingEmbedder:
    """Texts that share words are near each other; the same text is always at the same place."""

    def __init__(self, dimensions: int = 64) -> None:
        self.space = f"hashing-v1/{dimensions}"
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One vector of unit length for each text, in order."""
        return unit(np.array([self._vector(text) for text in texts]), self.dimensions)

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        total = np.zeros(self.dimensions, dtype=np.float32)
        for word in WORD.findall(text.lower()):
            digest = hashlib.sha256(word.encode(errors="replace")).digest()
            random = np.random.default_rng(int.from_bytes(digest[:8]))
            total += random.standard_normal(self.dimensions, dtype=np.float32)
        return total


class ByteEmbedder:
    """The mock of EMBEDDING_USE_MOCK: byte i of a text adds byte/255 to component i mod 3072."""

    space = f"bytes-v1/{MOCK_DIMENSIONS}"
    dimensions = MOCK_DIMENSIONS

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One vector of unit length for each text, in order."""
        return unit(np.array([self._vector(text) for text in texts]), self.dimensions)

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        data = np.frombuffer(text.encode(errors="replace"), dtype=np.uint8)
        places = np.arange(len(data)) % self.dimensions
        return np.bincount(places, weights=data / 255, minlength=self.dimensions).astype(np.float32)


def unit(vectors: npt.NDArray[np.float32], dimensions: int) -> npt.NDArray[np.float32]:
    """Each row at length one; a row of zeros becomes the first axis, so that it has a direction."""
    rows = vectors.astype(np.float32).reshape(-1, dimensions)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows[lengths[:, 0] == 0, 0] = 1e-12
    directions: npt.NDArray[np.float32] = rows / np.maximum(lengths, np.float32(1e-12))
    return directions
