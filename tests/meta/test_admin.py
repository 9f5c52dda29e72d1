"""Operators see every model of ours."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model

OURS = ("accounts", "journal", "orchestrator", "chat")
INLINE_ONLY = {
    "accounts.RefreshToken": "shown inside its family",
    "accounts.ConfigOption": "shown inside its definition",
    "journal.ToolCall": "shown inside its message",
}


@pytest.mark.parametrize(
    "model",
    [model for model in apps.get_models() if model._meta.app_label in OURS],
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
