"""The schema as extractors and the ledger see it: what is above a type, which edges may be."""

import pytest

from knowledge.extraction.port import SchemaView
from tests.knowledge.extraction.support import SCHEMA

TANGLED = SchemaView(
    node_types={},
    node_parents={"a": ("b", "c"), "b": ("d",), "c": ("d",), "d": ("a",)},
    edge_types={},
    edge_rules={},
    single_valued=frozenset(),
)


def test_a_types_ancestors_begin_with_itself() -> None:
    """And go up to the root."""
    assert SCHEMA.ancestors("node.city") == {"node.city", "node.place", "node.entity", "node"}


def test_an_unknown_type_is_its_only_ancestor() -> None:
    """What the schema lacks has nothing above it."""
    assert SCHEMA.ancestors("node.dragon") == {"node.dragon"}


def test_a_circle_of_types_ends() -> None:
    """Parents are edited by hand, so they may be anything."""
    assert TANGLED.ancestors("a") == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("edge", "source", "target", "allowed"),
    [
        ("edge.knows", "node.person", "node.person", True),
        ("edge.knows", "node.person", "node.company", False),
        ("edge.affiliated_with", "node.person", "node.company", True),
        ("edge.affiliated_with", "node.company", "node.person", False),
        ("edge.related_to", "node.city", "node.company", True),
        ("edge.unheard_of", "node.person", "node.person", False),
        ("edge.knows", "node.dragon", "node.person", False),
    ],
)
def test_an_edge_is_allowed_between_types_of_its_rules(
    edge: str, source: str, target: str, *, allowed: bool
) -> None:
    """The types of a rule, or types below them, in its direction."""
    assert SCHEMA.allows(edge, source, target) is allowed
