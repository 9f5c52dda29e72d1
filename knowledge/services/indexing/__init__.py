"""Keeps the indexes true to the ledger."""
