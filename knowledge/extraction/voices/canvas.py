"""A message while it is being cut: what is claimed for a voice is masked for all who come later."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.extraction.language import detect_language
from knowledge.extraction.voices.parts import MASK, Stretch, Voice
from knowledge.extraction.voices.text import mask, plain_text

Owner = tuple[Voice, str | None]  # whose, and who is speaking

MIN_WORDS_FOR_LANGUAGE = 5  # a shorter stretch is in the language of the message

_WORD = re.compile(r"[^\W\d_]+")
OWN: Owner = (Voice.OWN, None)


@dataclass(frozen=True)
class Turn:
    """One turn of a chat: its label begins at `start`, what is said at `said_from`."""

    start: int
    said_from: int
    end: int
    who: str | None  # None: a role and no name


class Canvas:
    """The text of a message, and to whom each of its characters belongs."""

    def __init__(self, content: str) -> None:
        self.original = plain_text(content)
        self.text = self.original  # with what is claimed masked
        self.length = len(content)
        self.owners: list[Owner] = [OWN] * len(self.original)
        self.turns: Sequence[Turn] = ()  # of a chat that the message is or holds

    def claim(self, start: int, end: int, voice: Voice, teller: str | None = None) -> None:
        """What of these characters is nobody's yet belongs to the voice."""
        start, end = max(start, 0), min(end, len(self.text))
        for position in range(start, end):
            if self.owners[position] is OWN:
                self.owners[position] = (voice, teller)
        self.text = mask(self.text, start, end)

    def claim_all(self, pattern: re.Pattern[str], voice: Voice) -> None:
        """Every match of the pattern belongs to the voice."""
        for match in list(pattern.finditer(self.text)):
            self.claim(match.start(), match.end(), voice)

    def lines(self) -> Iterator[tuple[int, int]]:
        """Where each line begins and ends, without its line end."""
        start = 0
        while start <= len(self.text):
            end = self.text.find("\n", start)
            end = len(self.text) if end == -1 else end
            yield start, end
            start = end + 1

    def is_claimed(self, position: int) -> bool:
        """True when the character is not the author's own."""
        return self.owners[position] is not OWN

    def text_with_turns(self) -> str:
        """The masked text, but with what named people say in a chat log."""
        text = self.text
        for turn in self.turns:
            if turn.who:
                said = "".join(
                    self.original[position]
                    if self.owners[position] == (Voice.OTHER, turn.who)
                    else MASK
                    for position in range(turn.said_from, turn.end)
                )
                text = text[: turn.said_from] + said + text[turn.end :]
        return text

    def stretches(self) -> list[Stretch]:
        """The runs of one owner, from the first character of the message to its last."""
        own = self.text.replace(MASK, " ")
        language = detect_language(own if _WORD.search(own) else self.original)
        found: list[Stretch] = []
        start = 0
        for position in range(1, len(self.owners) + 1):
            if position < len(self.owners) and self.owners[position] == self.owners[start]:
                continue
            if start < position:
                voice, teller = self.owners[start]
                piece = self.original[start:position]
                is_long = len(_WORD.findall(piece)) >= MIN_WORDS_FOR_LANGUAGE
                found.append(
                    Stretch(
                        start=start,
                        end=position,
                        voice=voice,
                        language=detect_language(piece) if is_long else language,
                        teller=teller,
                    )
                )
            start = position
        if self.length > len(self.owners):  # longer than anybody types
            found.append(Stretch(len(self.owners), self.length, Voice.PASTED, language))
        return found
