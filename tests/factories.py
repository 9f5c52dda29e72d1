"""Rows for tests."""

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from chat.models import Turn
from journal.models import Journal, Message

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    """A user who signs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"user{n}@example.org")
    display_name = factory.Sequence(lambda n: f"User {n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, **{"password": PASSWORD, **kwargs})


class JournalFactory(DjangoModelFactory[Journal]):
    """An empty day."""

    class Meta:
        model = Journal

    user = factory.SubFactory(UserFactory)
    reference = "2025/01/14"


class MessageFactory(DjangoModelFactory[Message]):
    """The next message of a journal, whose counters it keeps true."""

    class Meta:
        model = Message

    journal = factory.SubFactory(JournalFactory)
    user = factory.SelfAttribute("journal.user")
    role = Message.Role.USER
    content = factory.Sequence(lambda n: f"Message {n}")
    created_at = factory.LazyFunction(lambda: datetime.now(UTC))

    @classmethod
    def _create(cls, model_class: type[Message], *args: Any, **kwargs: Any) -> Message:
        journal = kwargs["journal"]
        kwargs.setdefault("sequence", journal.last_sequence + 1)
        message = model_class.objects.create(*args, **kwargs)
        journal.last_sequence = max(journal.last_sequence, message.sequence)
        journal.message_count += 1
        journal.last_message_at = message.created_at
        journal.save()
        return message


class TurnFactory(DjangoModelFactory[Turn]):
    """A running turn with its question and placeholder."""

    class Meta:
        model = Turn

    user = factory.SubFactory(UserFactory)
    client_message_id = factory.Faker("uuid4", cast_to=None)
    heartbeat_at = factory.LazyFunction(lambda: datetime.now(UTC))

    @classmethod
    def _create(cls, model_class: type[Turn], *args: Any, **kwargs: Any) -> Turn:
        if "question" not in kwargs:
            journal = JournalFactory(user=kwargs["user"])
            kwargs["question"] = MessageFactory(journal=journal)
            kwargs["answer"] = MessageFactory(
                journal=journal, role="assistant", content="", status="streaming"
            )
        return model_class.objects.create(*args, **kwargs)
