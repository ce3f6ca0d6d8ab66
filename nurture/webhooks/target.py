"""Where a webhook may go: to the public internet, and never into the network that we stand in.

A campaign's author names the URL, DNS names the machine. So the name is resolved once, every address of it is judged,
and the connection goes to the very address that was judged: a name that changes its mind meanwhile gains nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx

from nurture.domain.loopback import is_loopback
from nurture.errors import InvalidInput

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host for a port, as text; raises OSError where there are none."""

_EMBEDDED = tuple(
    (ipaddress.IPv6Network(network), shift)
    for network, shift in (("::ffff:0:0/96", 0), ("64:ff9b::/96", 0), ("2002::/16", 80))
)
"""IPv6 networks whose addresses lead to an IPv4 one (RFC 4291, 6052, 3056), and where its bits end."""
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`pinned` are the URL with each judged address in place of the host name, which goes into `host` and `sni`."""

    pinned: tuple[httpx.URL, ...]
    host: str
    sni: str


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """What the operating system's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for _, _, _, _, address in found]


def read_url(text: str, *, allow_loopback: bool) -> httpx.URL:
    """The URL; raises InvalidInput for one that no webhook may call, whatever DNS says."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise InvalidInput(f"{text!r} is no URL: {error}.") from None
    if url.scheme not in ("https", "http") or not url.host:
        raise InvalidInput(f"{text!r} is no web address.", hint="Write https://, a host and a path.")
    if url.port is not None and not 0 < url.port < 65536:
        raise InvalidInput(f"{text!r} is no URL: there is no port {url.port}.")
    if url.userinfo:
        raise InvalidInput("A webhook's URL holds no user name or password.", hint="Calls are signed instead.")
    if url.scheme == "http" and not (allow_loopback and is_loopback(url.host)):
        raise InvalidInput(f"{text!r} is not encrypted.", hint="Write https://.")
    return url


async def pin(url: httpx.URL, *, resolve: Resolve, allow_loopback: bool) -> Target:
    """The URL tied to its judged addresses; raises InvalidInput for a host that is not out in the open, and OSError."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        addresses = [str(ipaddress.ip_address(url.host))]
    except ValueError:
        addresses = list(await resolve(url.raw_host.decode("ascii"), port))
    if not addresses:
        raise OSError(f"{url.host} has no address")
    for address in addresses:
        if not may_connect(address, allow_loopback=allow_loopback):
            raise InvalidInput(f"{url.host} leads to {address}, which is not on the public internet.")
        if url.scheme == "http" and not _judged(address).is_loopback:
            raise InvalidInput(f"{url.host} leads to {address} and the URL is not encrypted.", hint="Write https://.")
    pinned = tuple(url.copy_with(host=address.partition("%")[0]) for address in dict.fromkeys(addresses))
    return Target(pinned=pinned, host=url.netloc.decode("ascii"), sni=url.raw_host.decode("ascii"))


def may_connect(address: str, *, allow_loopback: bool) -> bool:
    """Whether an IP address is public (RFC 6890), or loopback where that is allowed.

    >>> may_connect("169.254.169.254", allow_loopback=True), may_connect("::ffff:10.0.0.1", allow_loopback=False)
    (False, False)
    """
    judged = _judged(address)
    if judged.is_loopback:
        return allow_loopback
    if isinstance(judged, ipaddress.IPv6Address) and judged not in _PUBLIC_IPV6:
        return False  # such as site-local fec0::/10, which ipaddress takes for global
    return judged.is_global and not judged.is_multicast


def _judged(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address, or the IPv4 one that it stands for."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        for network, shift in _EMBEDDED:
            if found in network:
                return ipaddress.IPv4Address((int(found) >> shift) & 0xFFFFFFFF)
    return found
