"""What is known: the memory distilled from the journal, and the way back into a chat."""
