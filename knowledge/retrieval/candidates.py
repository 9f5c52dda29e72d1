"""From what the retrievers found to the candidates that are ranked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exobrain.lib import clock
from knowledge.retrieval.ranking.fusion import Candidate
from knowledge.retrieval.ranking.question import ParsedQuestion, asks_for_secret
from knowledge.retrieval.ranking.weights import CANDIDATES_PER_RETRIEVER
from knowledge.retrieval.retrievers import Retrieved
from knowledge.retrieval.utterances import USER, speaker_of, utterance_of
from knowledge.selectors import recalling
from knowledge.selectors.recalling import PassageRow, Superseded
from knowledge.stores.tokens.port import position_alone
from knowledge.types import STATEMENT_KINDS, BlockKind, Scope, Trust


@dataclass(frozen=True)
class CandidatePool:
    """What may answer: the passages, and what ranking compares of each."""

    rows: Mapping[UUID, PassageRow]  # by passage; also of facts that their passage stands for
    candidates: Sequence[Candidate]
    passage_of: Mapping[UUID, UUID]  # by fact: the passage of its message that says it
    superseded: Mapping[UUID, Superseded]  # by message


def gather_candidates(
    scope: Scope,
    retrieved: Mapping[str, Retrieved],
    question: ParsedQuestion,
    *,
    with_facts: bool = True,
) -> CandidatePool:
    """Everything that any retriever found and the scope reaches.

    A fact that was found brings the passage it was made from, and a message of which a statement
    does not hold any more brings the one that says what holds now. Ranking compares passages, facts
    with a topic, and what was written on pages. Any other fact is a sentence of its passage.
    What tells a secret is a candidate only for a question that asks for it.
    """
    scores = {name: each.scores for name, each in retrieved.items()}
    found = {block_id for each in scores.values() for block_id in each}
    rows = {row.id: row for row in recalling.passages(scope=scope, ids=found)}
    facts = {row.id: row for row in rows.values() if row.kind in STATEMENT_KINDS and row.message_id}
    sources = {row.message_id for row in facts.values() if row.message_id}
    firsts = {
        row.message_id: row for row in recalling.episodes_of(scope=scope, message_ids=sources)
    }
    said_in = {
        id_: firsts[row.message_id] for id_, row in facts.items() if row.message_id in firsts
    }
    said_in |= recalling.later_passages_of(scope=scope, fact_ids=facts)
    rows |= {row.id: row for row in said_in.values()}
    superseded: dict[UUID, Superseded] = {}
    if scope.as_of is None:  # as of a date, everything that held then holds
        message_ids = {row.message_id for row in rows.values() if row.message_id}
        old = recalling.superseded(user_id=scope.user_id, message_ids=message_ids, now=clock.now())
        superseded = {each.message_id: each for each in old}
        newer = {message for each in old for message in each.by} - _messages(rows)
        rows |= {row.id: row for row in recalling.episodes_of(scope=scope, message_ids=newer)}
    message_ids = {row.message_id for row in rows.values() if row.message_id}
    secret = recalling.messages_with_secrets(user_id=scope.user_id, message_ids=message_ids)
    told: Mapping[UUID, Sequence[datetime]] = {}
    if question.times:
        told = recalling.times_told(user_id=scope.user_id, message_ids=message_ids)
    with_vector: Collection[UUID] = ()
    if meant := scores.get("meaning"):
        unfound = [id_ for id_ in rows if id_ not in meant]
        with_vector = recalling.having_vectors(user_id=scope.user_id, passage_ids=unfound)
    candidates = [
        _candidate(row, scores, told, has_vector=row.id in with_vector)
        for row in rows.values()
        if not (row.is_secret or row.message_id in secret)
        or asks_for_secret(question.text, of=row.text)
        # What the user confirmed or rewrote stands for itself: no message says it like that.
        if row.kind not in STATEMENT_KINDS
        or (with_facts and (row.kind == BlockKind.EVENT or row.topic))
        or row.trust == Trust.CONFIRMED
        or row.id not in said_in
    ]
    return CandidatePool(
        rows=rows,
        candidates=candidates,
        passage_of={id_: passage.id for id_, passage in said_in.items()},
        superseded=superseded,
    )


def _messages(rows: Mapping[UUID, PassageRow]) -> set[UUID | None]:
    """The messages of which a passage is there."""
    return {row.message_id for row in rows.values() if row.kind == BlockKind.EPISODE}


def _candidate(
    row: PassageRow,
    scores: Mapping[str, Mapping[UUID, float]],
    told: Mapping[UUID, Sequence[datetime]],
    *,
    has_vector: bool,
) -> Candidate:
    times = [row.said_at]
    if row.kind == BlockKind.EPISODE and row.message_id:
        times += told.get(row.message_id, [])
    elif (begun := row.starts_at or row.valid_from) is not None:
        times.append(begun)
    utterance = utterance_of(row.text)
    speaker = speaker_of(utterance, Trust(row.trust))
    position = position_alone(row.id)
    if row.kind == BlockKind.EPISODE and row.sequence is not None and row.id == row.block_id:
        position = (row.reference, row.sequence)
    lexical = scores.get("words", {})
    # A block that is missing from a full list may have a score too low for it; else it has none.
    lexical_default = None if len(lexical) >= CANDIDATES_PER_RETRIEVER else 0.0
    return Candidate(
        block_id=row.id,
        text=utterance.text,
        times=times,
        session=row.reference or row.id,
        position=position,
        speaker=speaker,
        is_users=speaker == USER,
        is_assistants=row.trust < Trust.USER_SAID and row.kind == BlockKind.EPISODE,
        lexical=lexical.get(row.id, lexical_default),
        dense=scores.get("meaning", {}).get(row.id),
        has_vector=has_vector,
    )
