"""Reads of the memory and of its updates."""
