"""Messages on their way from the journal into the memory.

`request_update` leases messages and enqueues a job; the job's body is `prepare_update`, then
`complete_update`; what was left behind on the way is found by `reconcile`.
"""

from knowledge.services.updates.chunks import DayMessage, chunked
from knowledge.services.updates.reconciler import reconcile, reconcile_forever
from knowledge.services.updates.requesting import RequestedUpdates, request_update
from knowledge.services.updates.running import (
    PreparedUpdate,
    complete_update,
    fail_update,
    prepare_update,
)
from knowledge.services.updates.watching import JobWatch, open_watch

__all__ = [
    "DayMessage",
    "JobWatch",
    "PreparedUpdate",
    "RequestedUpdates",
    "chunked",
    "complete_update",
    "fail_update",
    "open_watch",
    "prepare_update",
    "reconcile",
    "reconcile_forever",
    "request_update",
]
