"""Reads of turns, each of one user, except those for the reconciler."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any, cast
from uuid import UUID

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from chat.errors import ProposalNotFound
from chat.events import Done, MessageChunk, StreamEntry, entry_at, from_json
from chat.models import McpConsent, McpServer, Proposal, Receipt, TokenUsage, Turn
from chat.types import (
    ActiveTurn,
    FoundTurn,
    KnownServer,
    ReceiptItem,
    ReceiptView,
    StaleTurn,
    State,
    Tokens,
    UsageView,
)
from exobrain.lib.config import Config
from journal.selectors import messages_by_ids
from journal.types import StoredMessage
from knowledge.selectors.pages import known_blocks
from knowledge.services.learning.learner import message_to_learn
from knowledge.services.ledger.redaction import load_redaction_mask
from knowledge.services.withholding import Withheld, day_without, withheld_from

USAGE_DAYS = 31
USAGE_MONTHS = 12


def find_turn(*, user_id: UUID, stream_id: UUID) -> FoundTurn | None:
    """The user's turn, if they have it."""
    found = Turn.objects.filter(id=stream_id, user_id=user_id)
    row = found.values_list("id", "question_id", "answer_id", "state").first()
    return FoundTurn(*cast(tuple[UUID, UUID, UUID, State], row)) if row else None


def stream_of_question(*, user_id: UUID, client_message_id: UUID) -> UUID:
    """The stream that answers this question of the user."""
    turns = Turn.objects.filter(user_id=user_id, client_message_id=client_message_id)
    return turns.values_list("id", flat=True).get()


def active_turns(*, user_id: UUID) -> list[ActiveTurn]:
    """The user's turns that are still being answered, the oldest first."""
    rows = (
        Turn.objects.filter(user_id=user_id, state=Turn.State.RUNNING)
        .order_by("created_at")
        .values_list(
            "id",
            "client_message_id",
            "question__journal__reference",
            "question_id",
            "answer_id",
            "created_at",
        )
    )
    return [ActiveTurn(*row) for row in rows]


def stale_turns(*, seconds: float) -> list[StaleTurn]:
    """Running turns of all users that have had no heartbeat for so long."""
    return [
        StaleTurn(
            stream_id=row[0], user_id=row[1], answer_id=row[2], is_cancelled=row[3], seconds=row[4]
        )
        for row in Turn.objects.silent(seconds=seconds)
    ]


def saved_text(*, user_id: UUID, answer_id: UUID) -> str:
    """As much of the user's answer as has been stored."""
    found = messages_by_ids(user_id=user_id, ids=[answer_id])
    return found[0].content if found else ""


def replay(*, user_id: UUID, stream_id: UUID) -> list[StreamEntry]:
    """The whole stream of the user's turn, once it has ended; before that nothing."""
    found = Turn.objects.filter(id=stream_id, user_id=user_id).exclude(state=Turn.State.RUNNING)
    row = found.values_list("answer_id", "events", "state").first()
    if row is None:
        return []
    answer_id, events, state = row
    text = saved_text(user_id=user_id, answer_id=answer_id)
    return rebuild_stream(text, events, reason=state)


def rebuild_stream(
    text: str, events: Sequence[tuple[int, str, str]], *, reason: Any
) -> list[StreamEntry]:
    """The stream of a text and its other events, given as (id, type, JSON), with its end."""
    entries: list[StreamEntry] = []
    position = used = 0

    def add_text(length: int) -> None:
        nonlocal position, used
        if chunk := text[used : used + length]:
            entries.append(entry_at(MessageChunk(chunk), start=position))
            position, used = position + len(chunk), used + len(chunk)

    for event_id, event_type, data in events:
        add_text(event_id - 1 - position)
        entries.append(entry_at(from_json(event_type, data), start=position))
        position += 1
    add_text(len(text))
    entries.append(entry_at(Done(reason), start=position))
    return entries


def tokens_of_day(*, user_id: UUID, day: date) -> int:
    """What the user's answers of that day have cost."""
    found = TokenUsage.objects.filter(user_id=user_id, day=day)
    row = found.values_list("input_tokens", "output_tokens").first()
    return sum(row) if row else 0


def token_usage(*, user_id: UUID) -> UsageView:
    """What the user's answers have cost in the latest days and months that had any."""
    found = TokenUsage.objects.filter(user_id=user_id)
    names = ("answers", "input_tokens", "output_tokens")
    days = found.order_by("-day").values_list("day", *names)[:USAGE_DAYS]
    sums = {f"sum_{name}": Sum(name) for name in names}
    months = (
        found.annotate(month=TruncMonth("day"))
        .values("month")
        .annotate(**sums)
        .order_by("-month")
        .values_list("month", *sums)[:USAGE_MONTHS]
    )
    return UsageView([Tokens(*row) for row in days], [Tokens(*row) for row in months])


def find_receipt(*, user_id: UUID, message_id: UUID) -> ReceiptView | None:
    """Which memories the user's answer was given; None when it is no answer of theirs.

    Memories that have been forgotten since are left out.
    """
    found = messages_by_ids(user_id=user_id, ids=[message_id])
    if not found or found[0].role != "assistant":
        return None
    row = Receipt.objects.filter(user_id=user_id, answer_id=message_id).first()
    if row is None:
        return ReceiptView(message_id, (), tokens=0, retriever_ms={}, dropped=(), created_at=None)
    blocks = known_blocks(user_id=user_id, ids=[UUID(item["block_id"]) for item in row.items])
    items: list[ReceiptItem] = []
    for item in row.items:
        block = blocks.get(UUID(item["block_id"]))
        if block is None:
            continue
        items.append(
            ReceiptItem(
                mark=item["mark"],
                block_id=block.id,
                page_id=block.page_id,
                kind=block.kind,
                text=block.text,
                score=item["score"],
                parts=item["parts"],
                trust=block.trust.name.lower(),
                status=block.status,
                confidence=block.confidence,
                is_cited=item["is_cited"],
                is_current=block.is_current,
                message_ids=[UUID(message_id) for message_id in item["message_ids"]],
                reference=item["reference"],
                said_at=datetime.fromisoformat(item["said_at"]),
            )
        )
    return ReceiptView(
        message_id,
        items,
        tokens=row.tokens,
        retriever_ms=row.retriever_ms,
        dropped=row.dropped,
        created_at=row.created_at,
        slots=row.slots,
    )


# -- what the assistant proposes to the memory


def open_proposals(*, user_id: UUID) -> list[Proposal]:
    """The user's proposals that wait for an answer, the oldest first."""
    return list(Proposal.objects.filter(user_id=user_id, state=Proposal.State.OPEN))


def proposals_of(*, user_id: UUID, answer_id: UUID) -> list[Proposal]:
    """What that answer of the user's has proposed, and what they decided."""
    return list(Proposal.objects.filter(user_id=user_id, answer_id=answer_id))


def find_proposal(*, user_id: UUID, proposal_id: UUID) -> Proposal:
    """The user's proposal; raises ProposalNotFound."""
    found = Proposal.objects.filter(user_id=user_id, pk=proposal_id).first()
    if found is None:
        raise ProposalNotFound
    return found


def count_proposals(*, answer_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many proposals each of the answers has made, where it has made any."""
    found = Proposal.objects.filter(answer_id__in=answer_ids).order_by().values_list("answer_id")
    return dict(found.annotate(count=Count("id")))


# -- other programs' tools


def known_servers(config: Config) -> list[KnownServer]:
    """The MCP servers of the environment and those that operators have added, by name.

    What a row may do is asked anew: the environment may have changed since it was written.
    """
    servers = {each.name: KnownServer(each.name, each) for each in config.configured_mcp_servers}
    for row in McpServer.objects.filter(is_enabled=True):
        if row.name in servers:
            continue
        try:
            spec = row.spec
        except ValueError:  # also pydantic's
            servers[row.name] = KnownServer(row.name, None, "Its entry is not right any more.")
            continue
        if spec.kind == "stdio" and not config.may_start(spec.command):
            problem = "The operator of this machine does not allow its program to be started."
            servers[row.name] = KnownServer(row.name, None, problem)
            continue
        servers[row.name] = KnownServer(row.name, spec)
    return sorted(servers.values(), key=lambda server: server.name)


def mcp_consents(*, user_id: UUID) -> dict[tuple[str, str], str]:
    """Which tools of other programs the user has allowed: fingerprints, by server and tool."""
    found = McpConsent.objects.filter(user_id=user_id)
    rows = found.values_list("server", "tool", "fingerprint")
    return {(server, tool): fingerprint for server, tool, fingerprint in rows}


# -- what a model may be told of the journal


def messages_for_model(
    messages: Sequence[StoredMessage],
    *,
    user_id: UUID,
    is_elsewhere: bool,
    question: str | None = None,
) -> list[StoredMessage]:
    """The user's messages, which follow each other, as a model may be told of them.

    A mark stands in the place of what the user had forgotten and, for a model elsewhere, of what
    is private; the answer to such a message was made from it and is withheld whole. With a
    question of the user's, secrets that it does not ask for are withheld, too.
    """
    if not messages:
        return []
    withheld = Withheld()
    if is_elsewhere or question is not None:
        withheld = withheld_from(user_id=user_id, is_elsewhere=is_elsewhere, question=question)
    forgotten = _forgotten_of(messages, user_id=user_id)
    # Both at once: a mark put in first would move the characters that the other names.
    spans = {
        message.id: [*withheld.spans.get(message.id, ()), *forgotten.spans.get(message.id, ())]
        for message in messages
    }
    both = replace(
        withheld,
        spans={id_: found for id_, found in spans.items() if found},
        answers=withheld.answers | forgotten.answers,
    )
    return day_without(messages, both)


def _forgotten_of(messages: Sequence[StoredMessage], *, user_id: UUID) -> Withheld:
    """What of these messages the user had forgotten, with the answers that were made from it."""
    sources = [message_to_learn(message) for message in messages]
    mask = load_redaction_mask(user_id=user_id, messages=sources)
    whole = {
        source.id: [(0, len(source.content))] for source in sources if mask.is_forgotten(source)
    }
    spans = {id_: found for id_, found in mask.spans.items() if found} | whole
    answers = {
        answer.id
        for said, answer in pairwise(messages)
        if said.id in spans and answer.role == "assistant"
    }
    return Withheld(spans=spans, answers=frozenset(answers))
