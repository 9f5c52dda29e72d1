"""The port to whatever searches the web and reads pages of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

# What a provider sent for one result or page: nothing is known of its fields' types.
Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is searched for."""

    query: str
    max_results: int
    recency_days: int | None = None
    include_domains: Sequence[str] = ()
    exclude_domains: Sequence[str] = ()


class SearchProvider(Protocol):
    """Searches the web. Raises `ToolFailed` with words for the user."""

    async def search(self, wanted: SearchQuery) -> Sequence[Found]:
        """Results with `url`, and `title`, `content` or `snippet`, `score`, `published_date` or
        `published_at` as far as it knows them."""
        ...


class PageProvider(Protocol):
    """Reads pages. Raises `ToolFailed` with words for the user."""

    async def read(self, address: str) -> Found | None:
        """The page's `url`, `title` and `raw_content` or `content`, and `links` if it knows any;
        None when it found nothing there."""
        ...
