"""What the tests of a model that reads messages share: it answers over HTTP, and jobs learn."""

import json
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts.models import User
from journal.models import Message
from journal.selectors import messages_by_ids
from knowledge.events import UPDATE_JOB, UpdatePayload, update_payload
from knowledge.extraction.model import ModelExtractor
from knowledge.models import Block
from knowledge.services import rereading, updates
from knowledge.services.learning.learner import message_to_learn
from orchestrator.types import Attempt
from tests.knowledge.extraction.test_provider import model_answers
from tests.model_server import ModelServer


def learn(user: User, *messages: Message) -> None:
    """The messages are learned by a job."""
    stored = messages_by_ids(user_id=user.id, ids=[message.pk for message in messages])
    payload = update_payload(
        user_id=str(user.id), messages=[message_to_learn(each) for each in stored]
    )
    attempt = Attempt(uuid4(), UPDATE_JOB, str(user.id), number=1)
    prepared = updates.prepare_update(attempt, UpdatePayload.model_validate(payload))
    with transaction.atomic():
        updates.complete_update(attempt, prepared)


def is_well(server: ModelServer, model: ModelExtractor, *items: dict[str, Any]) -> None:
    """The model answers with these facts from now on, and nobody waits for its rest."""
    given = [{"message": 1, "subject": "user", "certainty": 0.9, **item} for item in items]
    server.says(model_answers('{"entities": []}'), model_answers(json.dumps({"facts": given})))
    model.rests_until = 0.0


def facts(user: User) -> set[str]:
    """The facts that the memory has of the user."""
    found = Block.objects.filter(user_id=user.id).exclude(kind="episode")
    return set(found.values_list("text", flat=True))


def read_again(user: User) -> bool:
    """What a job does."""
    return rereading.complete(rereading.prepare(user_id=user.id))
