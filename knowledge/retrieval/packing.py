"""From an order to an answer: what holds, said once, within a budget of tokens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from knowledge import identity
from knowledge.retrieval.pool import Pool
from knowledge.retrieval.ranking.fusion import Ranked
from knowledge.selectors.recalling import BlockRow, Superseded
from knowledge.types import BlockKind, Recalled, Status, Trust

CHARACTERS_PER_TOKEN = 4


def tokens_of(text: str) -> int:
    """About how many tokens a model makes of a text; never none."""
    return max(1, round(len(text) / CHARACTERS_PER_TOKEN))


def presented(pool: Pool, ranking: Sequence[Ranked]) -> list[Recalled]:
    """The ranking as memories; what has been superseded comes after what did it, or not at all."""
    items = [_recalled(pool.rows[each.block_id], each) for each in ranking]
    return _said_once(_newest_first(items, pool.superseded))


def packed(
    items: Iterable[Recalled], *, budget_tokens: int, limit: int
) -> tuple[list[Recalled], int]:
    """The best of the items that fit, and their tokens; one too large leaves room for others."""
    kept: list[Recalled] = []
    used = 0
    for item in items:
        if len(kept) >= limit:
            break
        size = tokens_of(item.text)
        if used + size <= budget_tokens:
            kept.append(item)
            used += size
    return kept, used


def _recalled(row: BlockRow, ranked: Ranked) -> Recalled:
    return Recalled(
        block_id=row.id,
        kind=BlockKind(row.kind),
        text=row.text,
        score=ranked.score,
        parts=ranked.parts,
        trust=Trust(row.trust),
        status=Status(row.status),
        confidence=row.confidence,
        message_ids=[row.message_id] if row.message_id else [],
        reference=row.reference,
        said_at=row.said_at,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        entity_ids=[row.entity_id] if row.entity_id else [],
    )


def _newest_first(
    items: Sequence[Recalled], superseded: Mapping[UUID, Superseded]
) -> list[Recalled]:
    """A message of which something does not hold any more stands behind the one that says so.

    One of which nothing holds any more is left out.
    """
    if not superseded:
        return list(items)
    scores = {item.message_ids[0]: item.score for item in items if item.message_ids}
    kept = []
    for item in items:
        old = superseded.get(item.message_ids[0]) if item.message_ids else None
        if old is None or item.kind != BlockKind.EPISODE:
            kept.append(item)
        elif not old.entirely:
            newer = [scores[message] for message in old.by if message in scores]
            score = min([item.score, *(score - 1e-6 for score in newer)])
            kept.append(replace(item, score=score, valid_to=old.until))
    # Those that say what holds now are at least as good an answer as what they replaced.
    lifted = _lifted(kept, superseded, scores)
    return sorted(lifted, key=lambda item: -item.score)


def _lifted(
    items: Sequence[Recalled], superseded: Mapping[UUID, Superseded], scores: Mapping[UUID, float]
) -> list[Recalled]:
    floor: dict[UUID, float] = {}
    for old in superseded.values():
        for newer in old.by:
            found = scores.get(old.message_id)
            if found is not None:
                floor[newer] = max(found, floor.get(newer, found))
    return [
        replace(item, score=max(item.score, floor[item.message_ids[0]]))
        if item.message_ids and item.message_ids[0] in floor
        else item
        for item in items
    ]


def _said_once(items: Iterable[Recalled]) -> list[Recalled]:
    """Of texts that say the same the best one is kept, and names the messages of all."""
    kept: dict[str, Recalled] = {}
    for item in items:
        said = identity.normal_text(item.text) or str(item.block_id)
        first = kept.setdefault(said, item)
        if first is not item:
            messages = dict.fromkeys([*first.message_ids, *item.message_ids])
            kept[said] = replace(first, message_ids=list(messages))
    return list(kept.values())
