"""The tables of the memory."""
