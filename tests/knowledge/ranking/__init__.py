"""Ranking of memories, without a database."""
