"""Search by a SearXNG server of the operator's."""

from collections.abc import Sequence
from typing import Any

import httpx

from chat.tools.base import ToolFailed
from chat.tools.web.port import Found, SearchQuery

SECONDS = 15.0
MAX_BYTES = 3_000_000
# The periods it knows, by how many days they are at least right for.
PERIODS = ((1, "day"), (7, "week"), (31, "month"))


class SearxngSearch:
    """Asks the server at a URL, which may be a private one: the operator has set it."""

    def __init__(self, url: str) -> None:
        self.url = f"{url.rstrip('/')}/search"

    async def search(self, wanted: SearchQuery) -> Sequence[Found]:
        """The server's results, best first. Domains are its engines' business only in part."""
        options = {"q": wanted.query, "format": "json"}
        if wanted.recency_days:
            fitting = (name for days, name in PERIODS if wanted.recency_days <= days)
            options["time_range"] = next(fitting, "year")
        if len(wanted.include_domains) == 1:
            options["q"] += f" site:{wanted.include_domains[0]}"
        try:
            async with (
                httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client,
                client.stream("GET", self.url, params=options) as response,
            ):
                if response.status_code == 403:
                    raise ToolFailed("SearXNG does not answer in JSON; its settings must allow it.")
                if response.status_code != 200:
                    raise ToolFailed(f"SearXNG answered with status {response.status_code}.")
                body = bytearray()
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > MAX_BYTES:
                        raise ToolFailed("SearXNG sent too much.")
            results = httpx.Response(200, content=bytes(body)).json()["results"]
        except httpx.TimeoutException:
            raise ToolFailed("SearXNG did not answer in time.") from None
        except httpx.HTTPError as error:
            raise ToolFailed("SearXNG cannot be reached.") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ToolFailed("SearXNG sent no answer that makes sense.") from error
        return [_found(each) for each in results if isinstance(each, dict) and _fits(each, wanted)]


def _found(result: dict[str, Any]) -> Found:
    return {**result, "published_date": result.get("publishedDate")}


def _fits(result: dict[str, Any], wanted: SearchQuery) -> bool:
    """True when the result is of the wanted domains, and of none of the unwanted."""
    try:
        host = httpx.URL(str(result.get("url"))).host
    except httpx.InvalidURL:
        return False

    def is_of(domains: Sequence[str]) -> bool:
        return any(host == each or host.endswith(f".{each}") for each in map(str.lower, domains))

    if wanted.include_domains and not is_of(wanted.include_domains):
        return False
    return not is_of(wanted.exclude_domains)
