"""What the assistant can do besides writing: each tool, and what a call of it may do."""
