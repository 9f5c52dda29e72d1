"""Jobs as operators see them: how they fare, never what is in them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import display

from exobrain.lib.admin import ReadOnlyAdmin
from exobrain.lib.errors import DomainError
from orchestrator import selectors, services
from orchestrator.models import DeadLetter, Erasure, Job

LABELS = {
    "requested": "info",
    "processing": "warning",
    "completed": "success",
    "failed": "danger",
}


class OperatedAdmin(ReadOnlyAdmin):
    """Read-only, but for actions that are confirmed on a page of their own."""

    show_full_result_count = False  # would count the whole table for every page of the list

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """A user with the model's change permission, though rows are not edited here."""
        return request.user.has_perm(f"orchestrator.change_{self.opts.model_name}")

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Never: a message still queued would bring the job back. Old ones are pruned."""
        return False

    def confirm_or_do(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        *,
        action: str,
        verb: str,
        question: str,
        work: Callable[[UUID], None],
    ) -> HttpResponseBase | None:
        """The page that asks for confirmation; once confirmed, the work is done for each row."""
        if request.POST.get("confirmed"):
            for row in rows:
                try:
                    work(row.pk)
                except DomainError as error:
                    self.message_user(request, f"{row}: {error.message}", messages.ERROR)
                else:
                    self.log_change(request, row, "Sent on its way again.")
                    self.message_user(request, f"{row} is on its way again.", messages.SUCCESS)
            return None
        back = reverse(f"admin:orchestrator_{self.opts.model_name}_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": verb,
            "question": question,
            "verb": verb,
            "rows": rows,
            "back": back,
            "action": action,
            "checkbox": ACTION_CHECKBOX_NAME,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/orchestrator/confirm.html", context)


@admin.register(Job)
class JobAdmin(OperatedAdmin):
    """Every job: state, attempts, error, timings."""

    list_display = (
        *("id", "job_type", "user_id", "shown_state", "attempts", "failures", "lost_attempts"),
        # The overview sorts by the eighth: `o=8` below.
        *("created_at", "waited", "ran", "terminal_reason"),
    )
    list_filter = ("state", "is_terminal", "terminal_reason", "job_type", "created_at")
    search_fields = ("id", "user_id", "idempotency_key", "worker")
    search_help_text = "Id, user id, idempotency key or worker."
    ordering = ("-created_at",)
    actions = ("try_again",)
    fields = (
        *("id", "job_type", "user_id", "idempotency_key", "payload_size"),
        *("state", "is_terminal", "terminal_reason", "attempts", "failures", "lost_attempts"),
        *("last_error", "worker", "history"),
        *("created_at", "started_at", "completed_at", "updated_at", "waited", "ran"),
        *("lease_expires_at", "next_attempt_at"),
        *("published_at", "publish_after", "republish_count", "stream_id", "stream_sequence"),
    )
    readonly_fields = ("payload_size", "history", "waited", "ran")

    @display(description="State", ordering="state", label=LABELS)  # type: ignore[untyped-decorator]
    def shown_state(self, job: Job) -> str:
        """The state, in its colour."""
        return job.state

    @admin.display(description="Waited")
    def waited(self, job: Job) -> timedelta | None:
        """From the call to the start of the last attempt."""
        return job.started_at - job.created_at if job.started_at else None

    @admin.display(description="Ran")
    def ran(self, job: Job) -> timedelta | None:
        """How long the attempt took that did it."""
        return job.completed_at - job.started_at if job.completed_at and job.started_at else None

    @admin.display(description="Payload")
    def payload_size(self, job: Job) -> str:
        """How large it is; what it says is its owner's."""
        return f"{len(str(job.payload)):,} characters"

    @admin.display(description="History")
    def history(self, job: Job) -> str:
        """Every change, oldest first."""
        lines = [
            f"{change['at']}  {change['state']}  attempt {change['attempt']}  {change['detail']}"
            for change in job.transitions
        ]
        return "\n".join([f"{job.created_at.isoformat()}  ENQUEUED_OR_PENDING", *lines])

    @admin.action(description="Try again", permissions=["operate"])
    def try_again(self, request: HttpRequest, jobs: QuerySet[Job]) -> HttpResponseBase | None:
        """Jobs that were given up are due again."""
        return self.confirm_or_do(
            request,
            jobs,
            action="try_again",
            verb="Try again",
            question="Try these jobs again? Each has all its attempts before it.",
            work=lambda job_id: services.retry_job(job_id=job_id),
        )


@admin.register(DeadLetter)
class DeadLetterAdmin(OperatedAdmin):
    """Messages that were given up, and why."""

    list_display = ("id", "reason", "user_id", "job", "created_at", "replayed_at")
    list_select_related = ("job",)
    list_filter = ("reason", "created_at", "replayed_at")
    search_fields = ("id", "user_id", "job__id")
    ordering = ("-created_at",)
    actions = ("replay",)
    fields = (
        *("id", "reason", "detail", "user_id", "job", "subject", "source", "message_size"),
        *("created_at", "replay_requested_at", "replayed_at"),
    )
    readonly_fields = ("message_size",)

    @admin.display(description="Message")
    def message_size(self, letter: DeadLetter) -> str:
        """How large it is; what it says is its owner's."""
        return f"{len(letter.raw_message):,} characters"

    @admin.action(description="Replay", permissions=["operate"])
    def replay(
        self, request: HttpRequest, letters: QuerySet[DeadLetter]
    ) -> HttpResponseBase | None:
        """The jobs are due again, and what was no job is published again as it was."""
        return self.confirm_or_do(
            request,
            letters,
            action="replay",
            verb="Replay",
            question="Replay these dead letters? Their jobs run again, with all their attempts.",
            work=lambda letter_id: services.replay(dead_letter_id=letter_id),
        )


def with_queue_state(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The admin's first page also says what waits, for how long, and what was given up."""
    if not request.user.has_perm("orchestrator.view_job"):
        return context
    state = selectors.queue_state()
    oldest = state.oldest_waiting_seconds
    jobs = reverse("admin:orchestrator_job_changelist")
    letters = reverse("admin:orchestrator_deadletter_changelist")
    age = "nothing waits" if oldest is None else str(timedelta(seconds=round(oldest)))
    figures = [
        ("Jobs waiting", state.waiting, f"{jobs}?state__exact=requested"),
        ("Oldest waiting", age, f"{jobs}?state__exact=requested&o=8"),
        ("Running", state.running, f"{jobs}?state__exact=processing"),
        ("Between attempts", state.retrying, f"{jobs}?state__exact=failed&is_terminal__exact=0"),
        ("Dead letters", state.dead_letters, letters),
    ]
    context["queue"] = [
        {"title": title, "value": value, "link": link} for title, value, link in figures
    ]
    return context


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """What the queue still has to delete; old rows mean that it cannot be reached."""

    list_display = ("id", "user_id", "stream_id", "stream_sequence", "message_id", "created_at")
    ordering = ("pk",)

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Nobody: the queue would keep what was to be deleted."""
        return False
