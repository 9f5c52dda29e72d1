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
from knowledge.types import BlockKind, Scope, Trust


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
    found = {block_id for each in retrieved.values() for block_id in each.scores}
    rows = {row.id: row for row in recalling.blocks(scope=scope, ids=found)}
    rows |= _messages_of_facts(scope, rows)
    superseded: dict[UUID, Superseded] = {}
    if scope.as_of is None:  # as of a date, everything that held then holds
        message_ids = {row.message_id for row in rows.values() if row.message_id}
        old = recalling.superseded(user_id=scope.user_id, message_ids=message_ids)
        superseded = {each.message_id: each for each in old}
        rows |= _superseding_messages(scope, rows, superseded)
    episodes = {row.message_id for row in rows.values() if row.kind == BlockKind.EPISODE}
    fact_scores = _best_fact_scores(rows, retrieved)
    candidates = [
        _candidate(row, retrieved, fact_scores)
        for row in rows.values()
        # A message is ranked for its facts, too. What the user confirmed or rewrote stands for
        # itself: no message says it like that.
        if row.kind != BlockKind.FACT
        or row.trust == Trust.CONFIRMED
        or row.message_id not in episodes
    ]
    return CandidatePool(rows=rows, candidates=candidates, superseded=superseded)


def _messages_of_facts(scope: Scope, rows: Mapping[UUID, BlockRow]) -> dict[UUID, BlockRow]:
    wanted = {
        row.message_id for row in rows.values() if row.kind == BlockKind.FACT and row.message_id
    }
    found = recalling.episodes_of(scope=scope, message_ids=wanted) if wanted else []
    return {row.id: row for row in found}


def _superseding_messages(
    scope: Scope, rows: Mapping[UUID, BlockRow], superseded: Mapping[UUID, Superseded]
) -> dict[UUID, BlockRow]:
    known = {row.message_id for row in rows.values() if row.kind == BlockKind.EPISODE}
    wanted = {message for each in superseded.values() for message in each.by} - known
    found = recalling.episodes_of(scope=scope, message_ids=wanted) if wanted else []
    return {row.id: row for row in found}


def _best_fact_scores(
    rows: Mapping[UUID, BlockRow], retrieved: Mapping[str, Retrieved]
) -> dict[UUID, float]:
    """By message: the cosine of the question with the nearest of its facts."""
    best: dict[UUID, float] = {}
    for block_id, cosine in _scores(retrieved, "meaning").items():
        row = rows.get(block_id)
        if row and row.kind == BlockKind.FACT and row.message_id:
            best[row.message_id] = max(best.get(row.message_id, -1.0), cosine)
    return best


def _candidate(
    row: BlockRow, retrieved: Mapping[str, Retrieved], fact_scores: Mapping[UUID, float]
) -> Candidate:
    utterance = utterance_of(row.text)
    position = position_alone(row.id)
    if row.kind == BlockKind.EPISODE and row.sequence is not None:
        position = (row.reference, row.sequence)
    lexical = _scores(retrieved, "words")
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
        dense=_scores(retrieved, "meaning").get(row.id),
        fact=fact_scores.get(row.message_id) if row.message_id else None,
        graph=_scores(retrieved, "graph").get(row.id, 0.0),  # far from what the question names
    )


def _scores(retrieved: Mapping[str, Retrieved], retriever: str) -> Mapping[UUID, float]:
    return retrieved[retriever].scores if retriever in retrieved else {}
