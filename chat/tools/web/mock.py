"""Search and pages from a file, whatever is asked: for development and tests without network."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chat.errors import WebMockInvalid
from chat.tools.web.port import Found, SearchQuery

NAME = "WEB_TOOLS_MOCK_DATA_FILE"

BUILT_IN: dict[str, Any] = {
    "search": {
        "results": [
            {
                "title": "Example Domain",
                "url": "https://example.com/",
                "content": "This domain is for use in documents, as an example of a page.",
                "score": 0.9,
                "published_date": "2026-01-01",
            }
        ]
    },
    "extract": {
        "results": [
            {
                "url": "https://example.com/",
                "title": "Example Domain",
                "raw_content": "This domain is for use in documents, as an example of a page.",
            }
        ]
    },
}


def read_mock_data(path: Path | None) -> dict[str, Any]:
    """The file's object, or the built-in one; raises WebMockInvalid when the file has none."""
    if path is None:
        return BUILT_IN
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise WebMockInvalid(f"{NAME}: {path} cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise WebMockInvalid(f"{NAME}: {path} is not JSON ({error}).") from error
    if not isinstance(data, dict):
        raise WebMockInvalid(f'{NAME}: {path} must hold a JSON object with "search" and "extract".')
    return data


class MockWeb:
    """Gives what its data has, whatever is searched for and whichever page is read."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    async def search(self, wanted: SearchQuery) -> Sequence[Found]:
        """Every search result."""
        return self._results("search")

    async def read(self, address: str) -> Found | None:
        """The first page."""
        return next(iter(self._results("extract")), None)

    def _results(self, section: str) -> list[Found]:
        found = self.data.get(section)
        results = found.get("results") if isinstance(found, dict) else None
        if not isinstance(results, list):
            return []
        return [each for each in results if isinstance(each, dict)]
