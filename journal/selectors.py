"""Reads of the journal. Each takes the id of the user whose journal it is.

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
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Length, RowNumber

from exobrain.lib import clock
from exobrain.lib.paging import cut
from journal import stores
from journal.errors import JournalNotFound
from journal.models import Journal, Message, ToolCall
from journal.types import (
    DayPage,
    JournalEntry,
    JournalMessage,
    MessageMatch,
    StoredMessage,
    ToolCallEntry,
    field_names,
    is_reference,
)

# The columns of each value, in the order of its fields.
ENTRY_COLUMNS = [name for name in field_names(JournalEntry) if name != "status"]
MESSAGE_COLUMNS = [name for name in field_names(JournalMessage) if name != "tool_calls"]
CONTENT = Coalesce("content", Value(""), output_field=TextField())
ELSEWHERE: dict[str, str | Combinable] = {"reference": "journal__reference", "content": CONTENT}
STORED_COLUMNS = [ELSEWHERE.get(name, name) for name in field_names(StoredMessage)]
PAGE_MESSAGES = 50
REFERENCE_CHARACTERS = frozenset("0123456789/")
CONTEXT_MESSAGES = 400  # the most that a question is sent with; bounds the read, not the day
NOT_FOUND = b'"__not_found__"'  # cached for a day that has no journal


# -- values


def recent_journals(
    *, user_id: UUID, limit: int, before_reference: str | None = None
) -> list[JournalEntry]:
    """The user's journals, newest day first, those before the given reference."""
    journals = Journal.objects.filter(user_id=user_id)
    if before_reference is not None:
        journals = journals.filter(reference__lt=before_reference)
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


def _entries(journals: QuerySet[Journal], *, limit: int) -> list[JournalEntry]:
    rows = journals.order_by("-reference").values_list(*ENTRY_COLUMNS)[:limit]
    return [JournalEntry(*row) for row in rows]


def day_messages(
    *, user_id: UUID, reference: str, limit: int, before_sequence: int | None = None
) -> list[JournalMessage]:
    """The messages of the user's day, newest first, those before the given sequence."""
    if not is_reference(reference):
        return []
    messages = Message.objects.filter(
        journal__user_id=user_id, journal__reference=reference
    ).order_by("-sequence")
    if before_sequence is not None:
        messages = messages.filter(sequence__lt=before_sequence)
    return _with_tool_calls(messages[:limit])


def day_page(*, user_id: UUID, reference: str, before_sequence: int | None = None) -> DayPage:
    """The newest PAGE_MESSAGES of `day_messages`, oldest first, and where older ones begin."""
    page = cut(
        day_messages(
            user_id=user_id,
            reference=reference,
            limit=PAGE_MESSAGES + 1,
            before_sequence=before_sequence,
        ),
        size=PAGE_MESSAGES,
    )
    return DayPage(
        messages=page.rows[::-1],
        before_sequence=page.last.sequence if page.has_more else None,
    )


def messages_with_tools(*, user_id: UUID, ids: Sequence[UUID]) -> list[JournalMessage]:
    """Those of the messages that are the user's, with their tool calls, in their order."""
    found = Message.objects.filter(journal__user_id=user_id, id__in=ids)
    return _with_tool_calls(found.order_by("journal__reference", "sequence"))


def _with_tool_calls(messages: QuerySet[Message]) -> list[JournalMessage]:
    """The messages in their order, each with its tool calls in theirs: two queries."""
    rows = list(messages.values(*MESSAGE_COLUMNS))
    calls: dict[UUID, list[ToolCallEntry]] = {row["id"]: [] for row in rows}
    call_rows = (
        ToolCall.objects.filter(message_id__in=calls)
        .order_by("created_at", "id")
        .values_list("message_id", *field_names(ToolCallEntry))
    )
    for message_id, *call in call_rows:
        calls[message_id].append(ToolCallEntry(*call))
    return [JournalMessage(**row, tool_calls=calls[row["id"]]) for row in rows]


def search_messages(
    *, user_id: UUID, journal_ids: Sequence[UUID], query: str, per_journal: int
) -> list[MessageMatch]:
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
    return [MessageMatch(*row) for row in found.values_list(*field_names(MessageMatch))]


# -- messages as other apps use them


def _stored(messages: QuerySet[Message]) -> list[StoredMessage]:
    return [StoredMessage(*row) for row in messages.values_list(*STORED_COLUMNS)]


def recent_messages(
    *, user_id: UUID, journal_id: UUID, before_sequence: int, max_chars: int
) -> list[StoredMessage]:
    """The newest finished messages that fit in so many characters together, oldest first."""
    return _stored(
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


def messages_by_ids(*, user_id: UUID, ids: Sequence[UUID]) -> list[StoredMessage]:
    """Those of the messages that are the user's, in the order they were said."""
    found = Message.objects.filter(user_id=user_id, id__in=ids)
    return _stored(found.order_by("journal__reference", "sequence"))


def messages_with(*, user_id: UUID, part: str) -> list[StoredMessage]:
    """Every message of the user in whose text this occurs, in any case."""
    found = Message.objects.filter(user_id=user_id, content__icontains=part)
    return _stored(found.order_by("journal__reference", "sequence"))


def messages_of(*, user_id: UUID, reference: str) -> list[StoredMessage] | None:
    """Every message of the user's day, oldest first; None when there is no such journal."""
    journal = Journal.objects.filter(user_id=user_id, reference=reference).first()
    return None if journal is None else _stored(journal.messages.order_by("sequence"))


def messages_at(*, user_id: UUID, reference: str, sequences: Sequence[int]) -> list[StoredMessage]:
    """The messages with these sequences in the user's day, oldest first."""
    found = Message.objects.filter(
        user_id=user_id, journal__reference=reference, sequence__in=sequences
    )
    return _stored(found.order_by("sequence"))


def latest_messages(*, user_id: UUID, limit: int) -> list[StoredMessage]:
    """What was said last, newest first."""
    found = Message.objects.filter(user_id=user_id).order_by("-created_at", "-sequence")
    return _stored(found[:limit])


def count_messages(*, user_id: UUID) -> int:
    """How many messages the user's journals hold."""
    return Message.objects.filter(user_id=user_id).count()


# -- what has been learned from, and what has not


def committed(*, user_id: UUID) -> list[UUID]:
    """The user's messages that count as committed, oldest first."""
    found = Message.objects.filter(user_id=user_id, committed_to_knowledge_base=True)
    return list(found.order_by("created_at", "sequence").values_list("id", flat=True))


def uncommitted(*, user_id: UUID, ids: Sequence[UUID]) -> list[StoredMessage]:
    """Those of the user's messages that are not committed, in the order they were said."""
    found = Message.objects.filter(user_id=user_id, id__in=ids, committed_to_knowledge_base=False)
    return _stored(found.order_by("journal__reference", "sequence"))


def days_with_uncommitted(
    *, user_id: UUID, reference: str | None = None
) -> list[tuple[StoredMessage, bool]]:
    """Every message of the user's days that have something to learn, in order, and whether it is
    committed; the content of the committed ones is left out.
    """
    days = _to_learn().filter(user_id=user_id).values("journal_id")
    messages = Message.objects.filter(user_id=user_id, journal_id__in=days)
    if reference is not None:
        messages = messages.filter(journal__reference=reference)
    content = Case(
        When(committed_to_knowledge_base=True, then=Value("")),
        default=CONTENT,
        output_field=TextField(),
    )
    columns = [content if column is CONTENT else column for column in STORED_COLUMNS]
    rows = messages.order_by("journal__reference", "sequence").values_list(
        *columns, "committed_to_knowledge_base"
    )
    return [(StoredMessage(*row), is_committed) for *row, is_committed in rows]


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


# -- JSON, ready to be sent


def journals_json(
    *, user_id: UUID, revision: int, limit: int, before_reference: str | None
) -> bytes:
    """`recent_journals` as JSON."""

    def make() -> bytes:
        return as_json(
            recent_journals(user_id=user_id, limit=limit, before_reference=before_reference)
        )

    if before_reference is not None and not is_reference(before_reference):
        return make()  # any text is a cursor, so it must not become a key
    return _cached(
        f"list:limit:{limit}:cursor:{before_reference or '_'}",
        make,
        user_id=user_id,
        revision=revision,
        ttl_seconds=settings.EXOBRAIN.assistant_journal_cache_list_ttl_seconds,
    )


def journal_json(*, user_id: UUID, revision: int, reference: str) -> bytes:
    """`find_journal` as JSON; raises JournalNotFound."""
    if not is_reference(reference):
        raise JournalNotFound
    key = stores.cache_key(user_id=user_id, revision=revision, rest=f"entry:reference:{reference}")
    answer = stores.read(key)
    if answer is None:
        config = settings.EXOBRAIN
        if (entry := find_journal(user_id=user_id, reference=reference)) is None:
            answer, ttl = NOT_FOUND, config.assistant_journal_cache_negative_ttl_seconds
        else:
            answer, ttl = as_json(entry), config.assistant_journal_cache_entry_ttl_seconds
        stores.write(key, answer, ttl_seconds=ttl)
    if answer == NOT_FOUND:
        raise JournalNotFound
    return answer


def messages_json(
    *, user_id: UUID, revision: int, reference: str, limit: int, before_sequence: int | None
) -> bytes:
    """`day_messages` as JSON."""
    if not is_reference(reference):
        return b"[]"
    cursor = "_" if before_sequence is None else before_sequence
    return _cached(
        f"messages:reference:{reference}:limit:{limit}:cursor:{cursor}",
        lambda: as_json(
            day_messages(
                user_id=user_id, reference=reference, limit=limit, before_sequence=before_sequence
            )
        ),
        user_id=user_id,
        revision=revision,
        ttl_seconds=settings.EXOBRAIN.assistant_journal_cache_messages_ttl_seconds,
    )


def search_json(*, user_id: UUID, revision: int, query: str, limit: int) -> bytes:
    """`search_journals` as JSON."""
    # Hashed: what somebody looked for must not be readable in a list of keys.
    digest = hashlib.sha256(query.encode()).hexdigest()
    return _cached(
        f"search:{digest}:limit:{limit}",
        lambda: as_json(search_journals(user_id=user_id, query=query, limit=limit)),
        user_id=user_id,
        revision=revision,
        ttl_seconds=settings.EXOBRAIN.assistant_journal_cache_list_ttl_seconds,
    )


def as_json(value: JournalEntry | Sequence[JournalEntry] | Sequence[JournalMessage]) -> bytes:
    """Compact UTF-8 JSON; UTC times end in Z."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def _cached(
    rest: str, make: Callable[[], bytes], *, user_id: UUID, revision: int, ttl_seconds: int
) -> bytes:
    """The answer that is cached under this rest of a key, or made now and cached."""
    key = stores.cache_key(user_id=user_id, revision=revision, rest=rest)
    answer = stores.read(key)
    if answer is None:
        answer = make()
        stores.write(key, answer, ttl_seconds=ttl_seconds)
    return answer
