"""What the user decides about the assistant's proposals to the memory."""

import contextlib
from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from chat.errors import ProposalDecided, ProposalNotFound
from chat.models import Proposal
from exobrain.lib import clock
from exobrain.lib.database import retry_conflicts
from knowledge.errors import NothingToForget
from knowledge.selectors.review import open_forget_wishes
from knowledge.services.forgetting.erasure import forget
from knowledge.services.locking import lock_memory
from knowledge.services.pages import reviewing
from knowledge.services.pages.editing import add_own_note
from knowledge.types import Target, TargetKind


@retry_conflicts
def accept_proposal(*, user_id: UUID, proposal_id: UUID) -> Proposal:
    """What is proposed is done: a note on the user's own page, or it is forgotten for good.

    Raises ProposalNotFound and ProposalDecided.
    """
    with transaction.atomic():
        proposal = _decide(user_id, proposal_id, Proposal.State.ACCEPTED)
        if proposal.kind == Proposal.Kind.REMEMBER:
            proposal.target_id = add_own_note(user_id=user_id, text=proposal.text)
            proposal.save(update_fields=["target_id"])
            return proposal
        # Before the rest goes: this row says it, too.
        proposal.text = ""
        proposal.save(update_fields=["text"])
        target = Target(TargetKind(proposal.target_kind), id=proposal.target_id)
        with contextlib.suppress(NothingToForget):  # it has gone meanwhile, as the user wants it
            forget(user_id=user_id, target=target)
        return proposal


@retry_conflicts
def decline_proposal(*, user_id: UUID, proposal_id: UUID) -> Proposal:
    """Nothing is done. Where the memory asks the same by itself, that is answered too.

    Raises ProposalNotFound and ProposalDecided.
    """
    with transaction.atomic():
        proposal = _decide(user_id, proposal_id, Proposal.State.DECLINED)
        if proposal.kind == Proposal.Kind.FORGET and proposal.target_id is not None:
            asked = open_forget_wishes(user_id=user_id, record_ids=[proposal.target_id])
            for item_id in asked.values():
                reviewing.reject(user_id=user_id, item_id=item_id)
        return proposal


def _decide(user_id: UUID, proposal_id: UUID, state: Proposal.State) -> Proposal:
    """The open proposal has that state; the memory is locked, as whoever forgets does first."""
    lock_memory(user_id)
    proposal = Proposal.objects.filter(user_id=user_id, pk=proposal_id).first()
    if proposal is None:
        raise ProposalNotFound
    if proposal.state != Proposal.State.OPEN:
        raise ProposalDecided
    proposal.state = state
    proposal.decided_at = clock.now()
    proposal.save(update_fields=["state", "decided_at"])
    return proposal


def forget_proposals(*, user_id: UUID, tells_forgotten: Callable[[str], bool] | None) -> None:
    """No proposal of the user says what is forgotten; None: none is left at all."""
    proposals = Proposal.objects.filter(user_id=user_id)
    if tells_forgotten is None:
        proposals.delete()
        return
    texts = proposals.exclude(text="").values_list("id", "text")
    gone = [id_ for id_, text in texts if any(map(tells_forgotten, (text, *text.splitlines())))]
    proposals.filter(id__in=gone).delete()
