"""Operations that forget a fact, an entity, a message, a day or everything.

With `preview=true` each of these returns what would be deleted, and deletes nothing.
"""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.auth import SignedInRequest, authenticated
from exobrain.lib.http import Problem, json_response
from journal.types import is_reference
from knowledge.errors import ConfirmationMissing, NothingToForget
from knowledge.schemas.forgetting import Confirmation, ForgetOut, Preview
from knowledge.services.forgetting import erasure
from knowledge.types import Target, TargetKind

CONFIRMATION = "everything"

router = Router(tags=["memory"], auth=authenticated)


@router.delete("/block/{uuid:block_id}", response={200: ForgetOut, 404: Problem})
def forget_block(
    request: SignedInRequest, block_id: UUID, preview: Preview = False
) -> HttpResponse:
    """The fact or the note is forgotten; what was said stays in the journal."""
    return forget_or_preview(request, Target(TargetKind.FACT, id=block_id), preview=preview)


@router.delete("/messages/{uuid:message_id}", response={200: ForgetOut, 404: Problem})
def forget_message(
    request: SignedInRequest, message_id: UUID, preview: Preview = False
) -> HttpResponse:
    """The message is forgotten with all that is known from it alone."""
    return forget_or_preview(request, Target(TargetKind.MESSAGE, id=message_id), preview=preview)


@router.delete("/journals/{path:reference}", response={200: ForgetOut, 404: Problem})
def forget_journal(
    request: SignedInRequest, reference: str, preview: Preview = False
) -> HttpResponse:
    """A whole day is forgotten with all that is known from it alone."""
    if not is_reference(reference):
        raise NothingToForget
    return forget_or_preview(
        request, Target(TargetKind.JOURNAL, reference=reference), preview=preview
    )


@router.delete("", response={200: ForgetOut, 400: Problem, 404: Problem})
def forget_everything(
    request: SignedInRequest, preview: Preview = False, confirm: Confirmation = ""
) -> HttpResponse:
    """The whole memory and the whole journal are forgotten; `confirm=everything` is needed."""
    if not preview and confirm != CONFIRMATION:
        raise ConfirmationMissing
    return forget_or_preview(request, Target(TargetKind.EVERYTHING), preview=preview)


def forget_or_preview(request: SignedInRequest, target: Target, *, preview: bool) -> HttpResponse:
    """The target is forgotten; with `preview`, what would go is returned instead."""
    user_id = request.principal.user_id
    if preview:
        found = erasure.preview(user_id=user_id, target=target)
        return json_response({"preview": True, **vars(found)})
    return json_response({"preview": False, **vars(erasure.forget(user_id=user_id, target=target))})
