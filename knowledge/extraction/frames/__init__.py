"""What people say of themselves and each other in English, as frames of one clause.

A clause is a subject ("I", a name), perhaps an auxiliary with a negation, and a phrase. A frame is
such a phrase with the statement that it makes; the files hold the readers by subject, `table.py`
the phrases: places (homes, travel), work (jobs, studies), preferences (likes, hobbies),
`health_and_diet`, person (age, birthday, contacts), relations (family, friends), possessions (pets,
things). A phrase is tried only where a subject stands, so a sentence without one costs next to
nothing.
"""
