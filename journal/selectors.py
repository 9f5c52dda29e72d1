"""Reads of the journal. Every one of them is somebody's: it takes a user id.

The functions that end in `_json` answer with ready bytes, kept between requests under the
user's revision (see `journal.stores`).
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Case, F, Max, Q, QuerySet, Sum, TextField, Value, When, Window
from django.db.models.functions import Coalesce, Length, RowNumber

from exobrain.lib import clock
from journal import stores
from journal.errors import JournalNotFound
from journal.models import Journal, Message, ToolCall
from journal.types import (
    JournalEntry,
    JournalMessage,
    MessageHit,
    StoredMessage,
    ToolCallEntry,
    is_reference,
)

ENTRY_FIELDS = (
    "id",
    "reference",
    "created_at",
    "updated_at",
    "last_message_at",
    "message_count",
)
MESSAGE_FIELDS = (
    "id",
    "role",
    "content",
    "sequence",
    "created_at",
    "metadata",
    "status",
    "model",
)
HIT_FIELDS = ("id", "journal_id", "sequence", "role", "content")
TOOL_CALL_FIELDS = ("id", "tool_call_id", "title", "description", "response", "error")
STORED_CONTENT = Coalesce("content", Value(""), output_field=TextField())
STORED_FIELDS = (
    "id",
    "journal_id",
    "journal__reference",
    "sequence",
    "role",
    STORED_CONTENT,
    "status",
    "created_at",
)
REFERENCE_CHARACTERS = frozenset("0123456789/")
CONTEXT_MESSAGES = 400  # the most that a question is sent with; bounds the read, not the day
NOT_FOUND = b'"__not_found__"'  # a day that has no journal, remembered


# -- values


def list_journals(*, user_id: UUID, limit: int, before: str | None = None) -> list[JournalEntry]:
    """The user's journals, newest day first, those before the given reference."""
    journals = Journal.objects.filter(user_id=user_id)
    if before is not None:
        journals = journals.filter(reference__lt=before)
    return _entries(journals, limit=limit)


def find_journal(*, user_id: UUID, reference: str) -> JournalEntry | None:
    """The user's journal of that day, if there is one."""
    if not is_reference(reference):
        return None
    found = _entries(Journal.objects.filter(user_id=user_id, reference=reference), limit=1)
    return found[0] if found else None


def search_journals(*, user_id: UUID, query: str, limit: int) -> list[JournalEntry]:
    """The user's journals in which the text occurs, whatever its case, newest day first."""
    messages = Message.objects.filter(user_id=user_id, content__icontains=query)
    matches = Q(id__in=messages.values("journal_id"))
    if REFERENCE_CHARACTERS.issuperset(query):
        matches |= Q(reference__contains=query)
    return _entries(Journal.objects.filter(matches, user_id=user_id), limit=limit)


def list_messages(
    *, user_id: UUID, reference: str, limit: int, before: int | None = None
) -> list[JournalMessage]:
    """The messages of the user's day, newest first, those before the given sequence."""
    if not is_reference(reference):
        return []
    messages = Message.objects.filter(
        journal__user_id=user_id, journal__reference=reference
    ).order_by("-sequence")
    if before is not None:
        messages = messages.filter(sequence__lt=before)
    return _with_tool_calls(messages[:limit])


def messages_with_tools(*, user_id: UUID, ids: Sequence[UUID]) -> list[JournalMessage]:
    """Those of the messages that are the user's, with their tool calls, in their order."""
    found = Message.objects.filter(journal__user_id=user_id, id__in=ids)
    return _with_tool_calls(found.order_by("journal__reference", "sequence"))


def search_messages(
    *, user_id: UUID, journal_ids: Sequence[UUID], query: str, per_journal: int
) -> list[MessageHit]:
    """The first messages of each of the journals in which the text occurs."""
    rank = Window(RowNumber(), partition_by="journal_id", order_by="sequence")
    found = (
        Message.objects.filter(
            user_id=user_id, journal_id__in=journal_ids, content__icontains=query
        )
        .annotate(rank=rank)
        .filter(rank__lte=per_journal)
        .order_by("journal_id", "sequence")
    )
    return [MessageHit(*row) for row in found.values_list(*HIT_FIELDS)]


def recent_messages(
    *, user_id: UUID, journal_id: UUID, before_sequence: int, max_chars: int
) -> list[StoredMessage]:
    """The newest finished messages that fit in so many characters together, oldest first."""
    newest = (
        Message.objects.filter(
            user_id=user_id,
            journal_id=journal_id,
            sequence__lt=before_sequence,
            sequence__gte=before_sequence - CONTEXT_MESSAGES,
        )
        .exclude(status=Message.Status.STREAMING)
        .exclude(content="")
        .exclude(content=None)
        .annotate(chars=Window(Sum(Length("content")), order_by=F("sequence").desc()))
        .filter(chars__lte=max_chars)
        .order_by("sequence")
    )
    return [StoredMessage(*row) for row in newest.values_list(*STORED_FIELDS)]


def messages_by_ids(*, user_id: UUID, ids: Sequence[UUID]) -> list[StoredMessage]:
    """Those of the messages that are the user's, in the order they were said."""
    found = Message.objects.filter(user_id=user_id, id__in=ids).order_by(
        "journal__reference", "sequence"
    )
    return [StoredMessage(*row) for row in found.values_list(*STORED_FIELDS)]


def messages_of(*, user_id: UUID, reference: str) -> list[StoredMessage] | None:
    """Every message of the user's day, oldest first; None when there is no such journal."""
    journal = Journal.objects.filter(user_id=user_id, reference=reference).first()
    if journal is None:
        return None
    found = journal.messages.order_by("sequence")
    return [StoredMessage(*row) for row in found.values_list(*STORED_FIELDS)]


def latest_messages(*, user_id: UUID, limit: int) -> list[StoredMessage]:
    """What was said last, newest first."""
    found = Message.objects.filter(user_id=user_id).order_by("-created_at", "-sequence")
    return [StoredMessage(*row) for row in found.values_list(*STORED_FIELDS)[:limit]]


def committed(*, user_id: UUID) -> list[UUID]:
    """The user's messages that count as committed, oldest first."""
    found = Message.objects.filter(user_id=user_id, committed_to_knowledge_base=True)
    return list(found.order_by("created_at", "sequence").values_list("id", flat=True))


def count_messages(*, user_id: UUID) -> int:
    """How many messages the user's journals hold."""
    return Message.objects.filter(user_id=user_id).count()


def days_with_uncommitted(
    *, user_id: UUID, reference: str | None = None
) -> list[tuple[StoredMessage, bool]]:
    """Every message of the user's days that have something to learn, in order, and whether it is
    committed; the words of the committed ones are left out.
    """
    days = _to_learn().filter(user_id=user_id).values("journal_id")
    messages = Message.objects.filter(user_id=user_id, journal_id__in=days)
    if reference is not None:
        messages = messages.filter(journal__reference=reference)
    is_committed = Q(committed_to_knowledge_base=True)
    words = Case(
        When(is_committed, then=Value("")), default=STORED_CONTENT, output_field=TextField()
    )
    fields = [words if field is STORED_CONTENT else field for field in STORED_FIELDS]
    rows = messages.order_by("journal__reference", "sequence").values_list(
        *fields, "committed_to_knowledge_base"
    )
    return [(StoredMessage(*row), committed) for *row, committed in rows]


def uncommitted(*, user_id: UUID, ids: Sequence[UUID]) -> list[StoredMessage]:
    """Those of the user's messages that are not committed, in the order they were said."""
    found = Message.objects.filter(user_id=user_id, id__in=ids, committed_to_knowledge_base=False)
    rows = found.order_by("journal__reference", "sequence").values_list(*STORED_FIELDS)
    return [StoredMessage(*row) for row in rows]


def messages_at(*, user_id: UUID, reference: str, sequences: Sequence[int]) -> list[StoredMessage]:
    """The messages at these places of the user's day, oldest first."""
    found = Message.objects.filter(
        user_id=user_id, journal__reference=reference, sequence__in=sequences
    )
    rows = found.order_by("sequence").values_list(*STORED_FIELDS)
    return [StoredMessage(*row) for row in rows]


def quiet_users(*, minutes: float, after: UUID | None, limit: int) -> list[UUID]:
    """Users with something to learn who have said and heard nothing for so long, by their id."""
    moment = clock.now() - timedelta(minutes=minutes)
    users = _to_learn().order_by("user_id").values("user_id")
    if after is not None:
        users = users.filter(user_id__gt=after)
    quiet = users.annotate(last=Max("updated_at")).filter(last__lt=moment)
    return list(quiet.values_list("user_id", flat=True)[:limit])


def _to_learn() -> QuerySet[Message]:
    """Finished messages with words in them that are not committed."""
    return (
        Message.objects.filter(committed_to_knowledge_base=False)
        .exclude(status=Message.Status.STREAMING)
        .exclude(Q(content="") | Q(content=None))
    )


# -- ready answers


def journals_json(*, user_id: UUID, revision: int, limit: int, before: str | None) -> bytes:
    """`list_journals` as JSON."""

    def make() -> bytes:
        return as_json(list_journals(user_id=user_id, limit=limit, before=before))

    if before is not None and not is_reference(before):
        return make()  # any text is a cursor, so it must not become a key
    at = stores.key(
        user_id=user_id, revision=revision, rest=f"list:limit:{limit}:cursor:{before or '_'}"
    )
    ttl = settings.EXOBRAIN.assistant_journal_cache_list_ttl_seconds
    return stores.read(at) or _kept(at, make, ttl_seconds=ttl)


def journal_json(*, user_id: UUID, revision: int, reference: str) -> bytes:
    """`find_journal` as JSON; raises JournalNotFound."""
    if not is_reference(reference):
        raise JournalNotFound
    at = stores.key(user_id=user_id, revision=revision, rest=f"entry:reference:{reference}")
    answer = stores.read(at) or _find_and_keep(at, user_id=user_id, reference=reference)
    if answer == NOT_FOUND:
        raise JournalNotFound
    return answer


def messages_json(
    *, user_id: UUID, revision: int, reference: str, limit: int, before: int | None
) -> bytes:
    """`list_messages` as JSON."""

    def make() -> bytes:
        return as_json(
            list_messages(user_id=user_id, reference=reference, limit=limit, before=before)
        )

    if not is_reference(reference):
        return b"[]"
    cursor = "_" if before is None else before
    rest = f"messages:reference:{reference}:limit:{limit}:cursor:{cursor}"
    at = stores.key(user_id=user_id, revision=revision, rest=rest)
    ttl = settings.EXOBRAIN.assistant_journal_cache_messages_ttl_seconds
    return stores.read(at) or _kept(at, make, ttl_seconds=ttl)


def search_json(*, user_id: UUID, revision: int, query: str, limit: int) -> bytes:
    """`search_journals` as JSON."""

    def make() -> bytes:
        return as_json(search_journals(user_id=user_id, query=query, limit=limit))

    # Hashed: what somebody looked for is not for the eyes of whoever lists keys.
    digest = hashlib.sha256(query.encode()).hexdigest()
    at = stores.key(user_id=user_id, revision=revision, rest=f"search:{digest}:limit:{limit}")
    ttl = settings.EXOBRAIN.assistant_journal_cache_list_ttl_seconds
    return stores.read(at) or _kept(at, make, ttl_seconds=ttl)


def as_json(value: JournalEntry | Sequence[JournalEntry] | Sequence[JournalMessage]) -> bytes:
    """Compact UTF-8 JSON; UTC times end in Z."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


# -- steps


def _entries(journals: QuerySet[Journal], *, limit: int) -> list[JournalEntry]:
    rows = journals.order_by("-reference").values_list(*ENTRY_FIELDS)[:limit]
    return [JournalEntry(*row) for row in rows]


def _with_tool_calls(messages: QuerySet[Message]) -> list[JournalMessage]:
    rows = list(messages.values(*MESSAGE_FIELDS))
    calls = _tool_calls([row["id"] for row in rows])
    return [JournalMessage(**row, tool_calls=calls.get(row["id"], [])) for row in rows]


def _tool_calls(message_ids: Sequence[UUID]) -> dict[UUID, list[ToolCallEntry]]:
    """The tool calls of each message, in their order."""
    rows = (
        ToolCall.objects.filter(message_id__in=message_ids)
        .order_by("created_at", "id")
        .values_list("message_id", *TOOL_CALL_FIELDS)
    )
    calls: dict[UUID, list[ToolCallEntry]] = {}
    for message_id, *row in rows:
        calls.setdefault(message_id, []).append(ToolCallEntry(*row))
    return calls


def _kept(at: str, make: Callable[[], bytes], *, ttl_seconds: int) -> bytes:
    answer = make()
    stores.write(at, answer, ttl_seconds=ttl_seconds)
    return answer


def _find_and_keep(at: str, *, user_id: UUID, reference: str) -> bytes:
    config = settings.EXOBRAIN
    if (entry := find_journal(user_id=user_id, reference=reference)) is None:
        answer, ttl = NOT_FOUND, config.assistant_journal_cache_negative_ttl_seconds
    else:
        answer, ttl = as_json(entry), config.assistant_journal_cache_entry_ttl_seconds
    stores.write(at, answer, ttl_seconds=ttl)
    return answer
