"""From what the arms brought to the candidates that are ranked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from knowledge.retrieval.arms import Brought
from knowledge.retrieval.ranking.fusion import Candidate
from knowledge.retrieval.ranking.weights import POOL_PER_ARM
from knowledge.retrieval.utterances import speaker_of, utterance_of
from knowledge.selectors import recalling
from knowledge.selectors.recalling import BlockRow, Superseded
from knowledge.stores.tokens import place_alone
from knowledge.types import BlockKind, Place, Scope, Trust


@dataclass(frozen=True)
class Pool:
    """What may answer: the blocks, and what ranking compares of each."""

    rows: Mapping[UUID, BlockRow]
    candidates: Sequence[Candidate]
    superseded: Mapping[UUID, Superseded]  # by message


def gather(scope: Scope, brought: Mapping[str, Brought]) -> Pool:
    """Everything that any arm found and the scope reaches.

    A fact that was found brings the message it was made from; ranking compares messages, and
    what was written on pages.
    """
    found = {block_id for each in brought.values() for block_id in each.scores}
    rows = {row.id: row for row in recalling.blocks(scope=scope, ids=found)}
    rows |= _messages_behind(scope, rows.values())
    superseded = _superseded(scope, rows.values())
    rows |= _messages_instead(scope, superseded.values(), rows)
    facts = _best_facts(rows.values(), _scores(brought, "meaning"))
    here = {row.message_id for row in rows.values() if row.kind == BlockKind.EPISODE}
    ranked = [row for row in rows.values() if not _is_behind(row, here)]
    candidates = [_candidate(row, brought, facts) for row in ranked]
    return Pool(rows=rows, candidates=candidates, superseded=superseded)


def _messages_behind(scope: Scope, rows: Iterable[BlockRow]) -> dict[UUID, BlockRow]:
    messages = {row.message_id for row in rows if row.kind == BlockKind.FACT and row.message_id}
    found = recalling.episodes_of(scope=scope, message_ids=messages) if messages else []
    return {row.id: row for row in found}


def _superseded(scope: Scope, rows: Iterable[BlockRow]) -> dict[UUID, Superseded]:
    """Only of now: as of a date, everything that held then holds."""
    if scope.as_of is not None:
        return {}
    messages = {row.message_id for row in rows if row.message_id}
    found = recalling.superseded(user_id=scope.user_id, message_ids=messages)
    return {each.message_id: each for each in found}


def _messages_instead(
    scope: Scope, superseded: Iterable[Superseded], rows: Mapping[UUID, BlockRow]
) -> dict[UUID, BlockRow]:
    """The messages that say what holds now, where only what held before was found."""
    known = {row.message_id for row in rows.values() if row.kind == BlockKind.EPISODE}
    wanted = {message for each in superseded for message in each.by} - known
    found = recalling.episodes_of(scope=scope, message_ids=wanted) if wanted else []
    return {row.id: row for row in found}


def _is_behind(row: BlockRow, messages: Collection[UUID | None]) -> bool:
    """True for a fact whose own message is there: the message is ranked for both.

    What the user confirmed or rewrote stands for itself: no message says it like that.
    """
    is_own = row.kind != BlockKind.FACT or row.trust == Trust.CONFIRMED
    return not is_own and row.message_id in messages


def _best_facts(rows: Iterable[BlockRow], meaning: Mapping[UUID, float]) -> dict[UUID, float]:
    """By message: how near to the question the nearest of its facts is."""
    best: dict[UUID, float] = {}
    for row in rows:
        if row.kind == BlockKind.FACT and row.message_id and row.id in meaning:
            best[row.message_id] = max(best.get(row.message_id, -1.0), meaning[row.id])
    return best


def _candidate(
    row: BlockRow,
    brought: Mapping[str, Brought],
    facts: Mapping[UUID, float],
) -> Candidate:
    utterance = utterance_of(row.text)
    return Candidate(
        block_id=row.id,
        text=utterance.text,
        said_at=row.said_at,
        session=row.reference or row.id,
        place=_place(row),
        speaker=speaker_of(utterance, Trust(row.trust)),
        lexical=_lexical(brought, row.id),
        dense=_scores(brought, "meaning").get(row.id),
        fact=facts.get(row.message_id) if row.message_id else None,
        graph=_scores(brought, "graph").get(row.id, 0.0),  # far from what the question names
    )


def _place(row: BlockRow) -> Place:
    if row.kind == BlockKind.EPISODE and row.sequence is not None:
        return row.reference, row.sequence
    return place_alone(row.id)


def _lexical(brought: Mapping[str, Brought], block_id: UUID) -> float | None:
    """None where the block may have a score too low for the pool; zero if it shares no word."""
    scores = _scores(brought, "words")
    return scores.get(block_id, None if len(scores) >= POOL_PER_ARM else 0.0)


def _scores(brought: Mapping[str, Brought], arm: str) -> Mapping[UUID, float]:
    return brought[arm].scores if arm in brought else {}
