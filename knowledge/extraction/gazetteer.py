"""The names that are sure, and which entity each of them means."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from knowledge.extraction.node_types import (
    CITY,
    COMPANY,
    CONCEPT,
    COUNTRY,
    DOCUMENT,
    ENTITY,
    GROUP,
    INSTITUTION,
    OBJECT,
    PERSON,
    PLACE,
)
from knowledge.extraction.port import KnownEntity, SchemaView

LEAST_SHORT_FORM = 3  # characters
_BROADER = {CITY: PLACE, COUNTRY: PLACE, COMPANY: INSTITUTION, DOCUMENT: OBJECT, GROUP: INSTITUTION}


def fold_name(name: str) -> str:
    """The name as it is compared: case and spacing do not count."""
    return " ".join(name.casefold().split())


@dataclass
class Gazetteer:
    """The names that the memory has, and those that the batch has shown."""

    schema: SchemaView
    keys: dict[str, str] = field(default_factory=dict)  # folded name -> key of its entity
    types: dict[str, str] = field(default_factory=dict)  # key -> node type
    longest: dict[str, int] = field(default_factory=dict)  # first word -> words of the longest name
    lowercase_words: set[str] = field(default_factory=set)  # seen without a capital
    short_forms: set[str] = field(default_factory=set)  # beginnings of people's first names

    @classmethod
    def of(cls, known: Iterable[KnownEntity], schema: SchemaView) -> "Gazetteer":
        """What the memory knows already."""
        gazetteer = cls(schema)
        for entity in known:
            if not entity.is_user:
                for name in (entity.name, *entity.aliases):
                    gazetteer.learn(name, entity.key, entity.node_type)
        return gazetteer

    def learn(self, name: str, key: str, node_type: str) -> None:
        """From now on this name is that entity; an earlier owner of the name keeps it."""
        text = fold_name(name)
        if len(text) < 2 or not text[0].isalnum():
            return
        self.keys.setdefault(text, key)
        self.types.setdefault(key, node_type)
        words = text.split(" ")
        if node_type == PERSON:
            self.short_forms.update(
                words[0][:size] for size in range(LEAST_SHORT_FORM, len(words[0]))
            )
        self.longest[words[0]] = max(self.longest.get(words[0], 0), len(words))

    def nearest_type(self, node_type: str) -> str:
        """The type itself, or the nearest one that the schema has."""
        for candidate in (node_type, _BROADER.get(node_type, ENTITY), ENTITY, CONCEPT, OBJECT):
            if candidate in self.schema.node_types:
                return candidate
        return next(iter(sorted(self.schema.node_types)), ENTITY)
