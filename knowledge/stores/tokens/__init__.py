"""Token vectors of blocks, fetched for those that other retrievers have found."""

from knowledge.stores.tokens.port import TokenStore
from knowledge.stores.tokens.postgres import PostgresTokenStore


def configured_token_store() -> TokenStore:
    """The store that is written with the ledger, and that recall asks."""
    return PostgresTokenStore()
