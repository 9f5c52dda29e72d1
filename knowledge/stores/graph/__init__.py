"""Indexes of the graph."""

from collections.abc import Collection
from functools import cache

from django.conf import settings

from exobrain.lib.config import Config
from knowledge.stores.graph.fallback import FallbackGraph
from knowledge.stores.graph.port import GraphIndex, GraphReader
from knowledge.stores.graph.sql import SqlGraph

BOLT_TIMEOUT_SECONDS = 10


def configured_graph() -> GraphReader:
    """The graph that recall walks."""
    outside = outside_graph(())
    return SqlGraph() if outside is None else FallbackGraph(outside, SqlGraph())


def has_outside_graph() -> bool:
    """True where the graph is in Memgraph or Neo4j, too."""
    config: Config = settings.EXOBRAIN
    return config.exobrain_memgraph_url is not None


def outside_graph(types: Collection[str]) -> GraphIndex | None:
    """The graph outside PostgreSQL, where there is one, for these types of the schema."""
    config: Config = settings.EXOBRAIN
    if config.exobrain_memgraph_url is None:
        return None
    return _bolt(config.exobrain_memgraph_url, frozenset(types))


@cache
def _bolt(url: str, types: frozenset[str]) -> GraphIndex:
    # Here, not above: the driver is of no use where there is no such server.
    from neo4j import GraphDatabase  # noqa: PLC0415

    from knowledge.stores.graph.bolt import BoltGraphIndex  # noqa: PLC0415

    config: Config = settings.EXOBRAIN
    password = config.exobrain_memgraph_password
    driver = GraphDatabase.driver(
        url,
        auth=(config.exobrain_memgraph_user, password.get_secret_value() if password else ""),
        connection_timeout=BOLT_TIMEOUT_SECONDS,
        max_transaction_retry_time=BOLT_TIMEOUT_SECONDS,
    )
    return BoltGraphIndex(driver, types=types)
