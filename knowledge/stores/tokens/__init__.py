"""Token vectors of blocks, fetched for those that other arms have found."""

from knowledge.stores.tokens.memory import MemoryTokens
from knowledge.stores.tokens.port import Tokens, TokenStore, place_alone
from knowledge.stores.tokens.postgres import PostgresTokens

__all__ = ["MemoryTokens", "PostgresTokens", "TokenStore", "Tokens", "place_alone"]
