"""Forms prove that they are ours."""

from __future__ import annotations

import pytest

from core.security import csrf

KEY = b"k" * 32


@pytest.mark.case("G01")
def test_a_token_fits_its_session_and_no_other() -> None:
    token = csrf.token(KEY, "session one")
    assert csrf.matches(KEY, "session one", token)
    assert not csrf.matches(KEY, "session two", token)
    assert not csrf.matches(b"j" * 32, "session one", token)


def test_tokens_differ_each_time_so_that_compression_tells_nothing() -> None:
    tokens = {csrf.token(KEY, "session") for _ in range(50)}
    assert len(tokens) == 50
    assert len({token[:8] for token in tokens}) > 45


@pytest.mark.case("G01")
@pytest.mark.parametrize("wrong", [None, "", "x", "é", "A" * 500, 5, b"x", "!" * 86])
def test_what_is_no_token_is_refused(wrong: object) -> None:
    assert not csrf.matches(KEY, "session", wrong)


@pytest.mark.case("G01")
@pytest.mark.parametrize(
    ("site", "origin", "foreign"),
    [
        ("same-origin", None, False),
        ("none", None, False),
        ("cross-site", None, True),
        ("same-site", "https://erp.example.com", True),
        (None, "https://erp.example.com", False),
        (None, "https://erp.example.com:443", False),
        (None, "http://erp.example.com", True),
        (None, "https://erp.example.com.evil.org", True),
        (None, "https://evil.org", True),
        (None, "null", True),
        (None, "", True),
        (None, "https://erp.example.com:99999", True),
        (None, None, False),
    ],
)
def test_another_site_is_recognised(site: str | None, origin: str | None, foreign: bool) -> None:
    assert csrf.foreign(site, origin, "https://erp.example.com") is foreign
