"""Addresses by which somebody may try to reach what only this machine or its network should.

A table of forbidden hosts, of ways to write each of them, and of texts that parsers read in
different ways.
"""

import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

METADATA = "169.254.169.254"

PRIVATE_IPV4 = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.254", "100.64.0.1", "100.100.100.200"),
    *("100.127.255.254", "127.0.0.1", "127.0.0.2", "127.1.1.1", "127.255.255.254"),
    *("168.63.129.16", "169.254.0.1", METADATA, "169.254.170.2", "172.16.0.1", "172.31.255.254"),
    *("192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.254"),
    *("198.18.0.1", "198.19.255.254", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
    *("239.255.255.250", "240.0.0.1", "255.255.255.255"),
)
PRIVATE_IPV6 = (
    *("::", "::1", "::2", "fe80::1", "febf::1", "fec0::1", "feff::1", "fc00::1", "fd00::1"),
    *("fd00:ec2::254", "fd20:ce::254", "ff02::1", "ff05::2", "ff0e::1", "100::1", "100:0:0:1::1"),
    *("64:ff9b::1.2.3.4", "64:ff9b:1::1", "64:ff9b:1::a9fe:a9fe", "64:ff9b:1:ffff::808:808"),
    *("2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2001:1ff::1"),
    *("2002:808:808::1", "3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "::ffff:0:8.8.8.8"),
    *("2600:1::5efe:10.0.0.1", "2600:1::200:5efe:8.8.8.8", "1::1", "e000::1", "f000::1"),
)


def hosts_that_hide(ipv4: str) -> Iterator[str]:
    """IPv6 addresses that carry the IPv4 address, in their brackets."""
    number = int(IPv4Address(ipv4))
    high, low = number >> 16, number & 0xFFFF
    turned = number ^ 0xFFFF_FFFF
    yield f"[::ffff:{ipv4}]"  # mapped
    yield f"[::ffff:{high:x}:{low:x}]"
    yield f"[0:0:0:0:0:FFFF:{high:X}:{low:X}]"
    yield f"[::{high:x}:{low:x}]"  # compatible
    yield f"[64:ff9b::{ipv4}]"  # NAT64
    yield f"[64:ff9b:1::{high:x}:{low:x}]"
    yield f"[2002:{high:x}:{low:x}::1]"  # 6to4
    yield f"[2001:0:{high:x}:{low:x}::1]"  # Teredo's server
    yield f"[2001:0:808:808::{turned >> 16:x}:{turned & 0xFFFF:x}]"  # and its client
    yield f"[2600:1::5efe:{ipv4}]"  # ISATAP
    yield f"[fe80::{high:x}:{low:x}%25eth0]"  # with a zone


def ways_to_write(ipv4: str) -> Iterator[str]:
    """The host as some program understands it."""
    number = int(IPv4Address(ipv4))
    a, b, c, d = struct.pack("!I", number)
    yield ipv4
    yield f"{ipv4}."
    yield f"{number}"
    yield f"0{number:o}"
    yield f"{number:#x}"
    yield f"{number:#X}"
    yield f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"
    yield f"0{a:o}.0{b:o}.0{c:o}.0{d:o}"
    yield f"0x{a:02x}.{b}.0{c:o}.{d}"
    yield f"{a}.{b}.{c * 256 + d}"
    yield f"{a}.{b * 65_536 + c * 256 + d}"
    yield f"{a:03}.{b:03}.{c:03}.{d:03}"
    yield f"{a + 256}.{b}.{c}.{d}"
    yield f"{a}.{b}.{c}.{d}.."
    yield f"{a}。{b}。{c}。{d}"
    yield f"{a}．{b}．{c}．{d}"
    yield f"{a}｡{b}｡{c}｡{d}"
    yield "".join(chr(0xFF10 + int(each)) if each.isdigit() else each for each in ipv4)
    yield "".join(f"%{ord(each):02x}" for each in ipv4)
    yield ipv4.replace(".", "%2e")


def names_of(ipv4: str) -> Iterator[str]:
    """Names that somebody may let lead to the address; the tests' resolver does."""
    yield f"{ipv4.replace('.', '-')}.rebind.example.net"
    yield f"{ipv4}.nip.example.com"


# Texts of which one program reads one host and another program another one.
DIFFERENTIALS = (
    "http://good.example.com@127.0.0.1/",
    "http://good.example.com:80@127.0.0.1/",
    "http://good.example.com%40127.0.0.1/",
    "http://good.example.com%20@127.0.0.1/",
    "http://good.example.com\\@127.0.0.1/",
    "http://good.example.com\\.127.0.0.1/",
    "http://127.0.0.1\\@good.example.com/",
    "http://127.0.0.1\\.good.example.com/",
    "http://127.0.0.1%23@good.example.com/",
    "http://127.0.0.1%2f@good.example.com/",
    "http://good.example.com#@127.0.0.1:80#/",
    "http://@127.0.0.1/",
    "http://:@127.0.0.1/",
    "http://:80/",
    "http:///127.0.0.1/",
    "http:////127.0.0.1/",
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "//127.0.0.1/",
    "127.0.0.1",
    "http://127.0.0.1:80:80/",
    "http://good.example.com:80:127.0.0.1/",
    "http://good.example.com:80,127.0.0.1/",
    "http://good.example.com,127.0.0.1/",
    "http://good.example.com;127.0.0.1/",
    "http://good.example.com 127.0.0.1/",
    "http://good.example.com\t127.0.0.1/",
    "http://good.example.com\r\nHost: 127.0.0.1/",
    "http://good.example.com/\r\nX: y",
    "http://good.example.com\n.127.0.0.1/",
    "http://good.example.com\x00.127.0.0.1/",
    "http://127.0.0.1\x00.good.example.com/",
    "http://good.example.com%00.127.0.0.1/",
    "http://good.example.com%0d%0a.127.0.0.1/",
    "http://127.0.0.1%00/",
    "http://127.0.0.1%2500/",
    "http://[::1/",
    "http://::1/",
    "http://::1]/",
    "http://[127.0.0.1]/",
    "http://[[::1]]/",
    "http://[::1]good.example.com/",
    "http://good.example.com[::1]/",
    "http://[::1]:80:80/",
    "http://[::1%25lo]/",
    "http://[::1%lo]/",
    "http://[fe80::1%251]/",
    "http://[v1.::1]/",
    "http://[::ffff:127.0.0.1.]/",
    "http://[::ffff:0x7f.0.0.1]/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://localhost../",
    "http://foo.localhost/",
    "http://localhost.localdomain/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://ｌｏｃａｌｈｏｓｔ/",
    "http://loc\u00adalhost/",
    "http://local\u200bhost/",
    "http://local\u2060host/",
    "http://127.0.0.\u0661/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127.0.0.1\u202e/",
    "http://metadata/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://instance-data/",
    "http://router/",
    "http://printer.local/",
    "http://nas.lan/",
    "http://server.corp/",
    "http://box.home.arpa/",
    "http://abcdefghij.onion/",
    "http://.example.com/",
    "http://example..com/",
    "http://-/",
    "http://-a.example.com/",
    "http://a-.example.com/",
    "http://./",
    "http://../",
    "http://%/",
    "http://*/",
    "http://*.example.com/",
    "http://a\u2024b.example.com:0/",
    f"http://{'a' * 64}.example.com/",
    f"http://{'a.' * 127}com/",
    f"http://good.example.com/{'a' * 3000}",
    "http://0/",
    "http://0x/",
    "http://00/",
    "http://127.1/",
    "http://127.0.1/",
    "http://1/",
    "http://256.256.256.256/",
    "http://4294967296/",
    "http://0x7f.1/",
    "http://0x7f000001.0x0/",
    "http://good.example.0x7f/",
    "http://good.example.1/",
)
SCHEMES = (
    *("file:///etc/passwd", "file://127.0.0.1/etc/passwd", "ftp://10.0.0.1/", "gopher://10.0.0.1/"),
    *("dict://127.0.0.1:6379/", "ldap://127.0.0.1/", "ws://127.0.0.1/", "wss://10.0.0.1/"),
    *("data:text/html,x", "javascript:alert(1)", "jar:http://127.0.0.1!/", "unix:///run/x.sock"),
    *("http+unix://%2Frun%2Fx.sock/", "view-source:http://127.0.0.1/", "blob:http://127.0.0.1/x"),
    *(
        "about:blank",
        "netdoc:///etc/passwd",
        "sftp://10.0.0.1/",
        "tftp://10.0.0.1/",
        "smb://10.0.0.1/",
    ),
    *("httpx://127.0.0.1/", "http s://127.0.0.1/", "h\u200bttp://127.0.0.1/", "ｈttp://127.0.0.1/"),
    *("ht\ntp://127.0.0.1/", "http", "http://", "https://", "", " ", "://127.0.0.1/"),
)
# Of a host that is public: each of these ports belongs to something that is no web server.
PORTS = (
    *(
        0,
        1,
        7,
        21,
        22,
        23,
        25,
        53,
        110,
        111,
        135,
        139,
        143,
        161,
        389,
        445,
        465,
        587,
        631,
        993,
        1080,
    ),
    *(
        1433,
        1521,
        2049,
        2375,
        2379,
        3306,
        3389,
        4222,
        5000,
        5432,
        5672,
        5900,
        6379,
        6443,
        8000,
        8080,
    ),
    *(8443, 8888, 9000, 9090, 9200, 10250, 11211, 27017, 50051, 65535, 65536, 99999),
)


def hostile_addresses() -> Iterator[str]:
    """All of them, each once."""
    seen: set[str] = set()
    for address in _all():
        if address not in seen:
            seen.add(address)
            yield address


def _all() -> Iterator[str]:
    for number, ipv4 in enumerate(PRIVATE_IPV4):
        scheme = ("http", "https")[number % 2]
        for host in (*ways_to_write(ipv4), *hosts_that_hide(ipv4), *names_of(ipv4)):
            yield f"{scheme}://{host}/"
    for ipv6 in PRIVATE_IPV6:
        yield f"http://[{ipv6}]/"
        yield f"https://[{IPv6Address(ipv6).exploded.upper()}]/latest/meta-data"
    yield from DIFFERENTIALS
    yield from SCHEMES
    for port in PORTS:
        yield f"http://public.example.com:{port}/"
    for more in ("+80", "-80", " 80", "８０", "0x50", "80a", "8_0", "80.0", "80 "):
        yield f"http://127.0.0.1:{more}/"


def private_address_of(name: str) -> str | None:
    """Where one of the names above leads."""
    if name.endswith(".rebind.example.net"):
        return name.removesuffix(".rebind.example.net").replace("-", ".")
    if name.endswith(".nip.example.com"):
        return name.removesuffix(".nip.example.com")
    return None
