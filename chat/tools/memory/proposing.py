"""Tools that would change the memory. They propose; the user decides on the page.

What a model asks for is never done by itself, as others may have told it to. Only what the user's
own message asks for in the same words is remembered at once, and nothing is forgotten without
being shown to them first.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from pydantic import Field

from chat.models import Proposal
from chat.tools.base import ArgumentsType, ToolAnswer, ToolArguments, ToolFailed, TurnContext
from chat.tools.memory.typed import is_typed_wish
from exobrain.lib import clock
from exobrain.lib.text import on_one_line, storable
from exobrain.lib.threads import in_slow_thread
from journal.selectors import messages_by_ids
from knowledge.errors import CannotForgetYourself, NothingToForget
from knowledge.selectors.pages import known_blocks
from knowledge.selectors.review import open_forget_wishes
from knowledge.services.forgetting.erasure import preview
from knowledge.services.learning.wishes import meant_by
from knowledge.services.locking import lock_memory
from knowledge.services.pages.editing import add_own_note
from knowledge.types import ForgetWish, Target, TargetKind, TextSpan

SECONDS = 10.0
MOST_IN_ANSWER = 5  # proposals of one answer
MOST_OPEN = 50  # proposals of a user that wait
LINES_SHOWN = 12  # of what would go
LINE_CHARACTERS = 300
SHOWN_CHARACTERS = 120  # in what the user is told of a call
SAME_FOR = timedelta(days=1)  # so long the same is not proposed again

TOO_MANY = "There are too many proposals already."


class RememberArguments(ToolArguments):
    """What to remember."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1_000,
            description="one statement in the user's own words, readable alone",
        ),
    ]


class Remember:
    """Proposes that the memory keep a statement; where the user typed the very wish, it does."""

    name = "remember"
    title = "Remember"
    description = (
        "Proposes to the user that their memory keep a statement. It is kept at once only if their"
        " message asks for it in the same words. What they say is learned anyway: use it when they"
        " ask for it."
    )
    arguments: ArgumentsType = RememberArguments
    seconds = SECONDS
    is_from_outside = False

    def progress(self, arguments: Mapping[str, Any]) -> str:
        """What it is about."""
        return f"To remember: “{_shown(arguments, 'text')}”"

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        """That it is not proposed, and why."""
        return f"“{_shown(arguments, 'text')}” was not proposed: {reason}"

    async def run(self, arguments: RememberArguments, turn: TurnContext) -> ToolAnswer:
        """A proposal, or the note that was made."""
        text = _readable(arguments.text)
        if not text:
            raise ToolFailed("There is no text.")
        state = await in_slow_thread(_remember, text, turn)
        told = {
            Proposal.State.ACCEPTED: ("remembered", "Remembered"),
            Proposal.State.OPEN: ("proposed: the user decides on the page", "Proposed"),
            Proposal.State.DECLINED: ("declined by the user", "You declined this lately"),
        }
        for_model, for_user = told[state]
        return ToolAnswer({"state": for_model}, f"{for_user}: “{text[:SHOWN_CHARACTERS]}”")


def _remember(text: str, turn: TurnContext) -> Proposal.State:
    """Proposes it, or does it where the user typed the wish; returns what has become of it."""
    user_id, answer_id = _whose(turn)
    is_typed = is_typed_wish(text, turn)
    with transaction.atomic():
        lock_memory(user_id)  # so that two calls at once cannot pass the limits together
        proposal = _same_lately(user_id, text)
        if proposal is not None and (not is_typed or proposal.state == Proposal.State.ACCEPTED):
            return Proposal.State(proposal.state)
        if proposal is None:
            _require_room(user_id, answer_id, is_typed=is_typed)
            proposal = Proposal(
                user_id=user_id,
                answer_id=answer_id,
                kind=Proposal.Kind.REMEMBER,
                text=text,
                is_from_outside=turn.has_outside_text,
            )
        if is_typed:
            proposal.state = Proposal.State.ACCEPTED
            proposal.decided_at = clock.now()
            proposal.target_id = add_own_note(user_id=user_id, text=text)
        proposal.save()
        return Proposal.State(proposal.state)


def _same_lately(user_id: UUID, text: str) -> Proposal | None:
    """The latest proposal of this text, unless its note is there no more."""
    lately = Proposal.objects.filter(
        user_id=user_id,
        kind=Proposal.Kind.REMEMBER,
        created_at__gt=clock.now() - SAME_FOR,
    ).order_by("-created_at")
    for row in lately:
        if row.text.casefold() != text.casefold():
            continue
        is_gone = row.target_id and not known_blocks(user_id=user_id, ids=[row.target_id])
        return None if is_gone else row
    return None


class ForgetArguments(ToolArguments):
    """What to forget."""

    what: Annotated[
        str,
        Field(min_length=1, max_length=300, description="a name, or the statement that is meant"),
    ]


class Forget:
    """Proposes that the memory forget something.

    A model is not told whether there is such a thing: it could find out by asking what it may not
    be told.
    """

    name = "forget"
    title = "Forget"
    description = (
        "Shows the user what their memory has of something, and asks whether to forget it. Nothing"
        " is forgotten before they agree."
    )
    arguments: ArgumentsType = ForgetArguments
    seconds = SECONDS
    is_from_outside = False

    def progress(self, arguments: Mapping[str, Any]) -> str:
        """What it is about."""
        return f"To forget: “{_shown(arguments, 'what')}”"

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        """That it is not proposed, and why."""
        return f"Forgetting “{_shown(arguments, 'what')}” was not proposed: {reason}"

    async def run(self, arguments: ForgetArguments, turn: TurnContext) -> ToolAnswer:
        """Proposals of what is meant, if anything is."""
        what = _readable(arguments.what)
        message = await in_slow_thread(_propose_forgetting, what, turn)
        note = "If the memory has it, the user is asked on the page. Nothing is forgotten yet."
        return ToolAnswer({"state": "asked", "note": note}, message)


def _propose_forgetting(what: str, turn: TurnContext) -> str:
    """A proposal for each thing that is meant; returns what the user is told."""
    user_id, answer_id = _whose(turn)
    with transaction.atomic():
        lock_memory(user_id)
        meant = meant_by(user_id, ForgetWish(span=TextSpan(answer_id, 0, 0), what=what))
        asked = open_forget_wishes(user_id=user_id, record_ids=[record.id for record in meant])
        proposed = set(
            Proposal.objects.filter(
                user_id=user_id,
                kind=Proposal.Kind.FORGET,
                target_id__in=[record.id for record in meant],
            )
            .exclude(state=Proposal.State.DECLINED, created_at__lt=clock.now() - SAME_FOR)
            .values_list("target_id", flat=True)
        )
        statements = known_blocks(user_id=user_id, ids=[record.id for record in meant])
        count = 0
        for record in meant:
            if record.id in asked or record.id in proposed:
                continue
            kind = TargetKind.FACT if record.id in statements else TargetKind.ENTITY
            try:
                would_go = preview(user_id=user_id, target=Target(kind, id=record.id))
                _require_room(user_id, answer_id)
            except (NothingToForget, CannotForgetYourself):
                continue
            except ToolFailed as failure:
                return failure.message  # for the user alone
            lines = [_readable(item.text)[:LINE_CHARACTERS] for item in would_go.items]
            if len(lines) > LINES_SHOWN:
                lines = [*lines[:LINES_SHOWN], f"and {len(lines) - LINES_SHOWN} more"]
            Proposal.objects.create(
                user_id=user_id,
                answer_id=answer_id,
                kind=Proposal.Kind.FORGET,
                text="\n".join(lines),
                target_kind=kind,
                target_id=record.id,
                is_from_outside=turn.has_outside_text,
            )
            count += 1
    if count:
        return f"Proposed to forget {'one thing' if count == 1 else f'{count} things'}"
    return "You are asked about it already" if asked or proposed else "The memory has nothing of it"


def _require_room(user_id: UUID, answer_id: UUID, *, is_typed: bool = False) -> None:
    """Raises ToolFailed where there are so many proposals that nobody would look at them.

    What the user typed has only the answer's own limit: others must not use up their room.
    """
    mine = Proposal.objects.filter(user_id=user_id)
    is_full = mine.filter(answer_id=answer_id).count() >= MOST_IN_ANSWER
    if not is_full and not is_typed:
        is_full = mine.filter(state=Proposal.State.OPEN).count() >= MOST_OPEN
    if is_full:
        raise ToolFailed(TOO_MANY)


def _whose(turn: TurnContext) -> tuple[UUID, UUID]:
    """The user and the answer; raises ToolFailed where there is none, or none any more."""
    if turn.user_id is None or turn.answer_id is None:
        raise ToolFailed("A visitor has no memory.")
    if not messages_by_ids(user_id=turn.user_id, ids=[turn.answer_id]):
        raise ToolFailed("This answer is gone.")
    return turn.user_id, turn.answer_id


def _readable(text: str) -> str:
    """The text as its user will see it: what is shown is what counts."""
    return on_one_line(storable(text))


def _shown(arguments: Mapping[str, Any], name: str) -> str:
    """An argument as the user is told of it; it is unchecked and may be missing."""
    return _readable(str(arguments.get(name, "")))[:SHOWN_CHARACTERS]
