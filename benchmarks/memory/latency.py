"""`python -m benchmarks.memory.latency`: how long what chat asks of one large memory takes.

The synthetic memory of `indexes`, as rows of the journal and the ledger: messages of twelve words
in days of twenty, entities that some mention often, token vectors as the local model gives them.
A question is seven words of one message and the name of an entity, about as many word pieces as
people's questions have; its embedding is part of what is measured. The user has a hundred facts in
the profile's slots and a year of events. As in chat, profile and recall run side by side, with what
may not be told withheld. The floor is one empty query, and the embedding alone.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.memory.indexes import (
    BATCH,
    DEFAULTS,
    GRAPH,
    SESSION,
    START,
    World,
    points_of,
    timed,
)

QUESTIONS = 300
FACTS = 100  # that the profile has to choose from
EVENTS = 365  # one a day, half of them to come; every tenth recurs each week
DEADLINE_MS = 10_000  # nothing is dropped: what is measured is the whole
TOKENS = 14  # of a message
TOKEN_BYTES = 48

JOURNALS = """
INSERT INTO journal_journal (id, user_id, reference, created_at, updated_at, message_count,
    last_sequence)
SELECT gen_random_uuid(), %(user)s, r, now(), now(), %(session)s, %(session)s
FROM unnest(%(references)s::text[]) r
"""
MESSAGES = """
INSERT INTO journal_message (id, journal_id, user_id, role, content, sequence, status, model,
    committed_to_knowledge_base, created_at, updated_at)
SELECT n.id, j.id, %(user)s, 'user', n.text, n.sequence, 'complete', '', true, n.said_at, n.said_at
FROM unnest(%(ids)s::uuid[], %(references)s::text[], %(sequences)s::int[], %(texts)s::text[],
    %(times)s::timestamptz[]) n(id, reference, sequence, text, said_at)
JOIN journal_journal j ON j.user_id = %(user)s AND j.reference = n.reference
"""
BLOCKS = """
INSERT INTO knowledge_block (id, user_id, universe_id, trust, confidence, status, recorded_at,
    updated_at, kind, text, level, topic, value, is_single_valued, message_id, reference, sequence,
    said_at)
SELECT id, user_id, '9d7f0fa5-78c1-4805-9efb-3f8f16090d7f', 4, 1, 'asserted', created_at,
    created_at, 'episode', content, 0, '', '', false, id,
    to_char(created_at AT TIME ZONE 'UTC', 'YYYY/MM/DD'), sequence, created_at
FROM journal_message WHERE user_id = %(user)s
"""


def main() -> None:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory.latency")
    parser.add_argument("--blocks", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=300_000)
    parser.add_argument("--data", type=Path, default=Path("var/bench-latency"))
    parser.add_argument("--json", type=Path)
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
        figures = measure(options.blocks, options.edges)
    print(json.dumps(figures, indent=2))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def measure(blocks: int, edges: int) -> dict[str, Any]:
    """Fills one user's memory, unless it is there from before, and asks it."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415

    from exobrain.lib.threads import close_connections  # noqa: PLC0415

    users: Any = get_user_model().objects
    world = World(blocks)
    name = f"latency-{blocks}-{edges}@example.org"
    user = users.filter(email=name).first()
    if user is None:
        user = users.create_user(email=name, password=None)
        fill(user.pk, world, edges)
    figures = {"blocks": blocks, "edges": edges, **ask(user.pk, world)}
    close_connections()
    return figures


def fill(user_id: uuid.UUID, world: World, edges: int) -> None:
    """Journal, ledger and indexes hold the world."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(DEFAULTS)
    _fill_journal(user_id, world)
    _fill_indexes(user_id, world)
    _fill_profile(user_id)
    values: dict[str, Any] = {
        "user": user_id,
        "blocks": world.blocks,
        "entities": max(10, world.blocks // 5),
        "edges": edges,
        "start": START,
    }
    with connection.cursor() as cursor:
        for statement in GRAPH:
            if "INTO knowledge_block" not in statement:  # they are messages here
                cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")


def _fill_journal(user_id: uuid.UUID, world: World) -> None:
    from django.db import connection  # noqa: PLC0415

    places = list(range(world.blocks))
    values: dict[str, Any] = {
        "user": user_id,
        "session": SESSION,
        "references": sorted({_reference(at) for at in places}),
    }
    with connection.cursor() as cursor:
        cursor.execute(JOURNALS, values)
        rows: dict[str, Any] = {
            "ids": [_id(user_id, at) for at in places],
            "references": [_reference(at) for at in places],
            "sequences": [at % SESSION + 1 for at in places],
            "texts": [" ".join(world.words[term] for term in world.terms[at]) for at in places],
            "times": [_said_at(at) for at in places],
        }
        cursor.execute(MESSAGES, {**values, **rows})
        cursor.execute(BLOCKS, values)


def _fill_profile(user_id: uuid.UUID) -> None:
    from exobrain.lib import clock  # noqa: PLC0415
    from knowledge.models import Block, Entity  # noqa: PLC0415
    from knowledge.services.recall.profile import slots_by_topic  # noqa: PLC0415
    from knowledge.types import BlockKind, EventState, Precision, Trust  # noqa: PLC0415

    now = clock.now()
    me = Entity.objects.create(
        id=uuid.uuid4(),
        user_id=user_id,
        node_type_id="node.person",
        name="User",
        normal_name="user",
        is_self=True,
        trust=Trust.USER_SAID,
        recorded_at=now,
    )
    topics = sorted(slots_by_topic())
    known: dict[str, Any] = {
        "user_id": user_id,
        "entity_id": me.id,
        "trust": Trust.USER_SAID,
        "recorded_at": now,
        "said_at": now,
        "valid_from": now,
    }
    facts = [
        Block(
            id=uuid.uuid4(),
            kind=BlockKind.FACT,
            topic=f"{topics[at % len(topics)]}:{at}",
            value=str(at),
            text=f"What holds number {at} is known of the user.",
            **known,
        )
        for at in range(FACTS)
    ]
    events = [
        Block(
            id=uuid.uuid4(),
            kind=BlockKind.EVENT,
            topic=f"event:{at}",
            text=f"Appointment number {at} takes place.",
            starts_at=now + timedelta(days=at - EVENTS // 2),
            time_precision=Precision.MOMENT,
            recurrence="" if at % 10 else "FREQ=WEEKLY",
            event_state=EventState.PLANNED,
            **known,
        )
        for at in range(EVENTS)
    ]
    Block.objects.bulk_create([*facts, *events])


def _fill_indexes(user_id: uuid.UUID, world: World) -> None:
    from knowledge.stores.tokens import configured_token_store  # noqa: PLC0415
    from knowledge.stores.tokens.port import StoredTokens  # noqa: PLC0415
    from knowledge.stores.vectors import local_index  # noqa: PLC0415

    index, store = local_index(), configured_token_store()
    for start in range(0, world.blocks, BATCH):
        points = list(_points(user_id, world, start))
        index.upsert(user_id=user_id, points=points)
        signs = world.random.bytes(len(points) * TOKENS * TOKEN_BYTES)
        size = TOKENS * TOKEN_BYTES
        tokens = {
            point.block_id: StoredTokens(
                point.digest,
                signs[at * size : (at + 1) * size],
                (point.reference, point.sequence),
                point.block_id,
            )
            for at, point in enumerate(points)
        }
        store.put(user_id=user_id, space=index.space, tokens=tokens)
        if start % 10_000 == 0:
            print(f"{start} blocks are indexed", file=sys.stderr)


def _points(user_id: uuid.UUID, world: World, start: int) -> Iterator[Any]:
    """Those of `indexes`, as messages of days."""
    for at, point in enumerate(points_of(user_id, world, start), start):
        yield replace(
            point,
            block_id=_id(user_id, at),
            said_at=_said_at(at),
            superseded=False,
            reference=_reference(at),
            sequence=at % SESSION + 1,
        )


def ask(user_id: uuid.UUID, world: World) -> dict[str, Any]:
    """Milliseconds of recalls, and of what no recall can do without."""
    from django.conf import settings  # noqa: PLC0415

    from chat.services.recalling import profile_for_answers  # noqa: PLC0415
    from exobrain.lib.sql import all_rows  # noqa: PLC0415
    from exobrain.lib.threads import in_slow_thread, in_thread  # noqa: PLC0415
    from knowledge.services.recall.giving import recall_for_question  # noqa: PLC0415
    from knowledge.stores.embedders import configured_embedder  # noqa: PLC0415
    from knowledge.types import Recall  # noqa: PLC0415

    embedder = configured_embedder()
    if embedder is None:
        raise SystemExit("EMBEDDING_PROVIDER=none: there is nothing to measure the whole of")
    questions = list(_questions(world))
    config = settings.EXOBRAIN
    recalled: list[Recall] = []

    async def as_chat_does(question: str) -> None:
        profile = in_thread(profile_for_answers, user_id=user_id, config=config)
        recall = in_slow_thread(
            recall_for_question,
            user_id=user_id,
            question=question,
            config=config,
            deadline_ms=DEADLINE_MS,
        )
        told, found = await asyncio.gather(profile, recall)
        if not told.facts:
            raise RuntimeError("the profile is empty")
        recalled.append(found)

    with asyncio.Runner() as loop:
        figures: dict[str, Any] = {
            "floor_empty_query_ms": timed(lambda _: all_rows("SELECT 1", []), questions),
            "floor_embedding_ms": timed(lambda question: embedder.embed([question]), questions),
            "profile_ms": timed(
                lambda _: profile_for_answers(user_id=user_id, config=config), questions
            ),
            "profile_and_recall_ms": timed(lambda q: loop.run(as_chat_does(q)), questions),
        }
    figures["retrievers_ms"] = _retriever_medians(recalled)
    figures["dropped"] = sum(len(each.dropped) for each in recalled)
    figures["items"] = statistics.mean(len(each.items) for each in recalled)
    return figures


def _retriever_medians(recalled: Sequence[Any]) -> dict[str, float]:
    names = sorted({name for each in recalled for name in each.retriever_ms})
    took = {
        name: [each.retriever_ms[name] for each in recalled if name in each.retriever_ms]
        for name in names
    }
    return {name: round(statistics.median(values), 2) for name, values in took.items()}


def _questions(world: World) -> Iterator[str]:
    entities = max(10, world.blocks // 5)
    for _ in range(QUESTIONS):
        words = " ".join(world.question())
        yield f"{words} entity {world.random.integers(0, entities)}?"


def _id(user_id: uuid.UUID, at: int) -> uuid.UUID:
    return uuid.uuid5(user_id, f"message {at}")


def _said_at(at: int) -> Any:
    return START + timedelta(days=at // SESSION, minutes=at % SESSION)


def _reference(at: int) -> str:
    return str(_said_at(at).strftime("%Y/%m/%d"))


if __name__ == "__main__":
    main()
