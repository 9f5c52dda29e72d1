"""What is found in the memory: by a question, and around an entity."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router

from accounts.auth import SignedInRequest, authenticated
from exobrain.lib.http import Problem, json_response
from knowledge.schemas.search import (
    USUAL_EDGES,
    USUAL_ITEMS,
    AsOf,
    EdgeCount,
    EntityId,
    FoundListOut,
    GraphOut,
    Hops,
    ItemCount,
    LeastTrust,
    Question,
)
from knowledge.services.recall import searching
from knowledge.stores.graph.port import Link, Node
from knowledge.types import Recalled, Scope, Trust

router = Router(tags=["memory"], auth=authenticated)


@router.get("/search", response=FoundListOut)
def search(
    request: SignedInRequest,
    q: Question,
    limit: ItemCount = USUAL_ITEMS,
    as_of: AsOf = None,
    min_trust: LeastTrust = "web",
) -> HttpResponse:
    """What the memory has for a question, best first, with why and from where."""
    scope = Scope(request.principal.user_id, as_of=as_of, min_trust=Trust[min_trust.upper()])
    found = searching.search(scope=scope, query=q, limit=limit)
    return json_response(
        {
            "items": [_item(item) for item in found.items],
            "arms": found.arms,
            "dropped": found.dropped,
        }
    )


@router.get("/graph", response={200: GraphOut, 404: Problem})
def graph(
    request: SignedInRequest,
    entity: EntityId,
    hops: Hops = 1,
    limit: EdgeCount = USUAL_EDGES,
    as_of: AsOf = None,
) -> HttpResponse:
    """The entities around one of them, and how they are connected."""
    scope = Scope(request.principal.user_id, as_of=as_of)
    found = searching.around(scope=scope, entity_id=entity, hops=hops, limit=limit + 1)
    edges = found.links[:limit]
    shown = {entity, *(end for link in edges for end in (link.source_id, link.target_id))}
    is_cut = len(found.links) > limit
    return json_response(
        {
            "nodes": [_node(node) for node in found.nodes if not is_cut or node.id in shown],
            "edges": [_edge(link) for link in edges],
            "is_cut": is_cut,
        }
    )


def _item(item: Recalled) -> dict[str, Any]:
    return {**vars(item), "trust": _trust(item.trust)}


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "type": node.node_type,
        "name": node.name,
        "trust": _trust(node.trust),
    }


def _edge(link: Link) -> dict[str, Any]:
    return {
        "id": link.id,
        "type": link.edge_type,
        "source": link.source_id,
        "target": link.target_id,
        "confidence": link.confidence,
        "trust": _trust(link.trust),
        "valid_from": _moment(link.valid_from),
        "valid_to": _moment(link.valid_to),
    }


def _trust(trust: int) -> str:
    return Trust(trust).name.lower()


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
