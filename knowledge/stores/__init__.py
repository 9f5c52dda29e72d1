"""Indexes of the memory: each a port with more than one implementation."""
