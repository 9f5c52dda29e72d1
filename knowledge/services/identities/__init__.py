"""Resolves, merges and keeps apart entities."""
