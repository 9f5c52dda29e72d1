"""What can be done to the memory."""
