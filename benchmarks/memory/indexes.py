"""`python -m benchmarks.memory.indexes`: the memory's indexes alone, on one large memory.

Synthetic messages of 12 terms with the frequencies of words of content (the commonest is in one
message of eight), in sessions of 20, each indexed with its neighbours' words as the product does
it; vectors in clusters; entities joined at random, some of them very often. Questions are seven
terms of one message and a vector near one. Everything runs on an embedded PostgreSQL of its own.
"""

import argparse
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.ranking.weights import NEIGHBOUR_TERMS

VOCABULARY = 50_000
TERMS = 12  # of a message
SESSION = 20  # messages
DIMENSIONS = 384
CLUSTERS = 500
BATCH = 500
QUESTIONS = 300
WARM_UP = 20  # calls at most
SPACE = "bench-v1/384"
START = datetime(2020, 1, 1, tzinfo=UTC)

Matrix = npt.NDArray[np.float32]


class World:
    """What is said in the synthetic memory; the same every time."""

    def __init__(self, blocks: int) -> None:
        self.random = np.random.default_rng(7)
        self.blocks = blocks
        weights = 1.0 / (np.arange(VOCABULARY) + 10.0)
        self.terms = self.random.choice(VOCABULARY, size=(blocks, TERMS), p=weights / weights.sum())
        self.words = _words(VOCABULARY)
        self.centres = self._directions(CLUSTERS)
        self.cluster = self.random.integers(0, CLUSTERS, blocks)

    def vectors(self, clusters: npt.NDArray[np.int64]) -> Matrix:
        """Directions near the centres of these clusters."""
        return _unit(self.centres[clusters] + 0.9 * self._directions(len(clusters)))

    def _directions(self, count: int) -> Matrix:
        return _unit(self.random.standard_normal((count, DIMENSIONS), dtype=np.float32))

    def counts(self, at: int) -> dict[str, float]:
        """The weighted terms of a message among its neighbours."""
        found: dict[str, float] = {}
        for step, weight in [(0, 1.0), *NEIGHBOUR_TERMS.items()]:
            near = at + step
            if 0 <= near < self.blocks and near // SESSION == at // SESSION:
                for term in self.terms[near]:
                    word = self.words[term]
                    found[word] = found.get(word, 0.0) + weight
        return found

    def question(self) -> dict[str, float]:
        """Seven terms of a message."""
        at = self.random.integers(0, self.blocks)
        chosen = self.random.choice(self.terms[at], 7, replace=False)
        return {self.words[term]: 1.0 for term in chosen}


def _words(count: int) -> list[str]:
    """Words that are their own terms: the local model's vocabulary, then compounds of it.

    So a question is as long to the model as people's are: embedding it is a part of every recall.
    """
    from knowledge.retrieval.ranking.terms import terms  # noqa: PLC0415  after the environment
    from knowledge.stores.embedders.minilm import load_tokenizer  # noqa: PLC0415

    known = load_tokenizer().get_vocab()
    plain = sorted((w for w in known if w.isascii() and w.isalpha() and len(w) > 2), key=known.get)
    found = [word for word in plain if terms(word) == [word]]
    compounds = (first + second for first in found for second in found[:20])
    more = (word for word in compounds if terms(word) == [word])
    return list(dict.fromkeys([*found, *more]))[:count]


def _unit(rows: Matrix) -> Matrix:
    unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def main() -> None:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=300_000)
    parser.add_argument("--data", type=Path, default=Path("var/bench-indexes"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    os.environ["EXOBRAIN_DATA"] = str(options.data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    # After the environment is set: settings are read on import.
    from exobrain.embedded import Service, hold  # noqa: PLC0415

    with hold(options.data.resolve(), services={Service.DATABASE, Service.CACHE}):
        import django  # noqa: PLC0415

        django.setup()
        from exobrain.lib.sql import send  # noqa: PLC0415

        send("SET max_parallel_workers_per_gather = 0", [])  # so that all work is seen
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        figures = measure(options.blocks, options.edges)
    print(json.dumps(figures, indent=2))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def measure(blocks: int, edges: int) -> dict[str, Any]:
    """Fills one user's memory, unless it is there from before, and asks it."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    users: Any = get_user_model().objects
    world = World(blocks)
    figures: dict[str, Any] = {"blocks": blocks, "edges": edges}
    name = f"bench-{blocks}-{edges}@example.org"
    user = users.filter(email=name).first()
    if user is None:
        user = users.create_user(email=name, password=None)
        figures["fill"] = fill(user.pk, world, edges)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    figures["sizes_mb"] = sizes()
    figures |= ask(user.pk, world)
    return figures


def fill(user_id: uuid.UUID, world: World, edges: int) -> dict[str, float]:
    """The memory is there; returns what a second brought in."""
    index = _index()
    began = time.perf_counter()
    for start in range(0, world.blocks, BATCH):
        index.upsert(user_id=user_id, points=list(points_of(user_id, world, start)))
        if start % 10_000 == 0:
            print(start, round(time.perf_counter() - began, 1), file=sys.stderr)
    seconds = time.perf_counter() - began
    _fill_graph(user_id, world, edges)
    return {"blocks_per_second": round(world.blocks / seconds)}


def _index() -> Any:
    from knowledge.stores.vectors.postgres import PostgresVectorIndex  # noqa: PLC0415

    return PostgresVectorIndex(space=SPACE, dimensions=DIMENSIONS)


def _block_id(user_id: uuid.UUID, at: int) -> uuid.UUID:
    return uuid.uuid5(user_id, f"block {at}")


def points_of(user_id: uuid.UUID, world: World, start: int) -> Iterator[Any]:
    """The next batch of messages as the indexes keep them, from this one on."""
    from knowledge.stores.vectors.port import Point  # noqa: PLC0415
    from knowledge.types import REAL_WORLD, BlockKind, Status, Trust  # noqa: PLC0415

    stop = min(start + BATCH, world.blocks)
    vectors = world.vectors(world.cluster[start:stop])
    for at in range(start, stop):
        counts = world.counts(at)
        yield Point(
            block_id=_block_id(user_id, at),
            universe_id=REAL_WORLD,
            entity_id=None,
            kind=BlockKind.EPISODE,
            level=0,
            trust=Trust.USER_SAID,
            status=Status.ASSERTED,
            said_at=START + timedelta(minutes=at),
            valid_from=None,
            valid_to=None,
            superseded=at % 50 == 0,
            terms=counts,
            length=sum(counts.values()),
            own_terms={term for term, weight in counts.items() if weight >= 1.0},
            vector=vectors[at - start],
            digest=at.to_bytes(16),
        )


def _fill_graph(user_id: uuid.UUID, world: World, edges: int) -> None:
    """A fifth as many entities as blocks; the first ones are mentioned and joined most."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(DEFAULTS)
        for statement in GRAPH:
            cursor.execute(
                statement,
                {
                    "user": user_id,
                    "blocks": world.blocks,
                    "entities": max(10, world.blocks // 5),
                    "edges": edges,
                    "start": START,
                },
            )


# Ids are made from what they stand for, in SQL as in Python; skewed by the square of a random
# number, so that the first of 20,000 entities has some hundreds of edges.
GRAPH = (
    "CREATE TEMP TABLE e AS SELECT n, gen_random_uuid() id FROM generate_series(0, %(entities)s) n",
    "CREATE UNIQUE INDEX ON e (n)",
    """INSERT INTO knowledge_block (id, user_id, universe_id, trust, confidence, status,
        recorded_at, updated_at, kind, text, level, topic, value, is_single_valued, reference,
        said_at)
    SELECT block_id, user_id, universe_id, trust, 1, status, said_at, said_at, 'note', 'x', 0, '',
        '', false, '', said_at FROM knowledge_indexedblock WHERE user_id = %(user)s""",
    """INSERT INTO knowledge_entity (id, user_id, universe_id, trust, confidence, status,
        recorded_at, updated_at, node_type_id, name, normal_name, properties, is_self)
    SELECT id, %(user)s, '9d7f0fa5-78c1-4805-9efb-3f8f16090d7f', 4, 1, 'asserted', %(start)s,
        %(start)s, 'node.person', 'Entity ' || n, 'entity ' || n, '{}', false FROM e""",
    """INSERT INTO knowledge_edge (id, user_id, universe_id, trust, confidence, status, recorded_at,
        updated_at, edge_type_id, source_id, target_id)
    SELECT gen_random_uuid(), %(user)s, '9d7f0fa5-78c1-4805-9efb-3f8f16090d7f', 4, random(),
        'asserted', %(start)s, %(start)s, 'edge.knows', s.id, t.id
    FROM (SELECT floor(random() ^ 2 * %(entities)s)::int a, floor(random() * %(entities)s)::int b
        FROM generate_series(1, %(edges)s)) r
    JOIN e s ON s.n = r.a JOIN e t ON t.n = r.b AND t.n <> s.n""",
    """INSERT INTO knowledge_mention (id, user_id, universe_id, trust, confidence, status,
        recorded_at, updated_at, block_id, entity_id)
    SELECT DISTINCT ON (b.block_id, e.id) gen_random_uuid(), %(user)s,
        '9d7f0fa5-78c1-4805-9efb-3f8f16090d7f', 4, 1, 'asserted', %(start)s, %(start)s,
        b.block_id, e.id
    FROM (SELECT block_id, floor(random() ^ 3 * %(entities)s)::int n
        FROM knowledge_indexedblock, generate_series(1, 2) WHERE user_id = %(user)s) b
    JOIN e ON e.n = b.n""",
    "DROP TABLE e",
)


# Rows are written past the models, so their columns need defaults; of a database of our own.
DEFAULTS = """
DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_name ~ '^knowledge_(block|entity|edge|mention)$' AND is_nullable = 'NO'
            AND column_default IS NULL AND data_type IN ('boolean', 'character varying')
    LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET DEFAULT %L', c.table_name,
            c.column_name, CASE c.data_type WHEN 'boolean' THEN 'false' ELSE '' END);
    END LOOP;
END $$
"""


def sizes() -> dict[str, float]:
    """Megabytes of each table with its indexes."""
    from exobrain.lib.sql import all_rows  # noqa: PLC0415

    rows = all_rows(
        "SELECT relname, pg_total_relation_size(oid) / 1e6 FROM pg_class"
        " WHERE relkind = 'r' AND relname LIKE 'knowledge\\_%%'",
        [],
    )
    return {name: round(float(size), 1) for name, size in rows if size > 1}


def ask(user_id: uuid.UUID, world: World) -> dict[str, Any]:
    """Milliseconds of every kind of question."""
    from knowledge.models import Entity  # noqa: PLC0415
    from knowledge.stores.graph.sql import SqlGraph  # noqa: PLC0415
    from knowledge.types import Scope  # noqa: PLC0415

    index, graph = _index(), SqlGraph()
    now, then = Scope(user_id), Scope(user_id, as_of=START + timedelta(minutes=world.blocks // 2))
    questions = [world.question() for _ in range(QUESTIONS)]
    vectors = world.vectors(world.random.integers(0, CLUSTERS, QUESTIONS))
    entities = list(
        Entity.objects.filter(user_id=user_id).order_by("normal_name").values_list("id", flat=True)
    )
    some = [[entities[(at * 7 + n) % len(entities)] for n in range(3)] for at in range(QUESTIONS)]
    hub = Entity.objects.get(user_id=user_id, normal_name="entity 0").pk
    return {
        "words_ms": timed(lambda q: index.search_words(scope=now, terms=q, limit=100), questions),
        "words_as_of_ms": timed(
            lambda q: index.search_words(scope=then, terms=q, limit=100), questions
        ),
        "meaning_ms": timed(
            lambda v: index.search_meaning(scope=now, vector=v, limit=100), list(vectors)
        ),
        "meaning_as_of_ms": timed(
            lambda v: index.search_meaning(scope=then, vector=v, limit=100), list(vectors)
        ),
        "neighbourhood_2_hops_ms": timed(
            lambda ids: graph.neighbourhood(scope=now, entity_ids=ids, hops=2, limit=200), some
        ),
        "neighbourhood_hub_ms": timed(
            lambda ids: graph.neighbourhood(scope=now, entity_ids=ids, hops=2, limit=200),
            [[hub]] * 50,
        ),
        "mentioning_ms": timed(
            lambda ids: graph.mentioning(scope=now, entity_ids=ids, limit=100), some
        ),
        "mentioning_hub_ms": timed(
            lambda ids: graph.mentioning(scope=now, entity_ids=ids, limit=100), [[hub]] * 50
        ),
        "found_by_meaning": exactness(index, now, vectors[:50]),
    }


def exactness(index: Any, scope: Any, vectors: Matrix) -> float:
    """How many of the true hundred nearest are found; the truth compares every vector."""
    from knowledge.stores.vectors import postgres  # noqa: PLC0415

    def nearest(vector: Any) -> set[uuid.UUID]:
        found = index.search_meaning(scope=scope, vector=vector, limit=100)
        return {block.block_id for block in found}

    shares = []
    for vector in vectors:
        found = nearest(vector)
        with patch.object(postgres, "EXACT_BLOCKS", sys.maxsize):
            truth = nearest(vector)
        shares.append(len(found & truth) / max(1, len(truth)))
    return round(statistics.mean(shares), 4)


def timed(
    work: Callable[[Any], Any], items: Sequence[Any], *, is_repeatable: bool = True
) -> dict[str, float]:
    """Milliseconds of one call: the middle one, the slow ones, and the mean of its work.

    Work is the processor's time here and in PostgreSQL: what a call takes on an idle machine,
    whatever else runs on this one. The first calls only warm up; where a call cannot be made
    twice, their items are not measured.
    """
    warming = min(WARM_UP, len(items) // 3)
    for item in items[:warming]:
        work(item)
    if not is_repeatable:
        items = items[warming:]
    took = []
    worked = _worked()
    for item in items:
        began = time.perf_counter()
        work(item)
        took.append((time.perf_counter() - began) * 1000)
    mean_work = (_worked() - worked) / len(items)
    cuts = statistics.quantiles(took, n=100)
    return {
        "p50": round(cuts[49], 2),
        "p95": round(cuts[94], 2),
        "max": round(max(took), 2),
        "work": round(mean_work, 2),
    }


def _worked() -> float:
    """Milliseconds of the processor, of this process and of its PostgreSQL."""
    from exobrain.lib.sql import all_rows  # noqa: PLC0415

    pid = all_rows("SELECT pg_backend_pid()", [])[0][0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() * 1000 + ticks * 1000 / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
