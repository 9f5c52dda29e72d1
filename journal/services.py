"""Writes to the journal."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from operator import itemgetter
from uuid import UUID, uuid4

import orjson
from django.db import connection, transaction
from django.db.models import Count, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.services import bump_revision
from exobrain.lib import clock
from exobrain.lib.sql import all_rows, pipelined, send
from exobrain.lib.text import storable
from journal import stores
from journal.errors import NotADay
from journal.models import Journal, Message, ToolCall
from journal.types import (
    FinalMessage,
    JournalEntry,
    MessageDraft,
    PastMessage,
    StoredMessage,
    ToolCallDraft,
    field_names,
    is_reference,
    reference_of,
)

TOOL_CALL_ID_CHARS = 200
TOOL_CALL_TEXTS = ("description", "response", "error")  # that may have words of the user's

# Locked in one order, so that two who want the same messages cannot wait for each other.
COMMIT = """
WITH wanted AS MATERIALIZED (
    SELECT id FROM journal_message
    WHERE id = ANY(%(ids)s) AND user_id = %(user_id)s
    ORDER BY id FOR NO KEY UPDATE  -- whoever only refers to a message does not wait for us
)
UPDATE journal_message SET committed_to_knowledge_base = true
FROM wanted
WHERE journal_message.id = wanted.id AND NOT committed_to_knowledge_base
RETURNING journal_message.id
"""

DRAFT_COLUMNS = field_names(MessageDraft)

# Creates the day or locks its row, so a second writer waits here and counts on from our last
# sequence. One statement: this is on the path of every question. The drafts come as JSON, whose
# values get the types of the table's columns.
APPEND = f"""
WITH day AS (
    INSERT INTO journal_journal AS journal
        (id, user_id, reference, created_at, updated_at,
         message_count, last_sequence, last_message_at)
    VALUES (%(journal_id)s, %(user_id)s, %(reference)s, %(now)s, %(now)s,
            %(count)s, %(count)s, %(now)s)
    ON CONFLICT (user_id, reference) DO UPDATE SET
        updated_at = EXCLUDED.updated_at,
        message_count = journal.message_count + EXCLUDED.message_count,
        last_sequence = journal.last_sequence + EXCLUDED.last_sequence,
        last_message_at = GREATEST(journal.last_message_at, EXCLUDED.last_message_at)
    RETURNING id, last_sequence - %(count)s AS sequence_before
)
INSERT INTO journal_message
    (journal_id, user_id, sequence, created_at, updated_at, {", ".join(DRAFT_COLUMNS)})
SELECT day.id, %(user_id)s::uuid, day.sequence_before + draft.ordinality,
       %(now)s::timestamptz, %(now)s::timestamptz,
       {", ".join(f"draft.{column}" for column in DRAFT_COLUMNS)}
FROM day, json_populate_recordset(NULL::journal_message, %(drafts)s::json)
     WITH ORDINALITY AS draft
RETURNING journal_id, sequence
"""  # noqa: S608  the columns are our own fields

ENSURE = """
INSERT INTO journal_journal AS journal
    (id, user_id, reference, created_at, updated_at, message_count, last_sequence)
VALUES (%(journal_id)s, %(user_id)s, %(reference)s, %(now)s, %(now)s, 0, 0)
ON CONFLICT (user_id, reference) DO UPDATE SET updated_at = EXCLUDED.updated_at
RETURNING id, reference, created_at, updated_at, last_message_at, message_count
"""

CHECKPOINT = """
UPDATE journal_message SET content = %(content)s, updated_at = %(now)s
WHERE id = %(message_id)s AND status = 'streaming'
RETURNING user_id
"""

# A repeated id keeps the first call's words; what it answered is filled in as it is known.
TOOL_CALLS = """
INSERT INTO journal_toolcall
    (id, message_id, tool_call_id, title, description, response, error, created_at)
SELECT id, %(message_id)s::uuid, tool_call_id, title, description, response, error,
       %(now)s::timestamptz
FROM json_populate_recordset(NULL::journal_toolcall, %(calls)s::json)
ON CONFLICT (message_id, tool_call_id) DO UPDATE SET
    response = COALESCE(journal_toolcall.response, EXCLUDED.response),
    error = COALESCE(journal_toolcall.error, EXCLUDED.error)
"""

FROM_OUTSIDE = """
UPDATE journal_message SET is_from_outside = true
WHERE id = %(message_id)s AND NOT is_from_outside
"""

FINISH = """
UPDATE journal_message SET
    content = COALESCE(%(content)s, content),
    status = %(status)s,
    model = COALESCE(NULLIF(%(model)s, ''), model),
    metadata = %(metadata)s::jsonb,
    updated_at = %(now)s
WHERE id = %(message_id)s AND status = 'streaming'
RETURNING user_id
"""


def today_reference(zone: tzinfo = UTC) -> str:
    """The reference of the present day in that zone."""
    return reference_of(clock.today(zone))


def append_messages(
    *, user_id: UUID, reference: str, drafts: Sequence[MessageDraft]
) -> list[StoredMessage]:
    """The drafts are the journal's newest messages, in their order and without a gap."""
    _require_day(reference)
    if not drafts:
        return []
    drafts = [replace(draft, content=storable(draft.content)) for draft in drafts]
    now = clock.now()
    values = {
        "journal_id": uuid4(),
        "user_id": user_id,
        "reference": reference,
        "now": now,
        "count": len(drafts),
        "drafts": orjson.dumps(drafts).decode(),
    }
    # Joins the caller's transaction without a savepoint: that would be two more round trips.
    # Pipelined: the day's row is locked from here to the commit.
    with transaction.atomic(savepoint=False), pipelined():
        appended = send(APPEND, values)
        bump_revision(user_id=user_id)
        rows: list[tuple[UUID, int]] = appended.fetchall()
    journal_id, first_sequence = min(rows, key=itemgetter(1))
    return [
        StoredMessage(
            id=draft.id,
            journal_id=journal_id,
            reference=reference,
            sequence=sequence,
            role=draft.role,
            content=draft.content,
            status=draft.status,
            created_at=now,
            is_without_model=draft.is_without_model,
        )
        for sequence, draft in enumerate(drafts, first_sequence)
    ]


def ensure_journal(*, user_id: UUID, reference: str) -> JournalEntry:
    """The journal of that day exists and counts as updated now."""
    _require_day(reference)
    values = {
        "journal_id": uuid4(),
        "user_id": user_id,
        "reference": reference,
        "now": clock.now(),
    }
    with transaction.atomic(savepoint=False):
        [row] = all_rows(ENSURE, values)
        bump_revision(user_id=user_id)
    return JournalEntry(*row)


def save_partial(
    *, message_id: UUID, content: str, tool_calls: Sequence[ToolCallDraft] = ()
) -> bool:
    """A message that is still streaming holds this much; returns whether it was.

    Its tool calls so far are kept with it; what they answered later is filled in.
    """
    values = {"message_id": message_id, "content": storable(content), "now": clock.now()}
    with transaction.atomic(savepoint=False):
        rows = all_rows(CHECKPOINT, values)
        for (owner_id,) in rows:
            _store_tool_calls(message_id=message_id, drafts=tool_calls)
            bump_revision(user_id=owner_id)
    return bool(rows)


def mark_from_outside(*, message_id: UUID) -> None:
    """The message is made from what others wrote, and the memory must not take it for more.

    No read of the journal shows the mark, so the user's revision stays.
    """
    with connection.cursor() as cursor:
        cursor.execute(FROM_OUTSIDE, {"message_id": message_id})


def finish_messages(*, finals: Sequence[FinalMessage]) -> set[UUID]:
    """Messages have their final form; returns the ids of those that were still streaming.

    Their users are locked last, once each and in one order, so that a long batch keeps nobody
    waiting and two of them cannot wait for each other.
    """
    finished: dict[UUID, UUID] = {}  # message id -> its user's id
    with transaction.atomic(savepoint=False):
        for final in finals:
            metadata = final.metadata
            values = {
                "message_id": final.message_id,
                "content": None if final.content is None else storable(final.content),
                "status": final.status,
                "model": final.model,
                "metadata": None
                if metadata is None
                else orjson.dumps(metadata, default=str).decode(),
                "now": clock.now(),
            }
            for (owner_id,) in all_rows(FINISH, values):
                finished[final.message_id] = owner_id
                _store_tool_calls(message_id=final.message_id, drafts=final.tool_calls)
        for owner_id in sorted(set(finished.values())):
            bump_revision(user_id=owner_id)
    return set(finished)


def _store_tool_calls(*, message_id: UUID, drafts: Sequence[ToolCallDraft]) -> None:
    """The calls that have an id are stored in their order, or filled in where they are already."""
    calls: dict[str, dict[str, object]] = {}
    for draft in drafts:
        call_id = storable(draft.tool_call_id)[:TOOL_CALL_ID_CHARS]
        if not call_id or call_id in calls:
            continue  # a model that repeats an id must not cost the whole answer
        calls[call_id] = {
            "tool_call_id": call_id,
            "title": storable(draft.title),
            "description": storable(draft.description),
            "response": None if draft.response is None else storable(draft.response),
            "error": None if draft.error is None else storable(draft.error),
        }
    if not calls:
        return
    # Calls are read by time, then id; rows made in one instant keep their order by sorted ids.
    ids = sorted(uuid4() for _ in calls)
    rows = [{"id": id_, **call} for id_, call in zip(ids, calls.values(), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            TOOL_CALLS,
            {"message_id": message_id, "calls": orjson.dumps(rows).decode(), "now": clock.now()},
        )


def mark_committed(*, user_id: UUID, message_ids: Sequence[UUID]) -> set[UUID]:
    """The user's messages count as committed; returns those that did not before.

    Joins the caller's transaction and locks the messages until it ends, so that no second caller
    gets any of them. No read of the journal shows the mark, so the user's revision stays.
    """
    values = {"ids": list(message_ids), "user_id": user_id}
    with transaction.atomic(savepoint=False):
        return {row[0] for row in all_rows(COMMIT, values)}


def import_journal(
    *, user_id: UUID, journal_id: UUID, reference: str, messages: Sequence[PastMessage]
) -> bool:
    """The user has a journal for that day; returns whether it was made, from these messages.

    A day that is there already is left alone.
    """
    _require_day(reference)
    now = clock.now()
    times = [message.created_at for message in messages]
    with transaction.atomic():
        journal, created = Journal.objects.get_or_create(
            user_id=user_id,
            reference=reference,
            defaults={
                "id": journal_id,
                "message_count": len(messages),
                "last_sequence": len(messages),
                "last_message_at": max(times, default=None),
            },
        )
        if not created:
            return False
        Journal.objects.filter(id=journal_id).update(
            created_at=min(times, default=now), updated_at=max(times, default=now)
        )
        Message.objects.bulk_create(
            Message(
                id=message.id,
                journal=journal,
                user_id=user_id,
                role=message.role,
                content=storable(message.content),
                sequence=sequence,
                created_at=message.created_at,
                is_without_model=message.is_without_model,
            )
            for sequence, message in enumerate(messages, 1)
        )
        bump_revision(user_id=user_id)
    return True


def recount(*, user_id: UUID) -> None:
    """The counters of the user's journals are true again after rows were deleted by hand."""
    said = Message.objects.filter(journal=OuterRef("pk")).order_by().values("journal")
    with transaction.atomic():
        Journal.objects.filter(user_id=user_id).update(
            message_count=Coalesce(Subquery(said.annotate(n=Count("id")).values("n")), 0),
            last_message_at=Subquery(said.annotate(t=Max("created_at")).values("t")),
        )
        bump_revision(user_id=user_id)


def delete_messages(*, user_id: UUID, message_ids: Sequence[UUID]) -> int:
    """These messages of the user are deleted, with all rows that refer to them; returns how many.

    Their sequences are not used again.
    """
    with transaction.atomic():
        found = Message.objects.filter(user_id=user_id, id__in=message_ids)
        count = found.count()
        if count:
            found.delete()
            recount(user_id=user_id)
    return count


def drop_from_metadata(*, user_id: UUID, name: str, is_to_go: Callable[[str], bool]) -> list[UUID]:
    """The user's messages keep no text of that name that is to go; returns the ids of those."""
    with transaction.atomic():
        messages = [
            message
            for message in Message.objects.filter(user_id=user_id, metadata__has_key=name)
            if is_to_go(str((message.metadata or {})[name]))
        ]
        for message in messages:
            rest = {key: value for key, value in (message.metadata or {}).items() if key != name}
            message.metadata = rest or None
        if messages:
            Message.objects.bulk_update(messages, ["metadata"])
            bump_revision(user_id=user_id)
    return [message.id for message in messages]


def blank_tool_calls(*, user_id: UUID, blank: str, is_to_go: Callable[[str], bool]) -> set[UUID]:
    """No text of a tool call of the user's is one that is to go: `blank` stands there; returns the
    ids of the messages that had some."""
    changed: list[ToolCall] = []
    with transaction.atomic():
        for call in ToolCall.objects.filter(message__user_id=user_id):
            gone = [name for name in TOOL_CALL_TEXTS if is_to_go(getattr(call, name) or "")]
            for name in gone:
                setattr(call, name, blank)
            if gone:
                changed.append(call)
        if changed:
            ToolCall.objects.bulk_update(changed, TOOL_CALL_TEXTS)
            bump_revision(user_id=user_id)
    return {call.message_id for call in changed}


def reword_answers_without_model(*, user_id: UUID, reword: Callable[[str], str]) -> None:
    """Answers that no model made have the text that `reword` makes of theirs, of the same length:
    positions in it stay."""
    with transaction.atomic():
        changed: list[Message] = []
        answers = Message.objects.filter(user_id=user_id, is_without_model=True)
        for message in answers.exclude(content="").exclude(content=None):
            text = reword(message.content or "")
            if text != message.content:
                message.content = text
                changed.append(message)
        if changed:
            Message.objects.bulk_update(changed, ["content"])
            bump_revision(user_id=user_id)


def delete_journals(*, user_id: UUID, reference: str | None = None) -> int:
    """The user's journal of that day, or all of them, is deleted; returns how many there were."""
    with transaction.atomic():
        found = Journal.objects.filter(user_id=user_id)
        if reference is not None:
            found = found.filter(reference=reference)
        count = found.count()
        if count:
            found.delete()
            bump_revision(user_id=user_id)
    return count


def forget_cached(*, user_id: UUID) -> bool:
    """No cached answer of the user is kept; False when Redis could not be asked."""
    return stores.delete_user(user_id=user_id)


def _require_day(reference: str) -> None:
    if not is_reference(reference):
        raise NotADay
