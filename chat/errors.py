"""What can go wrong in a conversation."""

from exobrain.lib.errors import ConfigError, Conflict, NotFound, TooMany, Unavailable


class StreamNotFound(NotFound):
    """There is no such stream."""


class ReceiptNotFound(NotFound):
    """There is no such answer."""


class LogUnavailable(Unavailable):
    """The live log of answers is not available; try again."""


class TooManyQuestions(TooMany):
    """Too many questions from this address; try again in a moment."""


class DailyTokensUsed(TooMany):
    """Your tokens for today are used up; a new day brings new ones."""


class MockFileInvalid(ConfigError):
    """The mock's answers cannot be read."""


class WebMockInvalid(ConfigError):
    """The mock of the web tools cannot be read."""


class ProposalNotFound(NotFound):
    """There is no such proposal."""


class ProposalDecided(Conflict):
    """This was decided before."""


class RemoteToolNotFound(NotFound):
    """There is no such tool."""


class RemoteToolChanged(Conflict):
    """This tool has changed since the page was loaded; look at it again."""
