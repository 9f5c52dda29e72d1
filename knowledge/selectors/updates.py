"""Updates, as their user may see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from knowledge.models import Update

FIELDS = (
    *("id", "job_id", "journal_reference", "state", "is_automatic", "message_count", "reason"),
    *("created_at", "queued_at", "ended_at"),
)


@dataclass(frozen=True, slots=True)
class UpdateEntry:
    """An update, as the API and the pages show it; its fields are the API's."""

    id: UUID
    job_id: UUID
    journal_reference: str
    state: str
    is_automatic: bool
    message_count: int
    reason: str
    created_at: datetime
    queued_at: datetime | None
    ended_at: datetime | None


def list_updates(
    *, user_id: UUID, limit: int, before_update_id: UUID | None = None
) -> list[UpdateEntry]:
    """The user's updates, newest first; with `before_update_id`, those that follow that one."""
    found = Update.objects.filter(user_id=user_id)
    if before_update_id is not None:
        last = found.filter(pk=before_update_id).values_list("created_at", flat=True).first()
        if last is None:
            return []
        found = found.filter(Q(created_at__lt=last) | Q(created_at=last, id__lt=before_update_id))
    rows = found.order_by("-created_at", "-id").values_list(*FIELDS)[:limit]
    return [UpdateEntry(*row) for row in rows]


def requested_at(*, user_id: UUID, job_id: UUID) -> datetime | None:
    """When this user's update with that job was made, if there is one."""
    found = Update.objects.filter(user_id=user_id, job_id=job_id)
    return found.values_list("created_at", flat=True).first()
