"""Reads English by its dependency parse: clauses, and what they say by the topics' table.

`preparing` makes of a sentence what the parser reads best, with the words that were left out;
`pieces` cuts it where commas join sentences; `heads` finds the verbs that make a clause and their
subjects, `verbs` their tense, `phrases` and `parts` what belongs to them, `wording` the clause's
own words. `sentence` has it all together.

`statements` ties these clauses to people and names: `roles` and `forms` read without a parse,
`subjects` finds whom a clause is about and `modes` how it is meant. `frames` finds which frames of
the table it fills, `topic_statements` makes statements of these, and `open_statements` of what no
frame has.
"""

from knowledge.extraction.english.antecedents import Antecedents
from knowledge.extraction.english.preparing import capitalised
from knowledge.extraction.english.statements import SentenceReader
from knowledge.extraction.english.writing import filled

__all__ = ["Antecedents", "SentenceReader", "capitalised", "filled"]
