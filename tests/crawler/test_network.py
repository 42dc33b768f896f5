"""Which addresses are public, which URLs are fit to be asked for, and the guard before Twisted's resolver."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.network import MOST_URL, Guard, RefusedUrl, check_url, is_public, literal, origin


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("93.184.215.14", id="IPv4"),
        pytest.param("2606:4700::6810:84e5", id="IPv6"),
        pytest.param("::ffff:93.184.215.14", id="mapped"),
        pytest.param("64:ff9b::5db8:d70e", id="NAT64"),
        pytest.param("2002:5db8:d70e::1", id="6to4"),
    ],
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("10.1.2.3", id="private 10"),
        pytest.param("172.16.0.1", id="private 172"),
        pytest.param("192.168.1.1", id="private 192"),
        pytest.param("100.64.0.1", id="CGNAT"),
        pytest.param("100.100.100.200", id="metadata within CGNAT"),
        pytest.param("169.254.169.254", id="metadata"),
        pytest.param("168.63.129.16", id="metadata at a public address"),
        pytest.param("0.0.0.0", id="unspecified"),  # noqa: S104 - nothing is bound to it
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("198.18.0.1", id="benchmark"),
        pytest.param("192.0.2.1", id="documentation"),
        pytest.param("::", id="IPv6 unspecified"),
        pytest.param("::1", id="IPv6 loopback"),
        pytest.param("fe80::1%eth0", id="IPv6 link-local with its zone"),
        pytest.param("fc00::1", id="IPv6 private"),
        pytest.param("fec0::1", id="IPv6 site-local"),
        pytest.param("ff02::1", id="IPv6 multicast"),
        pytest.param("::127.0.0.1", id="IPv4-compatible"),
        pytest.param("::ffff:127.0.0.1", id="mapped"),
        pytest.param("::ffff:a9fe:a9fe", id="mapped metadata"),
        pytest.param("64:ff9b::7f00:1", id="NAT64"),
        pytest.param("64:ff9b:1::1", id="NAT64 of one's own"),
        pytest.param("2002:7f00:1::1", id="6to4"),
        pytest.param("2001:0:5db8:d70e:0:0:80ff:fffe", id="Teredo"),
        pytest.param("localhost", id="no address"),
        pytest.param("", id="nothing"),
    ],
)
def test_any_other_address_is_not(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4).map(str))
def test_an_address_is_as_public_as_the_one_it_wraps(address: str) -> None:
    number = int(ipaddress.IPv4Address(address))
    wrapped = [0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80]
    assert {is_public(str(ipaddress.IPv6Address(outer))) for outer in wrapped} == {is_public(address)}


@pytest.mark.parametrize(
    "url", ["http://news.example/feed", "https://[2606:4700::1]:8443/x?y=%20", "http://中国.example/"]
)
def test_a_web_address_passes(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        pytest.param("ftp://news.example/", "only http and https", id="scheme"),
        pytest.param("file:///etc/passwd", "only http and https", id="file"),
        pytest.param("/feed", "only http and https", id="no scheme"),
        pytest.param("http://u:p@news.example/", "user name", id="user name"),
        pytest.param("http://a\\@127.0.0.1/", "backslash", id="backslash"),
        pytest.param("http://news.example/a b", "blank", id="blank"),
        pytest.param("http://news.example/\x00", "control", id="control character"),
        pytest.param("http:///feed", "no host", id="no host"),
        pytest.param("http://news.example:99999/", "not valid", id="port"),
        pytest.param("http://news.example:0/", "no port", id="port 0"),
        pytest.param("http://[broken/", "not valid", id="bracket"),
        pytest.param("http://news.example/" + "x" * MOST_URL, "longer", id="length"),
    ],
)
def test_any_other_is_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(RefusedUrl, match=why) as caught:
        check_url(url)
    assert "\n" not in str(caught.value)


@given(st.text())
def test_an_address_passes_or_is_refused_and_nothing_else_happens(url: str) -> None:
    for whole in (url, f"http://{url}"):
        try:
            check_url(whole)
        except RefusedUrl:
            continue
        assert origin(whole)[2]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://News.Example./feed", ("https", "news.example", 443), id="case and dot"),
        pytest.param("http://中国.example:8080/", ("http", "xn--fiqs8s.example", 8080), id="Chinese name"),
        pytest.param("http://127。0。0。1/", ("http", "127.0.0.1", 80), id="Chinese dots"),
        pytest.param("http://[::1]/", ("http", "::1", 80), id="IPv6"),
        pytest.param("http://" + "x" * 80 + "/", ("http", "x" * 80, 80), id="no name DNS could hold"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, expected: tuple[str, str, int]) -> None:
    assert origin(url) == expected


@pytest.mark.parametrize(
    ("host", "address"),
    [
        pytest.param("2130706433", "127.0.0.1", id="decimal"),
        pytest.param("0x7f.1", "127.0.0.1", id="hexadecimal and short"),
        pytest.param("017700000001", "127.0.0.1", id="octal"),
        pytest.param("[::1]", "::1", id="IPv6"),
        pytest.param("news.example", None, id="a name"),
    ],
)
def test_a_number_is_read_as_the_address_it_stands_for(host: str, address: str | None) -> None:
    assert literal(host) == address


@dataclass
class Address:
    host: str


@dataclass
class Findings:
    """A receiver that keeps what it is told."""

    hosts: list[str] = field(default_factory=list)
    complete: bool = False

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802 - Twisted's name
        assert resolution is not None

    def addressResolved(self, address: object) -> None:  # noqa: N802 - Twisted's name
        assert isinstance(address, Address)
        self.hosts.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        self.complete = True


class Names:
    """A resolver that knows one public and one private address of every name."""

    def resolveHostName(self, resolutionReceiver: Findings, hostName: str, *_: object) -> object:  # noqa: N802, N803 - Twisted's names
        resolutionReceiver.resolutionBegan(hostName)
        for host in ("93.184.215.14", "10.0.0.1"):
            resolutionReceiver.addressResolved(Address(host))
        resolutionReceiver.resolutionComplete()
        return hostName


@pytest.fixture
def guard() -> Guard:
    return Guard(Names())  # type: ignore[arg-type]  # it takes fewer arguments by name


@pytest.fixture
def found(guard: Guard) -> Callable[[str, int], list[str]]:
    def resolve(host: str, port: int) -> list[str]:
        findings = Findings()
        guard.resolveHostName(findings, host, port)
        assert findings.complete
        return findings.hosts

    return resolve


PUBLIC = ["93.184.215.14"]
BOTH = ["93.184.215.14", "10.0.0.1"]


def test_the_guard_drops_private_addresses_and_remembers_them(
    guard: Guard, found: Callable[[str, int], list[str]]
) -> None:
    assert found("news.example", 80) == PUBLIC
    assert guard.refused("http://news.example/feed") == "10.0.0.1"
    assert guard.refused("http://news.example:81/feed") is None


def test_the_guard_lets_exactly_the_allowed_host_and_port_be_private(
    guard: Guard, found: Callable[[str, int], list[str]]
) -> None:
    with guard.allowing([("http", "news.example", 80)]):
        assert found("NEWS.example.", 80) == BOTH
        assert found("news.example", 81) == PUBLIC
        assert found("other.example", 80) == PUBLIC
    assert found("news.example", 80) == PUBLIC


def test_what_two_polls_allow_stays_allowed_until_both_are_done(
    guard: Guard, found: Callable[[str, int], list[str]]
) -> None:
    origins = [("http", "news.example", 80)]
    with guard.allowing(origins):
        with guard.allowing(origins):
            pass
        assert found("news.example", 80) == BOTH
    assert found("news.example", 80) == PUBLIC
