"""The JSON API of the journal: days and what was said in them."""

from django.http import HttpResponse
from django.urls import register_converter
from ninja import Router

from accounts.auth import SignedInRequest, authenticated
from exobrain.lib.http import Problem
from journal import selectors, services
from journal.schemas import (
    USUAL_JOURNALS,
    USUAL_MESSAGES,
    JournalCursor,
    JournalEntrySchema,
    JournalMessageSchema,
    MessageCursor,
    MessagePageSize,
    PageSize,
    SearchText,
)


class AnyText:
    """A path part with slashes, and whatever else somebody types: it must not be a 404 page."""

    regex = r"[\s\S]*"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


register_converter(AnyText, "any")

router = Router(tags=["journal"], auth=authenticated)


@router.get("", response=list[JournalEntrySchema])
def list_journals(
    request: SignedInRequest, limit: PageSize = USUAL_JOURNALS, cursor: JournalCursor = None
) -> HttpResponse:
    """The days that have a journal, newest first."""
    reader = request.principal
    return _json(
        selectors.journals_json(
            user_id=reader.user_id, revision=reader.revision, limit=limit, before=cursor
        )
    )


@router.get("/today", response={200: JournalEntrySchema, 404: Problem})
def get_today(request: SignedInRequest, create: bool = False) -> HttpResponse:
    """The journal of the present UTC day; `create` makes it when it is missing."""
    if create:
        entry = services.ensure_journal(
            user_id=request.principal.user_id, reference=services.today_reference()
        )
        return _json(selectors.as_json(entry))
    return _entry(request, services.today_reference())


@router.get("/today/messages", response=list[JournalMessageSchema])
def list_messages_of_today(
    request: SignedInRequest, limit: MessagePageSize = USUAL_MESSAGES, cursor: MessageCursor = None
) -> HttpResponse:
    """What was said on the present UTC day, newest first."""
    return _messages(request, services.today_reference(), limit=limit, before=cursor)


@router.get("/search", response=list[JournalEntrySchema])
def search(
    request: SignedInRequest, q: SearchText, limit: PageSize = USUAL_JOURNALS
) -> HttpResponse:
    """The days whose messages or reference contain the text, whatever its case, newest first."""
    reader = request.principal
    return _json(
        selectors.search_json(
            user_id=reader.user_id, revision=reader.revision, query=q, limit=limit
        )
    )


@router.get("/{any:reference}/messages", response=list[JournalMessageSchema])
def list_messages(
    request: SignedInRequest,
    reference: str,
    limit: MessagePageSize = USUAL_MESSAGES,
    cursor: MessageCursor = None,
) -> HttpResponse:
    """What was said that day, newest first; an unknown day is an empty list."""
    return _messages(request, reference, limit=limit, before=cursor)


@router.get("/{any:reference}", response={200: JournalEntrySchema, 404: Problem})
def get_journal(request: SignedInRequest, reference: str) -> HttpResponse:
    """The journal of that day."""
    return _entry(request, reference)


def _entry(request: SignedInRequest, reference: str) -> HttpResponse:
    reader = request.principal
    return _json(
        selectors.journal_json(
            user_id=reader.user_id, revision=reader.revision, reference=reference
        )
    )


def _messages(
    request: SignedInRequest, reference: str, *, limit: int, before: int | None
) -> HttpResponse:
    reader = request.principal
    return _json(
        selectors.messages_json(
            user_id=reader.user_id,
            revision=reader.revision,
            reference=reference,
            limit=limit,
            before=before,
        )
    )


def _json(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json; charset=utf-8")
