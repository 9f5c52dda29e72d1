"""The journal as operators see it: lists show no content, and nothing can be edited.

Rows can be deleted; the counters of their journal are recounted and cached answers expire.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from exobrain.lib.admin import ReadOnlyAdmin
from journal import services
from journal.models import Journal, Message, ToolCall


@admin.register(Journal)
class JournalAdmin(ReadOnlyAdmin):
    """Days."""

    list_display = ("reference", "user", "message_count", "last_message_at", "updated_at")
    list_select_related = ("user",)
    list_filter = ("updated_at",)
    search_fields = ("reference", "user__email")
    ordering = ("-reference",)
    fields = (
        *("id", "user", "reference", "message_count", "last_sequence"),
        *("last_message_at", "created_at", "updated_at"),
    )

    def delete_model(self, request: HttpRequest, journal: Journal) -> None:
        """The day and what was said on it are gone."""
        super().delete_model(request, journal)
        services.recount(user_id=journal.user_id)

    def delete_queryset(self, request: HttpRequest, journals: QuerySet[Journal]) -> None:
        """The days and what was said on them are gone."""
        owners = set(journals.values_list("user_id", flat=True))
        super().delete_queryset(request, journals)
        for owner in owners:
            services.recount(user_id=owner)


class ToolCallInline(TabularInline):
    """The tools that were used for a message."""

    model = ToolCall
    fields = ("title", "description", "response", "error", "created_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Tool calls are made by answering."""
        return False


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Messages; their content is shown on the page of a single message only."""

    list_display = ("id", "role", "status", "sequence", "journal", "user", "created_at")
    list_select_related = ("journal", "user")
    list_filter = ("role", "status", "committed_to_knowledge_base", "created_at")
    search_fields = ("id", "user__email", "journal__reference")  # not the words
    search_help_text = "Id, the user's e-mail, or a day as YYYY/MM/DD."
    ordering = ("-created_at", "-sequence")
    show_full_result_count = False  # would count the whole table for every page of the list
    fields = (
        *("id", "user", "journal", "sequence", "role", "status", "content", "model", "metadata"),
        *("committed_to_knowledge_base", "created_at", "updated_at"),
    )
    inlines = (ToolCallInline,)

    def delete_model(self, request: HttpRequest, message: Message) -> None:
        """The message is gone."""
        super().delete_model(request, message)
        services.recount(user_id=message.user_id)

    def delete_queryset(self, request: HttpRequest, selected: QuerySet[Message]) -> None:
        """The messages are gone."""
        owners = set(selected.values_list("user_id", flat=True))
        super().delete_queryset(request, selected)
        for owner in owners:
            services.recount(user_id=owner)


@admin.register(ToolCall)
class ToolCallAdmin(ReadOnlyAdmin):
    """Tool calls; their content is shown on the page of a single call only."""

    list_display = ("id", "message", "has_failed", "created_at")
    list_select_related = ("message",)
    list_filter = (("error", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("id", "message__id", "message__user__email")
    ordering = ("-created_at",)
    show_full_result_count = False
    fields = (
        *("id", "message", "tool_call_id", "title", "description"),
        *("response", "error", "created_at"),
    )

    @admin.display(boolean=True, description="failed")
    def has_failed(self, call: ToolCall) -> bool:
        """True when the tool answered with an error."""
        return call.error is not None
