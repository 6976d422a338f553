"""What stands in the address of a list, and how links change it."""

from __future__ import annotations

import pytest

from core.http.web.query import Query


def query(text: str) -> Query:
    from urllib.parse import parse_qsl

    return Query.of("/web/crm.lead", parse_qsl(text, keep_blank_values=True))


def test_a_filter_is_switched_on_and_off_by_the_same_link() -> None:
    off = query("filter=mine&page=3")
    on = off.toggled("filter", "open")
    assert on.text == "filter=mine&filter=open"
    assert on.toggled("filter", "open").text == "filter=mine"


def test_an_emptied_search_says_so_or_its_defaults_would_come_back() -> None:
    assert query("filter=mine").toggled("filter", "mine").searched
    assert not query("page=2&sort=name").searched


def test_texts_are_told_from_other_parameters() -> None:
    assert query("f.name=a&f.name=b&fav=3").texts == (("name", "a"), ("name", "b"))


def test_a_number_out_of_bounds_or_no_number_is_corrected() -> None:
    assert query("page=99999").number("page", 1, 1, 50) == 50
    assert query("page=-3").number("page", 1, 1, 50) == 1
    assert query("page=²").number("page", 1, 1, 50) == 1


@pytest.mark.case("H16")
def test_endless_addresses_are_cut() -> None:
    long = query("&".join(f"filter=f{n}" for n in range(500)))
    assert len(long.items) == 200
    assert len(long.all("filter")) == 40
