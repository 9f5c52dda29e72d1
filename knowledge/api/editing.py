"""What a user does to a page of the memory, but for its texts: a name, a note, who is who."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.auth import SignedInRequest, authenticated
from exobrain.lib.http import Problem, json_response
from knowledge.schemas.editing import (
    MoveIn,
    NameIn,
    NoteAddedOut,
    NoteIn,
    OtherIn,
    PrivacyIn,
    SplitIn,
    SplitOut,
    TypeIn,
)
from knowledge.schemas.history import ChangedOut
from knowledge.selectors.entities import canonical_id
from knowledge.services.identities import merging
from knowledge.services.pages import editing, retyping, splitting

REFUSALS = {400: Problem, 404: Problem, 409: Problem}

router = Router(tags=["memory"], auth=authenticated)


@router.post("/page/{uuid:page_id}/name", response={200: ChangedOut, **REFUSALS})
def rename(request: SignedInRequest, page_id: UUID, body: NameIn) -> HttpResponse:
    """The page has this name, and is still found by the old one."""
    user_id = request.principal.user_id
    entity_id = canonical_id(user_id=user_id, page_id=page_id)
    return _changed(editing.rename_entity(user_id=user_id, entity_id=entity_id, name=body.name))


@router.post("/page/{uuid:page_id}/notes", response={200: NoteAddedOut, **REFUSALS})
def add_note(request: SignedInRequest, page_id: UUID, body: NoteIn) -> HttpResponse:
    """The page has a note of the user's."""
    user_id = request.principal.user_id
    entity_id = canonical_id(user_id=user_id, page_id=page_id)
    block_id = editing.add_note(user_id=user_id, entity_id=entity_id, text=body.markdown_content)
    return json_response({"block_id": block_id})


@router.post("/page/{uuid:page_id}/merge", response={200: ChangedOut, **REFUSALS})
def merge(request: SignedInRequest, page_id: UUID, body: OtherIn) -> HttpResponse:
    """Both are one: all that is known of the other is on this page. Can be rolled back."""
    user_id = request.principal.user_id
    keep_id = canonical_id(user_id=user_id, page_id=page_id)
    gone_id = canonical_id(user_id=user_id, page_id=body.page_id)
    return _changed(merging.merge(user_id=user_id, keep_id=keep_id, gone_id=gone_id))


@router.post("/page/{uuid:page_id}/different", response={200: ChangedOut, **REFUSALS})
def keep_apart(request: SignedInRequest, page_id: UUID, body: OtherIn) -> HttpResponse:
    """The two are never merged or asked about again. Can be rolled back."""
    user_id = request.principal.user_id
    left_id = canonical_id(user_id=user_id, page_id=page_id)
    right_id = canonical_id(user_id=user_id, page_id=body.page_id)
    return _changed(merging.keep_apart(user_id=user_id, left_id=left_id, right_id=right_id))


@router.post("/block/{uuid:block_id}/private", response={200: ChangedOut, **REFUSALS})
def set_private(request: SignedInRequest, block_id: UUID, body: PrivacyIn) -> HttpResponse:
    """The block, and passages that say it, are given to no model elsewhere, or may be again."""
    return _changed(
        editing.set_private(
            user_id=request.principal.user_id, block_id=block_id, is_private=body.is_private
        )
    )


@router.post("/page/{uuid:page_id}/split", response={200: SplitOut, **REFUSALS})
def split(request: SignedInRequest, page_id: UUID, body: SplitIn) -> HttpResponse:
    """The named texts are on a new page; the two are different from then on. Can be rolled back.

    To undo a merge, roll back its changeset: a page names those in `merged`.
    """
    user_id = request.principal.user_id
    new_id, changeset_id = splitting.split_page(
        user_id=user_id,
        entity_id=canonical_id(user_id=user_id, page_id=page_id),
        block_ids=body.block_ids,
        name=body.name,
    )
    return json_response({"page_id": new_id, "changeset_id": changeset_id})


@router.post("/page/{uuid:page_id}/move", response={200: ChangedOut, **REFUSALS})
def move(request: SignedInRequest, page_id: UUID, body: MoveIn) -> HttpResponse:
    """The named texts are on another page. Can be rolled back."""
    user_id = request.principal.user_id
    return _changed(
        splitting.move_blocks(
            user_id=user_id,
            entity_id=canonical_id(user_id=user_id, page_id=page_id),
            to_id=canonical_id(user_id=user_id, page_id=body.page_id),
            block_ids=body.block_ids,
        )
    )


@router.post("/page/{uuid:page_id}/type", response={200: ChangedOut, **REFUSALS})
def retype(request: SignedInRequest, page_id: UUID, body: TypeIn) -> HttpResponse:
    """The page is of this kind, whatever messages say. Can be rolled back."""
    user_id = request.principal.user_id
    entity_id = canonical_id(user_id=user_id, page_id=page_id)
    return _changed(
        retyping.retype_entity(user_id=user_id, entity_id=entity_id, node_type=body.category_id)
    )


def _changed(changeset_id: UUID) -> HttpResponse:
    return json_response({"changeset_id": changeset_id})
