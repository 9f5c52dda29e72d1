"""What a form of either language finds in a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FoundChange:
    """The words that tell of a change; `start` and `end` count characters of the sentence."""

    start: int
    end: int
    event: str  # as it is called, with its article: "the interview"
    when: str = ""  # words that tell the new time or place
    is_cancelled: bool = False
    is_moved: bool = True  # surely: its verb says so; else it "is now" somewhere
    is_done_by_author: bool = False  # "I cancelled Netflix": it need not be an event
    direction: int = 0  # 1: later than before; -1: earlier
