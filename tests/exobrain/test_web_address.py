"""A web address has one form, and what could be read in two ways is refused."""

import re
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exobrain.lib.web_address import AddressRefused, is_public, read_address, refuse_private
from tests.exobrain.hostile_addresses import PRIVATE_IPV4, PRIVATE_IPV6, hosts_that_hide


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("https://example.com", "https://example.com/"),
        ("  HTTPS://WWW.Example.COM/Path  ", "https://www.example.com/Path"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com:0443/a", "https://example.com/a"),
        ("https://example.com:/a", "https://example.com/a"),
        ("http://example.com:443/a", "http://example.com:443/a"),
        ("https://example.com/a#b", "https://example.com/a"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com?b=c", "https://example.com/?b=c"),
        ("https://example.com/a?b=c?d", "https://example.com/a?b=c?d"),
        ("https://example.com/%7euser/%c3%bc", "https://example.com/~user/%C3%BC"),
        ("https://example.com/ü?ü=ü", "https://example.com/%C3%BC?%C3%BC=%C3%BC"),
        ("https://example.com/%2F%2f", "https://example.com/%2F%2F"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/%%34%31", "https://example.com/%2541"),
        ("https://example.com/a/../b/./c", "https://example.com/b/c"),
        ("https://example.com/a/%2e%2E/b/..", "https://example.com/"),
        ("https://example.com/../../a/.", "https://example.com/a/"),
        ("https://example.com//a", "https://example.com//a"),
        ('https://example.com/"<>{}|^`', "https://example.com/%22%3C%3E%7B%7D%7C%5E%60"),
        ("https://Bücher.example.com/", "https://xn--bcher-kva.example.com/"),
        ("https://xn--bcher-kva.example.com/", "https://xn--bcher-kva.example.com/"),
        ("https://bücher。example。com/", "https://xn--bcher-kva.example.com/"),
        ("https://example.com/a@b:c", "https://example.com/a@b:c"),
        ("https://example.com/?u=http://a@b/\\", "https://example.com/?u=http://a@b/%5C"),
        ("http://[2001:DB8:0::1]:80/", "http://[2001:db8::1]/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        (
            "https://example.com/می\u200cشود",
            "https://example.com/%D9%85%DB%8C%E2%80%8C%D8%B4%D9%88%D8%AF",
        ),
    ],
)
def test_an_address_has_one_form(written: str, form: str) -> None:
    """However it is written; and the form is its own."""
    assert str(read_address(written)) == form
    assert str(read_address(form)) == form


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("ftp://example.com/", "begin with http"),
        ("example.com", "begin with http"),
        ("https://user@example.com/", "user name"),
        ("https://user:secret@example.com/", "user name"),
        ("https://@example.com/", "user name"),
        ("https://example.com\\a/", "backslash"),
        ("https://example.com/\\a", "backslash"),
        ("https://exa mple.com/", "spaces"),
        ("https://example.com/a b", "spaces"),
        ("https://example.com/\u2028a", "spaces"),
        ("https://example.com/\ud800a", "spaces"),
        ("https://example.com:0/", "port"),
        ("https://example.com:65536/", "port"),
        ("https://example.com:1e3/", "no host"),
        ("https://127.1/", "no host"),
        ("https://010.0.0.1/", "no host"),
        ("https://exam%70le.com/", "no host"),
        ("https:///a", "no host"),
        (f"https://example.com/{'a' * 2048}", "too long"),
    ],
)
def test_what_is_not_clear_is_refused(written: str, told: str) -> None:
    """With words that say why, without the address in them."""
    with pytest.raises(AddressRefused, match=told) as refusal:
        read_address(written)

    assert "secret" not in refusal.value.message


HOSTS = st.sampled_from(["a.example", "bücher.example", "8.8.8.8", "[2606::1]", "xn--a.example"])
ANYTHING = st.text(st.characters(codec="utf-8"), max_size=30)


@given(st.sampled_from(["http", "HTTPS"]), HOSTS, ANYTHING)
def test_the_form_stays_the_same(scheme: str, host: str, rest: str) -> None:
    """Reading it again gives nothing else, and it is plain ASCII without spaces."""
    try:
        form = str(read_address(f"{scheme}://{host}/{rest}"))
    except AddressRefused:
        return

    assert str(read_address(form)) == form
    assert form.isascii()
    assert form.isprintable()
    assert " " not in form


@given(st.text(st.sampled_from("0123456789abcdefx.:[]%@\\/-。１"), max_size=20))
def test_a_host_is_a_number_or_a_plain_name(text: str) -> None:
    """Nothing that a resolver could take for a number is a name."""
    try:
        address = read_address(f"http://{text}/")
    except AddressRefused:
        return

    if address.ip is None:
        last = address.host.rpartition(".")[2]
        assert not last.isdecimal()
        assert re.fullmatch("0x[0-9a-f]*", last) is None


@pytest.mark.parametrize("ip", [*PRIVATE_IPV4, *PRIVATE_IPV6])
def test_private_addresses_are_known(ip: str) -> None:
    """Of every kind."""
    assert not is_public(ip_address(ip))


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "93.184.215.14", "223.255.255.254"])
def test_public_addresses_are_known(ip: str) -> None:
    """But not where they hide in others: who routes those is not known."""
    assert is_public(ip_address(ip))
    for host in hosts_that_hide(ip):
        try:
            refuse_private(read_address(f"http://{host}/"), ports=(80,))
        except AddressRefused:
            continue
        raise AssertionError(host)


@pytest.mark.parametrize("ip", ["2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2620:fe::fe"])
def test_public_addresses_of_ipv6_are_known(ip: str) -> None:
    """As a provider gives them."""
    assert is_public(ip_address(ip))


@pytest.mark.parametrize("host", ["router", "a.localhost", "x.internal", "b.home.arpa", "c.onion"])
def test_private_names_are_known(host: str) -> None:
    """Before a resolver is asked."""
    with pytest.raises(AddressRefused):
        refuse_private(read_address(f"http://{host}/"), ports=(80,))


def test_a_port_must_be_one_of_the_web() -> None:
    """Which those are, an operator says."""
    address = read_address("http://example.com:8080/")

    refuse_private(address, ports=(80, 8080))
    with pytest.raises(AddressRefused, match="Port 8080"):
        refuse_private(address, ports=(80, 443))
