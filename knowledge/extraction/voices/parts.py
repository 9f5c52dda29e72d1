"""What a message is cut into: stretches of one voice, sentences, and clauses of one mode.

All positions count characters of the message as it was sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Voice(StrEnum):
    """Whose words a stretch of a message is."""

    OWN = "own"  # of whoever wrote the message
    OTHER = "other"  # of somebody else: quoted, or a turn of a chat log
    PASTED = "pasted"  # of nobody we know: a page, a mail, a CV, a table, a text to be worked on
    CODE = "code"  # source code, a log, a command, configuration
    FICTION = "fiction"  # a story, a game, a role, an assumption that is played through


class Mode(StrEnum):
    """How a clause says what it says. Only what is STATED is so."""

    STATED = "stated"
    TOLD = "told"  # by somebody else, who is the clause's `teller`; never true of the user
    WISHED = "wished"  # wanted, hoped or thought about: may be kept as a wish, whole
    SUPPOSED = "supposed"  # if, would, might, say, maybe
    ASKED = "asked"
    ASKED_TO_DO = "asked_to_do"  # a request to the assistant
    DENIED = "denied"  # it is said that it is not so, or that others wrongly think so
    JOKE = "joke"  # taken back, or not meant
    WITHDRAWN = "withdrawn"  # corrected behind ("no wait"), or the words that withdraw
    FICTION = "fiction"
    TALK = "talk"  # greeting, thanks, reaction, talk about the assistant or the chat
    PRIVATE = "private"  # asked not to be remembered, or to be forgotten
    UNREAD = "unread"  # another's text, code, or a language that is not read


@dataclass(frozen=True)
class Stretch:
    """A piece of a message in one voice; the stretches of a message cover it without overlap."""

    start: int
    end: int
    voice: Voice
    language: str  # en, de, or empty for one that is not read
    teller: str | None = None  # who is speaking in it, as the message calls them: Tom, my sister


@dataclass(frozen=True)
class Clause:
    """A part of a sentence in one mode."""

    start: int
    end: int
    mode: Mode
    teller: str | None = None  # of what is TOLD: Anna, my boss, the letter
    told_from: int | None = None  # where what is told begins, behind "Anna says that"


@dataclass(frozen=True)
class VoicedSentence:
    """A sentence with whose it is and how its clauses are meant; the clauses cover it."""

    start: int
    end: int
    text: str  # with foreign characters masked; as long as what it stands for
    voice: Voice
    language: str
    clauses: Sequence[Clause]
    teller: str | None = None  # of a sentence in another's voice

    @property
    def is_own(self) -> bool:
        """True when its author says it."""
        return self.voice is Voice.OWN

    def clause_at(self, position: int) -> Clause:
        """The clause that has this character of the message; the nearest one outside."""
        for clause in self.clauses:
            if position < clause.end:
                return clause
        return self.clauses[-1]

    @property
    def stated_text(self) -> str:
        """The sentence with everything but its stated clauses masked."""
        return self.text_in(Mode.STATED)

    def text_in(self, *modes: Mode) -> str:
        """The sentence with every clause masked that is in none of these modes."""
        return "".join(
            self.text[clause.start - self.start : clause.end - self.start]
            if clause.mode in modes
            else MASK * (clause.end - clause.start)
            for clause in self.clauses
        )


MASK = "\ue000"  # a private character: no word, no space; stands for what must not match
