"""What searches the web and reads its pages, each over real connections on loopback."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from chat.tools.base import ToolFailed
from chat.tools.web import direct, web_tools, why_no_web_tools
from chat.tools.web.direct import DirectPages
from chat.tools.web.fetch import WebFetch
from chat.tools.web.port import SearchQuery
from chat.tools.web.searxng import SearxngSearch
from chat.tools.web.tavily import TavilyWeb
from exobrain.lib.config import Config
from exobrain.lib.outbound import PublicWeb
from tests.web_server import PUBLIC, Internet, WebServer, page, redirect, serving

OWLS = SearchQuery("owls & co", 3)


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A web server on loopback."""
    with serving() as server:
        yield server


def as_json(data: Any, *, status: int = 200) -> list[bytes]:
    """An answer for a program."""
    return [page(json.dumps(data).encode(), media_type="application/json", status=status)]


# -- SearXNG


@pytest.fixture
def searxng(server: WebServer) -> SearxngSearch:
    """A search by the server, at an address that only its operator may name."""
    return SearxngSearch(f"http://127.0.0.1:{server.port}/searx/")


class Anything(dict[str, Any]):
    """One answer for every target."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def get(self, target: str, default: Any = None) -> Any:
        return self.answer


async def test_searxng_is_asked(server: WebServer, searxng: SearxngSearch) -> None:
    """In JSON, at its address."""
    found = {"url": "https://a.example/", "title": "A", "content": "a", "publishedDate": "2026"}
    server.pages = Anything(as_json({"results": [found, "odd"]}))

    results = await searxng.search(OWLS)

    assert [each["published_date"] for each in results] == ["2026"]
    target = urlsplit(server.requests[0].target)
    assert target.path == "/searx/search"
    assert parse_qs(target.query) == {"q": ["owls & co"], "format": ["json"]}


@pytest.mark.parametrize(
    ("days", "period"),
    [
        (1, "day"),
        (2, "week"),
        (7, "week"),
        (30, "month"),
        (31, "month"),
        (32, "year"),
        (999, "year"),
    ],
)
async def test_searxng_knows_periods(
    server: WebServer, searxng: SearxngSearch, days: int, period: str
) -> None:
    """The shortest that has all days that are wanted."""
    server.pages = Anything(as_json({"results": []}))

    await searxng.search(SearchQuery("owls", 3, recency_days=days))

    assert f"time_range={period}" in server.requests[0].target


async def test_domains_hold_with_searxng(server: WebServer, searxng: SearxngSearch) -> None:
    """Its engines may not know them, so its results are sifted."""
    hosts = ("a.example", "www.a.example", "bad.a.example", "notta.example", "nota.example")
    results = [{"url": f"https://{host}/"} for host in hosts]
    server.pages = Anything(as_json({"results": [*results, {"url": "https://[/"}, {"url": None}]}))
    wanted = SearchQuery(
        "owls", 9, include_domains=["A.example"], exclude_domains=["bad.a.example"]
    )

    found = await searxng.search(wanted)

    assert [each["url"] for each in found] == ["https://a.example/", "https://www.a.example/"]
    assert "site" in server.requests[0].target


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (as_json({}, status=403), "JSON"),
        (as_json({}, status=500), "status 500"),
        ([redirect("http://127.0.0.1/")], "status 302"),
        (as_json({}), "no answer that makes sense"),
        (as_json([]), "no answer that makes sense"),
        ([page(b"<html>")], "no answer that makes sense"),
        ([page(b"a" * 4_000_000)], "too much"),
        ([b"nonsense\r\n\r\n"], "cannot be reached"),
    ],
)
async def test_what_searxng_does_wrong_is_said(
    server: WebServer, searxng: SearxngSearch, answer: Any, told: str
) -> None:
    """In words for its operator and user."""
    server.pages = Anything(answer)

    with pytest.raises(ToolFailed, match=told):
        await searxng.search(OWLS)


async def test_a_searxng_that_is_down_is_said() -> None:
    """Without the address, which is private."""
    with pytest.raises(ToolFailed, match="cannot be reached") as failure:
        await SearxngSearch("http://127.0.0.1:9/").search(OWLS)

    assert "127" not in failure.value.message


# -- Tavily


@pytest.fixture
def tavily(server: WebServer) -> TavilyWeb:
    """Tavily's API, by the server."""
    return TavilyWeb(SecretStr("tvly-secret"), base_url=f"http://127.0.0.1:{server.port}/")


async def test_tavily_is_asked(server: WebServer, tavily: TavilyWeb) -> None:
    """With the key in a header, and what the contract says in the body."""
    server.pages["/search"] = as_json({"results": [{"url": "https://a.example/"}, 5]})
    wanted = SearchQuery("owls", 3, 7, ["a.example"], ["b.example"])

    assert await tavily.search(wanted) == [{"url": "https://a.example/"}]

    [request] = server.requests
    assert request.headers["authorization"] == "Bearer tvly-secret"
    assert request.json() == {
        "query": "owls",
        "max_results": 3,
        "topic": "general",
        "search_depth": "basic",
        "days": 7,
        "include_domains": ["a.example"],
        "exclude_domains": ["b.example"],
        "include_answer": False,
        "include_raw_content": False,
        "include_images": False,
        "include_image_descriptions": False,
    }


async def test_nothing_that_was_not_asked_for_is_sent(server: WebServer, tavily: TavilyWeb) -> None:
    """No days and no domains."""
    server.pages["/search"] = as_json({"results": []})

    assert await tavily.search(OWLS) == []

    assert not {"days", "include_domains", "exclude_domains"} & set(server.requests[0].json())


async def test_tavily_reads_pages(server: WebServer, tavily: TavilyWeb) -> None:
    """Thoroughly, and without images."""
    found = {"url": "https://a.example/", "raw_content": "Hoot."}
    server.pages["/extract"] = as_json({"results": [found], "failed_results": []})

    assert await tavily.read("https://a.example/") == found

    assert server.requests[0].json() == {
        "urls": ["https://a.example/"],
        "extract_depth": "advanced",
        "include_images": False,
    }


async def test_a_page_that_tavily_cannot_read(server: WebServer, tavily: TavilyWeb) -> None:
    """It says so itself; or it has nothing to say."""
    server.pages["/extract"] = as_json({"results": [], "failed_results": [{"url": "x"}]})
    with pytest.raises(ToolFailed, match="could not read"):
        await tavily.read("https://a.example/")

    server.pages["/extract"] = as_json({"results": []})
    assert await tavily.read("https://a.example/") is None


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (as_json({"detail": {"error": "tvly-secret"}}, status=401), "refused the server's key"),
        (as_json({}, status=403), "refused the server's key"),
        (as_json({}, status=429), "no more requests"),
        (as_json({}, status=432), "used up"),
        (as_json({}, status=500), "status 500"),
        ([page(b"<html>")], "no answer that makes sense"),
        (as_json([]), "no answer that makes sense"),
        (as_json({"results": None}), "no answer that makes sense"),
        ([b""], "cannot be reached"),
    ],
)
async def test_what_tavily_does_wrong_is_said(
    server: WebServer, tavily: TavilyWeb, answer: Any, told: str
) -> None:
    """Never with what was asked, nor with the key."""
    server.pages = Anything(answer)

    with pytest.raises(ToolFailed, match=told) as failure:
        await tavily.search(SearchQuery("private owls", 3))

    assert "owls" not in failure.value.message
    assert "secret" not in failure.value.message


# -- pages that this server fetches itself


@pytest.fixture
def direct_pages(server: WebServer) -> DirectPages:
    """Reads pages of an internet where every name leads to the server."""
    internet = Internet(server, otherwise=[PUBLIC])
    return DirectPages(PublicWeb(resolve=internet.resolve, dial=internet.dial))


ARTICLE = """<!doctype html><html><head><title> Owls &amp;
 co </title><base href="/birds/"></head><body><nav><a href="/">Home</a><a href="/">Home</a></nav>
<article><h1>Owls</h1>{}<a href="more?x=1#y">more</a> <a href="mailto:a@b.example">write</a>
<a href="javascript:alert(1)">run</a><a href="http://[">odd</a></article>
<script>alert("hidden")</script></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", ""])
async def test_a_page_becomes_text(
    server: WebServer, direct_pages: DirectPages, charset: str
) -> None:
    """What is there to read, without menus and scripts, and where it leads."""
    words = "<p>Eulen können nachts sehr gut sehen und hören.</p>" * 20
    body = ARTICLE.format(words).encode(charset or "utf-8")
    media_type = f"text/html; charset={charset}" if charset else "text/html"
    server.pages["/owls"] = [page(body, media_type=media_type)]

    found = await direct_pages.read("http://a.example.com/owls")

    assert found is not None
    assert found["title"].split() == ["Owls", "&", "co"]
    assert "Eulen können nachts" in found["raw_content"]
    assert "hidden" not in found["raw_content"]
    assert found["url"] == "http://a.example.com/owls"
    assert found["links"] == [
        "http://a.example.com/",
        "http://a.example.com/birds/more?x=1#y",
    ]


@pytest.mark.parametrize("media_type", ["text/plain", "application/json", "application/rss+xml"])
async def test_other_text_stays_as_it_is(
    server: WebServer, direct_pages: DirectPages, media_type: str
) -> None:
    """There is nothing to leave out."""
    server.pages["/owls"] = [page(b'{"a": "<b>"}\xff', media_type=media_type)]

    found = await direct_pages.read("http://a.example.com/owls")

    assert found == {"url": "http://a.example.com/owls", "raw_content": '{"a": "<b>"}\ufffd'}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://a.example.com/nowhere", "status 404"),
        ("http://10.0.0.1/", "public web"),
        ("http://a.example.com:22/", "Port 22"),
    ],
)
async def test_what_cannot_be_read_is_said(
    direct_pages: DirectPages, address: str, told: str
) -> None:
    """As the tool's failure."""
    with pytest.raises(ToolFailed, match=told):
        await direct_pages.read(address)


HOSTILE_PAGES = {
    "nothing": b"",
    "zeros": bytes(100_000),
    "no tags": b"Hoot. " * 1000,
    "only tags": b"<" * 100_000,
    "deep": b"<div>" * 200_000,
    "deep lists": b"<ul><li>" * 50_000 + b"x",
    "deep tables": b"<table><tr><td>" * 20_000 + b"x",
    "attributes": b"<p " + b" ".join(b'a%d="b"' % n for n in range(20_000)) + b">x</p>",
    "entities": b"&lt;" * 500_000,
    "comment": b"<!--" + b"a" * 1_000_000,
    "links": b"<a href='http://[::1]/x'>x</a>" * 20_000,
    "paragraphs": b"<p>Owls fly at night, they say.</p>" * 20_000,
    "laughs": b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><html><p>&b;</p></html>',
    "file": b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><p>&a;</p></html>',
    "not text": bytes(range(256)) * 1000,
}


@pytest.mark.parametrize("name", HOSTILE_PAGES)
async def test_a_hostile_page_ends(server: WebServer, direct_pages: DirectPages, name: str) -> None:
    """With text or a failure, in bounded time, in a process of its own."""
    server.pages["/"] = [page(HOSTILE_PAGES[name], media_type="text/html")]
    begun = time.monotonic()
    found: Any = {"raw_content": ""}

    with contextlib.suppress(ToolFailed):
        found = await direct_pages.read("http://a.example.com/")

    assert "root:" not in found["raw_content"]
    assert time.monotonic() - begun < 30


async def test_a_page_that_takes_too_long_is_given_up(
    server: WebServer, direct_pages: DirectPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so is the process that reads it."""
    monkeypatch.setattr(direct, "READER_SECONDS", 0.05)
    server.pages["/"] = [page(b"<p>Owls fly at night.</p>" * 10_000, media_type="text/html")]

    with pytest.raises(ToolFailed, match="could not be read"):
        await direct_pages.read("http://a.example.com/")


# -- what is offered


Configure = Callable[..., None]

NOTHING: dict[str, Any] = {
    "tavily_api_key": None,
    "web_search_searxng_url": None,
    "web_fetch_direct": None,
    "web_tools_use_mock": False,
}


@pytest.mark.parametrize(
    ("configured", "offered", "why"),
    [
        ({}, [], "TAVILY_API_KEY or WEB_SEARCH_SEARXNG_URL"),
        ({"web_tools_use_mock": True}, ["web_search", "web_fetch"], ""),
        ({"tavily_api_key": SecretStr("tvly-x")}, ["web_search", "web_fetch"], ""),
        ({"web_search_searxng_url": "http://10.0.0.1"}, ["web_search", "web_fetch"], ""),
        (
            {"web_search_searxng_url": "http://10.0.0.1", "web_fetch_direct": False},
            ["web_search"],
            "WEB_FETCH_DIRECT is false",
        ),
        (
            {"tavily_api_key": SecretStr("tvly-x"), "web_fetch_direct": False},
            ["web_search", "web_fetch"],
            "",
        ),
        ({"web_fetch_direct": True}, ["web_fetch"], "does not search the web"),
        ({"web_fetch_direct": False}, [], "does not search the web"),
    ],
)
def test_only_what_is_configured_is_offered(
    settings: Any, configured: dict[str, Any], offered: list[str], why: str
) -> None:
    """And a line says what is missing."""
    config: Config = settings.EXOBRAIN.model_copy(update={**NOTHING, **configured})

    assert [tool.name for tool in web_tools(config)] == offered
    assert why in why_no_web_tools(config)
    assert bool(why) is bool(why_no_web_tools(config))


def test_who_reads_pages(settings: Any) -> None:
    """Tavily where there is a key, unless this server is told to."""

    def reader(**configured: Any) -> str:
        config = settings.EXOBRAIN.model_copy(update={**NOTHING, **configured})
        tools = {tool.name: tool for tool in web_tools(config)}
        fetch = tools["web_fetch"]
        assert isinstance(fetch, WebFetch)
        return type(fetch.provider).__name__

    key = SecretStr("tvly-x")
    assert reader(tavily_api_key=key) == "TavilyWeb"
    assert reader(tavily_api_key=key, web_fetch_direct=True) == "DirectPages"
    assert reader(tavily_api_key=key, web_search_searxng_url="http://10.0.0.1") == "TavilyWeb"
    assert reader(web_search_searxng_url="http://10.0.0.1") == "DirectPages"
