"""The one error family. A class's docstring is the message its user may read.

`exobrain/api.py` maps the families below to HTTP once; whoever raises picks the class
and never a status code.
"""

from typing import ClassVar


class DomainError(Exception):
    """Something went wrong."""

    retryable: ClassVar[bool] = False  # can the same call succeed later, unchanged?

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class Invalid(DomainError):
    """The request does not make sense."""


class Unauthenticated(DomainError):
    """Authentication required"""


class Refused(DomainError):
    """This is not allowed."""


class NotFound(DomainError):
    """Not Found"""


class Conflict(DomainError):
    """The present state does not allow this."""


class TooMany(DomainError):
    """Too many requests; try again later."""

    retryable = True

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 1) -> None:
        super().__init__(message)
        self.retry_after_seconds = max(1, retry_after_seconds)


class Unavailable(DomainError):
    """A service this depends on is not available; try again later."""

    retryable = True


class Upstream(DomainError):
    """A service this depends on gave an answer that makes no sense."""


class ConfigError(DomainError):
    """A setting is wrong."""
