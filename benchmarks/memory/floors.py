"""What plain BM25 finds, without any of the product: the floor under every figure.

BM25 as in Robertson and Zaragoza, The Probabilistic Relevance Framework (2009).
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence

from benchmarks.memory.locomo import Conversation, Turn
from benchmarks.memory.metrics import BUDGET_TOKENS, Outcome

Documents = Callable[[Sequence[Sequence[Turn]]], list[str]]

MARKUP_TOKENS = 14  # of a memory's line in the prompt, beside its text
K1 = 1.2
B = 0.75
WORD = re.compile(r"[a-z0-9']+")
STOP = frozenset(
    WORD.findall(
        "a an and are as at be by did do does for from had has have he her his how i in is it its "
        "me my of on or she that the their them they this to was we were what when where "
        "which who why will with would you your"
    )
)


class Bm25:
    """Documents ranked by the words they share with a question."""

    def __init__(self, documents: Sequence[str]) -> None:
        self.counts = [Counter(_words(document)) for document in documents]
        self.lengths = [sum(count.values()) for count in self.counts]
        self.mean_length = sum(self.lengths) / max(1, len(self.lengths))
        self.frequency = Counter(word for count in self.counts for word in count)

    def ranking(self, question: str) -> list[int]:
        """Positions of all documents, best first."""
        words = set(_words(question))
        scores = [self._score(words, position) for position in range(len(self.counts))]
        return sorted(range(len(scores)), key=lambda position: -scores[position])

    def _score(self, words: set[str], position: int) -> float:
        count, total = self.counts[position], 0.0
        norm = K1 * (1 - B + B * self.lengths[position] / self.mean_length)
        for word in words & count.keys():
            rarity = len(self.counts) - self.frequency[word] + 0.5
            idf = math.log(1 + rarity / (self.frequency[word] + 0.5))
            total += idf * count[word] * (K1 + 1) / (count[word] + norm)
        return total


def turns_alone(sessions: Sequence[Sequence[Turn]]) -> list[str]:
    """Each turn's own text."""
    return [turn.content for session in sessions for turn in session]


def turns_with_neighbours(sessions: Sequence[Sequence[Turn]]) -> list[str]:
    """Each turn's text together with those of the turns before and after it."""
    return [
        " ".join(turn.content for turn in session[max(0, place - 1) : place + 2])
        for session in sessions
        for place in range(len(session))
    ]


def _words(text: str) -> list[str]:
    return [_stem(word) for word in WORD.findall(text.lower()) if word not in STOP]


def _stem(word: str) -> str:
    for ending in ("'s", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def outcomes(conversations: Sequence[Conversation], documents: Documents) -> list[Outcome]:
    """What BM25 over such documents finds for every question; documents are the user's messages."""
    found = []
    for conversation in conversations:
        sessions = [[t for t in session if t.role == "user"] for session in conversation.sessions]
        turns = [turn for session in sessions for turn in session]
        index = Bm25(documents(sessions))
        for question in conversation.questions:
            ranking = [turns[place] for place in index.ranking(question.text)]
            given = _within_budget(ranking)
            found.append(
                Outcome(question, [turn.id for turn in ranking], [turn.id for turn in given])
            )
    return found


def _within_budget(turns: Sequence[Turn]) -> list[Turn]:
    kept, left = [], BUDGET_TOKENS
    for turn in turns:
        size = round(len(turn.content) / 4) + MARKUP_TOKENS
        if size <= left:
            kept.append(turn)
            left -= size
    return kept
