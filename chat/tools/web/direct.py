"""Pages that this server fetches itself, and their readable text."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import structlog

from chat.tools.base import ToolFailed
from chat.tools.web.port import Found
from exobrain.lib.outbound import FetchFailed, Page, PublicWeb
from exobrain.lib.web_address import AddressRefused, read_address

log = structlog.get_logger(__name__)

READER = Path(__file__).with_name("page_reader.py")
READER_SECONDS = 10.0
READERS = 2  # at the same time, in one process
HTML_TYPES = ("text/html", "application/xhtml+xml")


class DirectPages:
    """Reads pages of the public web."""

    def __init__(self, web: PublicWeb) -> None:
        self.web = web
        self._free = asyncio.Semaphore(READERS)

    async def read(self, address: str) -> Found | None:
        """The page, and what it links to."""
        try:
            page = await self.web.get(read_address(address))
        except (AddressRefused, FetchFailed) as error:
            raise ToolFailed(error.message) from None
        if page.media_type not in HTML_TYPES:
            text = page.body.decode(page.charset or "utf-8", errors="replace")
            return {"url": str(page.address), "raw_content": text}
        async with self._free:
            return await _readable(page)


async def _readable(page: Page) -> Found:
    """The page's text, from a process of its own.

    Whoever wrote the page may have meant to keep its reader busy or to fill its memory. Such a
    process can be ended, and it keeps the reader's libraries out of this one.
    """
    head = json.dumps({"url": str(page.address), "charset": page.charset}).encode()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(READER)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},  # nothing of ours: keys are in the environment
    )
    try:
        async with asyncio.timeout(READER_SECONDS):
            written, _ = await process.communicate(head + b"\n" + page.body)
        found: dict[str, Any] = json.loads(written)
    except (TimeoutError, ValueError) as error:
        log.warning("page_not_readable", error=type(error).__name__, status=process.returncode)
        raise ToolFailed("The page's text could not be read.") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return {"url": str(page.address), **found}
