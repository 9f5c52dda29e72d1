"""The day so far, as the model may be told of it."""

from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from chat.agent.prompt import context_characters
from exobrain.lib.config import Config
from journal.selectors import recent_messages
from journal.types import StoredMessage
from knowledge.services.learning.learner import message_to_learn
from knowledge.services.ledger.redaction import load_redaction_mask
from knowledge.services.withholding import Withheld, day_without, withheld_from


def day_so_far(
    *, user_id: UUID, journal_id: UUID, before_sequence: int, question: str, config: Config
) -> list[StoredMessage]:
    """The day's messages before that sequence, as many as fit beside the question, oldest first.

    A mark stands in the place of what the user had forgotten and, for a model elsewhere, of what
    is private; the answer to such a message was made from it and is withheld whole.
    """
    messages = recent_messages(
        user_id=user_id,
        journal_id=journal_id,
        before_sequence=before_sequence,
        max_chars=context_characters(tokens=config.main_agent_context_tokens, question=question),
    )
    if not messages:
        return []
    if config.model_is_elsewhere:
        private = withheld_from(user_id=user_id, is_elsewhere=True)
        messages = day_without(messages, private)
    return day_without(messages, _forgotten_of(messages, user_id=user_id))


def _forgotten_of(messages: Sequence[StoredMessage], *, user_id: UUID) -> Withheld:
    """What of these messages the user had forgotten, with the answers that were made from it."""
    sources = [message_to_learn(message) for message in messages]
    mask = load_redaction_mask(user_id=user_id, messages=sources)
    whole = {
        source.id: [(0, len(source.content))] for source in sources if mask.is_forgotten(source)
    }
    spans = {id_: found for id_, found in mask.spans.items() if found} | whole
    answers = {
        answer.id
        for said, answer in pairwise(messages)
        if said.id in spans and answer.role == "assistant"
    }
    return Withheld(spans=spans, answers=frozenset(answers))
