"""Part of a longer list of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PagedRows(Generic[T]):
    """Some of the rows, and whether there are more after them."""

    rows: Sequence[T]
    has_more: bool = False

    @property
    def last(self) -> T:
        """The row after which the next rows begin."""
        return self.rows[-1]


def cut(rows: Sequence[T], *, size: int) -> PagedRows[T]:
    """The first `size` rows; read one row more than that, so that `has_more` is known."""
    return PagedRows(rows[:size], has_more=len(rows) > size)
