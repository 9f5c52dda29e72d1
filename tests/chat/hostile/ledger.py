"""What of the database an answer changed, read by SQL that knows no code of the product."""

import uuid
from collections.abc import Mapping

from django.db import connection, transaction

from accounts.models import User
from journal.models import Message
from journal.selectors import messages_by_ids
from knowledge.events import UpdatePayload, update_payload
from knowledge.services import updates
from knowledge.services.learning.learner import message_to_learn
from orchestrator.types import Attempt

# What a turn writes for who asks; in all other tables nobody's rows may change.
OF_A_TURN = {
    *("chat_turn", "chat_receipt", "chat_proposal", "chat_tokenusage"),
    *("journal_journal", "journal_message", "journal_toolcall"),
    *("accounts_user", "accounts_refreshtokenfamily", "accounts_refreshtoken"),
}
OWNERS = {
    "accounts_user": "id <> %(user)s",
    "journal_toolcall": (
        "message_id NOT IN (SELECT id FROM journal_message WHERE user_id = %(user)s)"
    ),
    "accounts_refreshtoken": (
        "family_id NOT IN (SELECT id FROM accounts_refreshtokenfamily WHERE user_id = %(user)s)"
    ),
}


def beside_the_turn(user: User) -> Mapping[str, str]:
    """A digest of each table, without what a turn of this user's writes."""
    digests: dict[str, str] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            which = "true"
            if table in OF_A_TURN:
                which = OWNERS.get(table, "user_id <> %(user)s")
            cursor.execute(
                "SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), ''))"
                f' FROM "{table}" t WHERE {which}',
                {"user": user.pk},
            )
            digests[table] = cursor.fetchone()[0]
    return digests


def learn_all(user: User) -> None:
    """Every finished message of the user is learned, as the job does it."""
    found = Message.objects.filter(user=user, committed_to_knowledge_base=False)
    rows = found.exclude(status="streaming").exclude(content="").order_by("journal__reference")
    days: dict[str, list[uuid.UUID]] = {}
    for id_, reference in rows.values_list("id", "journal__reference"):
        days.setdefault(reference, []).append(id_)
    for ids in days.values():
        stored = messages_by_ids(user_id=user.pk, ids=ids)
        payload = update_payload(
            user_id=str(user.pk), messages=[message_to_learn(each) for each in stored]
        )
        attempt = Attempt(uuid.uuid4(), "knowledge.update", str(user.pk), number=1)
        prepared = updates.prepare_update(attempt, UpdatePayload.model_validate(payload))
        with transaction.atomic():
            updates.complete_update(attempt, prepared)
