"""`manage.py rebuild_memory`: memories made anew from the journal and their users' changes."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts import selectors as accounts
from exobrain.lib.errors import DomainError
from knowledge.services.rebuilding import Rebuilt, rebuild, swap


class Command(BaseCommand):
    """Builds beside the old memory, then swaps; with --into, leaves it there to be looked at."""

    help = "Make memories anew from the journal and their users' own changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and where to."""
        parser.add_argument("--user", help="id or e-mail of one user; without it, of everybody")
        parser.add_argument("--into", default="", help="leave it in this schema, beside the old")
        parser.add_argument("--swap", default="", help="put what lies in this schema in place")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Rebuilds each user's memory and prints what it made."""
        users = self._users(options["user"])
        if (options["into"] or options["swap"]) and len(users) != 1:
            raise CommandError("--into and --swap are for one --user.")
        for user_id in users:
            try:
                self._tell(self._made(user_id, options))
            except DomainError as error:
                raise CommandError(error.message) from error

    def _made(self, user_id: UUID, options: dict[str, Any]) -> Rebuilt:
        if options["swap"]:
            return swap(user_id=user_id, schema=options["swap"])
        return rebuild(user_id=user_id, into=options["into"])

    def _users(self, name: str | None) -> list[UUID]:
        users = accounts.user_ids(name=name)
        if name and not users:
            raise CommandError("There is no such user.")
        return users

    def _tell(self, made: Rebuilt) -> None:
        where = f"in {made.schema}" if made.schema else "in place"
        self.stdout.write(f"{made.user_id} {where}")
        for table, after in made.after.items():
            self.stdout.write(f"  {table:10} {made.before.get(table, 0):8} -> {after}")
        self.stdout.write(f"  changes made again: {made.replayed}, not: {made.not_replayed}")
