"""The final order of a recall, made here and nowhere else; its numbers are in `ranking.weights`.

Ranked by what all retrievers say (rank fusion), then a fact takes the place of a passage that says
no more than it, what holds now comes before what it replaced, and each text is there once.
`within_budget` cuts that order off.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from exobrain.lib.text import estimate_tokens
from knowledge import identity
from knowledge.retrieval.candidates import CandidatePool
from knowledge.retrieval.ranking.answers import says_all_of
from knowledge.retrieval.ranking.fusion import Ranked, fuse
from knowledge.retrieval.ranking.late_interaction import LateInteractionScorer
from knowledge.retrieval.ranking.question import ParsedQuestion, asks_for_past
from knowledge.retrieval.ranking.weights import (
    FEW,
    KNOWN,
    MARKUP_TOKENS,
    SUPERSEDED_MARGIN,
    USUAL_TOKENS,
)
from knowledge.selectors.recalling import PassageRow, Superseded
from knowledge.stores.vectors.port import TermStatistics
from knowledge.types import BlockKind, Recalled, Status, Trust

LONGEST_CHAIN = 5  # of messages each of which replaced something of the one before


def order_memories(
    question: ParsedQuestion,
    pool: CandidatePool,
    *,
    statistics: TermStatistics,
    scorer: LateInteractionScorer | None,
) -> list[Recalled]:
    """The pool as memories, best first; what has a score above zero helps with the question.

    Of memories that say the same the best one is kept, and names the messages of all.
    """
    ranking = fuse(question, pool.candidates, statistics=statistics, scorer=scorer)
    memories = {each.block_id: _memory(pool.rows[each.block_id], each) for each in ranking}
    if pool.superseded:
        memories = _with_what_ended(
            memories, pool.superseded, keeps_past=asks_for_past(question.text)
        )
    _let_facts_stand_for_passages(memories, pool.passage_of)
    by_text: dict[str, Recalled] = {}
    for memory in sorted(memories.values(), key=lambda memory: -memory.score):
        said = identity.normal_text(memory.text) or str(memory.block_id)
        first = by_text.setdefault(said, memory)
        if first is not memory:
            messages = dict.fromkeys([*first.message_ids, *memory.message_ids])
            by_text[said] = replace(first, message_ids=list(messages))
    return list(by_text.values())


def _memory(row: PassageRow, ranked: Ranked) -> Recalled:
    return Recalled(
        block_id=row.block_id,
        kind=BlockKind(row.kind),
        text=row.text.strip(),
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
        topic=row.topic,
        starts_at=row.starts_at,
    )


def _let_facts_stand_for_passages(
    memories: dict[UUID, Recalled], passage_of: Mapping[UUID, UUID]
) -> None:
    """A passage that says no more than a fact made from it is left out, and lends it its score."""
    for fact_id, passage_id in passage_of.items():
        fact, passage = memories.get(fact_id), memories.get(passage_id)
        if fact is not None and passage is not None and says_all_of(fact.text, passage.text):
            memories[fact_id] = replace(fact, score=max(fact.score, passage.score))
            del memories[passage_id]


def within_budget(
    memories: Sequence[Recalled], *, budget_tokens: int, limit: int, drop_weak: bool = False
) -> tuple[list[Recalled], int]:
    """The best of the memories that fit, and their tokens; one too large leaves room for others.

    With `drop_weak` those that do not help are left out, and those that help most for their size
    come first. Where none says that the memory knows of what is asked, a few are enough.
    """
    wanted = list(memories)
    if drop_weak:
        wanted = [memory for memory in memories if memory.score > 0]
        if max((memory.score for memory in wanted), default=0.0) < KNOWN:
            wanted = wanted[:FEW]
        wanted.sort(key=_worth_for_size, reverse=True)
    kept: list[Recalled] = []
    tokens = 0
    for memory in wanted:
        if len(kept) >= limit:
            break
        size = _size(memory)
        if tokens + size <= budget_tokens:
            kept.append(memory)
            tokens += size
    return kept, tokens


def _size(memory: Recalled) -> int:
    """Its text in tokens; nothing is free."""
    return max(1, estimate_tokens(memory.text))


def _worth_for_size(memory: Recalled) -> float:
    """How much it helps for each token of a prompt; scores are logarithms."""
    return memory.score - math.log((_size(memory) + MARKUP_TOKENS) / USUAL_TOKENS)


def _with_what_ended(
    memories: Mapping[UUID, Recalled],
    superseded: Mapping[UUID, Superseded],
    *,
    keeps_past: bool,
) -> dict[UUID, Recalled]:
    """Passages name the statements of theirs that hold no more, and stay where they are.

    One that says nothing else is left out, unless the question is for the past. A message that says
    what holds now scores above the one that it corrects: it is as good an answer.
    """
    scores: dict[UUID, float] = {}  # by message: of its best memory
    for memory in memories.values():
        for source in memory.message_ids:
            scores[source] = max(memory.score, scores.get(source, memory.score))
    least: dict[UUID, float] = {}  # by newer message: what its passages score at least
    for _ in range(LONGEST_CHAIN):  # what replaced may have been replaced in turn
        for old in superseded.values():
            if old.message_id in scores:
                for newer_id in old.by:
                    score = scores[old.message_id] + SUPERSEDED_MARGIN
                    least[newer_id] = scores[newer_id] = max(score, scores.get(newer_id, score))
    kept: dict[UUID, Recalled] = {}
    for id_, memory in memories.items():
        message_id = memory.message_ids[0] if memory.message_ids else None
        if message_id is None or memory.kind != BlockKind.EPISODE:
            kept[id_] = memory
            continue
        found = memory
        if (old_message := superseded.get(message_id)) is not None:
            said = "\n".join(statement.text for statement in old_message.statements)
            is_past = old_message.entirely and says_all_of(said, memory.text)
            if is_past and not keeps_past:
                continue
            found = replace(
                found,
                ended=old_message.statements,
                valid_to=old_message.until if is_past else None,
            )
        if message_id in least:
            found = replace(found, score=max(found.score, least[message_id]))
        kept[id_] = found
    return kept
