"""Web addresses in one form: that which is compared, checked and connected to is the same.

An address that one program checks and another one fetches can mean something else to each of them
(open-webui CVE-2026-45400). So there is one reading of addresses here. It is narrower than a
browser's: what could be read in two ways is refused. The parts that it gives are what a connection
is made from, so nothing reads the text a second time.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote

from exobrain.lib.errors import DomainError

MAX_CHARACTERS = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}

_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::([0-9]{0,5}))?", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a host that ends so is an IPv4 address to browsers
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_LEFT_ALONE = "%!$&'()*+,;=:@/?[]~"  # beside letters and digits, what a path or query may hold

# Names that never mean a host of the public web, whatever a resolver makes of them.
PRIVATE_NAMES = (
    *(
        "localhost",
        "localdomain",
        "local",
        "internal",
        "intranet",
        "private",
        "lan",
        "home",
        "corp",
    ),
    *("home.arpa", "onion"),
)

# What `is_global` of Python 3.11 calls public and is not for us, or does not know yet.
_REFUSED_IPV4 = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "100.64.0.0/10",  # shared by customers of a carrier; some clouds' metadata
        "168.63.129.16/32",  # Azure's host, from every virtual machine
        "169.254.0.0/16",  # link-local: metadata of most clouds
        "192.0.0.0/24",  # protocol assignments; metadata of one cloud
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Outside it are loopback, link-local, site-local, unique local, multicast, IPv4-mapped and
# -compatible, and both prefixes of NAT64.
_GLOBAL_IPV6 = ip_network("2000::/3")
_REFUSED_IPV6 = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo (an IPv4 address within), benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address within
        "3fff::/20",  # documentation
    )
)
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # the third word of such an address; the fourth is IPv4


class AddressRefused(DomainError):
    """This is not an address of the public web."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A web address; equal ones mean the same page."""

    scheme: str
    host: str  # in lower case and ASCII; an IPv6 address without brackets
    port: int
    target: str  # path and query, escaped

    @property
    def ip(self) -> IPv4Address | IPv6Address | None:
        """The host, where it is written as a number."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def host_and_port(self) -> str:
        """As in a Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host_and_port}{self.target}"


def read_address(text: str) -> WebAddress:
    """The address; raises AddressRefused, which says what is wrong with it."""
    text = text.strip()
    if len(text) > MAX_CHARACTERS:
        raise AddressRefused("The address is too long.")
    if any(unicodedata.category(each) in ("Cc", "Cs", "Zs", "Zl", "Zp") for each in text):
        raise AddressRefused("The address has spaces or control characters in it.")
    if (parts := _PARTS.fullmatch(text)) is None:
        raise AddressRefused("Only addresses that begin with http:// or https:// can be read.")
    scheme, authority, path, query = parts[1].lower(), parts[2], parts[3], parts[4]
    if "@" in authority:
        raise AddressRefused("An address with a user name or password in it is not read.")
    if "\\" in authority or "\\" in path:
        raise AddressRefused("The address has a backslash in it.")
    if (named := _HOST_AND_PORT.fullmatch(authority)) is None:
        raise AddressRefused("The address names no host that can be understood.")
    port = int(named[2]) if named[2] else DEFAULT_PORTS[scheme]
    if not 1 <= port <= 65_535:
        raise AddressRefused("The address has a port that does not exist.")
    target = _without_dots(_escaped(path))
    if query:
        target += f"?{_escaped(query)}"
    return WebAddress(scheme, _host(named[1]), port, target)


def _host(text: str) -> str:
    """The host in its one spelling."""
    not_understood = AddressRefused("The address names no host that can be understood.")
    try:
        if text.startswith("["):
            return str(IPv6Address(text[1:-1]))
        host = text.lower()
        if not host.isascii():
            import idna  # noqa: PLC0415  few addresses need its tables

            # As browsers do it: full-width letters and other dots become plain ones first.
            host = idna.encode(host, uts46=True).decode()
        host = host.removesuffix(".")
        labels = host.split(".")
        if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
            raise not_understood
        if _NUMBER.fullmatch(labels[-1]):
            # Four plain decimal numbers; octal, hexadecimal and shortened forms are refused.
            return str(IPv4Address(host))
    except ValueError:  # idna.IDNAError is one, too
        raise not_understood from None
    return host


def _escaped(text: str) -> str:
    """Escaped where it must be and nowhere else, so that each text has one form."""
    text = quote(_STRAY_PERCENT.sub("%25", text), safe=_LEFT_ALONE)

    def plainest(escape: re.Match[str]) -> str:
        character = chr(int(escape[1], 16))
        return character if _UNRESERVED.fullmatch(character) else escape[0].upper()

    return _ESCAPE.sub(plainest, text)


def _without_dots(path: str) -> str:
    """The path without `.` and `..`; it begins with a slash."""
    kept: list[str] = []
    segments = path.split("/")[1:] or [""]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


# -- what is public


def refuse_private(address: WebAddress, *, ports: Collection[int]) -> None:
    """Raises AddressRefused when one need not ask a resolver to know that it is not public."""
    if address.port not in ports:
        raise AddressRefused(f"Port {address.port} is not one of the web.")
    if (ip := address.ip) is not None:
        if not is_public(ip):
            raise AddressRefused
        return
    names = tuple(f".{name}" for name in PRIVATE_NAMES)
    if "." not in address.host or f".{address.host}".endswith(names):
        raise AddressRefused


def is_public(ip: IPv4Address | IPv6Address) -> bool:
    """True when the address is one host's of the public internet, and nothing hides in it."""
    if isinstance(ip, IPv4Address):
        return ip.is_global and not any(ip in network for network in _REFUSED_IPV4)
    if ip.scope_id is not None or ip not in _GLOBAL_IPV6 or not ip.is_global:
        return False
    if (int(ip) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return False
    return not any(ip in network for network in _REFUSED_IPV6)
