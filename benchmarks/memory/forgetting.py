"""How long it takes to forget one fact of a large memory, beside one DELETE by primary key.

Usage: python -m benchmarks.memory.forgetting [--blocks 100000] [--facts 100] [--json OUT]

Fills a user's memory like `latency`, learns some facts on top, makes a history of every third
(the user corrects it, or its job is rolled back and comes back), and forgets one after the other.
"""

import argparse
import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from benchmarks.memory.indexes import World, timed
from benchmarks.memory.latency import fill

DAY = "2031/01/01"


def main() -> None:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory.forgetting", description=__doc__
    )
    parser.add_argument("--blocks", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=300_000)
    parser.add_argument("--facts", type=int, default=100)
    parser.add_argument("--data", type=Path, default=Path("var/bench-latency"))
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    os.environ.update(EXOBRAIN_DATA=str(options.data.resolve()), LOG_LEVEL="WARNING")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")
    # After the environment is set: settings are read on import.
    from exobrain.embedded import Service, hold  # noqa: PLC0415

    with hold(options.data.resolve(), services={Service.DATABASE, Service.CACHE}):
        import django  # noqa: PLC0415

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        figures = measure(options.blocks, options.edges, options.facts)
    print(json.dumps(figures, indent=2))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def measure(blocks: int, edges: int, facts: int) -> dict[str, Any]:
    """Milliseconds of forgetting one fact, and of deleting one comparable row."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from exobrain.lib.threads import close_connections  # noqa: PLC0415
    from knowledge.services.forgetting.erasure import forget  # noqa: PLC0415
    from knowledge.types import Target, TargetKind  # noqa: PLC0415

    users: Any = get_user_model().objects
    name = f"forgetting-{blocks}-{edges}@example.org"
    user = users.filter(email=name).first()
    if user is None:
        user = users.create_user(email=name, password=None)
        fill(user.pk, World(blocks), edges)
    floor = "CREATE TEMP TABLE floor_row AS SELECT * FROM knowledge_mention LIMIT 10000"
    with connection.cursor() as cursor:
        cursor.execute(floor)
        cursor.execute("ALTER TABLE floor_row ADD PRIMARY KEY (id)")
        cursor.execute("SELECT id FROM floor_row LIMIT %s", [facts])
        rows = [id_ for (id_,) in cursor.fetchall()]

    def delete(id_: UUID) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM floor_row WHERE id = %s", [id_])

    learned = learn(user.pk, facts)
    figures = {
        "blocks": blocks,
        "floor_delete_ms": timed(delete, rows, is_repeatable=False),
        "forget_fact_ms": timed(
            lambda id_: forget(user_id=user.pk, target=Target(TargetKind.FACT, id=id_)),
            learned,
            is_repeatable=False,
        ),
    }
    close_connections()
    return figures


def learn(user_id: UUID, count: int) -> list[UUID]:
    """So many facts, each from a message of its own; some have a history."""
    from journal.services import append_messages  # noqa: PLC0415
    from journal.types import MessageDraft  # noqa: PLC0415
    from knowledge.models import Block  # noqa: PLC0415
    from knowledge.services.learning.learner import apply_learning  # noqa: PLC0415
    from knowledge.services.ledger.rollback import roll_back  # noqa: PLC0415
    from knowledge.services.pages.editing import edit_blocks  # noqa: PLC0415
    from knowledge.types import (  # noqa: PLC0415
        Extraction,
        PreparedLearning,
        ProposedEntity,
        ProposedFact,
        SourceMessage,
        TextSpan,
        Trust,
    )

    drafts = [
        MessageDraft(role="user", content=f"Number {at} is liked by Friend{uuid4().hex[:8]}.")
        for at in range(count)
    ]
    facts = []
    for number, row in enumerate(append_messages(user_id=user_id, reference=DAY, drafts=drafts)):
        message = SourceMessage(
            row.id, row.reference, row.sequence, row.role, row.content, row.created_at
        )
        span = TextSpan(message.id, 0, len(message.content))
        name = message.content.rpartition(" ")[2].rstrip(".")
        extraction = Extraction(
            entities=[ProposedEntity(name, name, "node.person", [span])],
            facts=[ProposedFact(message.content, span, [name], Trust.USER_SAID, 0.9)],
        )
        job = apply_learning(
            user_id=user_id, job_id=uuid4(), prepared=PreparedLearning([message], extraction)
        )
        fact = Block.objects.get(user_id=user_id, message_id=message.id, kind="fact").id
        if number % 6 == 0:
            fact = edit_blocks(user_id=user_id, texts={fact: f"{message.content} Or not."})[fact]
        elif number % 6 == 3:
            roll_back(user_id=user_id, changeset_id=roll_back(user_id=user_id, changeset_id=job))
        facts.append(fact)
    return facts


if __name__ == "__main__":
    main()
