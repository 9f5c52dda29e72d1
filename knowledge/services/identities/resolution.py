"""Entity resolution: which entity a name means.

A name finds candidates by its normal form, by its identifiers and by letters in common; their
features are scored. Only a certain match is taken for the same entity. For a likely one a new
entity and a review item are added.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from uuid import UUID

from django.db.models import Q

from accounts import selectors as accounts
from exobrain.lib.sql import all_rows
from knowledge import identity
from knowledge.extraction import roles as known_roles
from knowledge.extraction.port import SchemaView
from knowledge.models import (
    Alias,
    CannotLink,
    Entity,
    ReviewItem,
)
from knowledge.services.identities import people
from knowledge.services.identities.contexts import Contexts
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.types import REAL_WORLD, ProposedEntity, Trust

GREY = 0.72  # total of `_score` from which the user is asked whether two are the same
SHORTER_FORM = 0.8  # the likeness of a name to itself with words left out
WEIGHTS = {"name": 0.75, "type": 0.15, "neighbours": 0.1}
MEANING = 0.1  # of a score, where both have vectors; the rest keeps its proportions
MAX_REVIEW_ITEMS = 3  # about one new entity
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
    """An entity with all its normal names and identifiers."""

    entity: Entity
    names: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)


# -- which entity a name means


class Resolver:
    """Finds the entities of one batch; what it creates is added to the unit of work."""

    def __init__(self, work: UnitOfWork, schema: SchemaView, contexts: Contexts) -> None:
        self.work = work
        self.schema = schema
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
        user_id = self.work.user_id
        names = {name for proposal, _ in proposals for name in _normal_names(proposal)}
        identifiers = {
            identity.normal_identifier(each)
            for proposal, _ in proposals
            for each in proposal.identifiers
        }
        names |= {people.role_alias(p.role) for p, _ in proposals if p.role}
        persons = {
            name
            for proposal, _ in proposals
            if self._is_person(proposal.node_type) and not proposal.is_unnamed
            for name in _normal_names(proposal)
        }
        beginnings = {each for name in persons for each in people.beginnings_of(name)}
        firsts = {
            first
            for name in persons
            for first in people.bare_name(name).split()[:1]
            if len(first) >= people.LEAST_SHORT_CHARS
        }
        forms = {form for name in names for form in people.short_forms_of(name)}
        called = Q(normal_name__in=names | forms | beginnings)
        for first in sorted(firsts):  # Maximilian, when Max is spoken of
            called |= Q(normal_name__startswith=first)
        for form in sorted(forms):
            called |= Q(normal_name__startswith=f"{form} ")
        aliases = Alias.objects.filter(user_id=user_id).filter(
            Q(called, is_identifier=False) | Q(normal_name__in=identifiers, is_identifier=True)
        )
        ids = set(aliases.values_list("entity_id", flat=True))
        met = set(aliases.filter(is_identifier=False).values_list("normal_name", flat=True))
        if unmet := sorted(names - met):
            for name, entity_id in all_rows(ALIKE, [unmet, user_id, MOST_CANDIDATES]):
                self.alike[name].append(entity_id)
                ids.add(entity_id)
        self._load_entities(ids)
        pairs = CannotLink.objects.filter(user_id=user_id).filter(
            Q(left_id__in=ids) | Q(right_id__in=ids)
        )
        self.apart = {frozenset(pair) for pair in pairs.values_list("left_id", "right_id")}
        self._load_entities(_parse_ids(proposal.key for proposal, _ in proposals))

        found: dict[str, Resolved] = {}
        # Certain ones first: the others are recognised by the company they are in.
        certain = {
            proposal.key
            for proposal, _ in proposals
            if proposal.is_user or len(self.by_name[identity.normal_name(proposal.name)]) == 1
        }
        for proposal, trust in sorted(proposals, key=lambda pair: pair[0].key not in certain):
            resolved = (
                Resolved(self.ensure_self(trust))
                if proposal.is_user
                else self._resolve_one(proposal, trust)
            )
            self._add_names(resolved.entity, proposal, trust)
            if resolved.confidence == 1.0:
                self.company.add(resolved.entity.id)
            found[proposal.key] = resolved
        return found

    def named(self, keys: Iterable[str]) -> dict[str, Resolved]:
        """The entities of these keys, where they are ids of entities that are known already."""
        self._load_entities(_parse_ids(keys))
        return {
            key: Resolved(self.known[id_].entity)
            for key in keys
            for id_ in _parse_ids([key])
            if id_ in self.known
        }

    # what is known

    def _load_entities(self, ids: Iterable[UUID]) -> None:
        new = [id_ for id_ in ids if id_ not in self.known]
        entities = Entity.objects.filter(user_id=self.work.user_id, pk__in=new, merged_into=None)
        for entity in entities:
            self.known[entity.id] = Known(entity)
        for alias in Alias.objects.filter(user_id=self.work.user_id, entity_id__in=new):
            if alias.entity_id in self.known:
                self._index_alias(alias)

    def _index_alias(self, alias: Alias) -> None:
        known = self.known[alias.entity_id]
        if alias.is_identifier:
            known.identifiers.add(alias.normal_name)
            self.by_identifier[alias.normal_name] = alias.entity_id
        else:
            known.names.add(alias.normal_name)
            self.by_name[alias.normal_name].add(alias.entity_id)

    # the decision

    def ensure_self(self, trust: Trust) -> Entity:
        """The entity of the user, created if it is missing."""
        id_ = identity.self_entity_id(self.work.user_id)
        if id_ not in self.known:
            self._load_entities([id_])
        if id_ in self.known:
            return self.known[id_].entity
        name = accounts.display_name(user_id=self.work.user_id) or "Me"
        entity = self._create(id_, name=name, node_type="node.person", trust=trust, is_self=True)
        for own in (name, *identity.SELF_NAMES):
            self._add_alias(entity, own, identity.normal_name(own))
        return entity

    def _resolve_one(self, proposal: ProposedEntity, trust: Trust) -> Resolved:
        """The match by key, identifier or name, the likeliest of namesakes, or a new entity."""
        if (certain := self._identified(proposal)) is not None:
            return Resolved(self.known[certain].entity)
        if proposal.is_another and not self._has_second(proposal):
            return Resolved(self._create_proposed(proposal, trust))
        if proposal.role:
            return self._resolve_role(proposal, trust)
        same_name: list[UUID] = []
        for name in _normal_names(proposal):  # its own name before the others
            same_name = [
                id_
                for id_ in sorted(self.by_name[name])
                if self._type_agreement(proposal, self.known[id_].entity) > 0
            ]
            if same_name:
                break
        fitting = [
            id_
            for id_ in same_name
            if not self._has_other_identifiers(proposal, id_)
            and not self._has_other_title(proposal, id_)
        ]
        return self._one_of(proposal, trust, fitting)

    def _identified(self, proposal: ProposedEntity) -> UUID | None:
        """Whom its key names, as an extractor may say which it means, or an identifier.

        An extractor knows names alone: the boss Tom is not the brother of that name.
        """
        for id_ in _parse_ids([proposal.key]):
            if id_ in self.known and not (
                self._is_another_by_role(proposal, id_) or self._has_other_title(proposal, id_)
            ):
                return id_
        for identifier in map(identity.normal_identifier, proposal.identifiers):
            if identifier in self.by_identifier:
                return self.by_identifier[identifier]
        return None

    def _likeliest(self, proposal: ProposedEntity, ids: Sequence[UUID]) -> Resolved:
        """Of several whom a name or role may mean: company in common and type, then the latest."""

        def rank(entity_id: UUID) -> tuple[float, float, str]:
            entity = self.known[entity_id].entity
            together = len(self._neighbours(entity_id) & self.company)
            score = together + self._type_agreement(proposal, entity)
            return (score, entity.recorded_at.timestamp(), str(entity_id))

        return Resolved(self.known[max(ids, key=rank)].entity, confidence=UNSURE)

    def _resolve_role(self, proposal: ProposedEntity, trust: Trust) -> Resolved:
        """Who has that role, by that name if one is said; a name joins who had none.

        Somebody of the name who has a role that excludes this one is another person, and the user
        is asked.
        """
        holders = self._fitting(proposal, people.role_alias(proposal.role))
        if proposal.is_unnamed:
            if proposal.role in known_roles.ONLY_ONE:
                holders = sorted(holders, key=lambda id_: (self._since(id_), str(id_)))[-1:]
            return self._one_of(proposal, trust, holders)
        named = [
            id_
            for name in _normal_names(proposal)
            for id_ in self._fitting(proposal, name)
            if not self._is_another_by_role(proposal, id_)
        ]
        both = [id_ for id_ in dict.fromkeys(named) if id_ in holders] or [*dict.fromkeys(named)]
        both = both or self._of_other_name(proposal, holders)
        unnamed = [id_ for id_ in holders if self.known[id_].entity.is_unnamed]
        if len(unnamed) == 1 and not set(both) & set(holders):
            entity = self.known[unnamed[0]].entity
            self._ask_about_likely(proposal, entity)
            return Resolved(entity)
        return self._one_of(proposal, trust, both)

    def _of_other_name(self, proposal: ProposedEntity, holders: Sequence[UUID]) -> list[UUID]:
        """Who has the role by a longer or shorter name, when that is certain: Lena, Lena Vogt.

        Of a role that one has at a time a short form will do; of others, Jan may be no Janosch.
        """
        own = identity.normal_name(proposal.name)
        is_same = (
            people.is_variant if proposal.role in known_roles.ONLY_ONE else people.is_longer_form
        )
        found = [
            id_
            for id_ in holders
            if any(
                is_same(own, name)
                for name in self.known[id_].names
                if not people.role_of_alias(name)
            )
        ]
        return found if len(found) == 1 else []

    def _one_of(self, proposal: ProposedEntity, trust: Trust, ids: Sequence[UUID]) -> Resolved:
        """The only one, the likeliest of several, or a new entity."""
        if not ids:
            return Resolved(self._create_proposed(proposal, trust))
        if len(ids) == 1:
            return Resolved(self.known[ids[0]].entity)
        return self._likeliest(proposal, ids)

    def _fitting(self, proposal: ProposedEntity, normal_name: str) -> list[UUID]:
        """The entities of that name that may be what is proposed; never the user."""
        return [
            id_
            for id_ in sorted(self.by_name[normal_name])
            if self._type_agreement(proposal, self.known[id_].entity) > 0
            and not self.known[id_].entity.is_self
            and not self._has_other_identifiers(proposal, id_)
        ]

    def _has_second(self, proposal: ProposedEntity) -> bool:
        """True when the other one of a role is known already: "my other sister" again."""
        if not proposal.role or not proposal.is_unnamed:
            return False
        return len(self._fitting(proposal, people.role_alias(proposal.role))) > 1

    def _roles_of(self, entity_id: UUID) -> set[str]:
        """What the entity is to the user, by the names that it goes by."""
        return {r for name in self.known[entity_id].names if (r := people.role_of_alias(name))}

    def _is_another_by_role(self, proposal: ProposedEntity, entity_id: UUID) -> bool:
        """True when nobody is both what is proposed and what the entity is to the user."""
        roles = self._roles_of(entity_id) if proposal.role else ()
        return any(known_roles.exclude_each_other(proposal.role, role) for role in roles)

    def _has_other_title(self, proposal: ProposedEntity, entity_id: UUID) -> bool:
        """True for Frau Weber when Dr. Weber is known, and no role joins the two."""
        ours = people.titles_in(_normal_names(proposal)) if not proposal.role else set()
        theirs = people.titles_in(self.known[entity_id].names)
        return bool(ours and theirs and not ours & theirs)

    def _since(self, entity_id: UUID) -> datetime:
        """When the entity was recorded."""
        return self.known[entity_id].entity.recorded_at

    def _type_agreement(self, proposal: ProposedEntity, entity: Entity) -> float:
        """1 when one type is a subtype of the other, 0.5 when one is the root type, else 0."""
        left, right = proposal.node_type, entity.node_type_id
        if ROOT in (left, right):
            return 0.5
        is_kind = left in self.schema.ancestors(right) or right in self.schema.ancestors(left)
        return 1.0 if is_kind else 0.0

    def _is_person(self, node_type: str) -> bool:
        return "node.person" in self.schema.ancestors(node_type)

    def _has_other_identifiers(self, proposal: ProposedEntity, entity_id: UUID) -> bool:
        """True when both have identifiers and none in common."""
        ours = set(map(identity.normal_identifier, proposal.identifiers))
        theirs = self.known[entity_id].identifiers
        return bool(ours and theirs and not ours & theirs)

    def _create_proposed(self, proposal: ProposedEntity, trust: Trust) -> Entity:
        """A new entity, with a review item for each known one that it may be."""
        name = identity.normal_name(proposal.name) or identity.normal_text(proposal.name)
        parents = self.schema.node_parents
        line = self.schema.ancestors(proposal.node_type)
        categories = sorted(each for each in line if ROOT in parents.get(each, ()))

        def id_for(mark: str) -> UUID:
            return identity.entity_id(
                self.work.user_id,
                universe_id=REAL_WORLD,
                category=categories[0] if categories else proposal.node_type,
                name=name,
                mark=mark,
            )

        id_ = id_for("")
        if id_ in self.known or Entity.objects.filter(pk=id_).exists():
            # A namesake: an identifier or its first message makes its id another one.
            marks = sorted(map(identity.normal_identifier, proposal.identifiers))
            first = proposal.spans[0].message_id if proposal.spans else proposal.key
            id_ = id_for(marks[0] if marks else str(first))
            if id_ in self.known and proposal.is_another:  # a third one of the same message
                id_ = id_for(f"{first} {proposal.key}")
        if id_ in self.known:
            return self.known[id_].entity
        entity = self._create(
            id_,
            name=proposal.name,
            node_type=proposal.node_type,
            trust=trust,
            is_unnamed=proposal.is_unnamed,
            title=proposal.title,
        )
        if not proposal.is_unnamed and not proposal.is_another:
            self._ask_about_likely(proposal, entity)
        return entity

    def _create(
        self,
        id_: UUID,
        *,
        name: str,
        node_type: str,
        trust: Trust,
        is_self: bool = False,
        is_unnamed: bool = False,
        title: str = "",
    ) -> Entity:
        entity = self.work.add(
            Entity(
                id=id_,
                user_id=self.work.user_id,
                node_type_id=node_type,
                name=people.called(title, name),
                normal_name=identity.normal_name(name)[: identity.MAX_NAME_CHARS],
                trust=trust,
                is_self=is_self,
                is_unnamed=is_unnamed,
                recorded_at=self.work.now,
            )
        )
        self.known[id_] = Known(entity)
        return entity

    def _add_names(self, entity: Entity, proposal: ProposedEntity, trust: Trust) -> None:
        """The entity has every name and identifier of the proposal, its trust and narrower type."""
        known = self.known[entity.id]
        names = list(proposal.aliases)
        if not proposal.is_user and not proposal.is_unnamed:
            names.insert(0, proposal.name)
        if proposal.role:
            names.append(f"{people.ROLE_PREFIX}{proposal.role.replace('_', ' ')}")
        if entity.is_unnamed and not proposal.is_unnamed:  # it has a name now
            normal = identity.normal_name(proposal.name)[: identity.MAX_NAME_CHARS]
            self.work.change(
                entity,
                name=people.called(proposal.title, proposal.name),
                normal_name=normal,
                is_unnamed=False,
            )
        elif proposal.title and entity.name == proposal.name and entity.trust < Trust.CONFIRMED:
            self.work.change(entity, name=people.called(proposal.title, proposal.name))
        for name in names:
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
        old, new = entity.node_type_id, proposal.node_type
        if not is_fixed and new != old and old in self.schema.ancestors(new):  # it says more
            self.work.change(entity, node_type_id=proposal.node_type)

    def _add_alias(
        self, entity: Entity, name: str, normal: str, *, is_identifier: bool = False
    ) -> None:
        self._index_alias(
            self.work.add_alias(
                entity.id, name=name, normal_name=normal, is_identifier=is_identifier
            )
        )

    # the grey zone

    def _ask_about_likely(self, proposal: ProposedEntity, entity: Entity) -> None:
        """There is a review item for each of the known entities that are likeliest the same."""
        candidates = {id_ for name in _normal_names(proposal) for id_ in self.alike[name]}
        candidates |= {id_ for name in _normal_names(proposal) for id_ in self.by_name[name]}
        if self._is_person(proposal.node_type):
            own = identity.normal_name(proposal.name)
            candidates |= {
                id_
                for id_, known in self.known.items()
                if self._is_person(known.entity.node_type_id)
                and not known.entity.is_self
                and any(people.is_variant(own, name) for name in known.names)
            }
        likely = []
        for id_ in candidates & self.known.keys() - {entity.id}:
            is_apart = frozenset((id_, entity.id)) in self.apart
            if not is_apart and not self._has_other_identifiers(proposal, id_):
                total, parts = self._score(proposal, id_)
                if total >= GREY:
                    likely.append((-total, id_, parts))
        for total, id_, parts in sorted(likely, key=lambda each: each[:2])[:MAX_REVIEW_ITEMS]:
            item_id = identity.pair_id(
                self.work.user_id, kind="merge", left_id=id_, right_id=entity.id
            )
            self.work.add(
                ReviewItem(
                    id=item_id,
                    user_id=self.work.user_id,
                    kind=ReviewItem.Kind.MERGE,
                    left_id=id_,
                    right_id=entity.id,
                    score=round(-total, 4),
                    features={name: round(part, 4) for name, part in parts.items()},
                )
            )

    def _score(self, proposal: ProposedEntity, entity_id: UUID) -> tuple[float, dict[str, float]]:
        """How likely the two are the same, from 0 to 1, and the features of that score."""
        known = self.known[entity_id]
        likeness = 0.0
        is_person = self._is_person(proposal.node_type)
        for ours, theirs in product(_normal_names(proposal), known.names):
            if people.role_of_alias(ours) or people.role_of_alias(theirs):
                continue  # what somebody is says nothing of their name
            if identity.digits_of(ours) != identity.digits_of(theirs):
                continue  # house 12 is not house 21, however alike they look
            likeness = max(likeness, identity.name_likeness(ours, theirs))
            is_variant = is_person and people.is_variant(ours, theirs)
            if is_variant or identity.is_shorter_form(ours, theirs):
                likeness = max(likeness, SHORTER_FORM)
        together = self._neighbours(entity_id) & self.company
        parts = {
            "name": likeness,
            "type": self._type_agreement(proposal, known.entity),
            "neighbours": min(1.0, len(together) / 2),
        }
        if not parts["type"] or not likeness:
            return 0.0, parts
        total = sum(WEIGHTS[name] * part for name, part in parts.items())
        self.contexts.load(self.known)
        meaning = self.contexts.likeness(proposal.key, entity_id)
        if meaning is None:
            return total, parts
        return (1 - MEANING) * total + MEANING * meaning, {**parts, "meaning": meaning}

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


def _parse_ids(keys: Iterable[str]) -> list[UUID]:
    """The ids among the keys; other keys are left out."""
    found = []
    for key in keys:
        with suppress(ValueError):
            found.append(UUID(key))
    return found


def _normal_names(proposal: ProposedEntity) -> list[str]:
    normal = map(identity.normal_name, (proposal.name, *proposal.aliases))
    return list(dict.fromkeys(name for name in normal if name))
