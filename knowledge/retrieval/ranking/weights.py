"""The numbers that decide the order of a recall, all in one place.

Features are compared as they are, not within the pool, so that a score means the same in a memory
of 3 messages and of 30,000. The weights were chosen on three public conversations of two people and
five of a user with an assistant (577 questions with known evidence, 200 without), kept only where
neither kind lost, then rounded. `benchmarks/memory` prints what every part is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]  # (candidates,)

# A term weighs this much in a block's row before it adds to the term's document frequency.
MIN_COUNTED_WEIGHT = 1.0

# A message is found by what was said around it: its neighbours' terms count this much in its own
# index row, by distance in messages of the same session. The largest lever of all. Rows are stored
# with it: after a change run `manage.py rebuild_indexes`.
NEIGHBOUR_TERMS: Mapping[int, float] = MappingProxyType(
    {-1: 0.7, 1: 0.6, -2: 0.4, 2: 0.35, -3: 0.2, 3: 0.2}
)
# A neighbour of more terms than these is discounted by its length: else the words of an answer of a
# thousand words would be those of the messages around it.
NEIGHBOUR_SIZE = 40
LEAST_NEIGHBOUR = 0.1  # a weight below this one would only make lists longer
# How much of the previous message's vector is added to a message's own before it is indexed.
PREVIOUS_VECTOR = 0.5
# A neighbour's token stands in for a message's own where its similarity, so discounted, is higher.
NEIGHBOUR_TOKENS: Mapping[int, float] = MappingProxyType({-1: 0.85, 1: 0.8, -2: 0.75, 2: 0.7})
TOKEN_REACH = max(NEIGHBOUR_TOKENS)
# A stop word's weight among the question's tokens; words of content weigh their idf, 0.7 to 7.
STOP_WORD_WEIGHT = 0.25

# How many blocks each retriever brings to the pool; below 80 recall at 50 falls.
CANDIDATES_PER_RETRIEVER = 80
# A session is as good as the mean of this many of its best passages.
SESSION_BEST = 3

# How far what replaced a message stands before it.
SUPERSEDED_MARGIN = 1e-6
# A small memory cannot tell how rare a word is. So it counts as if it had so many blocks more, in
# so many of which each word is: the content words of a question weigh alike in 3 blocks and 30,000.
PRIOR_BLOCKS = 1000
PRIOR_HAVING = 3
# A score that says that the memory knows of what is asked. Where the best is below it, nothing does
# but perhaps the first few.
KNOWN = 3.0
FEW = 2
# What counts as a short question, in words: it asks and tells nothing.
SHORT_QUESTION = 20
# A text of so many tokens is worth its score in a prompt; half as many, a little more.
USUAL_TOKENS = 60
MARKUP_TOKENS = 17  # of a line in a prompt, beside its text: 14 to 20


@dataclass(frozen=True)
class Weights:
    """What each feature of a candidate counts for; scores are nearly log odds that it helps.

    `base` puts zero where what is below has hardly ever helped.
    """

    base: float
    lexical: float = 0.0  # BM25 as a share of the question's information
    cover: float = 0.0  # the share of the question's information that the text itself has
    dense: float = 0.0  # cosine of the contextual vectors
    tokens: float = 0.0  # late interaction, neighbours standing in
    session: float = 0.0  # mean of the session's best, by tokens or else by words
    date: float = 0.0  # how well it fits the time asked for, 0 to 2
    speaker: float = 0.0  # once, for words of the one person named
    assistant: float = 0.0  # once, for words of the assistant, unless they are asked for
    length: float = 0.0  # times the logarithm of the count of words
    asks: float = 0.0  # share of questions in a short text
    empty: float = 0.0  # once, for the same question asked before, or an answer that denies knowing


@dataclass(frozen=True)
class Expectation:
    """What a feature usually is, by others: least squares over the pools of 80 questions."""

    base: float
    lexical: float
    dense: float = 0.0

    def of(self, features: Mapping[str, Scores]) -> Scores:
        """The feature as it is expected of each candidate."""
        expected = self.base + self.lexical * features["lexical"]
        return expected + self.dense * features["dense"] if self.dense else expected


# Of the local model, for candidates that it has not embedded yet. Words say little of the cosine;
# both together explain 70 % of what differs in the tokens.
EXPECTED_DENSE = Expectation(base=0.33, lexical=0.1)
EXPECTED_TOKENS = Expectation(base=0.14, lexical=0.26, dense=0.28)

# With token vectors, as the local model gives them.
WITH_TOKENS = Weights(
    base=-4.0,
    lexical=2.0,
    dense=6.0,
    tokens=9.0,
    session=6.0,
    date=1.25,
    speaker=0.7,
    assistant=-3.0,
    length=0.1,
    asks=-1.2,
    empty=-10.0,
)
# With one vector a text, as providers give them. Their cosines are told apart by how far they are
# above the pool's mean: what is a high one differs by model.
WITH_VECTORS = Weights(
    base=1.5,
    lexical=2.0,
    cover=2.0,
    dense=10.0,
    session=2.0,
    date=1.25,
    speaker=0.4,
    assistant=-3.5,
    length=0.1,
    asks=-0.8,
    empty=-10.0,
)
# With words alone.
WITH_WORDS = Weights(
    base=1.6,
    lexical=4.0,
    cover=3.0,
    session=1.0,
    date=0.75,
    speaker=0.4,
    assistant=-4.0,
    length=-0.1,
    asks=-0.8,
    empty=-10.0,
)
