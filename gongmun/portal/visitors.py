"""Where a request comes from: the IP address that limits count."""

import logging
from functools import cache
from ipaddress import IPv6Address, ip_address

from fastapi import Request

from gongmun.settings import settings

log = logging.getLogger(__name__)

_NOBODY = "unknown"
# Longer is no address, and no list of them that a proxy of ours wrote.
_LONGEST = 2000


def ip_of(request: Request) -> str:
    """The address that counts for limits: of IPv6 the network, of which a household has a whole one.

    It is that of the socket. Where proxies of ours stand before the portal (`GONGMUN_PORTAL__PROXIES`),
    it is what the outermost of them wrote into X-Forwarded-For; what stands before that was written by
    whoever asks, and is not believed.
    """
    hops = [request.client.host if request.client else _NOBODY]
    proxies = settings().portal.proxies
    if proxies:
        forwarded = ",".join(request.headers.getlist("x-forwarded-for"))[-_LONGEST:]
        hops = [*(hop.strip() for hop in forwarded.split(",")), *hops]
    elif "x-forwarded-for" in request.headers:
        _warn()
    # From us outwards; a hop that is no address ends what is believed.
    believed = hops[-1]
    for hop in reversed(hops[-1 - proxies :]):
        if _network(hop) is None:
            break
        believed = hop
    return _network(believed) or _NOBODY


@cache
def _warn() -> None:
    """Tell once, for the life of the process: behind a proxy that nobody told us of all are one address."""
    log.warning(
        "a request has X-Forwarded-For, and GONGMUN_PORTAL__PROXIES is 0: if a proxy of yours stands before "
        "the portal, set it, or the limits by IP count everybody as one"
    )


def _network(text: str) -> str | None:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)
