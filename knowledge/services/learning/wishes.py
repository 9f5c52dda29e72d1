"""What a wish to forget means: "forget that I lived in Rome", "forget everything about Anna".

Nothing is forgotten here. What is found is proposed to the user, who sees what would go.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from knowledge import identity
from knowledge.models import Alias, Block, Entity
from knowledge.retrieval.ranking.terms import stem, terms, words
from knowledge.services.learning.references import head_of
from knowledge.types import STATEMENT_KINDS, BlockKind, ForgetWish, Status

MOST_READ = 500  # statements that are compared with a wish
MOST_PROPOSED = 3
ENOUGH = 0.6  # of the wish's words that a statement has to have
KINDS = (*STATEMENT_KINDS, BlockKind.NOTE)


@dataclass(frozen=True)
class Fresh:
    """What is being learned together with the wish, from messages before it."""

    entities: Sequence[Entity] = ()
    aliases: Sequence[Alias] = ()
    blocks: Sequence[Block] = ()


NOTHING_FRESH = Fresh()


def meant_by(
    user_id: UUID, wish: ForgetWish, fresh: Fresh = NOTHING_FRESH
) -> Sequence[Entity | Block]:
    """Whom or which statements the wish means, the likeliest first; none where nothing fits."""
    if someone := _named(user_id, wish.what, fresh):
        return [someone]
    wanted = set(terms(wish.what))
    if not wanted and not wish.topic:
        return []
    mine = Block.objects.filter(user_id=user_id, kind__in=KINDS).exclude(status=Status.FALSIFIED)
    if wish.topic:
        mine = mine.filter(topic__startswith=head_of(wish.topic))
    else:
        # By the beginning of a word, since the words of a wish are in another form.
        spoken = [Q(text__icontains=_beginning(word)) for word in words(wish.what) if word]
        mine = mine.filter(reduce(or_, spoken, Q(pk__in=[])))
    scored = []
    new = [
        block
        for block in fresh.blocks
        if block.kind in KINDS
        and block.status != Status.FALSIFIED
        and (not wish.topic or block.topic.startswith(head_of(wish.topic)))
    ]
    for block in (*new, *mine.order_by("-said_at")[:MOST_READ]):
        has = {*terms(block.text), *terms(f"{block.topic} {block.value}".replace("_", " "))}
        share = len(wanted & has) / len(wanted) if wanted else 1.0
        if share >= ENOUGH:
            scored.append((share, len(wanted & has) / max(1, len(has)), block))
    scored.sort(key=lambda each: (-each[0], -each[1], str(each[2].id)))
    best = [block for share, _, block in scored if share == scored[0][0]]
    return best[:MOST_PROPOSED]


def _named(user_id: UUID, what: str, fresh: Fresh) -> Entity | None:
    """Who or what has just this name; never the user."""
    name = identity.normal_name(what)
    aliases = Alias.objects.filter(user_id=user_id, normal_name=name, is_identifier=False)
    found = Entity.objects.filter(
        user_id=user_id, pk__in=aliases.values("entity_id"), merged_into=None, is_self=False
    )
    new = {a.entity_id for a in fresh.aliases if a.normal_name == name and not a.is_identifier}
    entities = [
        *found[:2],
        *(e for e in fresh.entities if e.id in new and not e.is_self),
    ]
    return entities[0] if len(entities) == 1 else None


def _beginning(word: str) -> str:
    return min(word, stem(word), key=len)
