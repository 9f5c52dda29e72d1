"""`manage.py read_again`: what the rules have read in a model's place, read by the model now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import selectors as accounts
from accounts.services.provider import load_provider
from exobrain.lib.effective_config import effective_config
from knowledge.services import rereading


class Command(BaseCommand):
    """Does at once what workers do by themselves after a pause."""

    help = "Have the model read what the rules have read while it was not well."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose."""
        parser.add_argument("--user", help="id or e-mail of one user; without it, of everybody")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Goes on until nothing waits or the model does not answer."""
        load_provider()
        if not effective_config().uses_model_extractor:
            raise CommandError("No model is configured to read messages.")
        users = rereading.waiting_users()
        if options["user"]:
            named = accounts.user_ids(name=options["user"])
            if not named:
                raise CommandError("There is no such user.")
            users = [user_id for user_id in users if user_id in named]
        count = 0
        for user_id in users:
            while (prepared := rereading.prepare(user_id=user_id)).message_ids:
                if not rereading.complete(prepared):
                    reason = next(iter(prepared.learning.extraction.fallbacks.values()))
                    raise CommandError(f"{count} messages read again; then: {reason}")
                count += len(prepared.message_ids)
        self.stdout.write(f"{count} messages read again")
