"""Addresses of the memory's pages."""

from django.urls import URLPattern, path

from knowledge.views import browsing, editing, forgetting, history, sorting

urlpatterns: list[URLPattern] = [
    path("memory", browsing.memory, name="memory"),
    path("memory/categories/<str:category_id>", browsing.category, name="memory-category"),
    path("memory/pages", browsing.index, name="memory-pages"),
    path("memory/pages/<uuid:page_id>", browsing.page, name="memory-page"),
    # -- edits
    path("memory/pages/<uuid:page_id>/name", editing.rename, name="memory-rename"),
    path("memory/pages/<uuid:page_id>/notes", editing.add_note, name="memory-note"),
    path(
        "memory/pages/<uuid:page_id>/blocks/<uuid:block_id>/edit",
        editing.edit,
        name="memory-edit",
    ),
    path(
        "memory/pages/<uuid:page_id>/blocks/<uuid:block_id>/confirm",
        editing.confirm,
        name="memory-confirm",
    ),
    path(
        "memory/pages/<uuid:page_id>/blocks/<uuid:block_id>/private",
        editing.set_private,
        name="memory-private",
    ),
    path("memory/pages/<uuid:page_id>/type", editing.retype, name="memory-retype"),
    path("memory/pages/<uuid:page_id>/merge", sorting.merge, name="memory-merge"),
    path("memory/pages/<uuid:page_id>/split", sorting.split, name="memory-split"),
    # -- forgetting
    path(
        "memory/pages/<uuid:page_id>/blocks/<uuid:block_id>/forget",
        forgetting.forget_fact,
        name="memory-forget-fact",
    ),
    path(
        "memory/pages/<uuid:page_id>/forget", forgetting.forget_entity, name="memory-forget-entity"
    ),
    path(
        "memory/messages/<uuid:message_id>/forget",
        forgetting.forget_message,
        name="memory-forget-message",
    ),
    path(
        "memory/journals/<day:reference>/forget",
        forgetting.forget_journal,
        name="memory-forget-journal",
    ),
    path("memory/forget", forgetting.forget_everything, name="memory-forget-everything"),
    # -- history
    path("memory/changes", history.list_changes, name="memory-changes"),
    path("memory/changes/<uuid:changeset_id>", history.show_change, name="memory-change"),
    path("memory/changes/<uuid:changeset_id>/rollback", history.roll_back, name="memory-rollback"),
    path("memory/review", history.review, name="memory-review"),
    path(
        "memory/review/<uuid:item_id>/accept",
        history.answer,
        {"verdict": "accept"},
        name="memory-accept",
    ),
    path(
        "memory/review/<uuid:item_id>/reject",
        history.answer,
        {"verdict": "reject"},
        name="memory-reject",
    ),
    path("memory/messages/<uuid:message_id>/why", history.why, name="memory-why"),
    path("memory/messages/<uuid:message_id>", history.message, name="memory-message"),
]
