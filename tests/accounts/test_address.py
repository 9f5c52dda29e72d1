"""Where a request comes from, as far as it can be believed."""

import pytest

from exobrain.lib.address import client_address


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("192.0.2.1", "", 0, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", 0, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", 1, "203.0.113.9"),
        ("192.0.2.1", "198.51.100.1, 203.0.113.9", 1, "203.0.113.9"),
        ("192.0.2.1", "198.51.100.1, 203.0.113.9, 10.0.0.1", 2, "203.0.113.9"),
        ("192.0.2.1", "203.0.113.9", 2, "192.0.2.1"),
        ("192.0.2.1", "", 1, "192.0.2.1"),
        ("192.0.2.1", "nonsense", 1, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9:4711", 1, "203.0.113.9"),
        ("192.0.2.1", "[2001:db8::1]:4711", 1, "2001:db8::/64"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", 0, "192.0.2.1"),
        ("", "", 0, "unknown"),
        ("/run/web.sock", "", 0, "unknown"),
    ],
)
def test_client_address(peer: str, forwarded: str, proxies: int, client: str) -> None:
    """Each of our proxies vouches for one entry, counted from the right; no more is believed."""
    assert client_address(peer=peer, forwarded=forwarded, proxies=proxies) == client


def test_neighbours_in_an_ipv6_block_are_one() -> None:
    """Whoever has a block has all its addresses, and gets one limit."""
    one, other = (
        client_address(peer=f"2001:db8::{end}", forwarded="", proxies=0) for end in ("1", "ffff")
    )

    assert one == other
