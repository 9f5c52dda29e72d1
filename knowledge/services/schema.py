"""The schema's history: each change of a type makes a version that shows the whole."""

from typing import Any

from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from knowledge.models import EdgeRule, EdgeType, NodeType, PropertyType, SchemaVersion

VERSIONED: tuple[type[Model], ...] = (NodeType, EdgeType, EdgeRule, PropertyType)


def snapshot() -> dict[str, Any]:
    """The schema as it is."""
    nodes = NodeType.objects.order_by("id").prefetch_related("parents")
    return {
        "node_types": [
            {
                "id": node.id,
                "name": node.name,
                "description": node.description,
                "is_abstract": node.is_abstract,
                "is_active": node.is_active,
                "parents": sorted(parent.id for parent in node.parents.all()),
            }
            for node in nodes
        ],
        "edge_types": list(
            EdgeType.objects.order_by("id").values(
                "id", "name", "description", "is_single_valued", "is_symmetric", "is_active"
            )
        ),
        "edge_rules": list(
            EdgeRule.objects.order_by("id").values("edge_type_id", "from_type_id", "to_type_id")
        ),
        "properties": list(
            PropertyType.objects.order_by("id").values(
                "owner", "name", "value_type", "is_required", "is_writable", "allowed_values"
            )
        ),
    }


def record_version(*, change: str) -> int:
    """The schema as it is now is the newest version; returns its number."""
    return SchemaVersion.objects.create(change=change, snapshot=snapshot()).number


def watch_schema() -> None:
    """From now on every change of a type is a version; called once, when Django is ready."""
    for model in VERSIONED:
        post_save.connect(
            _record_saved_type, sender=model, dispatch_uid=f"schema-saved-{model.__name__}"
        )
        post_delete.connect(
            _record_deleted_type, sender=model, dispatch_uid=f"schema-gone-{model.__name__}"
        )
    through = NodeType.parents.through
    m2m_changed.connect(_record_changed_parents, sender=through, dispatch_uid="schema-parents")


def _record_saved_type(*, instance: Model, created: bool, **_signal: Any) -> None:
    record_version(change=f"{instance} {'added' if created else 'changed'}")


def _record_deleted_type(*, instance: Model, **_signal: Any) -> None:
    record_version(change=f"{instance} removed")


def _record_changed_parents(*, instance: Model, action: str, **_signal: Any) -> None:
    if action in {"post_add", "post_remove", "post_clear"}:
        record_version(change=f"{instance} has other parents")
