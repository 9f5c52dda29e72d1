"""What a user does to a page of the memory: edit, confirm, add a note, give another name.

Each is a form that leads back to the page, which says what has become of it.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from exobrain.lib.errors import Conflict, Invalid
from exobrain.lib.pages import PageRequest, signed_in
from exobrain.lib.text import storable
from knowledge.errors import EmptyText
from knowledge.services.pages import editing, retyping
from knowledge.services.pages.page_edits import edit_page


@require_POST
@signed_in
def edit(request: PageRequest, page_id: UUID, block_id: UUID) -> HttpResponse:
    """A block reads as the user wrote it."""
    try:
        text = _text(request, "text")
        edit_page(user_id=request.user.pk, page_id=page_id, texts={block_id: text})
    except (Invalid, Conflict) as error:
        return _refused(request, page_id, error)
    return _done(request, page_id, "Changed.")


@require_POST
@signed_in
def confirm(request: PageRequest, page_id: UUID, block_id: UUID) -> HttpResponse:
    """A block has the user's agreement."""
    try:
        editing.confirm(user_id=request.user.pk, block_id=block_id)
    except (Invalid, Conflict) as error:
        return _refused(request, page_id, error)
    return _done(request, page_id, "Confirmed.")


@require_POST
@signed_in
def set_private(request: PageRequest, page_id: UUID, block_id: UUID) -> HttpResponse:
    """A block is given to no model elsewhere, or may be again."""
    is_private = request.POST.get("is_private") == "yes"
    editing.set_private(user_id=request.user.pk, block_id=block_id, is_private=is_private)
    told = "This is private now." if is_private else "This is not private any more."
    return _done(request, page_id, told)


@require_POST
@signed_in
def add_note(request: PageRequest, page_id: UUID) -> HttpResponse:
    """The page has a note of the user's."""
    try:
        editing.add_note(user_id=request.user.pk, entity_id=page_id, text=_text(request, "text"))
    except (Invalid, Conflict) as error:
        return _refused(request, page_id, error)
    return _done(request, page_id, "The note is there.")


@require_POST
@signed_in
def rename(request: PageRequest, page_id: UUID) -> HttpResponse:
    """The entity has another name, and is still found by the old one."""
    try:
        name = _text(request, "name")
        editing.rename_entity(user_id=request.user.pk, entity_id=page_id, name=name)
    except (Invalid, Conflict) as error:
        return _refused(request, page_id, error)
    return _done(request, page_id, "Renamed.")


@require_POST
@signed_in
def retype(request: PageRequest, page_id: UUID) -> HttpResponse:
    """The entity is of another type, by the user's word."""
    try:
        node_type = storable(request.POST.get("type", ""))
        retyping.retype_entity(user_id=request.user.pk, entity_id=page_id, node_type=node_type)
    except (Invalid, Conflict) as error:
        return _refused(request, page_id, error)
    return _done(request, page_id, "Changed.")


def _text(request: HttpRequest, name: str) -> str:
    """What was written; raises EmptyText."""
    # A form sends its line ends as two characters, of which its own bound counts one.
    text = storable(request.POST.get(name, "")).replace("\r\n", "\n").strip()
    if not text:
        raise EmptyText
    return text


def _done(request: HttpRequest, page_id: UUID, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("memory-page", page_id)


def _refused(request: HttpRequest, page_id: UUID, error: Invalid | Conflict) -> HttpResponse:
    messages.error(request, error.message)
    return redirect("memory-page", page_id)
