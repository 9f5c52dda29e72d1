"""Facts written by somebody else, in the place of a model's: for tests.

`benchmarks.memory.standin` is the same behind HTTP, for the whole way.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from benchmarks.memory.locomo import observations_of
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import PERSON
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.rules import propose_by_rules
from knowledge.types import Extraction, ProposedFact, SourceMessage, TextSpan, Trust

CONFIDENCE = 0.8


class ObservationExtractor:
    """Proposes the observations of a file for the messages that it is told are their turns."""

    name = "observations-1"

    def __init__(self, conversation: Mapping[str, Any], turns: Mapping[UUID, str]) -> None:
        self.turns = turns  # message -> turn
        self.by_turn = _by_turn(conversation)

    def extract(
        self,
        *,
        messages: Sequence[SourceMessage],
        schema: SchemaView,
        known: Sequence[KnownEntity] = (),
    ) -> Extraction:
        """The names that the rules see, and the observations as facts."""
        proposals = propose_by_rules(messages=messages, schema=schema, known=known)
        proposals.facts = [fact for message in messages for fact in self._facts(proposals, message)]
        return proposals.extraction(extractor=self.name)

    def _facts(self, proposals: Proposals, message: SourceMessage) -> list[ProposedFact]:
        span = TextSpan(message.id, 0, len(message.content))
        return [
            ProposedFact(
                text=text,
                span=span,
                about=(proposals.propose_entity(Name(0, 0, speaker, PERSON, CONFIDENCE), span),),
                trust=Trust.USER_SAID,
                confidence=CONFIDENCE,
            )
            for speaker, text in self.by_turn.get(self.turns.get(message.id, ""), ())
        ]


def _by_turn(conversation: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """What is observed of whom, by the first turn it is from."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in observations_of(conversation):
        found.setdefault(one.turn_id, []).append((one.speaker, one.text))
    return found
