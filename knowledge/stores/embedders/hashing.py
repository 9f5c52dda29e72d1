"""Embedders without a model: one for tests and one that is the original's mock."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from knowledge.stores.embedders.port import Embeddings, normalised

WORD = re.compile(r"\w+")
MOCK_DIMENSIONS = 3072


class HashingEmbedder:
    """A text's vector is the sum of random ones, the same for a word each time.

    So texts that share words are near each other, on every machine.
    """

    def __init__(self, dimensions: int = 64) -> None:
        self.space = f"hashing-v1/{dimensions}"
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """A vector for each text."""
        sums = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in WORD.findall(text.lower()):
                digest = hashlib.sha256(word.encode(errors="replace")).digest()
                random = np.random.default_rng(int.from_bytes(digest[:8]))
                sums[row] += random.standard_normal(self.dimensions, dtype=np.float32)
        return Embeddings(normalised(sums, self.dimensions))

    def warm_up(self) -> None:
        """There is no model to load."""


class ByteEmbedder:
    """The mock of EMBEDDING_USE_MOCK: byte i of a text adds byte/255 to component i mod 3072."""

    space = f"bytes-v1/{MOCK_DIMENSIONS}"
    dimensions = MOCK_DIMENSIONS

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """A vector for each text."""
        sums = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            data = np.frombuffer(text.encode(errors="replace"), dtype=np.uint8)
            components = np.arange(len(data)) % self.dimensions
            sums[row] += np.bincount(components, weights=data / 255, minlength=self.dimensions)
        return Embeddings(normalised(sums, self.dimensions))

    def warm_up(self) -> None:
        """There is no model to load."""
