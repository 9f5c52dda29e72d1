"""Posting lists packed into bytes: one 32-bit number for each block that has a term.

    12 bits  the block's offset in its chunk of ordinals
     1 bit   whether the term is its own, and not only its neighbours'
     9 bits  its weighted count of the term, in steps of 1/20
    10 bits  its length, on a logarithmic scale of steps of 1.1 %

Reading a list is one `frombuffer`, and a list can be scored without looking anything else up.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

CHUNK = 4096  # ordinals
OFFSET_SHIFT = 20
OWN = np.uint32(1 << 19)
WEIGHT_SHIFT = 10
WEIGHT_FIELD = 511  # the largest value of nine bits
LENGTH_FIELD = 1023  # and of ten
WEIGHT_STEPS = 20.0
LENGTH_STEPS = 64.0
TERM_CHARS = 64

Packed = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]
Offsets = npt.NDArray[np.int64]

_LENGTHS: Floats = np.exp2(np.arange(LENGTH_FIELD + 1) / LENGTH_STEPS) - 1.0


def pack(
    offsets: Sequence[int],
    weights: Sequence[float],
    lengths: Sequence[float],
    own: Sequence[bool],
) -> Packed:
    """The numbers of some blocks for one term."""
    offset = np.asarray(offsets, dtype=np.uint32)
    weight = np.clip(np.rint(np.asarray(weights) * WEIGHT_STEPS), 1, WEIGHT_FIELD).astype(np.uint32)
    steps = np.rint(np.log2(1.0 + np.asarray(lengths)) * LENGTH_STEPS)
    length = np.clip(steps, 0, LENGTH_FIELD).astype(np.uint32)
    mark = np.where(own, OWN, np.uint32(0)).astype(np.uint32)
    packed: Packed = np.left_shift(offset, OFFSET_SHIFT, dtype=np.uint32)
    packed |= mark | np.left_shift(weight, WEIGHT_SHIFT, dtype=np.uint32) | length
    return packed


def offsets_of(packed: Packed) -> Offsets:
    """Each block's offset in its chunk."""
    return (packed >> OFFSET_SHIFT).astype(np.int64)


def weights_of(packed: Packed) -> Floats:
    """The weighted counts."""
    return ((packed >> WEIGHT_SHIFT) & WEIGHT_FIELD) / WEIGHT_STEPS


def count_own(packed: Packed) -> int:
    """How many of the blocks have the term as their own."""
    return int(np.count_nonzero(packed & OWN))


def lengths_of(packed: Packed) -> Floats:
    """The lengths of the blocks."""
    lengths: Floats = _LENGTHS[packed & LENGTH_FIELD]
    return lengths


def clean(term: str) -> str:
    """The term as every index can keep it: no NUL, no lone surrogate, of bounded length."""
    return term.replace("\0", "").encode(errors="replace").decode()[:TERM_CHARS]
