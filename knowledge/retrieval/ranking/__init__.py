"""How memories are ranked for a question: pure functions over what the indexes found."""
