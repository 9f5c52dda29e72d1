"""Indexes of blocks by words and by meaning."""
