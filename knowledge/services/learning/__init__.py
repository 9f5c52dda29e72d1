"""From messages to memory."""
