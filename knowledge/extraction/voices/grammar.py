"""What a language has to tell for its clauses to be read: patterns, no code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.voices.parts import Mode


@dataclass(frozen=True)
class HeadMode:
    """What the beginning of a clause says about how it is meant."""

    mode: Mode
    content: int  # where what is told, thought or asked begins
    teller: str | None = None


@dataclass(frozen=True)
class Grammar:
    """The patterns of one language; all ignore case where the words do."""

    cut: re.Pattern[str]  # wherever a clause could begin, with what links it
    subject: re.Pattern[str]  # the beginning of a clause with a subject of its own
    self_subject: re.Pattern[str]  # whose subject is the author, or something of theirs
    heads: Sequence[tuple[Mode, re.Pattern[str]]]  # the first that matches decides
    preface: re.Pattern[str]  # "I should mention that": says nothing of what is behind it
    awaits_words: int  # that may stand between "says" and what is said in the next clause
    auxiliary: re.Pattern[str]  # begins a question only where the sentence is one
    # How scopes end and go on.
    hard: re.Pattern[str]  # links that separate
    back_to_author: re.Pattern[str]  # "but", "anyway": the author speaks of themselves again
    result: re.Pattern[str]  # "so": ends what is told, not what is supposed
    continues: re.Pattern[str]  # "that", "because": what is told goes on
    subordinate: re.Pattern[str]  # "so that I can": belongs to the request before it
    # Conditions.
    conditional: re.Pattern[str]
    back_condition: re.Pattern[str]  # bears on the clause before it, too
    aside_condition: re.Pattern[str]  # "if you want to know" makes nothing uncertain
    asks_whether: re.Pattern[str]  # "I wonder | if": a question
    # Marks of the whole sentence.
    explicit: re.Pattern[str]  # "remember that"
    private: re.Pattern[str]  # "do not remember", "forget that"
    sarcasm: re.Pattern[str]
    joke: re.Pattern[str]  # takes back what stands before it in the sentence
    joke_alone: re.Pattern[str]  # a sentence that is nothing but that
    joke_before: re.Pattern[str]  # the sentence behind takes this one back
    withdraws: re.Pattern[str]
    withdraws_before: re.Pattern[str]
    tag: re.Pattern[str]  # "right?", "oder?"

    def mode_of(self, head: str, rest: str) -> HeadMode | None:
        """How the clause that begins so is meant; None when its beginning does not tell.

        `rest` goes on to the end of the sentence: "It is not true | , that".
        """
        if preface := self.preface.match(rest):
            begin = preface.end()
            found = self.mode_of(head[begin:], rest[begin:])
            return found and replace(found, content=found.content + begin)
        for mode, pattern in self.heads:
            if match := pattern.match(rest if mode is Mode.DENIED else head):
                groups = match.groupdict()
                teller = groups.get("who") or groups.get("source")
                return HeadMode(mode, match.end(), " ".join(teller.split()) if teller else None)
        return None

    def has_subject(self, head: str) -> bool:
        """True when the clause begins with a subject of its own."""
        return self.subject.match(head) is not None
