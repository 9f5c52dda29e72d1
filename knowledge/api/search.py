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
    SearchText,
)
from knowledge.services.recall import searching
from knowledge.stores.graph.port import GraphEdge
from knowledge.types import BlockKind, Scope, Trust

router = Router(tags=["memory"], auth=authenticated)


@router.get("/search", response=FoundListOut)
def search(
    request: SignedInRequest,
    q: SearchText,
    limit: ItemCount = USUAL_ITEMS,
    as_of: AsOf = None,
    min_trust: LeastTrust = "web",
) -> HttpResponse:
    """What the memory has for a question, with why and from where.

    First what is known, then the passages of messages, the best of each first; nothing where
    nothing is known.
    """
    scope = Scope(request.principal.user_id, as_of=as_of, min_trust=Trust[min_trust.upper()])
    found = searching.search(scope=scope, query=q, limit=limit)
    items = sorted(found.items, key=lambda item: item.kind == BlockKind.EPISODE)
    return json_response(
        {
            "items": [
                {
                    **vars(item),
                    "trust": _trust_name(item.trust),
                    "ended": [vars(each) for each in item.ended],
                }
                for item in items
            ],
            "is_known": bool(items),
            "retriever_ms": found.retriever_ms,
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
    found = searching.neighbourhood(scope=scope, entity_id=entity, hops=hops, limit=limit + 1)
    edges = found.edges[:limit]
    shown = {entity, *(end for edge in edges for end in (edge.source_id, edge.target_id))}
    is_cut = len(found.edges) > limit
    return json_response(
        {
            "nodes": [
                {
                    "id": node.id,
                    "type": node.node_type,
                    "name": node.name,
                    "trust": _trust_name(node.trust),
                }
                for node in found.nodes
                if not is_cut or node.id in shown
            ],
            "edges": [_edge(edge) for edge in edges],
            "is_cut": is_cut,
        }
    )


def _edge(edge: GraphEdge) -> dict[str, Any]:
    return {
        "id": edge.id,
        "type": edge.edge_type,
        "source": edge.source_id,
        "target": edge.target_id,
        "confidence": edge.confidence,
        "trust": _trust_name(edge.trust),
        "valid_from": _moment(edge.valid_from),
        "valid_to": _moment(edge.valid_to),
    }


def _trust_name(trust: int) -> str:
    return Trust(trust).name.lower()


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
