"""The extractor that asks a model: two questions for a batch, and nothing it says is believed.

Every item of an answer is checked by itself: its quote must stand in the message it names, its
types must be of the schema, its clause must carry its words. What fails is dropped with a ruling.
The rules run as well: they find what has a fixed form, and stand in where the model is not well.
"""

import time
from collections.abc import Sequence
from typing import Any

import structlog

from exobrain.lib.errors import Unavailable, Upstream
from exobrain.lib.retries import Backoff
from knowledge.extraction.model_proposals import ModelProposals
from knowledge.extraction.own_words import OwnWords, why_not_own_words
from knowledge.extraction.parsing import Parser, english_parser
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.extraction.prompts import entities, facts
from knowledge.extraction.prompts.prompt import MESSAGE_CHARACTERS, Prompt
from knowledge.extraction.provider import Provider
from knowledge.extraction.repair import parse_items
from knowledge.extraction.rules import propose_by_rules
from knowledge.extraction.vocabulary import offered_types
from knowledge.types import Extraction, FallbackReason, SourceMessage

log = structlog.get_logger(__name__)

BATCH_CHARACTERS = 24_000  # of messages in one question: about 6,000 tokens
LINE_CHARACTERS = 60  # around a message in the question
MAX_BATCHES = 6  # of one job; further messages are left to the rules


# Another batch may be answered; after any other failure the rest is left to the rules as well.
OF_ONE_BATCH = frozenset({FallbackReason.REFUSED, FallbackReason.UNUSABLE})
REST = Backoff(base_seconds=30.0, max_seconds=600.0)


class ModelUnusable(Upstream):
    """The model's answer is no JSON."""


class ModelExtractor:
    """Proposes what a model reads out of the messages, as far as it stands there."""

    def __init__(
        self,
        provider: Provider,
        *,
        why_not_own: OwnWords = why_not_own_words,
        parser: Parser = english_parser,
    ) -> None:
        self.provider = provider
        self.why_not_own = why_not_own
        self.failures = 0  # in a row
        self.rests_until = 0.0  # seconds of the monotonic clock
        self.parser = parser  # of the rules
        self.name = f"model-2:{provider.name}"

    def extract(
        self,
        *,
        messages: Sequence[SourceMessage],
        schema: SchemaView,
        known: Sequence[KnownEntity] = (),
    ) -> Extraction:
        """What may be remembered of the messages; what the model does not read, the rules do.

        So they do what stays here, for good: the model is not asked about it later either.

        After a failure it is not asked for a while, so that a slow one does not hold up every job.
        """
        by_rules = propose_by_rules(
            messages=messages, schema=schema, known=known, parser=self.parser
        )
        proposals = ModelProposals(by_rules, messages, why_not_own=self.why_not_own)
        types = offered_types(schema)
        batches = _batches([message for message in messages if not message.stays_here])
        for batch in batches[MAX_BATCHES:]:
            proposals.leave_to_rules(batch, FallbackReason.TOO_MUCH)
        reason = FallbackReason.RESTING if time.monotonic() < self.rests_until else None
        for batch in batches[:MAX_BATCHES]:
            if reason is None:
                reason = self._read(batch, proposals, types)
            if reason is not None:
                log.warning("extraction_fell_back", reason=reason, messages=len(batch))
                proposals.leave_to_rules(batch, reason)
            if reason in OF_ONE_BATCH:
                reason = None
        return proposals.extraction(extractor=self.name)

    def _read(
        self,
        batch: Sequence[SourceMessage],
        proposals: ModelProposals,
        types: Sequence[str],
    ) -> FallbackReason | None:
        """The model has read the batch; else why it has not."""
        try:
            found = self._ask(entities.prompt(batch, types=types), proposals)
            proposals.add_entities(batch, found)
            names = proposals.names(batch)
            found = self._ask(facts.prompt(batch, names=names), proposals)
            proposals.add_facts(batch, found)
        except (Unavailable, Upstream) as error:
            reason = getattr(error, "reason", FallbackReason.UNUSABLE)
            if reason not in OF_ONE_BATCH:
                self.failures += 1
                self.rests_until = time.monotonic() + REST.seconds(self.failures)
            return FallbackReason(reason)
        self.failures = 0
        return None

    def _ask(self, prompt: Prompt, proposals: ModelProposals) -> list[dict[str, Any]]:
        reply = self.provider.ask(
            system=prompt.system, data=prompt.data, name=prompt.name, schema=prompt.schema
        )
        proposals.usage.update(reply.usage)
        items = parse_items(reply.text, prompt.name)
        if items is None:
            raise ModelUnusable
        return items


def _batches(messages: Sequence[SourceMessage]) -> list[list[SourceMessage]]:
    """The messages in questions that fit the budget."""
    batches: list[list[SourceMessage]] = []
    room = 0
    for message in messages:
        size = min(len(message.content), MESSAGE_CHARACTERS) + LINE_CHARACTERS
        if not batches or size > room:
            batches.append([])
            room = BATCH_CHARACTERS
        batches[-1].append(message)
        room -= size
    return batches
