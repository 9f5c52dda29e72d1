"""The embedding spaces that there are vectors in: the searched one, and one that is being filled.

Another embedding model fills a space of its own beside the searched one. Until it is whole,
questions and what is learned are embedded by the model before; then one transaction changes over.
"""

from typing import NamedTuple

from exobrain.lib.sql import all_rows
from knowledge.models.indexes import EmbeddingSpace
from knowledge.stores.embedders import configured_embedder, embedder_of_space
from knowledge.stores.embedders.port import Embedder

_ALL = """
    SELECT name, dimensions, address, is_active FROM knowledge_embeddingspace
    ORDER BY is_active DESC, id
"""


class Space(NamedTuple):
    """The vectors of one model, and where it is asked."""

    name: str
    dimensions: int
    address: str
    is_active: bool = False


def present_spaces() -> list[Space]:
    """Every space that there are vectors in, or will be; the searched one first."""
    return [Space(*row) for row in all_rows(_ALL, [])]


def searched_embedder() -> Embedder | None:
    """Whose vectors the memory is searched with; None where it is found by words only."""
    wanted = configured_embedder()
    if wanted is None:
        return None
    active = next((space for space in present_spaces() if space.is_active), None)
    if active is None or active.name == wanted.space:
        return wanted
    return embedder_of_space(active.name, dimensions=active.dimensions, address=active.address)


def note_problem(*, space: str, problem: str) -> None:
    """Why the space is not being filled, in words for operators; empty: it is."""
    found = EmbeddingSpace.objects.filter(name=space).exclude(problem=problem)
    found.update(problem=problem)
