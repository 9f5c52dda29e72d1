"""From what the retrievers found to the candidates that are ranked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from knowledge.retrieval.ranking.fusion import Candidate
from knowledge.retrieval.ranking.weights import CANDIDATES_PER_RETRIEVER
from knowledge.retrieval.retrievers import Retrieved
from knowledge.retrieval.utterances import speaker_of, utterance_of
from knowledge.selectors import recalling
from knowledge.selectors.recalling import BlockRow, Superseded
from knowledge.stores.tokens.port import position_alone
from knowledge.types import STATEMENT_KINDS, BlockKind, Scope, Trust


@dataclass(frozen=True)
class CandidatePool:
    """What may answer: the blocks, and what ranking compares of each."""

    rows: Mapping[UUID, BlockRow]  # by block; also of facts that their message stands for
    candidates: Sequence[Candidate]
    superseded: Mapping[UUID, Superseded]  # by message


def gather_candidates(scope: Scope, retrieved: Mapping[str, Retrieved]) -> CandidatePool:
    """Everything that any retriever found and the scope reaches.

    A fact that was found brings the message it was made from, and a message of which a statement
    does not hold any more brings the one that says what holds now. Ranking compares messages, and
    what was written on pages.
    """
    scores = {name: each.scores for name, each in retrieved.items()}
    found = {block_id for each in scores.values() for block_id in each}
    rows = {row.id: row for row in recalling.blocks(scope=scope, ids=found)}
    facts = [row for row in rows.values() if row.kind in STATEMENT_KINDS and row.message_id]
    sources = {row.message_id for row in facts if row.message_id}
    rows |= {row.id: row for row in recalling.episodes_of(scope=scope, message_ids=sources)}
    superseded: dict[UUID, Superseded] = {}
    if scope.as_of is None:  # as of a date, everything that held then holds
        message_ids = {row.message_id for row in rows.values() if row.message_id}
        old = recalling.superseded(user_id=scope.user_id, message_ids=message_ids)
        superseded = {each.message_id: each for each in old}
        newer = {message for each in old for message in each.by} - _messages(rows)
        rows |= {row.id: row for row in recalling.episodes_of(scope=scope, message_ids=newer)}
    fact_scores: dict[UUID, float] = {}  # by message: the cosine of the nearest of its facts
    for row in facts:
        cosine = scores.get("meaning", {}).get(row.id)
        if row.message_id and cosine is not None:
            fact_scores[row.message_id] = max(fact_scores.get(row.message_id, -1.0), cosine)
    messages = _messages(rows)
    candidates = [
        _candidate(row, scores, fact_scores)
        for row in rows.values()
        # A message is ranked for its facts, too. What the user confirmed or rewrote stands for
        # itself: no message says it like that.
        if row.kind not in STATEMENT_KINDS
        or row.trust == Trust.CONFIRMED
        or row.message_id not in messages
    ]
    return CandidatePool(rows=rows, candidates=candidates, superseded=superseded)


def _messages(rows: Mapping[UUID, BlockRow]) -> set[UUID | None]:
    """The messages whose episodes are there."""
    return {row.message_id for row in rows.values() if row.kind == BlockKind.EPISODE}


def _candidate(
    row: BlockRow, scores: Mapping[str, Mapping[UUID, float]], fact_scores: Mapping[UUID, float]
) -> Candidate:
    utterance = utterance_of(row.text)
    position = position_alone(row.id)
    if row.kind == BlockKind.EPISODE and row.sequence is not None:
        position = (row.reference, row.sequence)
    lexical = scores.get("words", {})
    # A block that is missing from a full list may have a score too low for it; else it has none.
    lexical_default = None if len(lexical) >= CANDIDATES_PER_RETRIEVER else 0.0
    return Candidate(
        block_id=row.id,
        text=utterance.text,
        said_at=row.said_at,
        session=row.reference or row.id,
        position=position,
        speaker=speaker_of(utterance, Trust(row.trust)),
        lexical=lexical.get(row.id, lexical_default),
        dense=scores.get("meaning", {}).get(row.id),
        fact=fact_scores.get(row.message_id) if row.message_id else None,
        graph=scores.get("graph", {}).get(row.id, 0.0),  # far from what the question names
    )
