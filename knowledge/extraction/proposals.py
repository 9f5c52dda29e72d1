"""What has been found in a batch of messages, still open for more."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from knowledge.extraction.gazetteer import Gazetteer, fold_name
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import PERSON
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.extraction.roles import exclude_each_other
from knowledge.extraction.statements import Subject
from knowledge.extraction.topics import all_topics
from knowledge.types import (
    Extraction,
    ForgetWish,
    ProposedEntity,
    ProposedFact,
    ProposedMention,
    SourceMessage,
    TextSpan,
)

USER_KEY = "user"
USER_ALIASES = ("me", "I", "myself")
SURE_NAME = 0.5  # less sure names are not looked for in the rest of the batch
SAMPLED_CHARACTERS = 5_000  # of each message, for the words that it writes without a capital

_LONG_WORD = re.compile(r"(?<![\w'])[^\W\d_]{4,}")


@dataclass
class Proposals:
    """Entities, mentions and facts of one batch; everything said of an entity meets in its key."""

    schema: SchemaView
    gazetteer: Gazetteer
    user: KnownEntity | None
    known_types: Mapping[str, str]  # key -> node type of what the memory has
    entities: dict[str, ProposedEntity] = field(default_factory=dict)
    mentions: dict[tuple[str, TextSpan], ProposedMention] = field(default_factory=dict)
    facts: list[ProposedFact] = field(default_factory=list)
    whole_names: dict[str, str] = field(default_factory=dict)  # "Martin" -> key, in one message
    left_out: set[str] = field(default_factory=set)  # keys of what is no entity: the user's name
    forget_wishes: list[ForgetWish] = field(default_factory=list)

    @classmethod
    def begin(
        cls,
        messages: Iterable[SourceMessage],
        schema: SchemaView,
        known: Sequence[KnownEntity],
    ) -> "Proposals":
        """None yet, but with the names that the memory knows."""
        gazetteer = Gazetteer.of(known, schema)
        for message in messages:
            words = _LONG_WORD.findall(message.content[:SAMPLED_CHARACTERS])
            gazetteer.lowercase_words.update(word for word in words if word.islower())
        user = next((entity for entity in known if entity.is_user), None)
        return cls(schema, gazetteer, user, known_types=dict(gazetteer.types))

    def extraction(self, *, extractor: str) -> Extraction:
        """All of it, as values."""
        left_out = self.left_out
        return Extraction(
            entities=tuple(one for key, one in self.entities.items() if key not in left_out),
            mentions=tuple(one for one in self.mentions.values() if one.entity_key not in left_out),
            facts=tuple(
                replace(one, about=tuple(key for key in one.about if key not in left_out))
                for one in self.facts
                if one.about and one.about[0] not in left_out
            ),
            forget_wishes=tuple(self.forget_wishes),
            extractor=extractor,
        )

    def propose_user(self, span: TextSpan) -> Subject:
        """The user, who becomes an entity when they first speak of themselves."""
        if self.user is not None:
            return Subject(self.user.key, self.user.name, is_self=True)
        self._add_or_merge(
            ProposedEntity(
                key=USER_KEY,
                name="User",
                node_type=self.gazetteer.nearest_type(PERSON),
                spans=(span,),
                aliases=USER_ALIASES,
                is_user=True,
            )
        )
        return Subject(USER_KEY, "User", is_self=True)

    def propose_entity(
        self,
        name: Name,
        span: TextSpan,
        *,
        node_type: str | None = None,
        aliases: Sequence[str] = (),
        title: str = "",
    ) -> str:
        """The key of the entity with this name, which is mentioned there and known from now on.

        A `node_type` is what a frame or a model says it is; that counts more than what its name
        looks like, but not more than what the memory has.
        """
        folded = fold_name(name.text)
        key = name.key or self.gazetteer.keys.get(folded) or f"name:{folded}"
        nearest_type = self.gazetteer.nearest_type(node_type or name.node_type)
        self._add_or_merge(
            ProposedEntity(
                key=key,
                name=name.text,
                node_type=self.known_types.get(key, nearest_type),
                spans=(span,),
                confidence=name.confidence,
                identifiers=name.identifiers,
                aliases=tuple(aliases),
                title=title,
            ),
            is_type_sure=node_type is not None,
        )
        if name.confidence >= SURE_NAME and not name.identifiers:
            self.gazetteer.learn(name.text, key, self.entities[key].node_type)
        if node_type is not None and key not in self.known_types:
            self.gazetteer.types[key] = self.entities[key].node_type
        self.mentions.setdefault((key, span), ProposedMention(key, span, name.confidence))
        return key

    def propose_role(
        self,
        key: str,
        name: str,
        role: str,
        span: TextSpan,
        *,
        node_type: str,
        is_another: bool = False,
    ) -> str:
        """The key of somebody who has no name yet, and is known by what they are: "my sister".

        An empty `role` is of somebody who is something to another: "Ted's wife".
        """
        self._add_or_merge(
            ProposedEntity(
                key=key,
                name=name,
                node_type=self.gazetteer.nearest_type(node_type),
                spans=(span,),
                role=role,
                is_unnamed=True,
                is_another=is_another,
            )
        )
        self.mentions.setdefault((key, span), ProposedMention(key, span))
        return key

    def drop_unnamed(self, key: str) -> None:
        """Without somebody proposed by role alone, whose name has been found since."""
        entity = self.entities.get(key)
        if entity is not None and entity.is_unnamed:
            del self.entities[key]
            for mention in [one for one in self.mentions if one[0] == key]:
                del self.mentions[mention]

    def _add_or_merge(self, entity: ProposedEntity, *, is_type_sure: bool = False) -> None:
        before = self.entities.get(entity.key)
        if before is None:
            self.entities[entity.key] = entity
            return
        is_better = is_type_sure or entity.confidence > before.confidence
        spans = before.spans if entity.spans[0] in before.spans else (*before.spans, *entity.spans)
        self.entities[entity.key] = replace(
            before,
            spans=spans,
            node_type=entity.node_type if is_better else before.node_type,
            confidence=max(before.confidence, entity.confidence),
            identifiers=tuple(dict.fromkeys((*before.identifiers, *entity.identifiers))),
            aliases=tuple(dict.fromkeys((*before.aliases, *entity.aliases))),
            title=before.title or entity.title,
        )

    def is_animal(self, key: str) -> bool:
        """True when somebody's pet has this key."""
        entity = self.entities.get(key)
        role = entity.role if entity is not None else ""
        row = all_topics().get("pet:")
        return row is not None and role in row.roles

    def leave_out(self, key: str) -> None:
        """The key is no entity, whatever named it."""
        if key not in self.known_types:
            self.left_out.add(key)

    def add_role(self, key: str, role: str) -> None:
        """The entity, which has a name, is this to the user."""
        entity = self.entities.get(key)
        if entity is not None and not entity.role:
            self.entities[key] = replace(entity, role=role)

    def propose_namesake(self, key: str, role: str, span: TextSpan) -> str | None:
        """The key of another one of that name, when the role excludes what the first one is.

        "My sister Ines ... my dentist Ines": two people of one name. None when they may be one.
        """
        first = self.entities.get(key)
        if first is None or not first.role or not exclude_each_other(first.role, role):
            return None
        other = f"{key}:{role}"
        self._add_or_merge(replace(first, key=other, role=role, spans=(span,), identifiers=()))
        self.mentions.pop((key, span), None)
        self.mentions.setdefault((other, span), ProposedMention(other, span))
        return other

    def add_identifiers(self, key: str, identifiers: Sequence[str]) -> None:
        """The entity, if it is proposed, has these e-mail addresses and numbers as well."""
        entity = self.entities.get(key)
        if entity is not None and identifiers:
            merged = tuple(dict.fromkeys((*entity.identifiers, *identifiers)))
            self.entities[key] = replace(entity, identifiers=merged)

    def allows_edge(self, edge_type: str, about: Sequence[str]) -> bool:
        """True when the schema allows the edge from the first to the second of the keys."""
        if len(about) < 2 or about[0] == about[1]:
            return False
        source_type, target_type = (
            self.entities[key].node_type
            if key in self.entities
            else self.gazetteer.types.get(key, PERSON)  # the user, who is known, has no name there
            for key in about[:2]
        )
        return self.schema.allows(edge_type, source_type, target_type)
