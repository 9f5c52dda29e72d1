"""What every extractor can do: propose what to remember of a batch of messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
