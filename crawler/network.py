"""Where we may connect to: public addresses only, but for the exact origins that the user configured."""

# ruff: noqa: N802, N803 - Twisted names the methods and arguments of its interfaces so
from __future__ import annotations

import ipaddress
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Protocol
from urllib.parse import urlsplit

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

Origin = tuple[str, str, int]
"""Scheme, host in lower case, port."""

MOST_URL = 2_000
"""Characters of an address we ask for; servers refuse longer ones."""

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
"""All that is given out for the internet so far (IANA); site-local and translated addresses lie outside."""
_CARRIER = ipaddress.ip_network("100.64.0.0/10")
_AZURE_HOST = ipaddress.ip_address("168.63.129.16")
"""Answers every machine of that cloud with its own metadata, though the address is a public one."""
_REMEMBERED = 2_000
"""Addresses; looked at several times for every request."""
_ADVICE = "set service.allow_private_networks: true if this feed is on your own network"


class RefusedUrl(Exception):  # noqa: N818 - it says what was done
    """We do not connect there; the message is one line for a human."""


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet; an IPv4 address within an IPv6 one is taken out.

    Private, shared (CGNAT), loopback, link-local, multicast, reserved and unspecified addresses do not, nor does what
    is no address.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(part) for part in _unwrapped(found))


def _unwrapped(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> Sequence[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address in _NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    if address.teredo:
        return list(address.teredo)
    inner = address.ipv4_mapped or address.sixtofour
    return [inner] if inner else [address]


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    special = address.is_private or address.is_multicast or address.is_reserved or address == _AZURE_HOST
    if isinstance(address, ipaddress.IPv6Address):
        return address in _GLOBAL_IPV6 and address.is_global and not special
    return address.is_global and address not in _CARRIER and not special


@lru_cache(_REMEMBERED)
def check_url(url: str) -> None:
    """Refuse an address that is no plain http(s) URL; what its host resolves to is seen when we connect.

    Raises:
        RefusedUrl: with the reason, for another scheme, a user name, a backslash, a blank, no host or a wrong port.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RefusedUrl(f"refused: the address is not valid ({error})") from error
    if parts.scheme not in _PORTS:
        raise RefusedUrl(f"refused: only http and https addresses are fetched, not {parts.scheme[:20] or 'this one'}")
    if "\\" in url or any(character <= " " or character == "\x7f" for character in url):
        raise RefusedUrl("refused: the address holds a backslash, a blank or a control character")
    if "@" in parts.netloc:
        raise RefusedUrl("refused: the address holds a user name or password")
    if not parts.hostname or port == 0:
        raise RefusedUrl("refused: the address names no host or no port")
    if len(url) > MOST_URL:
        raise RefusedUrl(f"refused: the address is longer than {MOST_URL:,} characters")


@lru_cache(_REMEMBERED)
def origin(url: str) -> Origin:
    """Return scheme, host and port of a URL that `check_url` lets pass; the host as it is asked for in DNS."""
    parts = urlsplit(url)
    return parts.scheme, _in_dns(parts.hostname or ""), parts.port or _PORTS.get(parts.scheme, 0)


def _in_dns(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii").rstrip(".")
    except UnicodeError:
        return host.rstrip(".")


def refusal(host: str, address: str) -> str:
    """Return the line that tells why we do not connect, and what to do where the refusal is not meant."""
    is_literal = host.strip("[]") == address
    return f"refused: {host} {'is' if is_literal else f'resolves to {address},'} a private address; {_ADVICE}"


def literal(host: str) -> str | None:
    """Return the address that a host written as a number stands for, short, decimal and octal forms too; else None."""
    try:
        return str(ipaddress.ip_address(host.strip("[]").partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


def _as_address(host: str, port: int) -> IPv4Address | IPv6Address | None:
    """Return what a host written as an address stands for: it needs no looking up, and no thread."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    return IPv4Address("TCP", host, port) if found.version == 4 else IPv6Address("TCP", host, port)


class _Receiver(Protocol):
    """What a resolver tells its findings to: Twisted's `IResolutionReceiver`, as the type checker can read it."""

    def resolutionBegan(self, resolution: object) -> None: ...
    def addressResolved(self, address: object) -> None: ...
    def resolutionComplete(self) -> None: ...


class _Resolver(Protocol):
    """Twisted's `IHostnameResolver`, as the type checker can read it."""

    def resolveHostName(
        self,
        resolutionReceiver: _Receiver,
        hostName: str,
        portNumber: int = ...,
        addressTypes: Sequence[type] | None = ...,
        transportSemantics: str = ...,
    ) -> object: ...


@implementer(IHostnameResolver)
class Guard:
    """Twisted's name resolver, minus every address that is not public.

    It sees whatever Twisted connects to by name or number: feeds, redirects, robots.txt. Rebinding does not help
    an attacker, since the addresses it lets pass are those that are connected to.
    """

    def __init__(self, resolver: _Resolver) -> None:
        self._resolver = resolver
        self._allowed: Counter[tuple[str, int]] = Counter()
        self._refused: dict[tuple[str, int], str] = {}

    @contextmanager
    def allowing(self, origins: Iterable[Origin]) -> Iterator[None]:
        """Let these exact origins be private while the block runs; blocks may overlap."""
        taken = Counter((host, port) for _, host, port in set(origins))
        self._allowed += taken
        try:
            yield
        finally:
            self._allowed -= taken

    def opened(self, url: str) -> bool:
        """Say whether host and port of this URL may be private just now, for whatever origin."""
        return origin(url)[1:] in self._allowed

    def refused(self, url: str) -> str | None:
        """Return the address for whose sake the last connection to this host and port was refused."""
        return self._refused.get(origin(url)[1:])

    def resolveHostName(
        self,
        resolutionReceiver: _Receiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type] | None = None,
        transportSemantics: str = "TCP",
    ) -> object:
        """Resolve a name for Twisted; with every address refused it looks like a name that does not exist."""
        place = (hostName.lower().rstrip("."), portNumber)
        self._refused.pop(place, None)
        free = place in self._allowed
        receiver = resolutionReceiver if free else _PublicOnly(resolutionReceiver, place, self._note)
        address = _as_address(hostName, portNumber)
        if address is None or transportSemantics != "TCP" or type(address) not in (addressTypes or (type(address),)):
            return self._resolver.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
        resolution = _Resolved(hostName)
        receiver.resolutionBegan(resolution)
        receiver.addressResolved(address)
        receiver.resolutionComplete()
        return resolution

    def _note(self, place: tuple[str, int], address: str) -> None:
        if len(self._refused) >= _REMEMBERED:
            self._refused.clear()
        self._refused[place] = address


@implementer(IHostResolution)
class _Resolved:
    """A resolution that is over."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        pass


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes the public addresses of one resolution on."""

    def __init__(
        self, receiver: _Receiver, place: tuple[str, int], note: Callable[[tuple[str, int], str], None]
    ) -> None:
        self._receiver = receiver
        self._place = place
        self._note = note

    def resolutionBegan(self, resolution: object) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: object) -> None:
        host = getattr(address, "host", "")
        if is_public(host):
            self._receiver.addressResolved(address)
        else:
            self._note(self._place, host)

    def resolutionComplete(self) -> None:
        self._receiver.resolutionComplete()


class _Reactor(Protocol):
    @property
    def nameResolver(self) -> _Resolver: ...

    def installNameResolver(self, resolver: _Resolver) -> _Resolver: ...


def install(reactor: _Reactor) -> Guard:
    """Put the guard before the reactor's resolver, once per process, and return it."""
    resolver = reactor.nameResolver
    if isinstance(resolver, Guard):
        return resolver
    guard = Guard(resolver)
    reactor.installNameResolver(guard)
    return guard
