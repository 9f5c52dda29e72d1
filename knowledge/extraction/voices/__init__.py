"""Whose words a message holds, and how they are meant: the first and strictest step of reading.

Only what a message's author states in their own words can become a fact of theirs.
`read_stretches` cuts the message by voice, `read_sentences` into sentences and clauses with their
modes, `clause_mode` judges one clause. English and German are read; of every other language only
quotations, pastes and code are told apart, and nothing is stated.
"""

from knowledge.extraction.voices.clauses import clause_mode, read_clauses
from knowledge.extraction.voices.parts import (
    MASK,
    Clause,
    Mode,
    Stretch,
    Voice,
    VoicedSentence,
)
from knowledge.extraction.voices.sentences import read_sentences
from knowledge.extraction.voices.stretches import read_stretches

__all__ = [
    "MASK",
    "Clause",
    "Mode",
    "Stretch",
    "Voice",
    "VoicedSentence",
    "clause_mode",
    "read_clauses",
    "read_sentences",
    "read_stretches",
]
