"""Reads German by rules: verbs of their principal parts, chunks, clauses, and facts of these.

There is no parser model for German that ships in a package. `morphology` makes the verb forms,
`chunks` cuts a sentence into phrases, `clauses` finds who does what, `frames` which topics of the
table that tells of, `statements` makes facts of it.
"""

from knowledge.extraction.german.statements import GermanReader

__all__ = ["GermanReader"]
