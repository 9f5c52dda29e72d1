"""Operators see every model of ours."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model

from knowledge.models import LEDGER

OURS = ("accounts", "journal", "orchestrator", "knowledge", "chat")
INLINE_ONLY = {
    "accounts.RefreshToken": "shown inside its family",
    "accounts.ConfigOption": "shown inside its definition",
    "journal.ToolCall": "shown inside its message",
    "knowledge.Alias": "shown inside its entity",
    "knowledge.Mention": "shown inside its block",
    "knowledge.EdgeRule": "shown inside its edge type",
}
NOT_SHOWN = {
    "knowledge.Record": "the identity of a row that is shown",
    **{
        table.versions._meta.label: "a changeset shows what it made and ended"
        for table in LEDGER.values()
    },
    "knowledge.IndexedUser": "an index, made from the ledger",
    "knowledge.IndexedBlock": "an index, made from the ledger",
    "knowledge.Posting": "an index, made from the ledger",
    "knowledge.BlockVector": "an index, made from the ledger",
    "knowledge.BlockTokens": "an index, made from the ledger",
    "knowledge.EmbeddingSpace": "rebuild_indexes is its tool",
    "knowledge.UpdateMessage": "its update tells how many there are",
}


@pytest.mark.parametrize(
    "model",
    [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS and model._meta.label not in NOT_SHOWN
    ],
    ids=lambda model: model._meta.label,
)
def test_every_model_is_in_the_admin(model: type[Model]) -> None:
    """A model is registered, or shown inside one that is."""
    inlines = {
        inline.model
        for registered in admin.site._registry.values()
        for inline in registered.inlines
    }

    assert admin.site.is_registered(model) or (
        model._meta.label in INLINE_ONLY and model in inlines
    )
