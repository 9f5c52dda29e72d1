"""Where a request comes from, as far as it can be believed."""

from ipaddress import IPv6Address, ip_address

IPV6_CUSTOMER_BITS = 64  # the smallest block one subscriber owns: it counts as one address
LOOPBACK_BLOCK = "::/64"  # as `client_address` spells ::1; nothing else in it sends anything


def client_address(*, peer: str, forwarded: str, proxies: int) -> str:
    """The client's address; `proxies` is how many of ours appended to X-Forwarded-For.

    Whatever stands further left in that header was written by the client and may be a lie.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if 0 < proxies <= len(hops):
        return _network(hops[-proxies]) or _network(peer) or "unknown"
    return _network(peer) or "unknown"


def is_loopback(address: str) -> bool:
    """True for what only this machine has: a client's address as above, or a host to listen on."""
    if address in ("localhost", LOOPBACK_BLOCK):
        return True
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def _network(text: str) -> str | None:
    """An address in one spelling, an IPv6 one as its block; None when it is not an address."""
    # Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`.
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    block = int(address) >> (128 - IPV6_CUSTOMER_BITS) << (128 - IPV6_CUSTOMER_BITS)
    return f"{IPv6Address(block)}/{IPV6_CUSTOMER_BITS}"
