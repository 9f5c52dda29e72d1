"""Pages of the public web are read, and nothing else is ever connected to."""

import asyncio
import gzip
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path

import httpcore
import pytest

from exobrain.lib import outbound
from exobrain.lib.errors import DomainError
from exobrain.lib.outbound import FetchFailed, Limits, PublicWeb
from exobrain.lib.web_address import AddressRefused, read_address
from tests.exobrain.hostile_addresses import (
    METADATA,
    PRIVATE_IPV4,
    PRIVATE_IPV6,
    hostile_addresses,
    private_address_of,
)
from tests.web_server import (
    PUBLIC,
    Internet,
    WebServer,
    connections,
    make_certificate,
    page,
    redirect,
    serving,
)

PUBLIC_IPV6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A web server on loopback."""
    with serving() as server:
        yield server


@pytest.fixture
def internet(server: WebServer) -> Internet:
    """Every name leads to a public address, which leads to the server."""
    return Internet(server, otherwise=[PUBLIC])


Web = Callable[..., PublicWeb]


@pytest.fixture
def web(internet: Internet) -> Web:
    """What reads pages of that internet."""

    def make(**limits: float) -> PublicWeb:
        return PublicWeb(
            resolve=internet.resolve,
            dial=internet.dial,
            limits=Limits(**limits),  # type: ignore[arg-type]
        )

    return make


# -- what is read


async def test_a_page_is_read(server: WebServer, internet: Internet, web: Web) -> None:
    """Its server is asked by name, at the address that was checked, and told nothing of us."""
    server.pages["/owls?n=1"] = [
        page("Öwls".encode("latin-1"), media_type="text/plain; charset=latin1")
    ]

    found = await web().get(read_address("http://WWW.Example.com:80/owls?n=1#top"))

    assert (str(found.address), found.media_type) == (
        "http://www.example.com/owls?n=1",
        "text/plain",
    )
    assert found.body.decode(found.charset) == "Öwls"
    assert internet.dialled == [(PUBLIC, 80)]
    [request] = server.requests
    assert request.headers == {
        "host": "www.example.com",
        "user-agent": "Exobrain",
        "accept": "text/html,application/xhtml+xml,text/plain,*/*;q=0.5",
        "accept-encoding": "gzip, deflate",
        "connection": "close",
    }


@pytest.mark.parametrize(
    ("address", "host", "dialled"),
    [
        (f"http://{PUBLIC}/", PUBLIC, f"{PUBLIC} 80"),
        (f"http://[{PUBLIC_IPV6}]/", f"[{PUBLIC_IPV6}]", f"{PUBLIC_IPV6} 80"),
        ("http://bücher.example.com/", "xn--bcher-kva.example.com", f"{PUBLIC} 80"),
        ("http://example.com.:443/", "example.com:443", f"{PUBLIC} 443"),
    ],
)
async def test_a_host_is_asked_for_by_its_one_name(
    internet: Internet, web: Web, address: str, host: str, dialled: str
) -> None:
    """However it is written."""
    internet.server.pages["/"] = [page(b"Hello")]

    assert (await web().get(read_address(address))).body == b"Hello"

    assert internet.server.requests[0].headers["host"] == host
    assert [f"{ip} {port}" for ip, port in internet.dialled] == [dialled]


async def test_a_host_that_answers_at_one_of_its_addresses_is_read(
    server: WebServer, internet: Internet
) -> None:
    """The others are tried in turn."""
    server.pages["/"] = [page(b"Hello")]
    internet.names["two.example.com"] = [PUBLIC_IPV6, PUBLIC]

    async def dial(ip: outbound.IP, port: int, seconds: float) -> httpcore.AsyncNetworkStream:
        if ip.version == 6:
            raise OSError("no route")
        return await internet.dial(ip, port, seconds)

    web = PublicWeb(resolve=internet.resolve, dial=dial)

    assert (await web.get(read_address("http://two.example.com/"))).body == b"Hello"


async def test_tls_is_with_the_name(tmp_path: Path) -> None:
    """The certificate must be the name's although the connection goes to a number."""
    certificate = make_certificate(tmp_path, "good.example.com")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    with serving(certificate) as server:
        internet = Internet(server, otherwise=[PUBLIC])
        web = PublicWeb(resolve=internet.resolve, dial=internet.dial, ssl_context=trusting)
        server.pages["/"] = [page(b"Hello")]

        found = await web.get(read_address("https://good.example.com/"))
        with pytest.raises(FetchFailed, match="secure connection"):
            await web.get(read_address("https://bad.example.com/"))

    assert found.body == b"Hello"
    assert [request.server_name for request in server.requests] == ["good.example.com"]
    assert internet.dialled == [(PUBLIC, 443)] * 2


async def test_nobody_is_trusted_without_an_authority(tmp_path: Path) -> None:
    """A certificate that its server has signed itself is none."""
    with serving(make_certificate(tmp_path, "good.example.com")) as server:
        internet = Internet(server, otherwise=[PUBLIC])
        web = PublicWeb(resolve=internet.resolve, dial=internet.dial)

        with pytest.raises(FetchFailed, match="secure connection"):
            await web.get(read_address("https://good.example.com/"))

    assert server.requests == []


# -- what is never connected to


class HostileInternet(Internet):
    """Every name leads to a private address but those of `public.example.com`."""

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """As its owner wants it."""
        if host.endswith("public.example.com"):
            return [PUBLIC]
        return [private_address_of(host) or "127.0.0.1"]


async def outcome(web: PublicWeb, address: str) -> str:
    """How reading the address ended."""
    try:
        await web.get(read_address(address))
    except (AddressRefused, FetchFailed) as error:
        return type(error).__name__
    return "read"


async def test_the_socket_is_watched(server: WebServer) -> None:
    """Otherwise the tests below would prove nothing."""
    with connections() as seen:
        stream = await outbound.dial(ip_address("127.0.0.1"), server.port, 5)
        await stream.aclose()

    assert seen == [("127.0.0.1", server.port)]


async def test_no_hostile_address_is_connected_to(server: WebServer) -> None:
    """Judged where Python asks the system for a connection, with the dialling of production."""
    web = PublicWeb(resolve=HostileInternet(server).resolve)
    addresses = list(hostile_addresses())

    with connections() as seen:
        outcomes = {address: await outcome(web, address) for address in addresses}

    assert len(addresses) > 1_000
    assert seen == []
    assert [a for a, how in outcomes.items() if how != "AddressRefused"] == []


async def test_no_hostile_address_is_taken_for_a_name(server: WebServer) -> None:
    """What is written as a number or in an odd way is refused before a resolver is asked."""
    internet = Internet(server, otherwise=[PUBLIC])
    web = PublicWeb(resolve=internet.resolve, dial=internet.dial)
    names = {host for host in hostile_addresses() if "example." in host}

    for address in set(hostile_addresses()) - names:
        assert await outcome(web, address) == "AddressRefused", address

    assert (internet.asked, internet.dialled) == ([], [])


async def test_no_redirect_leads_to_a_hostile_address(server: WebServer) -> None:
    """The second address is checked as the first one was."""
    internet = HostileInternet(server)
    web = PublicWeb(resolve=internet.resolve, dial=internet.dial)
    start = "http://public.example.com/"
    relative = ("", "127.0.0.1", "http:127.0.0.1/", "http:/127.0.0.1/", "http")
    # What is relative leads to the same host, and a header cannot hold the others.
    targets = [
        each
        for each in hostile_addresses()
        if each.strip() not in relative and not {"\r", "\n", "\x00"} & set(each)
    ]

    outcomes = {}
    with connections() as seen:
        for target in targets:
            server.pages["/"] = [redirect(target)]
            outcomes[target] = await outcome(web, start)

    assert len(targets) > 1_000
    assert set(seen) == {("127.0.0.1", server.port)}
    assert set(internet.dialled) == {(PUBLIC, 80)}
    assert set(outcomes.values()) <= {"AddressRefused", "FetchFailed"}
    assert len(server.requests) >= len(targets)  # some lead to another page of the same host


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("hops", [1, 2, 5])
async def test_any_redirect_is_checked(
    server: WebServer, internet: Internet, web: Web, status: int, hops: int
) -> None:
    """Whatever its status, and wherever in the chain."""
    for hop in range(1, hops):
        server.pages[f"/{hop}"] = [redirect(f"/{hop + 1}", status=status)]
    server.pages[f"/{hops}"] = [redirect(f"http://{METADATA}/latest/meta-data", status=status)]

    with connections() as seen, pytest.raises(AddressRefused):
        await web().get(read_address("http://www.example.com/1"))

    assert set(seen) == {("127.0.0.1", server.port)}
    assert len(server.requests) == hops


@pytest.mark.parametrize("private", [*PRIVATE_IPV4[:6], *PRIVATE_IPV6[:6], "fe80::1%eth0", "odd"])
@pytest.mark.parametrize("is_first", [True, False])
async def test_one_private_address_spoils_a_host(
    internet: Internet, web: Web, private: str, is_first: bool
) -> None:
    """Which of its addresses is connected to is nobody's choice."""
    both = [private, PUBLIC] if is_first else [PUBLIC, private]
    internet.names["both.example.com"] = both

    with connections() as seen, pytest.raises(AddressRefused):
        await web().get(read_address("http://both.example.com/"))

    assert (seen, internet.dialled) == ([], [])


@pytest.mark.sample(3)
@pytest.mark.parametrize("private", [*PRIVATE_IPV4, *PRIVATE_IPV6])
async def test_a_second_answer_of_the_resolver_has_no_effect(
    server: WebServer, private: str
) -> None:
    """The address that was checked is connected to, and no name is resolved twice (rebinding)."""
    answers = [[PUBLIC], [private], [private]]
    asked = []
    internet = Internet(server)

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers.pop(0)

    web = PublicWeb(resolve=resolve, dial=internet.dial)
    server.pages["/"] = [page(b"Hello")]

    with connections() as seen:
        found = await web.get(read_address("http://rebind.example.com/"))

    assert found.body == b"Hello"
    assert (asked, internet.dialled) == (["rebind.example.com"], [(PUBLIC, 80)])
    assert seen == [("127.0.0.1", server.port)]


async def test_a_redirect_to_the_same_name_is_resolved_and_checked_anew(server: WebServer) -> None:
    """A name that was public a moment ago may be private now."""
    answers = [[PUBLIC], ["10.0.0.1"]]
    internet = Internet(server)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    web = PublicWeb(resolve=resolve, dial=internet.dial)
    server.pages["/"] = [redirect("/again")]

    with connections() as seen, pytest.raises(AddressRefused):
        await web.get(read_address("http://rebind.example.com/"))

    assert seen == [("127.0.0.1", server.port)]


async def test_the_machine_itself_is_not_read(
    internet: Internet, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even by a public address of its own, behind which a firewall is not."""
    assert outbound.is_own(ip_address("127.0.0.1"))
    monkeypatch.setattr(outbound, "is_own", lambda ip: str(ip) == PUBLIC)

    with pytest.raises(AddressRefused):
        await web().get(read_address("http://me.example.com/"))

    assert internet.dialled == []


async def test_no_proxy_of_the_environment_is_used(
    server: WebServer, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would connect to whatever it is told."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.pages["/"] = [page(b"Hello")]

    assert (await web().get(read_address("http://www.example.com/"))).body == b"Hello"


async def test_the_resolver_is_not_asked_within_this_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A trailing dot keeps search domains out of it."""
    asked = []

    async def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(0, 0, 0, "", ("10.0.0.1", port)), (0, 0, 0, "", ("::1", port, 0, 0))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)

    assert await outbound.resolve("www.example.com", 80) == ["10.0.0.1", "::1"]
    assert asked == ["www.example.com."]


# -- redirects


async def test_redirects_are_followed(server: WebServer, internet: Internet, web: Web) -> None:
    """Five of them, to other hosts too; no cookie goes along."""
    server.pages["/0"] = [redirect("1")]
    server.pages["/1"] = [redirect("//other.example.com/2", status=301)]
    server.pages["/2"] = [redirect("HTTP://www.example.com/3#part", status=307)]
    server.pages["/3"] = [
        b"HTTP/1.1 303 See\r\nset-cookie: a=b\r\nlocation: ?4\r\ncontent-length: 0\r\n\r\n"
    ]
    server.pages["/3?4"] = [redirect("/ö".encode())]
    server.pages["/%C3%B6"] = [page(b"Here")]

    found = await web().get(read_address("http://www.example.com/0"))

    assert (str(found.address), found.body) == ("http://www.example.com/%C3%B6", b"Here")
    assert [each.headers["host"] for each in server.requests] == [
        *["www.example.com"] * 2,
        "other.example.com",
        *["www.example.com"] * 3,
    ]
    assert not any(
        "cookie" in each.headers or "referer" in each.headers for each in server.requests
    )


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (redirect("/"), "without an end"),
        (b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n", "to nowhere"),
        (
            b"HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n",
            "to nowhere",
        ),
        (page(b"", status=304), "status 304"),
        (page(b"", status=300, headers={"location": "/a"}), "status 300"),
        (page(b"no", status=404), "status 404"),
        (page(b"no", status=500), "status 500"),
    ],
)
async def test_what_leads_nowhere_is_said(
    server: WebServer, web: Web, answer: bytes, told: str
) -> None:
    """In words, after a bounded number of requests."""
    server.pages["/"] = [answer]

    with pytest.raises(FetchFailed, match=told):
        await web().get(read_address("http://www.example.com/"))

    assert len(server.requests) <= 6


async def test_a_secure_page_leads_to_secure_ones_only(tmp_path: Path) -> None:
    """Whoever is on the way could read what follows."""
    certificate = make_certificate(tmp_path, "good.example.com")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    with serving(certificate) as server:
        internet = Internet(server, otherwise=[PUBLIC])
        web = PublicWeb(resolve=internet.resolve, dial=internet.dial, ssl_context=trusting)
        server.pages["/"] = [redirect("http://good.example.com/plain")]

        with pytest.raises(FetchFailed, match="not secure"):
            await web.get(read_address("https://good.example.com/"))

    assert internet.dialled == [(PUBLIC, 443)]


# -- what it may cost


def packed(body: bytes, encoding: str) -> bytes:
    """The body with that Content-Encoding."""
    match encoding:
        case "gzip":
            return gzip.compress(body)
        case "deflate":
            return zlib.compress(body)
        case _:
            squeeze = zlib.compressobj(wbits=-15)
            return squeeze.compress(body) + squeeze.flush()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw"])
async def test_packed_pages_are_unpacked(server: WebServer, web: Web, encoding: str) -> None:
    """In the ways that were offered."""
    sent = {"content-encoding": encoding.replace("raw", "deflate")}
    server.pages["/"] = [page(packed(b"owl " * 50_000, encoding), headers=sent)]

    found = await web().get(read_address("http://www.example.com/"))

    assert found.body == b"owl " * 50_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw"])
async def test_a_bomb_does_not_go_off(server: WebServer, web: Web, encoding: str) -> None:
    """Unpacking stops at the limit."""
    sent = {"content-encoding": encoding.replace("raw", "deflate")}
    server.pages["/"] = [page(packed(bytes(100_000_000), encoding), headers=sent)]

    with pytest.raises(FetchFailed, match="too large"):
        await web(body_bytes=1_000_000).get(read_address("http://www.example.com/"))


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"
CHUNK = b"10000\r\n" + bytes(65_536) + b"\r\n"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([HEAD + b"content-length: 99999999\r\n\r\n"], "too large"),
        (
            [HEAD + b"content-length: 99999999999999999999999999\r\n\r\n"],
            "too large|something else",
        ),
        ([HEAD + b"connection: close\r\n\r\n", *[bytes(65_536)] * 20], "too large"),
        ([HEAD + b"transfer-encoding: chunked\r\n\r\n", *[CHUNK] * 20], "too large"),
        ([HEAD + b"x: " + b"a" * 300_000 + b"\r\n\r\n"], "something else"),
        ([HEAD + b"x: a\r\n" * 100_000 + b"\r\n"], "something else"),
        ([b"HTTP/1.1 103 Early\r\n\r\n" * 100_000], "too large"),
        (
            [HEAD + b"transfer-encoding: chunked\r\n\r\n1;" + b"a" * 2_000_000],
            "too large|something",
        ),
        ([b"SSH-2.0-OpenSSH_9.9\r\n"], "something else"),
        ([b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n"], "something else"),
        ([b""], "something else"),
        ([HEAD + b"content-length: 10\r\n\r\nabc"], "something else"),
        ([HEAD + b"content-length: 1\r\ncontent-length: 2\r\n\r\nabc"], "something else"),
        ([HEAD + b"content-encoding: br\r\ncontent-length: 1\r\n\r\na"], "not asked for"),
        ([HEAD + b"content-encoding: gzip, gzip\r\ncontent-length: 1\r\n\r\na"], "not asked for"),
        (
            [HEAD + b"content-encoding: gzip\r\ncontent-length: 9\r\n\r\nabcdefghi"],
            "something else",
        ),
    ],
)
async def test_a_bad_server_is_left(
    server: WebServer, web: Web, steps: list[bytes], told: str
) -> None:
    """Soon, and with words that say why."""
    server.pages["/"] = steps

    with pytest.raises(FetchFailed, match=told):
        await web(wire_bytes=1_000_000).get(read_address("http://www.example.com/"))


@pytest.mark.parametrize(
    "before", [b"", b"HTTP/1.1 200", HEAD, HEAD + b"content-length: 10\r\n\r\nabc"]
)
async def test_a_silent_server_is_left(server: WebServer, web: Web, before: bytes) -> None:
    """Wherever in its answer it stops."""
    gate = threading.Event()
    server.pages["/"] = [before, gate]

    with pytest.raises(FetchFailed, match="does not answer"):
        await web(silent_seconds=0.1).get(read_address("http://www.example.com/"))
    gate.set()


async def test_a_slow_server_is_left(server: WebServer, web: Web) -> None:
    """A byte now and then is not enough."""
    drops = [step for _ in range(100) for step in (b"a", 0.05)]
    server.pages["/"] = [HEAD + b"content-length: 100\r\n\r\n", *drops]

    with pytest.raises(FetchFailed, match="too long"):
        await web(silent_seconds=1, total_seconds=0.3).get(read_address("http://www.example.com/"))


async def test_a_slow_resolver_is_left(internet: Internet) -> None:
    """It has a deadline of its own."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(10)
        return [PUBLIC]

    web = PublicWeb(resolve=resolve, dial=internet.dial, limits=Limits(connect_seconds=0.05))

    with pytest.raises(FetchFailed, match="no server of that name"):
        await web.get(read_address("http://www.example.com/"))


async def test_a_name_that_nobody_has_is_said(internet: Internet, web: Web) -> None:
    """It is no refusal."""
    internet.otherwise = []

    with pytest.raises(FetchFailed, match="no server of that name"):
        await web().get(read_address("http://www.example.com/"))


async def test_a_server_that_is_down_is_said(server: WebServer) -> None:
    """It is no refusal either."""

    async def dial(ip: outbound.IP, port: int, seconds: float) -> httpcore.AsyncNetworkStream:
        raise ConnectionRefusedError

    web = PublicWeb(resolve=Internet(server, otherwise=[PUBLIC]).resolve, dial=dial)

    with pytest.raises(FetchFailed, match="cannot be reached"):
        await web.get(read_address("http://www.example.com/"))


# -- which pages


@pytest.mark.parametrize(
    "media_type",
    [
        *("text/html", "text/plain", "TEXT/HTML; charset=utf-8", "application/xhtml+xml"),
        *("application/json", "application/ld+json", "text/xml", "application/rss+xml"),
    ],
)
async def test_text_is_read(server: WebServer, web: Web, media_type: str) -> None:
    """Also that of programs."""
    server.pages["/"] = [page(b"Hello", media_type=media_type)]

    assert (await web().get(read_address("http://www.example.com/"))).body == b"Hello"


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "",
        "image/png",
        "image/svg+xml",
        "application/pdf",
        "application/octet-stream",
        "video/mp4",
    ],
)
async def test_anything_else_is_not(server: WebServer, web: Web, media_type: str | None) -> None:
    """It is left before its body comes."""
    server.pages["/"] = [page(b"Hello", media_type=media_type)]

    with pytest.raises(FetchFailed, match="no page of text"):
        await web().get(read_address("http://www.example.com/"))


@pytest.mark.parametrize(
    ("written", "charset"),
    [
        *((";charset=UTF-8", "utf-8"), ("; Charset='latin1'", "iso8859-1"), ("", "")),
        *(("; charset=windows-1252", "cp1252"), ("; charset=punycode", ""), ("; charset=zip", "")),
        *(("; charset=unicode_escape", ""), ("; charset=iso-8859-99", ""), ("; charset=", "")),
    ],
)
async def test_only_usual_charsets_are_believed(
    server: WebServer, web: Web, written: str, charset: str
) -> None:
    """Others are Python's own, and some are slow."""
    server.pages["/"] = [page(b"Hello", media_type=f"text/plain{written}")]

    assert (await web().get(read_address("http://www.example.com/"))).charset == charset


async def test_every_failure_has_words(server: WebServer, web: Web) -> None:
    """Those of the class where there are no better ones."""
    with pytest.raises(DomainError, match="public web"):
        await web().get(read_address("http://10.0.0.1/"))
