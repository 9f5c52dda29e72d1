"""Loads the embedding model while the first question is being typed.

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


def needs_warm_up() -> bool:
    """True until somebody who has a memory has made this process load the model."""
    return settings.EXOBRAIN.memory_recall_enabled and not _once.locked()


def start_warm_up(*, user_id: UUID) -> None:
    """The model is being loaded in a thread apart, if this user has a memory to be recalled."""
    if needs_warm_up() and has_memory(user_id=user_id) and _once.acquire(blocking=False):
        COMPUTING.put(_warm_up)


def _warm_up() -> None:
    try:
        warm_up()
    except DomainError as error:  # recall does without meaning, and says so
        log.warning("warm_up_failed", error=type(error).__name__)
