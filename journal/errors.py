"""What can go wrong with a journal."""

from exobrain.lib.errors import Invalid, NotFound


class JournalNotFound(NotFound):
    """There is no journal for this day."""


class NotADay(Invalid):
    """A journal's reference is a date, written YYYY/MM/DD."""
