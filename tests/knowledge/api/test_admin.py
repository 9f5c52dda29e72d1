"""The memory in the admin: no words on lists, types that can be changed, users that can go."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from journal.models import Message
from knowledge.models import (
    Block,
    CannotLink,
    Changeset,
    Decision,
    Entity,
    Episode,
    PendingReading,
    ProfileChoice,
    PropertyType,
    Redaction,
    ReviewItem,
    SchemaVersion,
    Tombstone,
    Update,
)
from knowledge.models.indexes import BlockVector, EmbeddingSpace, OutboxEntry
from knowledge.services.pages import editing
from knowledge.types import FallbackReason, Verdict
from tests.factories import JournalFactory, UserFactory
from tests.knowledge.api import rows

SECRET = "Zanzibar"


@pytest.fixture
def operator(db: None) -> Client:
    """Somebody who may do everything in the admin."""
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def ann(alice: User) -> Entity:
    """An entity with everything that can hang on one; all of it says the secret word."""
    message = rows.said(JournalFactory(user=alice), SECRET)
    found = rows.entity(alice, SECRET)
    block = rows.fact(alice, found, SECRET, message=message)
    rows.mention(block, found)
    rows.edge(alice, found, rows.entity(alice, f"{SECRET} 2"))
    editing.add_note(user_id=alice.id, entity_id=found.id, text=SECRET)
    return found


@pytest.fixture
def everything(ann: Entity) -> Entity:
    """The entity, and a row of every other table that the admin shows."""
    message = Message.objects.get()
    mine: dict[str, Any] = {"user": ann.user}
    left, right = sorted(Entity.objects.values_list("id", flat=True))
    changeset = Changeset.objects.create(kind=Changeset.Kind.JOB, **mine)
    Decision.objects.create(
        changeset=changeset, message=message, verdict=Verdict.GATED, reason="small-talk", **mine
    )
    EmbeddingSpace.objects.get_or_create(name="model-6", defaults={"dimensions": 2})
    CannotLink.objects.create(left_id=left, right_id=right, **mine)
    Episode.objects.create(
        id=uuid4(),
        job_id=uuid4(),
        journal_reference="2025/01/14",
        message_ids=[message.id],
        content_hash="0" * 64,
        **mine,
    )
    OutboxEntry.objects.create(
        projection=OutboxEntry.Projection.VECTORS,
        user_id=ann.user_id,
        table="entity",
        record_id=ann.id,
        next_try_at=rows.SAID_AT,
    )
    PendingReading.objects.create(
        message=message, reason=FallbackReason.TIMEOUT, due_at=rows.SAID_AT, **mine
    )
    ProfileChoice.objects.create(hidden_slots=["home"], **mine)
    PropertyType.objects.get_or_create(
        owner="node.person", name="age", value_type=PropertyType.ValueType.INT
    )
    Redaction.objects.create(id=uuid4(), message=message, start=0, end=1, **mine)
    ReviewItem.objects.create(kind=ReviewItem.Kind.MERGE, left_id=left, right_id=right, **mine)
    SchemaVersion.objects.create(change="node.person changed", snapshot={})
    Tombstone.objects.create(kind="entity", key="0" * 64, **mine)
    Update.objects.create(job_id=uuid4(), journal_reference="2025/01/14", message_count=1, **mine)
    return ann


def registered() -> list[Any]:
    """The models of the memory that have a list."""
    return [
        model
        for model in apps.get_app_config("knowledge").get_models()
        if admin.site.is_registered(model)
    ]


@pytest.mark.parametrize("model", registered(), ids=lambda model: model.__name__)
def test_no_list_shows_words(operator: Client, everything: Entity, model: Any) -> None:
    """Names and texts are nowhere on a list, nor found by a search."""
    path = reverse(f"admin:knowledge_{model._meta.model_name}_changelist")

    listed = operator.get(path)
    searched = operator.get(path, {"q": SECRET})

    assert (listed.status_code, searched.status_code) == (200, 200)
    assert SECRET not in listed.content.decode()
    assert "1 result" not in searched.content.decode()


@pytest.mark.parametrize("model", registered(), ids=lambda model: model.__name__)
def test_a_row_can_be_looked_at(operator: Client, everything: Entity, model: Any) -> None:
    """One at a time."""
    row = model.objects.first()
    path = reverse(f"admin:knowledge_{model._meta.model_name}_change", args=[row.pk])

    assert operator.get(path).status_code == 200


@pytest.mark.parametrize("model", [Entity, Block, Decision])
def test_memory_is_not_deleted_by_hand(operator: Client, everything: Entity, model: Any) -> None:
    """Indexes would not learn of it; users forget."""
    row = model.objects.first()
    path = reverse(f"admin:knowledge_{model._meta.model_name}_delete", args=[row.pk])

    answer = operator.post(path, {"post": "yes"})

    assert answer.status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


def test_a_user_can_be_deleted_with_their_memory(
    operator: Client, alice: User, ann: Entity
) -> None:
    """Nothing of theirs holds them back."""
    answer = operator.post(reverse("admin:accounts_user_delete", args=[alice.id]), {"post": "yes"})

    assert answer.status_code == 302
    assert not User.objects.filter(id=alice.id).exists()
    assert not Entity.objects.exists()


def test_a_changed_type_is_a_version_of_the_schema(operator: Client) -> None:
    """With the change in words and the schema as it is then."""
    rows.node_type("node.person")
    before = SchemaVersion.objects.count()

    answer = operator.post(
        reverse("admin:knowledge_nodetype_change", args=["node.person"]),
        {"name": "Human", "description": "", "is_active": "on", "parents": []},
    )

    assert answer.status_code == 302
    assert SchemaVersion.objects.count() > before
    newest = SchemaVersion.objects.first()
    assert newest
    names = {each["id"]: each["name"] for each in newest.snapshot["node_types"]}
    assert names["node.person"] == "Human"


def test_an_embedding_space_tells_how_far_it_is(operator: Client, ann: Entity) -> None:
    """With how many blocks have a vector in it and how many have not; nobody changes it."""
    space = EmbeddingSpace.objects.create(name="model-7", dimensions=2)
    BlockVector.objects.create(
        user=ann.user, space=space, block_id=uuid4(), digest=b"", own=b"", embedding=[0, 1]
    )

    listed = operator.get(reverse("admin:knowledge_embeddingspace_changelist")).content.decode()
    opened = operator.get(reverse("admin:knowledge_embeddingspace_change", args=[space.pk]))
    deleted = operator.post(reverse("admin:knowledge_embeddingspace_delete", args=[space.pk]))

    assert re.search(r"field-vectors[^>]*>\s*1\s*<", listed)
    assert "model-7" in opened.content.decode()
    assert deleted.status_code == 403
