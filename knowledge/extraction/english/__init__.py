"""Reads the clauses of an English sentence out of its dependency parse.

`preparing` makes of a sentence what the parser reads best, with the words that were left out;
`pieces` cuts it where commas join sentences; `heads` finds the verbs that make a clause and their
subjects, `verbs` their tense, `phrases` and `parts` what belongs to them, `wording` the clause's
own words. `sentence` has it all together.
"""

from knowledge.extraction.english.preparing import capitalised
from knowledge.extraction.english.sentence import SAME, Reading, read_english

__all__ = ["SAME", "Reading", "capitalised", "read_english"]
