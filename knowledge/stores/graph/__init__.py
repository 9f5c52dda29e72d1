"""Indexes of the graph."""

from knowledge.stores.graph.port import GraphIndex
from knowledge.stores.graph.sql import SqlGraphIndex


def configured_graph() -> GraphIndex:
    """The graph that recall walks."""
    return SqlGraphIndex()
