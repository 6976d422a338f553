"""Tells where a request really comes from, believing forwarded headers only from configured proxies."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?\Z")
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end: the person's address, the scheme and the host they asked for."""

    address: str
    scheme: str
    host: str


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Parse the addresses of trusted proxies. Raises ValueError for a wrong one."""
    return tuple(ipaddress.ip_network(text.strip(), strict=False) for text in texts if text.strip())


def peer_of(environ: Mapping[str, Any], proxies: tuple[Network, ...]) -> Peer:
    """Who sent the request.

    Behind a trusted proxy, the nearest address of `X-Forwarded-For` that is not itself a trusted proxy.
    """
    address = str(environ.get("REMOTE_ADDR") or "")
    scheme = str(environ.get("wsgi.url_scheme") or "http")
    host = str(environ.get("HTTP_HOST") or environ.get("SERVER_NAME") or "")
    if not proxies or not _inside(address, proxies):
        return Peer(address, scheme, host)
    forwarded = [part.strip() for part in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    for candidate in reversed(forwarded):
        if not _is_address(candidate):
            break
        address = candidate
        if not _inside(candidate, proxies):
            break
    claimed = str(environ.get("HTTP_X_FORWARDED_PROTO", "")).split(",")[-1].strip().lower()
    if claimed in {"http", "https"}:
        scheme = claimed
    claimed = str(environ.get("HTTP_X_FORWARDED_HOST", "")).split(",")[-1].strip()
    return Peer(address, scheme, claimed or host)


def acceptable_host(host: str, allowed: frozenset[str]) -> bool:
    """Is the `Host` header well formed and, when `allowed` is not empty, one of ours (or this machine)?"""
    if not _HOST.match(host):
        return False
    return not allowed or host_name(host) in allowed or host_name(host) in _LOCAL


def host_name(host: str) -> str:
    """The host without its port, in lower case."""
    name, separator, port = host.rpartition(":")
    return (name if separator and port.isdigit() else host).lower().rstrip(".")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _inside(text: str, proxies: tuple[Network, ...]) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in proxies)
