"""Turns as operators see them: how answers ended and how long they took, not what was said."""

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from chat.models import McpConsent, McpServer, Proposal, Receipt, TokenUsage, Turn
from chat.services.mcp import ask_servers, tools_in_words
from exobrain.lib.admin import OwnedAdmin, ReadOnlyAdmin


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


@admin.register(McpServer)
class McpServerAdmin(ModelAdmin):
    """Servers of other programs' tools; the environment may name more."""

    list_display = ("name", "kind", "where", "is_enabled", "tools")
    list_filter = ("kind", "is_enabled")
    fields = (
        *("name", "kind", "address", "command", "token_variable", "gets_user_token"),
        *("read_only_tools", "timeout_seconds", "is_enabled"),
    )
    actions = ("ask",)

    @admin.display(description="where")
    def where(self, server: McpServer) -> str:
        """Its address or command."""
        return server.address or server.command

    @admin.display(description="tools")
    def tools(self, server: McpServer) -> str:
        """How many it offers, or why it offers none, as this process heard last."""
        return tools_in_words(server.name, config=settings.EXOBRAIN)

    @admin.action(description="Ask for their tools now")
    def ask(self, request: HttpRequest, servers: QuerySet[McpServer]) -> None:
        """What each of them says is shown."""
        asked = ask_servers([each.name for each in servers], config=settings.EXOBRAIN)
        for name, told in asked.items():
            self.message_user(request, f"{name}: {told}")


@admin.register(McpConsent)
class McpConsentAdmin(OwnedAdmin):
    """Which tools users have allowed."""

    list_display = ("user", "server", "tool", "created_at")
    list_select_related = ("user",)
    list_filter = ("server",)
    search_fields = ("user__email", "server", "tool")
    show_full_result_count = False
    fields = ("user", "server", "tool", "fingerprint", "created_at")
