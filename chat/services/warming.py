"""What the first question needs, made ready while it is being thought of.

The model that recall compares meanings with takes half a second to load, which is longer than a
question waits for its memories, and 135 MB, which a process that never recalls does not pay.
"""

import threading
from uuid import UUID

import structlog
from django.conf import settings

from exobrain.lib.errors import DomainError
from exobrain.lib.threads import COMPUTING
from knowledge.selectors.recalling import has_memory
from knowledge.services.indexing.embedding import warm_up

log = structlog.get_logger(__name__)

_once = threading.Lock()  # taken by the first who has a memory, and never given back


def is_seen_to() -> bool:
    """True when nothing is left to be made ready, or somebody sees to it already."""
    return _once.locked() or not settings.EXOBRAIN.memory_recall_enabled


def expect_question(*, user_id: UUID) -> None:
    """What a question of this user needs is being loaded, in a thread apart."""
    if is_seen_to() or not has_memory(user_id=user_id) or not _once.acquire(blocking=False):
        return
    COMPUTING.put(_warm_up)


def _warm_up() -> None:
    try:
        warm_up()
    except DomainError as error:  # recall does without meaning, and says so
        log.warning("warm_up_failed", error=type(error).__name__)
