"""Forgetting: what the user wants gone is gone everywhere, and stays gone."""

from uuid import UUID

from django.dispatch import Signal

from knowledge.types import ForgetPreview, ForgetReport, Target

# Sent within the transaction that forgets, with `user_id`, `message_ids` (of messages that go;
# None: every message of the user) and `words_gone` (a callable that tells whether a text has to
# go). Apps above keep copies of what was said: they end them here, or after the commit.
forgotten = Signal()


def preview(*, user_id: UUID, target: Target) -> ForgetPreview:
    """What would go; nothing is written. Raises NothingToForget."""
    raise NotImplementedError


def forget(*, user_id: UUID, target: Target) -> ForgetReport:
    """It is gone from the ledger, the indexes, caches, streams, queues; and it stays gone."""
    raise NotImplementedError
