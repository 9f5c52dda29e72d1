"""Relations between entities, as sentences that people read.

An edge has a type of the schema, and often a relation that says what it means: a verb
(`works_at`), or a role of the target in the source's life (`sister`). One without a relation
reads by its type, or as the statement that it was learned from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from knowledge.models import Edge
from knowledge.selectors.entities import canonical_ids
from knowledge.selectors.wording import addressed, possessive
from knowledge.types import Status

# What stands between the names, of somebody and of "you"; without a second form it is the same.
VERBS: dict[str, tuple[str, ...]] = {
    "works_at": ("works at", "work at"),
    "works_for": ("works for", "work for"),
    "works_on": ("works on", "work on"),
    "worked_at": ("worked at",),
    "studies_at": ("studies at", "study at"),
    "studied_at": ("studied at",),
    "teaches_at": ("teaches at", "teach at"),
    "lives_in": ("lives in", "live in"),
    "lived_in": ("lived in",),
    "lives_with": ("lives with", "live with"),
    "comes_from": ("comes from", "come from"),
    "born_in": ("was born in", "were born in"),
    "grew_up_in": ("grew up in",),
    "moved_to": ("moved to",),
    "owns": ("owns", "own"),
    "owned": ("owned",),
    "uses": ("uses", "use"),
    "founded": ("founded",),
    "member_of": ("is a member of", "are a member of"),
    "knows": ("knows", "know"),
    "met": ("met",),
    "likes": ("likes", "like"),
    "dislikes": ("does not like", "do not like"),
    "loves": ("loves", "love"),
    "plays": ("plays", "play"),
    "plays_in": ("plays in", "play in"),
    "speaks": ("speaks", "speak"),
    "visited": ("visited",),
    "married_to": ("is married to", "are married to"),
    "engaged_to": ("is engaged to", "are engaged to"),
    "partner_of": ("is together with", "are together with"),
    "divorced_from": ("is divorced from", "are divorced from"),
    "located_in": ("is in", "are in"),
    "located_at": ("is at", "are at"),
    "lies_in": ("lies in",),
    "part_of": ("is part of", "are part of"),
    "contains": ("contains", "contain"),
    "participated_in": ("took part in",),
    "attends": ("goes to", "go to"),
    "involves": ("has to do with", "have to do with"),
    "causes": ("led to",),
    "assigned_to": ("is to be done by",),
    "done_for": ("is for",),
    "depends_on": ("waits for", "wait for"),
    "sent_to": ("was sent to",),
    "sent_by": ("was sent by",),
    "about": ("is about",),
    "instance_of": ("is a kind of",),
    "authored": ("wrote or made",),
    "applies_to": ("applies to",),
    "affiliated_with": ("belongs to", "belong to"),
    "also_known_as": ("is also called", "are also called"),
    "same_as": ("is the same as", "are the same as"),
}
NOT_TELLING = frozenset({"related_to"})  # types that do not say how the two are connected
MOST_RELATIONS = 400  # of one page


@dataclass(frozen=True)
class Party:
    """One end of an edge, as a sentence names it."""

    name: str
    is_self: bool = False
    is_unnamed: bool = False  # the name is a role: "your sister"


@dataclass(frozen=True)
class Relation:
    """How a page is connected with another one."""

    id: UUID
    page_id: UUID  # the other one
    title: str
    edge_type: str
    relation: str
    is_outgoing: bool
    is_with_user: bool  # the other one is the user's own page
    text: str
    block_id: UUID | None  # the statement it is from
    valid_from: datetime | None
    valid_to: datetime | None
    superseded_at: datetime | None


def relation_text(source: Party, target: Party, *, relation: str, edge_type: str) -> str:
    """The edge as a sentence without its full stop; empty when neither says how they relate."""
    if source.is_self and target.is_unnamed:
        return ""  # the name says it
    word = relation.strip().removeprefix("edge.") or edge_type.partition(".")[2]
    subject = "You" if source.is_self else _at_start(source)
    if word in VERBS:
        forms = VERBS[word]
        verb = forms[-1] if source.is_self else forms[0]
        return f"{subject} {verb} {'you' if target.is_self else target.name}"
    if word in NOT_TELLING or not relation.strip():
        return ""
    role = word.replace("_", " ")
    owner = "your" if source.is_self else f"{possessive(source.name)}"
    return f"{'You are' if target.is_self else f'{_at_start(target)} is'} {owner} {role}"


def _at_start(party: Party) -> str:
    """How a sentence begins with the name."""
    name = party.name
    return f"{name[:1].upper()}{name[1:]}" if party.is_unnamed else name


def relations_of(*, user_id: UUID, members: Sequence[UUID]) -> list[Relation]:
    """The relations of the entities to others, by when they became known; none found wrong."""
    edges = (
        Edge.objects.filter(user_id=user_id)
        .filter(Q(source__in=members) | Q(target__in=members))
        .exclude(status=Status.FALSIFIED)
        .select_related("source", "target", "block")
        .order_by("recorded_at", "id")[:MOST_RELATIONS]
    )
    ours = set(members)
    rows = [
        (edge, edge.target if edge.source_id in ours else edge.source, edge.source_id in ours)
        for edge in edges
        if not {edge.source_id, edge.target_id} <= ours
    ]
    canonical = canonical_ids(user_id=user_id, ids=[other.id for _, other, _ in rows])
    return [
        Relation(
            id=edge.id,
            page_id=canonical[other.id],
            title=other.name,
            edge_type=edge.edge_type_id,
            relation=edge.relation,
            is_outgoing=is_outgoing,
            is_with_user=other.is_self,
            text=edge_text(edge),
            block_id=edge.block_id,
            valid_from=edge.valid_from,
            valid_to=edge.valid_to,
            superseded_at=edge.superseded_at,
        )
        for edge, other, is_outgoing in rows
        if other.id in canonical
    ]


def edge_text(edge: Edge) -> str:
    """What the edge says: its relation, else the statement it is from, else its type."""
    source, target = (
        Party(end.name, end.is_self, end.is_unnamed) for end in (edge.source, edge.target)
    )
    relation, edge_type = edge.relation, edge.edge_type_id
    if relation and (text := relation_text(source, target, relation=relation, edge_type=edge_type)):
        return text
    if edge.block is not None and edge.block.text.strip():
        return addressed(edge.block.text.strip().rstrip("."))
    if text := relation_text(source, target, relation="", edge_type=edge_type):
        return text
    one, other = ("you" if each.is_self else each.name for each in (source, target))
    return f"{one[:1].upper()}{one[1:]} and {other} have been spoken of together"
