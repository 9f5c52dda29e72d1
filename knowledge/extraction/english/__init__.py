"""Reads English by its dependency parse: clauses, and what they say by the topics' table.

`preparing` makes of a sentence what the parser reads best, with the words that were left out;
`pieces` cuts it where commas join sentences; `heads` finds the verbs that make a clause and their
subjects, `verbs` their tense, `phrases` and `parts` what belongs to them, `wording` the clause's
own words. `sentence` has it all together.

`frames` finds which frames of the table a clause fills, `topic_statements` makes statements of
these, and `open_statements` of what no frame has.
"""

from knowledge.extraction.english.preparing import capitalised
from knowledge.extraction.english.sentence import SAME, Reading, read_english

__all__ = ["SAME", "Reading", "capitalised", "read_english"]
