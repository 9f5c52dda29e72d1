"""The tool `web_fetch`."""

from collections.abc import Collection, Mapping
from datetime import UTC
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from chat.tools.base import ToolAnswer, ToolArguments, ToolFailed, TurnContext
from chat.tools.permissions import LINKS_OF_A_PAGE, known_address, normal_address
from chat.tools.web.port import Found, PageProvider
from chat.tools.web.shaping import bounded, first_text, shown_address
from exobrain.lib import clock
from exobrain.lib.web_address import AddressRefused, read_address, refuse_private

DEFAULT_CHARACTERS, LEAST_CHARACTERS, MOST_CHARACTERS = 8_000, 256, 20_000
TITLE_CHARACTERS = 240
URL_CHARACTERS = 300  # of an address in a sentence for the user

# A page chooses which addresses it links to, and a model that obeys it chooses one of them: each
# choice tells the page's owner something. So few links count, and few are followed. The same holds
# of what the user pasted, and of searches that a page may have asked for.
LINKS_FOLLOWED = 3  # in one turn


class WebFetchArguments(ToolArguments):
    """Which page is read."""

    url: Annotated[
        str,
        Field(
            min_length=1, description="An address from the user, a search or a page read before."
        ),
    ]
    max_chars: Annotated[
        int,
        BeforeValidator(lambda value: DEFAULT_CHARACTERS if value is None else value),
        AfterValidator(lambda value: min(max(value, LEAST_CHARACTERS), MOST_CHARACTERS)),
        Field(description=f"How much text, {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters."),
    ] = DEFAULT_CHARACTERS


class WebFetch:
    """Reads pages. Made for one turn: it asks for each page once, as how often could tell
    somebody something, too.
    """

    name = "web_fetch"
    title = "Web page"
    description = "Reads the text of one web page whose address the user or a tool has named."
    arguments: type[BaseModel] | Mapping[str, Any] = WebFetchArguments
    seconds = 30.0
    is_from_outside = True

    def __init__(self, provider: PageProvider, *, ports: Collection[int]) -> None:
        self.provider = provider
        self.ports = ports
        self._found: dict[str, Found | None] = {}  # None: it is not there yet, or failed
        self._links_followed = 0

    def progress(self, arguments: Mapping[str, Any]) -> str:
        url = bounded(arguments.get("url"), characters=URL_CHARACTERS)
        return f"Reading {url}" if url else "Reading a web page"

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        url = bounded(arguments.get("url"), characters=URL_CHARACTERS) or "the web page"
        return f"Reading {url} failed: {reason}"

    async def run(self, arguments: WebFetchArguments, turn: TurnContext) -> ToolAnswer:
        """The page's text, in the shape of the contract."""
        try:
            read_address(arguments.url)
            # The address is fetched as it was named, not as the model spells it.
            known = known_address(arguments.url, turn)
            if not known:
                raise ToolFailed(
                    "Only addresses that the user has typed, or that a search or a page that was "
                    "read has named, are read."
                )
            refuse_private(read_address(known), ports=self.ports)
        except AddressRefused as error:
            raise ToolFailed(error.message) from None
        is_link = known in turn.led_to
        found = await self._read_once(known, is_link=is_link)
        url = shown_address(found.get("url")) or known
        title = bounded(first_text(found, "title"), characters=TITLE_CHARACTERS) or None
        whole = " ".join((first_text(found, "raw_content", "content") or "").split())
        page = {
            "url": url,
            "title": title,
            "content_text": bounded(whole, characters=arguments.max_chars),
            "extracted_at": clock.now().astimezone(UTC).isoformat(),
            "content_truncated": len(whole) > arguments.max_chars,
        }
        links = found.get("links")
        if is_link or not isinstance(links, list):
            links = []
        links = [each for each in links if isinstance(each, str)][:LINKS_OF_A_PAGE]
        named = {address for link in links if (address := normal_address(link))}
        turn.led_to |= named - {normal_address(each) for each in turn.addresses}
        return ToolAnswer(page, f"Read {title or url}", frozenset(named | {known}))

    async def _read_once(self, address: str, *, is_link: bool) -> Found:
        if address in self._found:
            found = self._found[address]
            if found is None:
                raise ToolFailed("A page is asked for only once in an answer.")
            return found
        if is_link:
            if self._links_followed >= LINKS_FOLLOWED:
                raise ToolFailed(f"Only {LINKS_FOLLOWED} links of pages are followed in an answer.")
            self._links_followed += 1
        self._found[address] = None
        self._found[address] = found = await self.provider.read(address) or {}
        return found
