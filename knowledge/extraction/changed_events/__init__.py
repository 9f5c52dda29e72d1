"""What moves or cancels an event: "the interview was moved to Friday", "der Kurs fällt aus".

A table for each language tells in which words that is said; `new_times` reads the time to which the
event goes. Which event is meant is for the memory to find out.
"""

from knowledge.extraction.changed_events.reading import ChangedEvent, changed_event

__all__ = ["ChangedEvent", "changed_event"]
