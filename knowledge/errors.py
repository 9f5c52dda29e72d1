"""What can go wrong with the memory."""

from collections.abc import Sequence
from uuid import UUID

from exobrain.lib.errors import Conflict, Invalid, NotFound, Unavailable, Upstream
from exobrain.lib.model_errors import ModelFailed

# -- updates


class NothingToLearn(Conflict):
    """There is nothing new to learn: all of it is in the memory or on its way there."""


class UpdateWaits(Unavailable):
    """The job orchestrator is not available; the update is kept and starts when it is back."""


class UpdateRefused(Upstream):
    """The job orchestrator did not accept the update."""


class NotInJournal(NotFound):
    """None of these messages is in a journal of the user, so none of them was learned."""


class LearnedMeanwhile(Conflict):
    """Some of these messages were learned by another job meanwhile."""

    retryable = True


# -- pages


class CategoryNotFound(NotFound):
    """There is no such category."""


class PageNotFound(NotFound):
    """There is no such page in the memory."""


class BadPageToken(Invalid):
    """The page token is not one of ours."""


class BlockNotOnPage(Invalid):
    """A block does not belong to this page; nothing was changed."""


class RepeatedBlock(Invalid):
    """A block is named twice; nothing was changed."""


class ConfirmationMissing(Invalid):
    """To forget everything, say confirm=everything."""


# -- the ledger


class RecordNotFound(NotFound):
    """There is no such thing in the memory."""


class ChangesetNotFound(NotFound):
    """There is no such change of the memory."""


class ReviewItemNotFound(NotFound):
    """There is no such question."""


class ReminderInThePast(Invalid):
    """A reminder can only be put off to a later time than now."""


class AlreadyDecided(Conflict):
    """This question was answered before."""


class AlreadyRolledBack(Conflict):
    """This change was rolled back before."""


class CannotRollBack(Conflict):
    """What was forgotten cannot be brought back."""


class ChangedSince(Conflict):
    """Later changes concern the same; roll these back first."""

    def __init__(self, changeset_ids: Sequence[UUID]) -> None:
        self.changeset_ids = list(changeset_ids)
        names = ", ".join(map(str, self.changeset_ids))
        super().__init__(f"Later changes concern the same; roll these back first: {names}")


class NotEditable(Conflict):
    """What was said cannot be edited; forget it, or say it anew."""


class CannotMerge(Conflict):
    """These two cannot be merged."""


class CannotRetypeYourself(Conflict):
    """You are a person; your own page stays one."""


class NothingChosen(Invalid):
    """Nothing was chosen; nothing was changed."""


class CannotMoveHere(Conflict):
    """It is on this page already."""


class UnknownType(Invalid):
    """There is no such type, or nothing can be of it."""


class EmptyText(Invalid):
    """There is no text."""


class TextTooLong(Invalid):
    """The text is too long; nothing was changed."""


class CannotForgetYourself(Conflict):
    """You cannot be forgotten in your own memory; forget everything instead."""


class NothingToForget(NotFound):
    """There is nothing like that to forget."""


# -- indexes


class EmbedderUnavailable(Unavailable):
    """The embedding model is not available; memory is found by words meanwhile."""

    def __init__(self, cause: ModelFailed | None = None) -> None:
        super().__init__()
        self.cause = cause  # what went wrong at its provider, in words for operators


class IndexUnavailable(Unavailable):
    """An index of the memory is not available."""
