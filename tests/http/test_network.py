"""Where a request comes from, and which hosts are ours."""

from __future__ import annotations

import pytest

from core.http.network import Peer, acceptable_host, host_name, networks, peer_of

PROXIES = networks(["10.0.0.0/8", "::1"])


def environ(**values: str) -> dict[str, str]:
    return {"REMOTE_ADDR": "192.0.2.1", "wsgi.url_scheme": "http", "HTTP_HOST": "erp.example.com:8069", **values}


FORWARDED = {
    "HTTP_X_FORWARDED_FOR": "198.51.100.7",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "shop.example.com",
}


@pytest.mark.case("A18")
def test_forwarded_headers_of_strangers_are_ignored() -> None:
    assert peer_of(environ(**FORWARDED), PROXIES) == Peer("192.0.2.1", "http", "erp.example.com:8069")
    assert peer_of(environ(REMOTE_ADDR="10.1.1.1", **FORWARDED), ()).address == "10.1.1.1"


@pytest.mark.case("A18")
def test_forwarded_headers_of_a_configured_proxy_are_believed() -> None:
    got = peer_of(environ(REMOTE_ADDR="10.1.1.1", **FORWARDED), PROXIES)
    assert got == Peer("198.51.100.7", "https", "shop.example.com")


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("203.0.113.5, 198.51.100.7", "198.51.100.7"),
        ("203.0.113.5, 198.51.100.7, 10.2.2.2", "198.51.100.7"),
        ("evil, 10.2.2.2", "10.2.2.2"),
        ("", "10.1.1.1"),
        ("10.3.3.3, 10.2.2.2", "10.3.3.3"),
    ],
)
def test_the_nearest_address_that_is_no_proxy_counts(chain: str, address: str) -> None:
    got = peer_of(environ(REMOTE_ADDR="10.1.1.1", HTTP_X_FORWARDED_FOR=chain), PROXIES)
    assert got.address == address


def test_a_forwarded_scheme_must_be_one() -> None:
    got = peer_of(environ(REMOTE_ADDR="10.1.1.1", HTTP_X_FORWARDED_PROTO="javascript"), PROXIES)
    assert got.scheme == "http"


@pytest.mark.case("G07")
@pytest.mark.parametrize(
    "host", ["", "evil host", "a/b", "a\r\nX: y", "[::1", "a:b", "a:999999", "@a", "-a", "a" * 300]
)
def test_malformed_hosts_are_refused(host: str) -> None:
    assert not acceptable_host(host, frozenset())


@pytest.mark.case("G07")
def test_with_names_configured_only_they_and_this_machine_are_answered() -> None:
    ours = frozenset({"erp.example.com"})
    for host in (
        "erp.example.com",
        "ERP.example.com:8069",
        "localhost:8069",
        "127.0.0.1",
        "[::1]:8069",
        "erp.example.com.",
    ):
        assert acceptable_host(host, ours), host
    for host in ("evil.org", "erp.example.com.evil.org", "xerp.example.com"):
        assert not acceptable_host(host, ours), host
    assert acceptable_host("evil.org", frozenset())


def test_the_name_of_a_host() -> None:
    assert host_name("Shop.Example.com:80") == "shop.example.com"
    assert host_name("[::1]:80") == "[::1]"
    assert host_name("[::1]") == "[::1]"
