"""An extractor's input besides the messages: the schema's types and the known entities."""

from uuid import UUID

from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.models import Alias, EdgeRule, EdgeType, Entity, NodeType

KNOWN_ENTITIES = 300  # those spoken of last


def schema_view() -> SchemaView:
    """The active types, as an extractor and the checks of the ledger need them."""
    types = list(NodeType.objects.filter(is_active=True).prefetch_related("parents"))
    edges = list(EdgeType.objects.filter(is_active=True))
    rules: dict[str, list[tuple[str, str]]] = {edge.id: [] for edge in edges}
    for rule in EdgeRule.objects.filter(edge_type__in=rules):
        rules[rule.edge_type_id].append((rule.from_type_id, rule.to_type_id))
    return SchemaView(
        node_types={t.id: t.description for t in types if not t.is_abstract},
        node_parents={t.id: [parent.id for parent in t.parents.all()] for t in types},
        edge_types={edge.id: edge.description for edge in edges},
        edge_rules=rules,
        single_valued=frozenset(edge.id for edge in edges if edge.is_single_valued),
    )


def known_entities(*, user_id: UUID, limit: int = KNOWN_ENTITIES) -> list[KnownEntity]:
    """The entities that were spoken of last, keyed by their ids."""
    recent = (
        Entity.objects.filter(user_id=user_id, merged_into=None)
        .order_by("-is_self", "-updated_at", "id")
        .only("id", "name", "node_type_id", "is_self")[:limit]
    )
    entities = list(recent)
    names: dict[UUID, list[str]] = {entity.id: [] for entity in entities}
    for entity_id, name in Alias.objects.filter(
        user_id=user_id, entity_id__in=names, is_identifier=False
    ).values_list("entity_id", "name"):
        names[entity_id].append(name)
    return [
        KnownEntity(
            key=str(entity.id),
            name=entity.name,
            node_type=entity.node_type_id,
            aliases=[name for name in names[entity.id] if name != entity.name],
            is_user=entity.is_self,
        )
        for entity in entities
    ]
