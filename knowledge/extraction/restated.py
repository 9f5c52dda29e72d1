"""A statement that stands in other words, as the sentence that says it outright."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Restated:
    """A sentence that the user could have said, and the characters of the message that say it."""

    start: int
    end: int
    text: str
    is_topical: bool = False  # it counts only when a topic fits it: "as a pirate" is a role to play
