"""What an entity is, by the user's word."""

from uuid import UUID

from django.db.models import Q

from exobrain.lib.database import retry_conflicts
from knowledge.errors import CannotRetypeYourself, PageNotFound, UnknownType
from knowledge.models import Changeset, Edge, Entity
from knowledge.selectors.pages import NOT_CATEGORIES, ROOT_TYPE
from knowledge.services.learning.schema_context import schema_view
from knowledge.services.ledger.unit_of_work import open_unit_of_work
from knowledge.types import Trust

ANY_RELATION = "edge.related_to"


@retry_conflicts
def retype_entity(*, user_id: UUID, entity_id: UUID, node_type: str) -> UUID:
    """The entity is of that type, and no message changes it again; returns the changeset.

    A relation that the schema does not allow between the new types stays, under the type that
    only says that the two have to do with one another. Raises PageNotFound, UnknownType, and
    CannotRetypeYourself for the user's own page.
    """
    schema = schema_view()
    if node_type not in schema.node_types or ROOT_TYPE not in schema.ancestors(node_type):
        raise UnknownType
    if NOT_CATEGORIES & schema.ancestors(node_type):
        raise UnknownType
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        entity = Entity.objects.filter(user_id=user_id, pk=entity_id, merged_into=None).first()
        if entity is None:
            raise PageNotFound
        if entity.is_self:
            raise CannotRetypeYourself
        work.change(entity, node_type_id=node_type, trust=int(Trust.CONFIRMED))
        ends = Q(source=entity) | Q(target=entity)
        for edge in Edge.objects.filter(ends, user_id=user_id).select_related("source", "target"):
            source = node_type if edge.source_id == entity.id else edge.source.node_type_id
            target = node_type if edge.target_id == entity.id else edge.target.node_type_id
            if not schema.allows(edge.edge_type_id, source, target):
                work.change(edge, edge_type_id=ANY_RELATION)
        return work.changeset.id
