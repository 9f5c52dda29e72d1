"""The lock of a user's memory, taken before any row of its ledger, indexes or messages."""

from uuid import UUID

from django.db import connection

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('knowledge ' || %s, 0))"


def lock_memory(user_id: UUID) -> None:
    """No other transaction changes this user's memory until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [str(user_id)])
