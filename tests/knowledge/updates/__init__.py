"""From the journal into the memory: updates and their jobs."""
