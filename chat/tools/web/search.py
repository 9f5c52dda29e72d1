"""The tool `web_search`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from chat.tools.base import ToolAnswer, ToolArguments, ToolFailed, TurnContext
from chat.tools.permissions import known_domain, normal_address, plainly, private_words_of
from chat.tools.web.port import Found, SearchProvider, SearchQuery
from chat.tools.web.shaping import bounded, first_text, shown_address

DEFAULT_RESULTS, MOST_RESULTS = 5, 10
TITLE_CHARACTERS = 180
SNIPPET_CHARACTERS = 320
QUERY_CHARACTERS = 400  # Tavily takes no more
MOST_DOMAINS = 20
PERIODS_DAYS = (1, 7, 31, 365)  # a number of days could say anything


def _domains(value: Any) -> Any:
    """A list without blanks, or nothing; some models write one domain as text."""
    if isinstance(value, str):
        value = value.split(",")
    if isinstance(value, list):
        value = [each.strip() if isinstance(each, str) else each for each in value]
        value = [each for each in value if each != ""][:MOST_DOMAINS] or None
    return value


Domains = Annotated[list[str] | None, BeforeValidator(_domains)]


class WebSearchArguments(ToolArguments):
    """What is searched for."""

    query: Annotated[str, Field(min_length=1, description="What to search for.")]
    max_results: Annotated[
        int,
        BeforeValidator(lambda value: DEFAULT_RESULTS if value is None else value),
        AfterValidator(lambda value: min(max(value, 1), MOST_RESULTS)),
        Field(description=f"How many results, 1 to {MOST_RESULTS}."),
    ] = DEFAULT_RESULTS
    recency_days: Annotated[
        int | None,
        AfterValidator(lambda value: None if value is None else max(value, 1)),
        Field(description="Only results of the last so many days; at least 1."),
    ] = None
    include_domains: Annotated[Domains, Field(description="Only results of these domains.")] = None
    exclude_domains: Annotated[Domains, Field(description="No results of these domains.")] = None


class WebSearch:
    """Searches the web."""

    name = "web_search"
    title = "Web search"
    description = (
        "Searches the web. Gives a list of pages with title, url, snippet, score and date; "
        "web_fetch reads one of them whole."
    )
    arguments: type[BaseModel] | Mapping[str, Any] = WebSearchArguments
    seconds = 20.0
    is_from_outside = True

    def __init__(self, provider: SearchProvider) -> None:
        self.provider = provider

    def progress(self, arguments: Mapping[str, Any]) -> str:
        query = bounded(arguments.get("query"), characters=QUERY_CHARACTERS)
        return f"Searching the web for “{query}”" if query else "Searching the web"

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        query = bounded(arguments.get("query"), characters=QUERY_CHARACTERS)
        return f"The web search{f' for “{query}”' if query else ''} failed: {reason}"

    async def run(self, arguments: WebSearchArguments, turn: TurnContext) -> ToolAnswer:
        """At most `max_results` results, in the shape of the contract."""
        wanted = SearchQuery(
            query=bounded(arguments.query, characters=QUERY_CHARACTERS),
            max_results=arguments.max_results,
            recency_days=arguments.recency_days,
            include_domains=arguments.include_domains or (),
            exclude_domains=arguments.exclude_domains or (),
        )
        is_led = turn.has_outside_text
        if is_led:
            wanted = _public(wanted, turn)
        results = _shaped(await self.provider.search(wanted))[: arguments.max_results]
        sources = "candidate source" if len(results) == 1 else "candidate sources"
        addresses = frozenset(filter(None, (normal_address(each["url"]) for each in results)))
        if is_led:
            turn.led_to |= addresses - turn.addresses
        return ToolAnswer(results, f"Found {len(results)} {sources}", addresses)


def _public(wanted: SearchQuery, turn: TurnContext) -> SearchQuery:
    """The search with nothing in it that the model could tell somebody something by."""
    query = plainly(wanted.query)
    included, excluded = (
        list(dict.fromkeys(known_domain(each, turn) for each in domains))
        for domains in (wanted.include_domains, wanted.exclude_domains)
    )
    if not query or private_words_of(query, turn) or "" in (*included, *excluded):
        raise ToolFailed(
            "After text from outside was read, only words of the user's question and of what "
            "was found can be searched for, and only domains of addresses that were named."
        )
    days = wanted.recency_days
    return SearchQuery(
        query=query,
        max_results=MOST_RESULTS,
        recency_days=next((each for each in PERIODS_DAYS if days and days <= each), None),
        include_domains=included,
        exclude_domains=excluded,
    )


def _shaped(found: Sequence[Found]) -> list[dict[str, Any]]:
    """The results that have an address."""
    return [
        {
            "title": bounded(first_text(each, "title"), characters=TITLE_CHARACTERS),
            "url": url,
            "snippet": bounded(
                first_text(each, "content", "snippet"), characters=SNIPPET_CHARACTERS
            ),
            "score": score if isinstance(score := each.get("score"), int | float) else None,
            "published_at": first_text(each, "published_date", "published_at"),
        }
        for each in found
        if (url := shown_address(each.get("url")))
    ]
