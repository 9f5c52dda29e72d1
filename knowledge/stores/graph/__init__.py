"""Indexes of the graph."""
