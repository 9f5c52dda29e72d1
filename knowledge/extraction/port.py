"""What every extractor can do: propose what to remember of a batch of messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from knowledge.types import Extraction, SourceMessage


@dataclass(frozen=True)
class KnownEntity:
    """An entity that the memory has already; a proposal may use its key."""

    key: str
    name: str
    node_type: str
    aliases: Sequence[str] = ()
    is_user: bool = False


@dataclass(frozen=True)
class SchemaView:
    """The active types of the schema, as an extractor needs them."""

    node_types: Mapping[str, str]  # id -> description
    node_parents: Mapping[str, Sequence[str]]
    edge_types: Mapping[str, str]  # id -> description
    edge_rules: Mapping[str, Sequence[tuple[str, str]]]  # id -> (from type, to type)
    single_valued: frozenset[str]  # edge types of which a newer one ends the older one

    def ancestors(self, node_type: str) -> frozenset[str]:
        """The type itself and every type above it; the type alone when the schema lacks it."""
        return self._ancestors.get(node_type, frozenset({node_type}))

    def allows(self, edge_type: str, source_type: str, target_type: str) -> bool:
        """True when a rule of the edge type names both types, or types that they are of."""
        sources, targets = self.ancestors(source_type), self.ancestors(target_type)
        return any(
            source in sources and target in targets
            for source, target in self.edge_rules.get(edge_type, ())
        )

    @cached_property
    def _ancestors(self) -> Mapping[str, frozenset[str]]:
        """Of every type that has a parent; read for each relation, so computed once."""
        found: dict[str, frozenset[str]] = {}
        for node_type in self.node_parents:
            line: set[str] = set()
            waiting = [node_type]
            while waiting:
                current = waiting.pop()
                if current not in line:  # a type may be reached twice, even from itself
                    line.add(current)
                    waiting.extend(self.node_parents.get(current, ()))
            found[node_type] = frozenset(line)
        return found


class Extractor(Protocol):
    """Proposes; whether it is remembered is decided by the ledger's services."""

    name: str  # with its version: memory tells what made it

    def extract(
        self,
        *,
        messages: Sequence[SourceMessage],
        schema: SchemaView,
        known: Sequence[KnownEntity] = (),
    ) -> Extraction:
        """What may be remembered of the messages, which are in order; raises Unavailable."""
