"""What the memory knows after small stories, and what the model is given for their questions.

Usage: python -m benchmarks.memory.known --cases FILE --out DUMP [--kind K,..] [--lang L,..]
                                         [--only ID,..] [--data DIR] [--without PART,..]

FILE has a case a line: `{"id", "kind", "lang", "zone"?, "now", "days": [{"at", "messages":
[{"role", "text"}]}], "questions": [{"q"}]}`. Every case is a user of its own. Each of its days is
imported into the journal at its own time and learned as the job `knowledge.update` does it; only
the queue on the way there is left out. The clock stands at the end of that day, and at `now` for
the questions, which go the way of chat: the same recall, budget and cut; its deadline is lifted.
For an ablation, --without leaves out parts: profile, parser, passages, or any part of recall
(words, meaning, tokens, time, graph, facts).

DUMP gets an object a case: `{"id", "facts", "entities", "edges", "reviews", "prompts",
"learning_seconds"}`, the last of processor time without PostgreSQL's.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

PARTS = ("words", "meaning", "tokens", "time", "graph", "facts")  # of recall
BEFORE_RECALL = ("profile", "parser", "passages")
NO_DEADLINE_MS = 60_000
MINUTES_BETWEEN_MESSAGES = 2
MINUTES_UNTIL_LEARNED = 10

Case = Mapping[str, Any]


def main() -> None:
    """Writes the dump."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory.known",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cases", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="DUMP")
    for name in ("only", "kind", "lang"):
        parser.add_argument(f"--{name}", default="", help="these alone, with commas between")
    parser.add_argument("--data", help="keep the services' data in this directory")
    parser.add_argument("--without", default="", help="parts to do without, with commas between")
    options = parser.parse_args()
    without = set(filter(None, options.without.split(",")))
    if unknown := without - {*BEFORE_RECALL, *PARTS}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    wanted = {"id": options.only, "kind": options.kind, "lang": options.lang}
    lines = options.cases.read_text(encoding="utf-8").splitlines()
    cases = [
        case
        for case in (json.loads(line) for line in lines if line.strip())
        if all(case[name] in value.split(",") for name, value in wanted.items() if value)
    ]
    with tempfile.TemporaryDirectory() as temporary:
        os.environ.update(
            EXOBRAIN_DATA=options.data or temporary, APP_ENV="local", LOG_LEVEL="ERROR"
        )
        os.environ.setdefault("KNOWLEDGE_EXTRACTOR", "rules")
        if "parser" in without:
            os.environ["KNOWLEDGE_PARSER"] = "none"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")
        import django  # noqa: PLC0415  the environment comes first

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        from exobrain.embedded import Service, hold  # noqa: PLC0415
        from exobrain.lib.config import get_config  # noqa: PLC0415
        from knowledge.retrieval import passages  # noqa: PLC0415

        if "passages" in without:
            passages.MAX_WORDS = sys.maxsize
        with hold(get_config().data_dir, services={Service.DATABASE, Service.CACHE}):
            call_command("migrate", verbosity=0)
            began = time.perf_counter()
            messages, learning = 0, 0.0
            with options.out.open("w", encoding="utf-8") as out:
                for number, case in enumerate(cases, 1):
                    known = run_case(case, without=without)
                    messages += sum(len(day["messages"]) for day in case["days"])
                    learning += known["learning_seconds"]
                    out.write(json.dumps(known, ensure_ascii=False) + "\n")
                    if number % 50 == 0:
                        print(f"{number} of {len(cases)}, {time.perf_counter() - began:.0f} s")
            print(f"{len(cases)} cases in {time.perf_counter() - began:.0f} s")
            print(
                f"{messages} messages learned in {learning:.0f} s of processor time, "
                f"{messages / learning:.0f} a second"
            )


def run_case(case: Case, *, without: Collection[str] = ()) -> dict[str, Any]:
    """One case the whole way: told, learned, asked, the questions without these parts."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415  needs the settings

    from journal.types import reference_of  # noqa: PLC0415

    user = get_user_model().objects.create_user(
        email=f"case-{uuid4().hex[:12]}@example.org",
        password=None,
        display_name="User",
        time_zone=case.get("zone", ""),
    )
    days: dict[str, list[tuple[Mapping[str, str], datetime]]] = {}
    for day in case["days"]:
        at = datetime.fromisoformat(day["at"])
        for number, message in enumerate(day["messages"]):
            said_at = at + timedelta(minutes=MINUTES_BETWEEN_MESSAGES * number)
            if "at" in message:
                said_at = datetime.fromisoformat(message["at"])
            local = said_at.astimezone(user.zone)
            reference = reference_of(local.date())
            days.setdefault(reference, []).append((message, said_at.astimezone(UTC)))
    learning_seconds = sum(
        learn_day(user.pk, reference, sorted(days[reference], key=lambda row: row[1]))
        for reference in sorted(days)
    )
    now = datetime.fromisoformat(case["now"]).astimezone(UTC)
    _set_clock(now)
    return {
        "id": case["id"],
        **what_is_known(user.pk, now),
        "prompts": [
            prompt_for(user.pk, each["q"], now, without=without)
            for each in case.get("questions", ())
        ],
        "learning_seconds": learning_seconds,
    }


def _set_clock(moment: datetime) -> None:
    from exobrain.lib import clock  # noqa: PLC0415

    clock.now = lambda: moment


def learn_day(
    user_id: UUID, reference: str, rows: Sequence[tuple[Mapping[str, str], datetime]]
) -> float:
    """The day is in the journal and in the memory, in as many jobs as the product makes of it.

    Returns the seconds of processor time that learning took in this process.
    """
    from django.db import transaction  # noqa: PLC0415

    from journal import selectors as journal  # noqa: PLC0415
    from journal.services import import_journal  # noqa: PLC0415
    from journal.types import PastMessage  # noqa: PLC0415
    from knowledge.events import UPDATE_JOB, UpdatePayload, update_payload  # noqa: PLC0415
    from knowledge.services.learning.learner import message_to_learn  # noqa: PLC0415
    from knowledge.services.updates.leasing import (  # noqa: PLC0415
        lease_messages,
        leased_message_ids,
    )
    from knowledge.services.updates.running import (  # noqa: PLC0415
        complete_update,
        prepare_update,
    )
    from orchestrator.types import Attempt  # noqa: PLC0415

    _set_clock(rows[-1][1] + timedelta(minutes=MINUTES_UNTIL_LEARNED))
    import_journal(
        user_id=user_id,
        journal_id=uuid5(user_id, reference),
        reference=reference,
        messages=[
            PastMessage(
                id=uuid4(),
                role="user" if m["role"] == "user" else "assistant",
                content=m["text"],
                created_at=said_at,
            )
            for m, said_at in rows
        ],
    )
    began = time.process_time()
    for update in lease_messages(user_id=user_id):
        ids = leased_message_ids([update]).get(update.id, [])
        stored = journal.messages_by_ids(user_id=user_id, ids=ids)
        attempt = Attempt(job_id=update.job_id, job_type=UPDATE_JOB, user_id=str(user_id), number=1)
        payload = UpdatePayload.model_validate(
            update_payload(user_id=str(user_id), messages=[message_to_learn(m) for m in stored])
        )
        prepared = prepare_update(attempt, payload)
        with transaction.atomic():
            complete_update(attempt, prepared)
    return time.process_time() - began


def what_is_known(user_id: UUID, now: datetime) -> dict[str, Any]:
    """Facts, entities, edges and open review items; the user's own page is called "user"."""
    from knowledge.models import Alias, Block, Edge, Entity  # noqa: PLC0415
    from knowledge.selectors.review import review_items  # noqa: PLC0415
    from knowledge.types import BlockKind, Status, Trust  # noqa: PLC0415

    entities = {entity.id: entity for entity in Entity.objects.filter(user_id=user_id)}

    def name_of(entity_id: UUID | None) -> str:
        entity = entities.get(entity_id) if entity_id else None
        while entity is not None and entity.merged_into_id:
            entity = entities.get(entity.merged_into_id)
        if entity is None:
            return ""
        return "user" if entity.is_self else entity.name

    aliases: dict[str, set[str]] = {}
    for alias in Alias.objects.filter(user_id=user_id):
        aliases.setdefault(name_of(alias.entity_id), set()).add(alias.name)
    blocks = Block.objects.filter(user_id=user_id).exclude(kind=BlockKind.EPISODE)
    return {
        "facts": [
            {
                "about": name_of(block.entity_id),
                "text": block.text,
                "topic": block.topic,
                "value": block.value,
                "since": _written(block.valid_from),
                "until": _written(block.valid_to),
                "current": block.is_current and not (block.valid_to and block.valid_to <= now),
                "trust": Trust(block.trust).name.lower(),
                "status": "superseded" if block.superseded_at else block.status,
            }
            for block in blocks.order_by("said_at", "id")
        ],
        "entities": [
            {
                "name": name_of(entity.id),
                "type": entity.node_type_id.removeprefix("node."),
                "aliases": sorted(aliases.get(name_of(entity.id), set()) - {entity.name}),
                "self": entity.is_self,
            }
            for entity in entities.values()
            if entity.merged_into_id is None
            and entity.superseded_at is None
            and entity.status != Status.FALSIFIED
        ],
        "edges": [
            {
                "from": name_of(edge.source_id),
                "type": edge.edge_type_id.removeprefix("edge."),
                "to": name_of(edge.target_id),
                "until": _written(edge.valid_to) or _written(edge.superseded_at),
            }
            for edge in Edge.objects.filter(user_id=user_id)
        ],
        "reviews": [
            f"{item.kind}: {item.left_text} ({item.left_detail}) / "
            f"{item.right_text} ({item.right_detail})"
            for item in review_items(user_id=user_id, size=50).rows
        ],
    }


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def prompt_for(
    user_id: UUID, question: str, now: datetime, *, without: Collection[str] = ()
) -> dict[str, Any]:
    """What the model is given for the question, were it asked in chat now; nothing is kept."""
    from django.conf import settings  # noqa: PLC0415

    from accounts.selectors import zone_of  # noqa: PLC0415
    from chat.agent.memory import given_as_data  # noqa: PLC0415
    from chat.services.day import day_so_far  # noqa: PLC0415
    from chat.services.recalling import (  # noqa: PLC0415
        memories_within_budget,
        profile_for_answers,
    )
    from chat.types import Given  # noqa: PLC0415
    from journal.models import Journal  # noqa: PLC0415
    from journal.services import today_reference  # noqa: PLC0415
    from knowledge.services.recall.giving import recall_for_question  # noqa: PLC0415
    from knowledge.types import Profile  # noqa: PLC0415

    config = settings.EXOBRAIN
    zone = zone_of(user_id=user_id)
    profile = Profile()
    if "profile" not in without:
        profile = profile_for_answers(user_id=user_id, config=config, zone=zone)
    found = recall_for_question(
        user_id=user_id,
        question=question,
        config=config,
        deadline_ms=NO_DEADLINE_MS,
        without=without,
    )
    today = Journal.objects.filter(user_id=user_id, reference=today_reference(zone)).first()
    earlier = (
        day_so_far(
            user_id=user_id,
            journal_id=today.id,
            before_sequence=today.last_sequence + 1,
            question=question,
            config=config,
        )
        if today is not None
        else []
    )
    memories = memories_within_budget(
        found.items, shown={m.id for m in earlier}, tokens=config.memory_recall_tokens, zone=zone
    )
    return {
        "q": question,
        "profile": given_as_data(Given(profile=profile), now=now, zone=zone),
        "memory": given_as_data(Given(memories=memories), now=now, zone=zone),
        "messages": [{"role": m.role, "text": m.content} for m in earlier],
        "dropped": list(found.dropped),
    }


if __name__ == "__main__":
    main()
