"""Turns as operators see them: how answers ended and how long they took, not what was said."""

from django.contrib import admin

from chat.models import Proposal, Receipt, TokenUsage, Turn
from exobrain.lib.admin import ReadOnlyAdmin


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin):
    """Questions and the generation of their answers."""

    list_display = ("id", "user", "state", "created_at", "finished_at", "seconds")
    list_select_related = ("user",)
    list_filter = ("state", "created_at")
    search_fields = ("id", "user__email", "client_message_id")
    ordering = ("-created_at",)
    show_full_result_count = False
    fields = (
        *("id", "user", "question", "answer", "client_message_id", "state", "error"),
        *("cancel_requested_at", "heartbeat_at", "created_at", "finished_at"),
    )

    @admin.display(description="seconds")
    def seconds(self, turn: Turn) -> float | None:
        """How long the answer took."""
        if turn.finished_at is None:
            return None
        return round((turn.finished_at - turn.created_at).total_seconds(), 1)


@admin.register(TokenUsage)
class TokenUsageAdmin(ReadOnlyAdmin):
    """What users' answers have cost, by day."""

    list_display = ("day", "user", "answers", "input_tokens", "output_tokens")
    list_select_related = ("user",)
    list_filter = ("day",)
    search_fields = ("user__email",)
    ordering = ("-day",)
    show_full_result_count = False
    fields = ("user", "day", "answers", "input_tokens", "output_tokens")


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    """How many memories answers were given, not which."""

    list_display = ("answer_id", "user", "recalled", "tokens", "created_at")
    list_select_related = ("user",)
    search_fields = ("answer__id", "user__email")
    ordering = ("-created_at",)
    show_full_result_count = False
    fields = ("answer_id", "user", "recalled", "tokens", "retriever_ms", "dropped", "created_at")
    readonly_fields = ("answer_id", "recalled")

    @admin.display(description="recalled")
    def recalled(self, receipt: Receipt) -> int:
        """How many memories there were."""
        return len(receipt.items)


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """What assistants proposed to memories and what users decided, not what it says."""

    list_display = ("id", "user", "kind", "state", "is_from_outside", "created_at")
    list_select_related = ("user",)
    list_filter = ("kind", "state", "is_from_outside")
    search_fields = ("id", "user__email")
    ordering = ("-created_at",)
    show_full_result_count = False
    fields = ("id", "user", "answer_id", "kind", "state", "is_from_outside", "created_at")
    readonly_fields = ("answer_id",)
