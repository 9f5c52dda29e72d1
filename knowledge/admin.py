"""The memory as operators see it: how learning fares, never what was said."""

from datetime import timedelta

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from exobrain.lib.admin import ReadOnlyAdmin
from knowledge.models import Episode, Update

# -- updates

UPDATE_LABELS = {
    "waiting": "warning",
    "queued": "info",
    "succeeded": "success",
    "failed": "danger",
}


@admin.register(Update)
class UpdateAdmin(ReadOnlyAdmin):
    """What was taken to be learned, and what became of it; its job has the rest."""

    list_display = (
        *("id", "user", "journal_reference", "shown_state", "is_automatic", "message_count"),
        *("created_at", "took", "reason"),
    )
    list_select_related = ("user",)
    list_filter = ("state", "is_automatic", "created_at")
    search_fields = ("id", "job_id", "user__email", "journal_reference")
    search_help_text = "Id, job id, the user's e-mail, or a day as YYYY/MM/DD."
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    fields = (
        *("id", "user", "journal_reference", "state", "is_automatic", "reason", "job"),
        *("message_count", "leased"),
        *("created_at", "queued_at", "ended_at", "took", "look_at", "looks"),
    )
    readonly_fields = ("job", "leased", "took")

    def has_delete_permission(self, *_: object) -> bool:
        """Nobody: its messages would be free while its job runs."""
        return False

    @display(description="State", ordering="state", label=UPDATE_LABELS)  # type: ignore[untyped-decorator]
    def shown_state(self, update: Update) -> str:
        """The state, in its colour."""
        return update.state

    @admin.display(description="Took")
    def took(self, update: Update) -> timedelta | None:
        """From the request to the end."""
        return update.ended_at - update.created_at if update.ended_at else None

    @admin.display(description="Messages held")
    def leased(self, update: Update) -> int:
        """How many nobody else can take."""
        return update.taken.filter(is_leased=True).count()

    @admin.display(description="Job")
    def job(self, update: Update) -> str:
        """Its job, where it can be tried again."""
        url = reverse("admin:orchestrator_job_change", args=[update.job_id])
        return format_html('<a href="{}">{}</a>', url, update.job_id)


@admin.register(Episode)
class EpisodeAdmin(ReadOnlyAdmin):
    """What jobs have brought into the memory."""

    list_display = ("id", "user", "journal_reference", "messages", "job_id", "created_at")
    list_select_related = ("user",)
    list_filter = ("created_at",)
    search_fields = ("id", "job_id", "user__email", "journal_reference")
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    fields = (
        *("id", "user", "journal_reference", "message_ids", "content_hash", "job_id"),
        "created_at",
    )

    def has_delete_permission(self, *_: object) -> bool:
        """Nobody: it is the record of what was learned."""
        return False

    @admin.display(description="Messages")
    def messages(self, episode: Episode) -> int:
        """How many."""
        return len(episode.message_ids)
