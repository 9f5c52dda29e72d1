"""Reads pages of the public web for whoever asks, and can be made to read nothing else.

A user, a page or a model that obeys a page may name any address. Each connection is therefore made
here by these rules:

- the name is resolved once; when any of its addresses is not public, none is connected to;
- the connection goes to the very address that was checked, so a second answer of the resolver
  (DNS rebinding) has no effect; TLS and the Host header keep the name;
- a redirect is a new address, which is checked as the first one was, and never leads from https
  to http;
- time and bytes are bounded: of connecting, of everything together, on the wire and unpacked;
- there are no cookies, no credentials, no proxies, and nothing that tells of the asker.

On a network that reaches IPv4 by NAT64 alone, hosts resolve to addresses that may hide private ones
and are refused; pages can then be had from a search provider.
"""

import asyncio
import codecs
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urljoin

import httpcore
import httpx

from exobrain.lib.errors import DomainError
from exobrain.lib.web_address import (
    AddressRefused,
    WebAddress,
    is_public,
    read_address,
    refuse_private,
)

IP = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Dial = Callable[[IP, int, float], Awaitable[httpcore.AsyncNetworkStream]]

USER_AGENT = "Exobrain"
READ_TYPES = re.compile(
    r"text/(html|plain|markdown|xml)|application/([\w.-]+\+)?(json|xml)|application/xhtml\+xml"
)
# Others of Python's codecs are slow on purpose-made input, or no encodings of text.
CHARSETS = re.compile(
    r"utf-?8|utf-?16([bl]e)?|us-ascii|ascii|latin-?1|iso-?8859-\d{1,2}|(windows-|cp)125\d|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift[_-]jis|euc-(jp|kr)|iso-2022-jp",
    re.IGNORECASE,
)
REDIRECTS = (301, 302, 303, 307, 308)


class FetchFailed(DomainError):
    """The page could not be read."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may cost."""

    connect_seconds: float = 5.0  # to resolve its host; and again for each of its addresses
    silent_seconds: float = 8.0
    total_seconds: float = 15.0  # redirects included
    wire_bytes: int = 3_000_000  # of one answer, headers included
    body_bytes: int = 6_000_000  # unpacked
    redirects: int = 5
    addresses: int = 4  # of a host, that are tried


@dataclass(frozen=True, slots=True)
class Page:
    """What a server sent."""

    address: WebAddress  # after all redirects
    media_type: str
    charset: str  # as Python knows it; empty when the server did not say, or something odd
    body: bytes


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of the host, by the system's resolver."""
    loop = asyncio.get_running_loop()
    # The dot keeps the resolver from trying the name within the domains of this network.
    found = await loop.getaddrinfo(f"{host}.", port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


async def dial(ip: IP, port: int, seconds: float) -> httpcore.AsyncNetworkStream:
    """A connection to the address."""
    return await httpcore.AnyIOBackend().connect_tcp(str(ip), port, timeout=seconds)


class PublicWeb:
    """Reads pages; `resolve` and `dial` are what it meets the network with."""

    def __init__(
        self,
        *,
        ports: Collection[int] = (80, 443),
        limits: Limits | None = None,
        resolve: Resolve = resolve,
        dial: Dial = dial,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.ports = frozenset(ports)
        self.limits = limits or Limits()
        self.resolve = resolve
        self.dial = dial
        self.ssl_context = ssl_context or httpx.create_ssl_context()

    async def get(self, address: WebAddress) -> Page:
        """The page at the address; raises AddressRefused or FetchFailed."""
        try:
            async with asyncio.timeout(self.limits.total_seconds):
                return await self._follow(address)
        except TimeoutError:
            raise FetchFailed("The page took too long.") from None

    async def _follow(self, address: WebAddress) -> Page:
        for _ in range(self.limits.redirects + 1):
            answer = await self._get_once(address)
            if isinstance(answer, Page):
                return answer
            if (address.scheme, answer.scheme) == ("https", "http"):
                raise FetchFailed("The page leads to a connection that is not secure.")
            address = answer
        raise FetchFailed("The page leads from one address to the next without an end.")

    async def _get_once(self, address: WebAddress) -> Page | WebAddress:
        """The page, or the address that its server names instead."""
        refuse_private(address, ports=self.ports)
        limits = self.limits
        url = httpcore.URL(
            scheme=address.scheme.encode(),
            host=address.host.encode(),
            port=address.port,
            target=address.target.encode(),
        )
        headers: list[tuple[bytes | str, bytes | str]] = [
            ("Host", address.host_and_port),
            ("User-Agent", USER_AGENT),
            ("Accept", "text/html,application/xhtml+xml,text/plain,*/*;q=0.5"),
            ("Accept-Encoding", "gzip, deflate"),
            ("Connection", "close"),
        ]
        silent = limits.silent_seconds
        timeouts = {"connect": silent, "read": silent, "write": silent, "pool": silent}
        try:
            async with (
                httpcore.AsyncConnectionPool(
                    ssl_context=self.ssl_context,
                    max_keepalive_connections=0,
                    network_backend=_CheckedBackend(self, address),
                ) as pool,
                pool.stream(
                    "GET", url, headers=headers, extensions={"timeout": timeouts}
                ) as answer,
            ):
                return await self._read(address, answer)
        except httpcore.TimeoutException:
            raise FetchFailed("The page's server does not answer.") from None
        except httpcore.ConnectError as error:
            if isinstance(error.__context__, ssl.SSLError):
                raise FetchFailed(
                    "No secure connection to the page's server could be made."
                ) from None
            raise FetchFailed("The page's server cannot be reached.") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error):
            raise FetchFailed(
                "The page's server answered with something else than a page."
            ) from None

    async def checked_addresses(self, address: WebAddress) -> Sequence[IP]:
        """The addresses of the host, all of which are public."""
        if (ip := address.ip) is not None:
            found: Iterable[str] = [str(ip)]
        else:
            try:
                async with asyncio.timeout(self.limits.connect_seconds):
                    found = dict.fromkeys(await self.resolve(address.host, address.port))
            except (OSError, TimeoutError, UnicodeError):
                raise FetchFailed("There is no server of that name.") from None
        try:
            ips = [ip_address(each) for each in found]
        except ValueError:
            raise AddressRefused from None
        if not ips:
            raise FetchFailed("There is no server of that name.")
        if not all(map(is_public, ips)) or any(map(is_own, ips)):
            raise AddressRefused
        return ips[: self.limits.addresses]

    # -- what was answered

    async def _read(self, address: WebAddress, answer: httpcore.Response) -> Page | WebAddress:
        if answer.status in REDIRECTS:
            return _redirect(address, answer)
        if not 200 <= answer.status < 300:
            raise FetchFailed(f"The page's server answered with status {answer.status}.")
        content_type = _header(answer, b"content-type")
        media_type = content_type.partition(";")[0].strip().lower()
        if not READ_TYPES.fullmatch(media_type):
            raise FetchFailed("This is no page of text.")
        length = _header(answer, b"content-length")
        if length.isdecimal() and int(length[:20]) > self.limits.wire_bytes:
            raise _too_large()
        body = await _unpacked(
            answer.aiter_stream(),
            encoding=_header(answer, b"content-encoding").strip().lower(),
            limit=self.limits.body_bytes,
        )
        return Page(address, media_type, _charset(content_type), body)


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to one host only, at an address of it that was checked."""

    def __init__(self, web: PublicWeb, address: WebAddress) -> None:
        self.web = web
        self.address = address

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The first of its addresses that lets itself be connected to."""
        if (host, port) != (self.address.host, self.address.port):
            raise AddressRefused
        failure: Exception = httpcore.ConnectError()
        for ip in await self.web.checked_addresses(self.address):
            try:
                stream = await self.web.dial(ip, port, self.web.limits.connect_seconds)
            except (OSError, httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _CountedStream(stream, _Budget(self.web.limits.wire_bytes))
        if isinstance(failure, OSError):
            raise httpcore.ConnectError from failure
        raise failure


@dataclass(slots=True)
class _Budget:
    bytes_left: int


class _CountedStream(httpcore.AsyncNetworkStream):
    """A connection that breaks off when more comes than was agreed, in whatever form."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, budget: _Budget) -> None:
        self.stream = stream
        self.budget = budget

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's interface
    ) -> bytes:
        data = await self.stream.read(max_bytes, timeout)
        self.budget.bytes_left -= len(data)
        if self.budget.bytes_left < 0:
            raise _too_large()
        return data

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's interface
    ) -> None:
        await self.stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self.stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        stream = await self.stream.start_tls(ssl_context, server_hostname, timeout)
        return _CountedStream(stream, self.budget)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def is_own(ip: IP) -> bool:
    """True when the address is this machine's own, where what it guards from others may listen."""
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(ip), 9))  # sends nothing: the system only chooses a way there
            return bool(probe.getsockname()[0] == str(ip))
    except OSError:
        return False  # there is no way to it at all


def _redirect(address: WebAddress, answer: httpcore.Response) -> WebAddress:
    named = {value for name, value in answer.headers if name.lower() == b"location"}
    if len(named) != 1:
        raise FetchFailed("The page leads to nowhere.")
    location = named.pop()
    try:
        text = location.decode()
    except UnicodeDecodeError:
        text = location.decode("latin-1")
    try:
        return read_address(urljoin(str(address), text.strip()))
    except ValueError:
        raise AddressRefused from None


async def _unpacked(pieces: AsyncIterator[bytes], *, encoding: str, limit: int) -> bytes:
    """The whole body; unpacking stops at the limit."""
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise FetchFailed("The page is packed in a way that was not asked for.")
    body = bytearray()
    unpack = None if encoding in ("", "identity") else zlib.decompressobj(wbits=47)
    async for piece in pieces:
        if unpack is None:
            body += piece
        else:
            try:
                body += unpack.decompress(piece, limit - len(body) + 1)
            except zlib.error:
                if body or encoding != "deflate":
                    raise
                # Some servers leave the header of this format out.
                unpack = zlib.decompressobj(wbits=-15)
                body += unpack.decompress(piece, limit + 1)
        if len(body) > limit:
            raise _too_large()
    return bytes(body)


def _charset(content_type: str) -> str:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    if found is None or not CHARSETS.fullmatch(found[1]):
        return ""
    try:
        return codecs.lookup(found[1]).name
    except LookupError:
        return ""


def _header(answer: httpcore.Response, name: bytes) -> str:
    """The header's first value; empty when there is none."""
    values = (value for each, value in answer.headers if each.lower() == name)
    return next(values, b"").decode("latin-1")


def _too_large() -> FetchFailed:
    return FetchFailed("The page is too large.")
