"""The JSON API of the journal: days and what was said in them."""

from django.http import HttpResponse
from django.urls import register_converter
from ninja import Router

from accounts.auth import SignedInRequest, authenticated
from exobrain.lib.http import Problem
from exobrain.lib.zones import effective_zone
from journal import selectors, services
from journal.schemas import (
    DEFAULT_JOURNALS,
    DEFAULT_MESSAGES,
    JournalCursor,
    MessageCursor,
    MessagePageSize,
    PageSize,
    SearchText,
)
from journal.types import JournalEntry, JournalMessage


class AnyText:
    """Any text with slashes: what is no reference is answered by the API, not by a 404 page."""

    regex = r"[\s\S]*"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


register_converter(AnyText, "any")

router = Router(tags=["journal"], auth=authenticated)


# `cursor` is what a client pages with. Inside it is `before_reference` among journals and
# `before_sequence` among messages.


@router.get("", response=list[JournalEntry])
def list_journals(
    request: SignedInRequest, limit: PageSize = DEFAULT_JOURNALS, cursor: JournalCursor = None
) -> HttpResponse:
    """The days that have a journal, newest first."""
    principal = request.principal
    return _json(
        selectors.journals_json(
            user_id=principal.user_id,
            revision=principal.revision,
            limit=limit,
            before_reference=cursor,
        )
    )


@router.get("/today", response={200: JournalEntry, 404: Problem})
def get_today(request: SignedInRequest, create: bool = False) -> HttpResponse:
    """The journal of the user's present day; `create` makes it when it is missing."""
    reference = services.today_reference(effective_zone(request.principal.time_zone))
    if create:
        entry = services.ensure_journal(user_id=request.principal.user_id, reference=reference)
        return _json(selectors.as_json(entry))
    return get_journal(request, reference)


@router.get("/today/messages", response=list[JournalMessage])
def list_messages_of_today(
    request: SignedInRequest,
    limit: MessagePageSize = DEFAULT_MESSAGES,
    cursor: MessageCursor = None,
) -> HttpResponse:
    """What was said on the user's present day, newest first."""
    reference = services.today_reference(effective_zone(request.principal.time_zone))
    return list_messages(request, reference, limit, cursor)


@router.get("/search", response=list[JournalEntry])
def search(
    request: SignedInRequest, q: SearchText, limit: PageSize = DEFAULT_JOURNALS
) -> HttpResponse:
    """The days whose messages or reference contain the text, whatever its case, newest first."""
    principal = request.principal
    return _json(
        selectors.search_json(
            user_id=principal.user_id, revision=principal.revision, query=q, limit=limit
        )
    )


@router.get("/{any:reference}/messages", response=list[JournalMessage])
def list_messages(
    request: SignedInRequest,
    reference: str,
    limit: MessagePageSize = DEFAULT_MESSAGES,
    cursor: MessageCursor = None,
) -> HttpResponse:
    """What was said that day, newest first; an unknown day is an empty list."""
    principal = request.principal
    return _json(
        selectors.messages_json(
            user_id=principal.user_id,
            revision=principal.revision,
            reference=reference,
            limit=limit,
            before_sequence=cursor,
        )
    )


@router.get("/{any:reference}", response={200: JournalEntry, 404: Problem})
def get_journal(request: SignedInRequest, reference: str) -> HttpResponse:
    """The journal of that day."""
    principal = request.principal
    return _json(
        selectors.journal_json(
            user_id=principal.user_id, revision=principal.revision, reference=reference
        )
    )


def _json(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json; charset=utf-8")
