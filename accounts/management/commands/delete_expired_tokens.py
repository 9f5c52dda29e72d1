"""Deletes expired refresh tokens; for a daily timer."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import services


class Command(BaseCommand):
    """`manage.py delete_expired_tokens`."""

    help = "Delete refresh tokens that have expired, and families without tokens."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints how many families were deleted."""
        count = services.delete_expired_tokens()
        self.stdout.write(f"Deleted {count} token families.")
