"""The indexes of a memory, held against the ledger: all that it has, and nothing else."""

from collections.abc import Collection
from uuid import UUID

import numpy as np
import pytest

from exobrain.lib import clock
from knowledge.models import (
    Block,
    BlockTokens,
    BlockVector,
    Edge,
    Entity,
    IndexedBlock,
    IndexedUser,
    Mention,
    OutboxEntry,
    Posting,
)
from knowledge.services.indexing import outbox, relay
from knowledge.services.indexing.points import build_points, digest_of
from knowledge.stores.graph.memory import InMemoryGraphIndex
from knowledge.stores.vectors.memory import InMemoryVectorIndex
from knowledge.stores.vectors.postings import CHUNK, clean, offsets_of
from knowledge.types import Status


class Outside:
    """The indexes outside PostgreSQL, in memory; told from the queue like the real ones."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.vectors = InMemoryVectorIndex()
        self.graph = InMemoryGraphIndex()
        monkeypatch.setattr(outbox, "has_outside_index", lambda: True)
        monkeypatch.setattr(outbox, "has_outside_graph", lambda: True)
        monkeypatch.setattr(relay, "outside_index", lambda *_: self.vectors)
        monkeypatch.setattr(relay, "outside_graph", lambda _types: self.graph)

    def catch_up(self) -> None:
        """They have been told of everything."""
        while OutboxEntry.objects.filter(next_try_at__lte=clock.now()).exists():
            relay.relay_changes()
        assert not OutboxEntry.objects.exists()

    def empty(self) -> None:
        """They hold nothing of anybody."""
        for held in (self.vectors.points, self.vectors.vectors, self.graph.nodes, self.graph.edges):
            held.clear()

    def ids(self, user_id: UUID) -> set[UUID]:
        """All that they name of the user's."""
        links = self.graph.edges.get(user_id, {}).values()
        return {
            *self.vectors.points.get(user_id, {}),
            *self.vectors.vectors.get(user_id, {}),
            *self.graph.nodes.get(user_id, {}),
            *(id_ for link in links for id_ in (link.id, link.source_id, link.target_id)),
        }

    def texts(self, user_id: UUID) -> str:
        """All that they say of the user's."""
        points = self.vectors.points.get(user_id, {}).values()
        said = [f"{p.payload} {list(p.terms)} {list(p.own_terms or ())}" for p in points]
        return "\n".join([*said, *(n.name for n in self.graph.nodes.get(user_id, {}).values())])

    def agree(self, user_id: UUID) -> None:
        """They hold what the ledger holds, and nothing else."""
        blocks = _ids(Block, user_id)
        assert set(self.vectors.points.get(user_id, {})) == blocks
        assert set(self.vectors.vectors.get(user_id, {})) <= blocks
        sound = Entity.objects.filter(user_id=user_id, merged_into=None)
        nodes = set(sound.exclude(status=Status.FALSIFIED).values_list("id", flat=True))
        assert set(self.graph.nodes.get(user_id, {})) == nodes
        edges = Edge.objects.filter(user_id=user_id).exclude(status=Status.FALSIFIED)
        mentions = Mention.objects.filter(user_id=user_id)
        mentions = mentions.exclude(block__status=Status.FALSIFIED)
        links = {*edges.values_list("id", flat=True), *mentions.values_list("id", flat=True)}
        assert set(self.graph.edges.get(user_id, {})) == links


def agree_inside(user_id: UUID) -> None:
    """The rows of the indexes in PostgreSQL are those that the ledger's blocks make."""
    blocks = _ids(Block, user_id)
    rows = {row.block_id: row for row in IndexedBlock.objects.filter(user_id=user_id)}
    assert rows.keys() == blocks
    for point in build_points(user_id=user_id, block_ids=sorted(blocks)):
        row = rows[point.block_id]
        assert set(row.terms) == {clean(term) for term in point.terms}
        assert (row.trust, row.status) == (point.trust, point.status)
        assert row.superseded == point.superseded
        assert (row.valid_from, row.valid_to) == (point.valid_from, point.valid_to)
    _postings_agree(user_id, list(rows.values()))
    _meanings_agree(user_id)


def _postings_agree(user_id: UUID, rows: Collection[IndexedBlock]) -> None:
    """Each term of each block is in the lists, and the lists have no other."""
    listed = {
        (posting.term, posting.chunk * CHUNK + int(offset))
        for posting in Posting.objects.filter(user_id=user_id)
        for offset in offsets_of(np.frombuffer(posting.data, dtype=np.uint32))
    }
    assert listed == {(term, row.ordinal) for row in rows for term in row.terms}
    total = IndexedUser.objects.filter(user_id=user_id).first()
    assert (total.blocks if total else 0) == len(rows)
    assert (total.length if total else 0.0) == pytest.approx(sum(row.length for row in rows))


def _meanings_agree(user_id: UUID) -> None:
    """Vectors and tokens are of blocks that are there, and of the texts they have now."""
    digests = {b.id: digest_of(b.text) for b in Block.objects.filter(user_id=user_id)}
    points = {p.block_id: p for p in build_points(user_id=user_id, block_ids=sorted(digests))}
    for row in BlockVector.objects.filter(user_id=user_id):
        assert bytes(row.digest) == digests[row.block_id]
        meant = points[row.block_id].vector
        assert meant is not None
        assert np.allclose(row.embedding, meant, atol=2e-3)
    for tokens in BlockTokens.objects.filter(user_id=user_id):
        assert bytes(tokens.digest) == digests[tokens.block_id]


def _ids(model: type[Block], user_id: UUID) -> set[UUID]:
    return set(model.objects.filter(user_id=user_id).values_list("id", flat=True))
