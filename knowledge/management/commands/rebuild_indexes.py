"""`manage.py rebuild_indexes`: the memory's indexes, made anew from its ledger."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from accounts.services.provider import load_provider
from knowledge.selectors import indexing
from knowledge.services.indexing import reindexing, relay


class Command(BaseCommand):
    """Words, vectors, and what Qdrant and the graph server have."""

    help = "Make the memory's indexes anew; the memory itself is not touched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--user`."""
        parser.add_argument("--user", help="the e-mail address of one user; without it, everybody")

    def handle(self, *args: Any, **options: Any) -> None:
        """Each user's in a transaction of its own; then vectors, then the outside indexes."""
        load_provider()
        only = _user_id(options["user"]) if options["user"] else None
        for user_id in [only] if only else indexing.users_with_blocks():
            count = reindexing.rebuild_user(user_id=user_id)
            self.stdout.write(f"{user_id}: {count} blocks")
        filled = 0
        while count := reindexing.embed_missing(user_id=only):
            filled += count
        if only is None:
            reindexing.activate_space()
        relayed = 0
        while count := relay.relay_changes():
            relayed += count
        self.stdout.write(f"{filled} texts embedded, {relayed} changes in the indexes outside")


def _user_id(email: str) -> UUID:
    user = get_user_model().objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError("There is no such user.")
    found: UUID = user.pk
    return found
