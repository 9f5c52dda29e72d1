"""The final order of a recall, made here and nowhere else; its numbers are in `ranking.weights`.

Ranked by what all retrievers say (rank fusion), then what does not hold any more behind what took
its place, then each text once. `within_budget` cuts that order off, and changes nothing in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from exobrain.lib.text import estimate_tokens
from knowledge import identity
from knowledge.retrieval.candidates import CandidatePool
from knowledge.retrieval.ranking.fusion import fuse
from knowledge.retrieval.ranking.late_interaction import LateInteractionScorer
from knowledge.retrieval.ranking.question import ParsedQuestion
from knowledge.retrieval.ranking.weights import MIN_SHARE_OF_BEST, SUPERSEDED_MARGIN, WEAK_MARGIN
from knowledge.retrieval.utterances import USER
from knowledge.selectors.recalling import Superseded
from knowledge.stores.vectors.port import TermStatistics
from knowledge.types import BlockKind, Recalled, Status, Trust


def order_memories(
    question: ParsedQuestion,
    pool: CandidatePool,
    *,
    statistics: TermStatistics,
    scorer: LateInteractionScorer | None,
) -> list[Recalled]:
    """The pool as memories, best first.

    Superseded memories come after what superseded them, or not at all; of memories that say the
    same the best one is kept, and names the messages of all.
    """
    ranking = fuse(
        question, pool.candidates, statistics=statistics, scorer=scorer, first_person=USER
    )
    memories: list[Recalled] = []
    for ranked in ranking:
        row = pool.rows[ranked.block_id]
        memories.append(
            Recalled(
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
        )
    if pool.superseded:
        memories = _superseded_behind(memories, pool.superseded)
    by_text: dict[str, Recalled] = {}
    for memory in memories:
        said = identity.normal_text(memory.text) or str(memory.block_id)
        first = by_text.setdefault(said, memory)
        if first is not memory:
            messages = dict.fromkeys([*first.message_ids, *memory.message_ids])
            by_text[said] = replace(first, message_ids=list(messages))
    return list(by_text.values())


def within_budget(
    memories: Sequence[Recalled], *, budget_tokens: int, limit: int, drop_weak: bool = False
) -> tuple[list[Recalled], int]:
    """The best of the memories that fit, and their tokens; one too large leaves room for others.

    With `drop_weak` those that are far behind the best of them go, too.
    """
    kept: list[Recalled] = []
    tokens = 0
    for memory in memories:
        if len(kept) >= limit:
            break
        size = _size(memory)
        if tokens + size <= budget_tokens:
            kept.append(memory)
            tokens += size
    if drop_weak and kept:
        best = max(memory.score for memory in kept)
        least = MIN_SHARE_OF_BEST * best if best > 0 else best - WEAK_MARGIN
        kept = [memory for memory in kept if memory.score >= least]
        tokens = sum(map(_size, kept))
    return kept, tokens


def _size(memory: Recalled) -> int:
    """Its text in tokens; nothing is free."""
    return max(1, estimate_tokens(memory.text))


def _superseded_behind(
    memories: Sequence[Recalled], superseded: Mapping[UUID, Superseded]
) -> list[Recalled]:
    """A message of which something does not hold any more stands behind the one that says so.

    One of which nothing holds any more is left out. The newer message scores at least as high as
    the older one did: what says what holds now is as good an answer as what it replaced.
    """
    scores = {memory.message_ids[0]: memory.score for memory in memories if memory.message_ids}
    least: dict[UUID, float] = {}  # by newer message: the best score of those it superseded
    for old in superseded.values():
        if old.message_id in scores:
            for newer in old.by:
                score = scores[old.message_id]
                least[newer] = max(score, least.get(newer, score))
    kept: list[Recalled] = []
    for memory in memories:
        message_id = memory.message_ids[0] if memory.message_ids else None
        score, valid_to = memory.score, memory.valid_to
        old_message = superseded.get(message_id) if message_id else None
        if old_message is not None and memory.kind == BlockKind.EPISODE:
            if old_message.entirely:
                continue
            newer_scores = [scores[newer] for newer in old_message.by if newer in scores]
            score = min([score, *(each - SUPERSEDED_MARGIN for each in newer_scores)])
            valid_to = old_message.until
        if message_id in least:
            score = max(score, least[message_id])
        kept.append(replace(memory, score=score, valid_to=valid_to))
    return sorted(kept, key=lambda memory: -memory.score)
