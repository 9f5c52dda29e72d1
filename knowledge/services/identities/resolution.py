"""Who is who: which entity a name means, and two entities that become one or never will.

A name finds candidates by its normal form, by its identifiers and by letters in common; their
features are scored. Only what is certain is taken for the same. What is likely becomes an entity
of its own and a question to the user.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import selectors as accounts
from exobrain.lib.sql import all_rows
from knowledge import identity
from knowledge.errors import CannotMerge, RecordNotFound
from knowledge.extraction.port import SchemaView
from knowledge.models import (
    Alias,
    Block,
    CannotLink,
    Changeset,
    Edge,
    Entity,
    Mention,
    ReviewItem,
    Source,
)
from knowledge.services.identities.contexts import Contexts
from knowledge.services.ledger.conflicts import resolve_conflicts, topic_of
from knowledge.services.ledger.unit_of_work import UnitOfWork, lock_memory
from knowledge.types import REAL_WORLD, ProposedEntity, Span, Trust

GREY = 0.72  # score from which the user is asked whether two are the same
SHORTER_FORM = 0.8  # what a name is worth that is another one with words left out
WEIGHTS = {"name": 0.75, "type": 0.15, "neighbours": 0.1}
MEANING = 0.1  # of a score, where both have vectors; the rest keeps its proportions
MOST_QUESTIONS = 3  # about one new entity
MOST_CANDIDATES = 8  # by letters in common, for one name
MOST_NEIGHBOURS = 20_000  # rows read to see who is spoken of together
ROOT = "node.entity"
UNSURE = 0.5  # confidence in a mention whose name fits several

# Names alike to those given, the likeliest first.
ALIKE = """
SELECT wanted.name, alias.entity_id
FROM unnest(%s::text[]) AS wanted (name)
CROSS JOIN LATERAL (
    SELECT entity_id, similarity(normal_name, wanted.name) AS likeness
    FROM knowledge_alias
    WHERE user_id = %s AND normal_name %% wanted.name AND NOT is_identifier
    ORDER BY likeness DESC, entity_id
    LIMIT %s
) AS alias
"""

# Who is spoken of together with these entities, in one block or by a relation.
NEIGHBOURS = """
SELECT ours.entity_id, theirs.entity_id
FROM knowledge_mention ours JOIN knowledge_mention theirs USING (block_id)
WHERE ours.user_id = %(user)s AND ours.entity_id = ANY(%(ids)s)
  AND theirs.entity_id <> ours.entity_id
UNION
SELECT source_id, target_id FROM knowledge_edge
WHERE user_id = %(user)s AND source_id = ANY(%(ids)s)
UNION
SELECT target_id, source_id FROM knowledge_edge
WHERE user_id = %(user)s AND target_id = ANY(%(ids)s)
LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Resolved:
    """The entity that a proposal means."""

    entity: Entity
    confidence: float = 1.0  # that it is this one


@dataclass
class Known:
    """An entity with all that it is recognised by."""

    entity: Entity
    names: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Score:
    """How likely two are the same."""

    total: float
    parts: Mapping[str, float]


class Types:
    """What is a kind of what."""

    def __init__(self, schema: SchemaView) -> None:
        self.parents = schema.node_parents

    def ancestors(self, node_type: str) -> set[str]:
        """The type and all it is a kind of."""
        found: set[str] = set()
        waiting = [node_type]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting += self.parents.get(current, ())
        return found

    def category(self, node_type: str) -> str:
        """The child of the root that it is a kind of; itself when there is none."""
        line = self.ancestors(node_type)
        tops = sorted(t for t in line if ROOT in self.parents.get(t, ()))
        return tops[0] if tops else node_type

    def agreement(self, left: str, right: str) -> float:
        """1 when one is a kind of the other, a half when nothing speaks against it, else 0."""
        if ROOT in (left, right):
            return 0.5
        return 1.0 if left in self.ancestors(right) or right in self.ancestors(left) else 0.0

    def narrower(self, old: str, new: str) -> bool:
        """True when the new type says more."""
        return new != old and old in self.ancestors(new)


# -- which entity a name means


class Resolver:
    """Finds the entities of one batch; what it creates is in the work."""

    def __init__(self, work: UnitOfWork, schema: SchemaView, contexts: Contexts) -> None:
        self.work = work
        self.types = Types(schema)
        self.contexts = contexts
        self.known: dict[UUID, Known] = {}
        self.by_name: dict[str, set[UUID]] = defaultdict(set)
        self.by_identifier: dict[str, UUID] = {}
        self.alike: dict[str, list[UUID]] = defaultdict(list)
        self.apart: set[frozenset[UUID]] = set()
        self.neighbours: dict[UUID, set[UUID]] | None = None
        self.company: set[UUID] = set()  # entities of this batch that are certain

    def resolve(self, proposals: Sequence[tuple[ProposedEntity, Trust]]) -> dict[str, Resolved]:
        """The entity of each proposal, by its key; new ones are created."""
        self._load([proposal for proposal, _ in proposals])
        self._remember(_ids(proposal.key for proposal, _ in proposals))
        found: dict[str, Resolved] = {}
        # Certain ones first: they are the company by which others are told apart.
        for proposal, trust in sorted(proposals, key=lambda p: not self._is_plain(p[0])):
            resolved = self._self(trust) if proposal.is_user else self._one(proposal, trust)
            self._learn_names(resolved.entity, proposal, trust)
            if resolved.confidence == 1.0:
                self.company.add(resolved.entity.id)
            found[proposal.key] = resolved
        return found

    def named(self, keys: Iterable[str]) -> dict[str, Resolved]:
        """The entities of these keys, where they are ids of entities that are known already."""
        self._remember(_ids(keys))
        return {
            key: Resolved(self.known[id_].entity)
            for key in keys
            for id_ in _ids([key])
            if id_ in self.known
        }

    def _is_plain(self, proposal: ProposedEntity) -> bool:
        return proposal.is_user or len(self.by_name[identity.normal_name(proposal.name)]) == 1

    # what is known

    def _load(self, proposals: Sequence[ProposedEntity]) -> None:
        names = {name for p in proposals for name in _names(p)}
        identifiers = {identity.normal_identifier(i) for p in proposals for i in p.identifiers}
        user_id = self.work.user_id
        rows = Alias.objects.filter(user_id=user_id).filter(
            Q(normal_name__in=names, is_identifier=False)
            | Q(normal_name__in=identifiers, is_identifier=True)
        )
        ids = set(rows.values_list("entity_id", flat=True))
        met = set(rows.filter(is_identifier=False).values_list("normal_name", flat=True))
        if strange := sorted(names - met):
            for name, entity_id in all_rows(ALIKE, [strange, user_id, MOST_CANDIDATES]):
                self.alike[name].append(entity_id)
                ids.add(entity_id)
        self._remember(ids)
        pairs = CannotLink.objects.filter(user_id=user_id).filter(
            Q(left_id__in=ids) | Q(right_id__in=ids)
        )
        self.apart = {frozenset(pair) for pair in pairs.values_list("left_id", "right_id")}

    def _remember(self, ids: Iterable[UUID]) -> None:
        new = [id_ for id_ in ids if id_ not in self.known]
        entities = Entity.objects.filter(user_id=self.work.user_id, pk__in=new, merged_into=None)
        for entity in entities:
            self.known[entity.id] = Known(entity)
        for alias in Alias.objects.filter(user_id=self.work.user_id, entity_id__in=new):
            if alias.entity_id in self.known:
                self._index(alias)

    def _index(self, alias: Alias) -> None:
        known = self.known[alias.entity_id]
        if alias.is_identifier:
            known.identifiers.add(alias.normal_name)
            self.by_identifier[alias.normal_name] = alias.entity_id
        else:
            known.names.add(alias.normal_name)
            self.by_name[alias.normal_name].add(alias.entity_id)

    # the decision

    def _self(self, trust: Trust) -> Resolved:
        return Resolved(self.ensure_self(trust))

    def ensure_self(self, trust: Trust) -> Entity:
        """The user as an entity."""
        id_ = identity.self_entity_id(self.work.user_id)
        if id_ not in self.known:
            self._remember([id_])
        if id_ in self.known:
            return self.known[id_].entity
        name = accounts.display_name(user_id=self.work.user_id) or "Me"
        entity = self._create(id_, name=name, node_type="node.person", trust=trust, is_self=True)
        for own in (name, *identity.SELF_NAMES):
            self._add_alias(entity, own, identity.normal_name(own))
        return entity

    def _one(self, proposal: ProposedEntity, trust: Trust) -> Resolved:
        for id_ in _ids([proposal.key]):  # an extractor may say which it means
            if id_ in self.known:
                return Resolved(self.known[id_].entity)
        for identifier in map(identity.normal_identifier, proposal.identifiers):
            if identifier in self.by_identifier:
                return Resolved(self.known[self.by_identifier[identifier]].entity)
        exact = [id_ for id_ in self._exact(proposal) if not self._is_blocked(proposal, id_)]
        if len(exact) == 1:
            return Resolved(self.known[exact[0]].entity)
        if exact:
            return self._likeliest(proposal, exact)
        return Resolved(self._new(proposal, trust))

    def _exact(self, proposal: ProposedEntity) -> list[UUID]:
        """Entities of that very name and of a type that agrees; by its own name before others."""
        for name in _names(proposal):
            found = [
                id_
                for id_ in sorted(self.by_name[name])
                if self.types.agreement(proposal.node_type, self._type(id_)) > 0
            ]
            if found:
                return found
        return []

    def _type(self, entity_id: UUID) -> str:
        return self.known[entity_id].entity.node_type_id

    def _is_blocked(self, proposal: ProposedEntity, entity_id: UUID) -> bool:
        """True when both have identifiers and none in common."""
        ours = set(map(identity.normal_identifier, proposal.identifiers))
        theirs = self.known[entity_id].identifiers
        return bool(ours and theirs and not ours & theirs)

    def _likeliest(self, proposal: ProposedEntity, ids: Sequence[UUID]) -> Resolved:
        """One of several namesakes: who is spoken of in the same company, or was last."""

        def worth(entity_id: UUID) -> tuple[float, float, str]:
            entity = self.known[entity_id].entity
            agreement = self.types.agreement(proposal.node_type, entity.node_type_id)
            together = len(self._neighbours(entity_id) & self.company)
            return (together + agreement, entity.recorded_at.timestamp(), str(entity_id))

        return Resolved(self.known[max(ids, key=worth)].entity, confidence=UNSURE)

    def _new(self, proposal: ProposedEntity, trust: Trust) -> Entity:
        name = identity.normal_name(proposal.name) or identity.normal_text(proposal.name)
        category = self.types.category(proposal.node_type)
        id_ = self._free_id(category, name, proposal)
        if id_ in self.known:
            return self.known[id_].entity
        entity = self._create(id_, name=proposal.name, node_type=proposal.node_type, trust=trust)
        for other_id, score in self._questions(proposal, entity):
            self._ask(entity.id, other_id, score)
        return entity

    def _free_id(self, category: str, name: str, proposal: ProposedEntity) -> UUID:
        """The id of that name; a namesake's is marked by what tells it apart."""

        def id_for(mark: str) -> UUID:
            return identity.entity_id(
                self.work.user_id,
                universe_id=REAL_WORLD,
                category=category,
                name=name,
                mark=mark,
            )

        plain = id_for("")
        taken = plain in self.known or Entity.objects.filter(pk=plain).exists()
        if not taken:
            return plain
        marks = sorted(map(identity.normal_identifier, proposal.identifiers))
        first = proposal.spans[0].message_id if proposal.spans else proposal.key
        return id_for(marks[0] if marks else str(first))

    def _create(
        self, id_: UUID, *, name: str, node_type: str, trust: Trust, is_self: bool = False
    ) -> Entity:
        entity = self.work.add(
            Entity(
                id=id_,
                user_id=self.work.user_id,
                node_type_id=node_type,
                name=name,
                normal_name=identity.normal_name(name)[: identity.MAX_NAME_CHARS],
                trust=trust,
                is_self=is_self,
                recorded_at=self.work.now,
            )
        )
        self.known[id_] = Known(entity)
        return entity

    def _learn_names(self, entity: Entity, proposal: ProposedEntity, trust: Trust) -> None:
        """The entity is known by every name and identifier of the proposal from now on."""
        known = self.known[entity.id]
        for name in () if proposal.is_user else (proposal.name, *proposal.aliases):
            normal = identity.normal_name(name)
            if normal and normal not in known.names:
                self._add_alias(entity, name, normal)
        for identifier in proposal.identifiers:
            normal = identity.normal_identifier(identifier)
            if normal and normal not in known.identifiers:
                self._add_alias(entity, identifier, normal, is_identifier=True)
        if trust > entity.trust:
            self.work.change(entity, trust=int(trust))
        is_fixed = entity.trust == Trust.CONFIRMED or entity.is_self
        if not is_fixed and self.types.narrower(entity.node_type_id, proposal.node_type):
            self.work.change(entity, node_type_id=proposal.node_type)

    def _add_alias(
        self, entity: Entity, name: str, normal: str, *, is_identifier: bool = False
    ) -> None:
        normal = normal[: identity.MAX_ALIAS_CHARS]
        self._index(
            self.work.add(
                Alias(
                    id=identity.alias_id(self.work.user_id, entity_id=entity.id, name=normal),
                    user_id=self.work.user_id,
                    entity_id=entity.id,
                    name=name[: identity.MAX_ALIAS_CHARS],
                    normal_name=normal,
                    is_identifier=is_identifier,
                )
            )
        )

    # the grey zone

    def _questions(self, proposal: ProposedEntity, entity: Entity) -> list[tuple[UUID, Score]]:
        """Entities that may be the same as a new one, the likeliest first."""
        candidates = {id_ for name in _names(proposal) for id_ in self.alike[name]}
        candidates |= {id_ for name in _names(proposal) for id_ in self.by_name[name]}
        scored = [
            (id_, self._score(proposal, id_))
            for id_ in candidates
            if id_ in self.known
            and id_ != entity.id
            and frozenset((id_, entity.id)) not in self.apart
            and not self._is_blocked(proposal, id_)
        ]
        likely = [(id_, score) for id_, score in scored if score.total >= GREY]
        likely.sort(key=lambda pair: (-pair[1].total, pair[0]))
        return likely[:MOST_QUESTIONS]

    def _score(self, proposal: ProposedEntity, entity_id: UUID) -> Score:
        known = self.known[entity_id]
        agreement = self.types.agreement(proposal.node_type, known.entity.node_type_id)
        likeness = max(
            (_likeness(ours, theirs) for ours in _names(proposal) for theirs in known.names),
            default=0.0,
        )
        together = self._neighbours(entity_id) & self.company
        parts = {
            "name": likeness,
            "type": agreement,
            "neighbours": min(1.0, len(together) / 2),
        }
        if not agreement or not likeness:
            return Score(0.0, parts)
        total = sum(WEIGHTS[name] * part for name, part in parts.items())
        return self._with_meaning(Score(total, parts), proposal, entity_id)

    def _with_meaning(self, score: Score, proposal: ProposedEntity, entity_id: UUID) -> Score:
        """The score with how alike is what is said where the two are spoken of, if it is known."""
        self.contexts.load(self.known)
        meaning = self.contexts.likeness(proposal.key, entity_id)
        if meaning is None:
            return score
        total = (1 - MEANING) * score.total + MEANING * meaning
        return Score(total, {**score.parts, "meaning": meaning})

    def _neighbours(self, entity_id: UUID) -> set[UUID]:
        if self.neighbours is None:
            values = {
                "user": self.work.user_id,
                "ids": list(self.known),
                "limit": MOST_NEIGHBOURS,
            }
            self.neighbours = defaultdict(set)
            for one, other in all_rows(NEIGHBOURS, values):
                self.neighbours[one].add(other)
        return self.neighbours.get(entity_id, set())

    def _ask(self, new_id: UUID, known_id: UUID, score: Score) -> None:
        self.work.add(
            ReviewItem(
                id=identity.pair_id(
                    self.work.user_id, kind="merge", left_id=known_id, right_id=new_id
                ),
                user_id=self.work.user_id,
                kind=ReviewItem.Kind.MERGE,
                left_id=known_id,
                right_id=new_id,
                score=round(score.total, 4),
                features={name: round(part, 4) for name, part in score.parts.items()},
            )
        )


def _ids(keys: Iterable[str]) -> list[UUID]:
    """Those of the keys that are ids."""
    found = []
    for key in keys:
        with suppress(ValueError):
            found.append(UUID(key))
    return found


def _names(proposal: ProposedEntity) -> list[str]:
    normal = map(identity.normal_name, (proposal.name, *proposal.aliases))
    return list(dict.fromkeys(name for name in normal if name))


def _likeness(ours: str, theirs: str) -> float:
    """0 when a number differs: house 12 is not house 21, however alike they look."""
    if identity.digits_of(ours) != identity.digits_of(theirs):
        return 0.0
    likeness = identity.name_likeness(ours, theirs)
    return max(likeness, SHORTER_FORM) if identity.is_shorter_form(ours, theirs) else likeness


# -- merging


def merge(*, user_id: UUID, keep_id: UUID, gone_id: UUID) -> UUID:
    """Everything known of the second is known of the first; returns the changeset to roll back.

    The second stays as an empty row whose `merged_into` is the first.
    """
    with transaction.atomic():
        lock_memory(user_id)
        work = UnitOfWork(user_id=user_id, kind=Changeset.Kind.MERGE)
        merge_into(work, keep=_entity(user_id, keep_id), gone=_entity(user_id, gone_id))
        return work.commit()


def merge_into(work: UnitOfWork, *, keep: Entity, gone: Entity) -> None:
    """The work makes the two one; raises CannotMerge for one and the same, or the user's own."""
    if keep.id == gone.id or gone.is_self or keep.merged_into_id or gone.merged_into_id:
        raise CannotMerge
    if _are_different(work, keep, gone):
        raise CannotMerge("These two were said to be different.")
    topics = _move_blocks(work, keep, gone)
    _move_mentions(work, keep, gone)
    _move_edges(work, keep, gone)
    _move_aliases(work, keep, gone)
    for entity in work.current(Entity.objects.filter(user_id=work.user_id, merged_into=gone)):
        work.change(entity, merged_into_id=keep.id)
    work.change(gone, merged_into_id=keep.id)
    if gone.trust > keep.trust:
        work.change(keep, trust=gone.trust)
    _close_questions(work, keep, gone)
    resolve_conflicts(work, topics)


def _are_different(work: UnitOfWork, keep: Entity, gone: Entity) -> bool:
    """True when the user said so, of these or of any that became one of them."""
    ours, theirs = _members(work, keep), _members(work, gone)
    across = Q(left_id__in=ours, right_id__in=theirs) | Q(left_id__in=theirs, right_id__in=ours)
    return CannotLink.objects.filter(across, user_id=work.user_id).exists()


def _members(work: UnitOfWork, entity: Entity) -> list[UUID]:
    merged = Entity.objects.filter(user_id=work.user_id, merged_into=entity)
    return [entity.id, *merged.values_list("id", flat=True)]


def _move_blocks(work: UnitOfWork, keep: Entity, gone: Entity) -> set[tuple[UUID, str]]:
    topics = set()
    for block in Block.objects.filter(user_id=work.user_id, entity=gone):
        work.change(block, entity_id=keep.id)
        if topic := topic_of(block):
            topics.add(topic)
    return topics


def _move_mentions(work: UnitOfWork, keep: Entity, gone: Entity) -> None:
    theirs = {m.block_id: m for m in Mention.objects.filter(user_id=work.user_id, entity=keep)}
    for mention in Mention.objects.filter(user_id=work.user_id, entity=gone):
        if mention.block_id in theirs:
            _remove_cited(work, mention, heir=theirs[mention.block_id])
        else:
            work.change(mention, entity_id=keep.id)


def _move_edges(work: UnitOfWork, keep: Entity, gone: Entity) -> None:
    ends = Q(source=gone) | Q(target=gone)
    for edge in Edge.objects.filter(ends, user_id=work.user_id):
        source = keep.id if edge.source_id == gone.id else edge.source_id
        target = keep.id if edge.target_id == gone.id else edge.target_id
        if source == target:
            _remove_cited(work, edge)
        else:
            work.change(edge, source_id=source, target_id=target)


def _remove_cited(work: UnitOfWork, record: Mention | Edge, *, heir: Mention | None = None) -> None:
    """The record goes, and where it is from is known of its heir, if it has one."""
    for source in Source.objects.filter(user_id=work.user_id, record_id=record.id):
        work.remove(source)
        if heir is not None:
            work.cite(heir, Span(source.message_id, source.start, source.end))
    work.remove(record)


def _move_aliases(work: UnitOfWork, keep: Entity, gone: Entity) -> None:
    ours = set(
        Alias.objects.filter(user_id=work.user_id, entity=keep).values_list(
            "normal_name", flat=True
        )
    )
    for alias in Alias.objects.filter(user_id=work.user_id, entity=gone):
        if alias.normal_name in ours:
            work.remove(alias)
        else:
            work.change(alias, entity_id=keep.id)


def _close_questions(work: UnitOfWork, keep: Entity, gone: Entity) -> None:
    """What was asked about the one that is gone is answered, or no question any more."""
    about = Q(left_id=gone.id) | Q(right_id=gone.id)
    open_ = ReviewItem.objects.filter(
        about,
        user_id=work.user_id,
        kind=ReviewItem.Kind.MERGE,
        state=ReviewItem.State.OPEN,
    )
    for item in work.current(open_):
        if {item.left_id, item.right_id} == {keep.id, gone.id}:
            work.change(item, state=ReviewItem.State.ACCEPTED, decided_at=work.now)
        else:
            work.remove(item)


def keep_apart(*, user_id: UUID, left_id: UUID, right_id: UUID) -> UUID:
    """The two are different for ever, also after a rebuild; returns the changeset."""
    with transaction.atomic():
        lock_memory(user_id)
        work = UnitOfWork(user_id=user_id, kind=Changeset.Kind.EDIT)
        separate(work, _entity(user_id, left_id), _entity(user_id, right_id))
        return work.commit()


def separate(work: UnitOfWork, left: Entity, right: Entity) -> None:
    """The work says that the two are different."""
    if (left.merged_into_id or left.id) == (right.merged_into_id or right.id):
        raise CannotMerge("One and the same is not two.")
    low, high = sorted([left.id, right.id])
    id_ = identity.pair_id(work.user_id, kind="distinct", left_id=low, right_id=high)
    work.add(CannotLink(id=id_, user_id=work.user_id, left_id=low, right_id=high))
    questions = ReviewItem.objects.filter(
        user_id=work.user_id,
        kind=ReviewItem.Kind.MERGE,
        state=ReviewItem.State.OPEN,
        left_id__in=[low, high],
        right_id__in=[low, high],
    )
    for item in work.current(questions):
        work.change(item, state=ReviewItem.State.REJECTED, decided_at=work.now)


def _entity(user_id: UUID, entity_id: UUID) -> Entity:
    entity = Entity.objects.filter(user_id=user_id, pk=entity_id).first()
    if entity is None:
        raise RecordNotFound
    return entity
