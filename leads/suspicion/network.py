"""Which network a visitor comes from. It is counted, never stored as it is."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

PREFIX = {4: 24, 6: 64}
"""Whoever has one address of these many usually has the others too."""


def network_of(request: HttpRequest) -> str:
    """Like `203.0.113.0/24` or `2001:db8::/64`; empty for an address that is not of the internet.

    Without a proxy that is believed, everybody seems to come from this machine: then nobody is counted,
    rather than all of them together.
    """
    address = client_address(request)
    if address is None or not address.is_global:
        return ""
    return str(ip_network((address, PREFIX[address.version]), strict=False))


def client_address(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """The visitor's address, by as many proxies as settings.TRUSTED_PROXIES says.

    Each proxy puts the address it sees at the end of X-Forwarded-For, so the believed part is on the right;
    what stands before it may be anything that the visitor sent.
    """
    said = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted = settings.TRUSTED_PROXIES
    text = said[-trusted] if 0 < trusted <= len(said) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
