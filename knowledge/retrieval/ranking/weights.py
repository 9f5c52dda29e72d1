"""The numbers that decide the order of a recall, all in one place.

They were chosen on three public long-term conversations (494 questions with known evidence),
each change kept only where it also helped the conversation left out of the search, then rounded.
`benchmarks/memory` prints what every retriever is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# A term weighs this much in a block's row before it adds to the term's document frequency.
MIN_COUNTED_WEIGHT = 1.0

# A message is found by what was said around it: its neighbours' terms count this much in its own
# index row, by distance in messages of the same session. The largest lever of all. Rows are stored
# with it: after a change run `manage.py rebuild_indexes`.
NEIGHBOUR_TERMS: Mapping[int, float] = MappingProxyType(
    {-1: 0.7, 1: 0.6, -2: 0.4, 2: 0.35, -3: 0.2, 3: 0.2}
)
# How much of the previous message's vector is added to a message's own before it is indexed.
PREVIOUS_VECTOR = 0.5
# A neighbour's token stands in for a message's own where its similarity, so discounted, is higher.
NEIGHBOUR_TOKENS: Mapping[int, float] = MappingProxyType({-1: 0.85, 1: 0.8, -2: 0.75, 2: 0.7})
TOKEN_REACH = max(NEIGHBOUR_TOKENS)
# A stop word's weight among the question's tokens; words of content weigh their idf, 0.7 to 7.
STOP_WORD_WEIGHT = 0.25

# How many blocks each retriever brings to the pool; below 80 recall at 50 falls.
CANDIDATES_PER_RETRIEVER = 80
# A session is as good as the mean of this many of its best blocks.
SESSION_BEST = 3

# How far a superseded message stays behind the one that superseded it.
SUPERSEDED_MARGIN = 1e-6
# Where weak memories are unwanted: the least score, as a share of the best one's; what is further
# behind would only distract. Where the best is not above zero, so far below it.
MIN_SHARE_OF_BEST = 0.1
WEAK_MARGIN = 1.0


@dataclass(frozen=True)
class Weights:
    """What the standardised score of each feature counts for in the sum."""

    lexical: float = 0.0
    dense: float = 0.0  # cosine of the contextual vectors
    tokens: float = 0.0  # late interaction, the message alone
    tokens_near: float = 0.0  # late interaction, neighbours standing in
    session: float = 0.0
    fact: float = 0.0  # best cosine of a fact that was made from the message
    graph: float = 0.0
    # These are no z-scores: they are added as they are.
    date: float = 0.0  # times 0 to 2
    speaker: float = 0.0  # once, for words of the person asked about
    length: float = 0.0  # times the logarithm of the count of words
    asks: float = 0.0  # once, for a message that is itself a question


# With token vectors, as the local model gives them.
WITH_TOKENS = Weights(
    lexical=0.4,
    dense=0.3,
    tokens=0.2,
    tokens_near=0.6,
    session=0.5,
    fact=0.4,
    graph=0.1,
    date=1.3,
    speaker=0.6,
    length=0.25,
    asks=-0.8,
)
# With one vector a text, as providers give them.
WITH_VECTORS = Weights(
    lexical=0.7,
    dense=0.5,
    session=0.2,
    fact=0.4,
    graph=0.1,
    date=1.2,
    speaker=0.5,
    length=0.4,
    asks=-0.8,
)
# With words alone.
WITH_WORDS = Weights(
    lexical=1.2,
    session=0.2,
    graph=0.1,
    date=1.2,
    speaker=0.5,
    length=0.25,
    asks=-0.8,
)
