"""How alike the contexts are in which two entities are spoken of, by what their blocks mean."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from uuid import UUID

import numpy as np

from exobrain.lib.sql import all_rows
from knowledge.services.indexing.points import digest_of
from knowledge.stores.vectors import local_index
from knowledge.stores.vectors.port import Vector

MOST_CONTEXTS = 50  # of one entity, the latest ones

# Where on average entities are spoken of, in the space that is searched.
MEANS = """
SELECT latest.entity_id, avg(vector.embedding)::real[]
FROM unnest(%(ids)s::uuid[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT user_id, entity_id, block_id FROM knowledge_mention
    WHERE user_id = %(user)s AND entity_id = wanted.id
    ORDER BY recorded_at DESC, id
    LIMIT %(limit)s
) AS latest
JOIN knowledge_blockvector vector USING (user_id, block_id)
JOIN knowledge_embeddingspace space ON space.id = vector.space_id
WHERE space.name = %(space)s AND space.is_active
GROUP BY latest.entity_id
"""


class Contexts:
    """The contexts of one batch's proposals, to be compared with those of known entities."""

    def __init__(
        self,
        *,
        user_id: UUID,
        episodes: Mapping[str, Iterable[UUID]],
        texts: Mapping[UUID, str],
        vectors: Mapping[UUID, Vector],
        space: str = "",
    ) -> None:
        self.user_id = user_id
        self.episodes = episodes  # those that mention a proposal, by its key
        self.texts = texts  # of the episodes
        self.index = local_index()
        # Of those that were embedded for the batch, unless another space is searched by now.
        self.vectors = vectors if space in ("", self.index.space) else {}
        self.means: dict[UUID, Vector] | None = None

    def load(self, entity_ids: Iterable[UUID]) -> None:
        """What `likeness` needs of these entities is read, once: later ones are new."""
        if self.means is not None:
            return
        self.means = {}
        if not self._episode_vectors:
            return
        values = {
            "ids": list(entity_ids),
            "user": self.user_id,
            "space": self.index.space,
            "limit": MOST_CONTEXTS,
        }
        for entity_id, mean in all_rows(MEANS, values):
            self.means[entity_id] = np.array(mean, dtype=np.float32)

    def likeness(self, key: str, entity_id: UUID) -> float | None:
        """1 for the same meaning, 0 for the opposite; None where one of the two has none."""
        theirs = (self.means or {}).get(entity_id)
        ours = [
            self._episode_vectors[id_]
            for id_ in sorted(self.episodes.get(key, ()))
            if id_ in self._episode_vectors
        ]
        if theirs is None or not ours:
            return None
        mean = np.mean(ours, axis=0)
        size = float(np.linalg.norm(mean) * np.linalg.norm(theirs))
        if not size:
            return None
        return min(1.0, max(0.0, (1.0 + float(mean @ theirs) / size) / 2))

    @cached_property
    def _episode_vectors(self) -> dict[UUID, Vector]:
        """The episodes' vectors as they are stored, so that a rebuild comes to the same."""
        given = {id_: self.vectors[id_] for id_ in self.texts if id_ in self.vectors}
        halves = {id_: v.astype(np.float16).astype(np.float32) for id_, v in given.items()}
        left = {id_: digest_of(text) for id_, text in self.texts.items() if id_ not in given}
        if not left or not self.index.space:
            return halves
        return halves | self.index.own_vectors(user_id=self.user_id, digests=left)
