"""The typed schema: what it starts with, and its versions."""

import pytest

from knowledge.models import NodeType, SchemaVersion, Universe
from knowledge.services.learning.schema_context import schema_view
from knowledge.services.schema import snapshot
from knowledge.types import REAL_WORLD

pytestmark = pytest.mark.django_db


def test_the_contracts_types_are_there() -> None:
    """Node types, edge types and their rules are seeded, abstract and retired ones apart."""
    view = schema_view()

    assert "node.company" in view.node_types
    assert view.node_parents["node.company"] == ["node.institution"]
    assert ("node.person", "node.person") in view.edge_rules["edge.partner_of"]
    assert "edge.partner_of" in view.single_valued
    assert not {"node", "node.image"} & view.node_types.keys()
    assert "edge.at" not in view.edge_types


def test_every_memory_shares_the_real_world() -> None:
    """The universe that records are of by default exists and is nobody's."""
    assert Universe.objects.get(pk=REAL_WORLD).user_id is None


def test_the_seed_is_the_first_version() -> None:
    """The first version shows the schema as the running code would show it."""
    first = SchemaVersion.objects.get()

    assert first.snapshot == snapshot()


def test_a_changed_type_makes_a_version() -> None:
    """What an operator changes is in the newest version, under what was changed."""
    city = NodeType.objects.get(pk="node.city")

    city.description = "Where many people live."
    city.save()

    newest = SchemaVersion.objects.first()
    assert newest is not None
    assert newest.change == "node.city changed"
    described = {node["id"]: node["description"] for node in newest.snapshot["node_types"]}
    assert described["node.city"] == "Where many people live."
