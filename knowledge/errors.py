"""What can go wrong with the memory."""

from exobrain.lib.errors import Conflict, Invalid, NotFound, Unavailable, Upstream

# -- updates


class NothingToLearn(Conflict):
    """There is nothing new to learn: all of it is in the memory or on its way there."""


class UpdateWaits(Unavailable):
    """The job orchestrator is not available; the update is kept and starts when it is back."""


class UpdateRefused(Upstream):
    """The job orchestrator did not accept the update."""


class MessagesUnknown(Invalid):
    """None of these messages is in the journal."""


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
