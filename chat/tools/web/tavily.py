"""Search and pages from Tavily, with a key of its own."""

import asyncio
import re
from collections.abc import Awaitable, Sequence
from typing import Any

from langchain_tavily import TavilyExtract, TavilySearch
from pydantic import SecretStr

from chat.tools.base import ToolFailed
from chat.tools.web.port import Found, SearchQuery

_STATUS = re.compile(r"Error (\d{3})")
REFUSALS = {
    "401": "Tavily refused the server's key.",
    "403": "Tavily refused the server's key.",
    "429": "Tavily takes no more requests at the moment.",
    "432": "The key's plan at Tavily is used up.",
    "433": "The key's plan at Tavily is used up.",
}


class TavilyWeb:
    """Asks Tavily.

    The library's own tools are not run but what they call: they hide failures in their answers,
    and hand what is searched for to LangChain's tracing, where that is on.
    """

    def __init__(self, key: SecretStr, *, base_url: str | None = None) -> None:
        options: dict[str, Any] = {"tavily_api_key": key.get_secret_value()}
        if base_url:
            options["api_base_url"] = base_url.rstrip("/")
        self.searching = TavilySearch(**options).api_wrapper
        self.extracting = TavilyExtract(**options).apiwrapper

    async def search(self, wanted: SearchQuery) -> Sequence[Found]:
        """Tavily's results, best first."""
        options = {"days": wanted.recency_days} if wanted.recency_days else {}
        answer = await _asked(
            self.searching.raw_results_async(
                query=wanted.query,
                max_results=wanted.max_results,
                topic="general",
                search_depth="basic",
                include_domains=list(wanted.include_domains) or None,
                exclude_domains=list(wanted.exclude_domains) or None,
                include_answer=False,
                include_raw_content=False,
                include_images=False,
                include_image_descriptions=False,
                include_favicon=None,
                time_range=None,
                country=None,
                auto_parameters=None,
                start_date=None,
                end_date=None,
                include_usage=None,
                exact_match=None,
                **options,
            )
        )
        return _results(answer)

    async def read(self, address: str) -> Found | None:
        """What Tavily makes of the page."""
        answer = await _asked(
            self.extracting.raw_results_async(
                urls=[address],
                extract_depth="advanced",
                include_images=False,
                include_favicon=None,
                format=None,
                include_usage=None,
                query=None,
                chunks_per_source=None,
            )
        )
        found = _results(answer)
        if not found and isinstance(answer, dict) and answer.get("failed_results"):
            raise ToolFailed("Tavily could not read the page.")
        return next(iter(found), None)


async def _asked(asking: Awaitable[Any]) -> Any:
    """Tavily's answer; every failure in words, and none with what the library says: it may hold
    what was asked."""
    try:
        return await asking
    except asyncio.CancelledError:
        raise
    except Exception as error:  # the library raises Exception itself
        status = _STATUS.match(str(error))
        if status is None:
            raise ToolFailed(
                "Tavily cannot be reached, or sent no answer that makes sense."
            ) from error
        told = REFUSALS.get(status[1], f"Tavily answered with status {status[1]}.")
        raise ToolFailed(told) from error


def _results(answer: Any) -> list[Found]:
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list):
        raise ToolFailed("Tavily sent no answer that makes sense.")
    return [each for each in results if isinstance(each, dict)]
