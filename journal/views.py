"""Pages of the journal: days that are over, what was said on them, and search.

Everything shown is the reader's own: whatever belongs to somebody else is not found.
"""

from dataclasses import dataclass
from uuid import UUID

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from exobrain.lib.pages import PageRequest, signed_in
from exobrain.lib.paging import cut
from exobrain.lib.snippets import Piece, markdown_snippet, snippet
from journal import selectors
from journal.errors import JournalNotFound
from journal.services import today_reference
from journal.types import is_reference

DAYS_SHOWN = 30
MESSAGES_AFTER_MATCH = 10  # shown below what a search found
RESULTS_SHOWN = 20
MATCHES_PER_DAY = 3
MAX_QUERY_CHARS = 200
LARGEST_SEQUENCE = 2**31 - 1


# `before` in a page's address is the sequence, or in the list of days the reference, that what
# is shown comes before.


@require_safe
@signed_in
def day(request: PageRequest, reference: str) -> HttpResponse:
    """A day that is over, or with `before` an earlier part of any day."""
    is_today = reference == today_reference(request.user.zone)
    before = _before_sequence(request)
    if is_today and before is None:
        return redirect("chat")
    entry = selectors.find_journal(user_id=request.user.pk, reference=reference)
    if entry is None:
        raise JournalNotFound
    page = selectors.day_page(user_id=request.user.pk, reference=reference, before_sequence=before)
    context = {
        "entry": entry,
        "current": reference,
        "is_today": is_today,
        "has_later": before is not None and before <= entry.message_count,
        "reference": reference,
        "page": page,
    }
    return render(request, "journal/day.html", context)


@require_safe
@signed_in
def older_messages(request: PageRequest, reference: str) -> HttpResponse:
    """The messages before those already shown."""
    page = selectors.day_page(
        user_id=request.user.pk, reference=reference, before_sequence=_before_sequence(request)
    )
    context = {"reference": reference, "page": page}
    return render(request, "journal/_messages.html", context)


def _before_sequence(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    if not (text.isascii() and text.isdigit()):
        return None
    return min(int(text[:11]), LARGEST_SEQUENCE)


@require_safe
@signed_in
def days(request: PageRequest) -> HttpResponse:
    """The days before those already listed."""
    before = request.GET.get("before", "")
    if not is_reference(before):
        raise JournalNotFound
    rows = selectors.recent_journals(
        user_id=request.user.pk, limit=DAYS_SHOWN + 1, before_reference=before
    )
    context = {"days": cut(rows, size=DAYS_SHOWN), "current": request.GET.get("current", "")}
    return render(request, "journal/_days.html", context)


@require_safe
@signed_in
def message(request: PageRequest, message_id: UUID) -> HttpResponse:
    """One message."""
    found = selectors.messages_with_tools(user_id=request.user.pk, ids=[message_id])
    if not found:
        raise Http404
    return render(request, "journal/_message.html", {"message": found[0]})


@dataclass(frozen=True, slots=True)
class ShownMatch:
    """A message in which the words were found, and the part of it around them."""

    role: str
    url: str
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class DayResult:
    """A day on which the words were found."""

    reference: str
    message_count: int
    matches: list[ShownMatch]


@require_safe
@signed_in
def search(request: PageRequest) -> HttpResponse:
    """The days on which the words were said, and where."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_QUERY_CHARS]
    context: dict[str, object] = {"query": query}
    if query:
        user_id = request.user.pk
        journals = cut(
            selectors.search_journals(user_id=user_id, query=query, limit=RESULTS_SHOWN + 1),
            size=RESULTS_SHOWN,
        )
        results = {
            journal.id: DayResult(journal.reference, journal.message_count, [])
            for journal in journals.rows
        }
        for match in selectors.search_messages(
            user_id=user_id, journal_ids=[*results], query=query, per_journal=MATCHES_PER_DAY
        ):
            result = results[match.journal_id]
            before = match.sequence + MESSAGES_AFTER_MATCH
            url = f"{reverse('journal', args=[result.reference])}?before={before}"
            excerpt = snippet if match.role == "user" else markdown_snippet  # as the day shows it
            result.matches.append(
                ShownMatch(match.role, f"{url}#message-{match.id}", excerpt(match.content, query))
            )
        context |= {"results": list(results.values()), "has_more": journals.has_more}
    return render(request, "journal/search.html", context)


@require_safe
# The frame in which mermaid draws, and the only page that may set styles inline: mermaid writes
# its style sheet into the drawing. In return the frame is nobody (an opaque origin, by the
# sandbox), reaches nothing but our static scripts, and only our own pages can hold it.
@csp(  # type: ignore[untyped-decorator]  # django-csp's own types say too little
    {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [UNSAFE_INLINE],
        "sandbox": ["allow-scripts"],
        "base-uri": [NONE],
        "form-action": [NONE],
        "frame-ancestors": [SELF],
    }
)
@xframe_options_exempt  # frame-ancestors says it better: SAMEORIGIN has no sandbox in mind
def diagrams(request: HttpRequest) -> HttpResponse:
    """The frame that turns a diagram's source into a drawing."""
    return render(request, "journal/diagrams.html")
