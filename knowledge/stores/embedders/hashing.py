"""Embedders without a model: one for tests and one that is the original's mock."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from knowledge.stores.embedders.port import Embeddings, TokenVectors, normalised

WORD = re.compile(r"\w+")
MOCK_DIMENSIONS = 3072


class HashingEmbedder:
    """A text's vector is the sum of random ones, the same for a word each time.

    So texts that share words are near each other, on every machine.
    """

    address = ""

    def __init__(self, dimensions: int = 64, *, gives_tokens: bool = False) -> None:
        self.space = f"hashing-v1/{dimensions}"
        self.dimensions = dimensions
        self.gives_tokens = gives_tokens  # then every word is a token

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """A vector for each text, and where wanted those of its words."""
        sums = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        tokens: list[TokenVectors] = []
        for row, text in enumerate(texts):
            words = WORD.findall(text.lower())
            vectors = np.zeros((len(words), self.dimensions), dtype=np.float32)
            for owner, word in enumerate(words):
                digest = hashlib.sha256(word.encode(errors="replace")).digest()
                random = np.random.default_rng(int.from_bytes(digest[:8]))
                vectors[owner] = random.standard_normal(self.dimensions, dtype=np.float32)
                sums[row] += vectors[owner]
            tokens.append(TokenVectors(words, range(len(words)), vectors))
        return Embeddings(
            vectors=normalised(sums, self.dimensions), tokens=tokens if self.gives_tokens else None
        )

    def warm_up(self) -> None:
        """There is no model to load."""


class ByteEmbedder:
    """The mock of EMBEDDING_USE_MOCK: byte i of a text adds byte/255 to component i mod 3072."""

    space = f"bytes-v1/{MOCK_DIMENSIONS}"
    dimensions = MOCK_DIMENSIONS
    address = ""
    gives_tokens = False

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
