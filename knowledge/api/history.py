"""How the memory came to be as it is: its changes, its review items, its decisions."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.auth import SignedInRequest, authenticated
from exobrain.lib.http import Problem, json_response
from exobrain.lib.paging import PagedRows
from journal.selectors import messages_by_ids
from knowledge.errors import RecordNotFound
from knowledge.schemas.history import (
    USUAL_ROWS,
    ChangedOut,
    ChangesetDetailOut,
    ChangesetListOut,
    PositionToken,
    ReviewKind,
    ReviewListOut,
    ReviewState,
    RollbackPreviewOut,
    RowCount,
    RowToken,
    WhyOut,
)
from knowledge.selectors import changesets, review
from knowledge.services.ledger import rollback
from knowledge.services.pages import editing, reviewing
from knowledge.services.pages.telling import all_sentences, first_sentences

SENTENCES_IN_LIST = 3

router = Router(tags=["memory"], auth=authenticated)


@router.get("/changesets", response={200: ChangesetListOut, 404: Problem})
def list_changesets(
    request: SignedInRequest, page_size: RowCount = USUAL_ROWS, page_token: RowToken = None
) -> HttpResponse:
    """Every change of the memory, the latest first."""
    page = changesets.list_changesets(
        user_id=request.principal.user_id, size=page_size, before=page_token
    )
    told = first_sentences(
        user_id=request.principal.user_id, entries=page.rows, limit=SENTENCES_IN_LIST
    )
    rows = [
        {**vars(entry), "sentences": [sentence.text for sentence in told[entry.id]]}
        for entry in page.rows
    ]
    return json_response({"changesets": rows, "next_page_token": _next_token(page)})


@router.get("/changesets/{uuid:changeset_id}", response={200: ChangesetDetailOut, 404: Problem})
def get_changeset(
    request: SignedInRequest,
    changeset_id: UUID,
    page_size: RowCount = USUAL_ROWS,
    page_token: PositionToken = -1,
) -> HttpResponse:
    """One change, with the rows before and after it."""
    user_id = request.principal.user_id
    entry = changesets.changeset(user_id=user_id, changeset_id=changeset_id)
    page = changesets.changes(
        user_id=user_id, changeset_id=changeset_id, size=page_size, after=page_token
    )
    operations = [{"position": position, **vars(change)} for position, change in page.rows]
    return json_response(
        {
            **vars(entry),
            "sentences": [s.text for s in all_sentences(user_id=user_id, entry=entry)],
            "operations": operations,
            "next_page_token": page.last[0] if page.has_more else None,
        }
    )


@router.get(
    "/changesets/{uuid:changeset_id}/rollback", response={200: RollbackPreviewOut, 404: Problem}
)
def preview_rollback(request: SignedInRequest, changeset_id: UUID) -> HttpResponse:
    """What rolling the change back would do; nothing is done."""
    return json_response(
        rollback.preview_roll_back(user_id=request.principal.user_id, changeset_id=changeset_id)
    )


@router.post(
    "/changesets/{uuid:changeset_id}/rollback",
    response={200: ChangedOut, 404: Problem, 409: Problem},
)
def roll_back(request: SignedInRequest, changeset_id: UUID) -> HttpResponse:
    """The memory is as if the change had not been made."""
    return _changed(
        rollback.roll_back(user_id=request.principal.user_id, changeset_id=changeset_id)
    )


# -- review items


@router.get("/review", response={200: ReviewListOut, 404: Problem})
def list_review(
    request: SignedInRequest,
    kind: ReviewKind | None = None,
    state: ReviewState = "open",
    page_size: RowCount = USUAL_ROWS,
    page_token: RowToken = None,
) -> HttpResponse:
    """What the memory would like to know: who is the same, and which statement holds."""
    page = review.review_items(
        user_id=request.principal.user_id, size=page_size, before=page_token, kind=kind, state=state
    )
    items = [
        {
            **vars(item),
            "left_evidence": [vars(each) for each in item.left_evidence],
            "right_evidence": [vars(each) for each in item.right_evidence],
        }
        for item in page.rows
    ]
    return json_response({"items": items, "next_page_token": _next_token(page)})


@router.post(
    "/review/{uuid:item_id}/accept", response={200: ChangedOut, 404: Problem, 409: Problem}
)
def accept(request: SignedInRequest, item_id: UUID) -> HttpResponse:
    """Of a merge: the two are one. Of a conflict: the left one holds."""
    return _changed(reviewing.accept(user_id=request.principal.user_id, item_id=item_id))


@router.post(
    "/review/{uuid:item_id}/reject", response={200: ChangedOut, 404: Problem, 409: Problem}
)
def reject(request: SignedInRequest, item_id: UUID) -> HttpResponse:
    """Of a merge: they are different for ever. Of a conflict: the right one holds."""
    return _changed(reviewing.reject(user_id=request.principal.user_id, item_id=item_id))


# -- one fact, one message


@router.post(
    "/block/{uuid:block_id}/confirm", response={200: ChangedOut, 404: Problem, 409: Problem}
)
def confirm(request: SignedInRequest, block_id: UUID) -> HttpResponse:
    """The user has looked at the block and agrees with it."""
    return _changed(editing.confirm(user_id=request.principal.user_id, block_id=block_id))


@router.get("/messages/{uuid:message_id}/why", response={200: WhyOut, 404: Problem})
def why(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """Why something of the message is, or is not, remembered."""
    user_id = request.principal.user_id
    if not messages_by_ids(user_id=user_id, ids=[message_id]):
        raise RecordNotFound
    decisions = changesets.why(user_id=user_id, message_id=message_id)
    return json_response({"message_id": message_id, "decisions": decisions})


def _changed(changeset_id: UUID) -> HttpResponse:
    return json_response({"changeset_id": changeset_id})


def _next_token(page: PagedRows[Any]) -> UUID | None:
    return page.last.id if page.has_more else None
