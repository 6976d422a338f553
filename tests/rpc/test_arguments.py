"""Arguments in every order that clients of this family use."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import UserError, ValidationError
from core.rpc.arguments import is_ids, read_domain, read_ids, read_names, read_order, read_rows, read_values
from core.rpc.classic import CLASSIC

CONTEXT = {"lang": "es_ES"}
DOMAIN = [["name", "=", "x"]]


@pytest.mark.parametrize(
    ("method", "args", "kwargs", "given", "context"),
    [
        ("search", [DOMAIN], {}, {"domain": DOMAIN}, None),
        (
            "search",
            [DOMAIN, 0, 5, "name", CONTEXT, True],
            {},
            {"domain": DOMAIN, "offset": 0, "limit": 5, "order": "name", "count": True},
            CONTEXT,
        ),
        (
            "search",
            [DOMAIN, 0, 5, "name", True, CONTEXT],
            {},
            {"domain": DOMAIN, "offset": 0, "limit": 5, "order": "name", "count": True},
            CONTEXT,
        ),
        (
            "search",
            [DOMAIN, 0, None, None, CONTEXT, False],
            {},
            {"domain": DOMAIN, "offset": 0, "limit": None, "order": None, "count": False},
            CONTEXT,
        ),
        (
            "search",
            [DOMAIN, 0, None, None, None, True],
            {},
            {"domain": DOMAIN, "offset": 0, "limit": None, "order": None, "count": True},
            None,
        ),
        ("search", [], {"args": DOMAIN, "limit": 3, "context": CONTEXT}, {"domain": DOMAIN, "limit": 3}, CONTEXT),
        ("search_count", [DOMAIN, CONTEXT], {}, {"domain": DOMAIN}, CONTEXT),
        ("read", [[1], ["name"], CONTEXT], {}, {"ids": [1], "fields": ["name"]}, CONTEXT),
        (
            "read",
            [[1], ["name"], "_classic_write"],
            {},
            {"ids": [1], "fields": ["name"], "load": "_classic_write"},
            None,
        ),
        (
            "read",
            [[1], ["name"], CONTEXT, "_classic_write"],
            {},
            {"ids": [1], "fields": ["name"], "load": "_classic_write"},
            CONTEXT,
        ),
        ("create", [{"name": "x"}, CONTEXT], {}, {"vals": {"name": "x"}}, CONTEXT),
        ("create", [], {"vals_list": [{"name": "x"}]}, {"vals": [{"name": "x"}]}, None),
        ("write", [[1], {"name": "x"}, CONTEXT], {}, {"ids": [1], "vals": {"name": "x"}}, CONTEXT),
        ("write", [[1]], {"vals": {"name": "x"}}, {"ids": [1], "vals": {"name": "x"}}, None),
        ("unlink", [1, CONTEXT], {}, {"ids": 1}, CONTEXT),
        ("copy", [1, {"name": "y"}, CONTEXT], {}, {"ids": 1, "default": {"name": "y"}}, CONTEXT),
        ("copy", [1], {"default": {}}, {"ids": 1, "default": {}}, None),
        (
            "name_search",
            ["x", DOMAIN, "ilike", CONTEXT, 7],
            {},
            {"name": "x", "domain": DOMAIN, "operator": "ilike", "limit": 7},
            CONTEXT,
        ),
        (
            "name_search",
            ["x", DOMAIN, "ilike", 7],
            {},
            {"name": "x", "domain": DOMAIN, "operator": "ilike", "limit": 7},
            None,
        ),
        ("name_search", [], {"name": "x", "args": DOMAIN}, {"name": "x", "domain": DOMAIN}, None),
        ("fields_get", [["name"], CONTEXT], {}, {"allfields": ["name"]}, CONTEXT),
        ("fields_get", [[]], {"attributes": ["type"]}, {"allfields": [], "attributes": ["type"]}, None),
        (
            "read_group",
            [DOMAIN, ["a"], ["b"], 0, 5, CONTEXT, "b desc"],
            {},
            {"domain": DOMAIN, "fields": ["a"], "groupby": ["b"], "offset": 0, "limit": 5, "orderby": "b desc"},
            CONTEXT,
        ),
        (
            "read_group",
            [DOMAIN, ["a"], ["b"], 0, 5, "b desc", False],
            {},
            {
                "domain": DOMAIN,
                "fields": ["a"],
                "groupby": ["b"],
                "offset": 0,
                "limit": 5,
                "orderby": "b desc",
                "lazy": False,
            },
            None,
        ),
        ("default_get", [["name"], CONTEXT], {}, {"fields": ["name"]}, CONTEXT),
        ("perm_read", [[1], CONTEXT, True], {}, {"ids": [1], "details": True}, CONTEXT),
        ("load", [["name"], [["x"]], CONTEXT], {}, {"fields": ["name"], "data": [["x"]]}, CONTEXT),
        ("fields_get_keys", [CONTEXT], {}, {}, CONTEXT),
        ("fields_get_keys", [], {}, {}, None),
    ],
)
def test_old_and_new_orders_mean_the_same(method: str, args: Any, kwargs: Any, given: Any, context: Any) -> None:
    assert CLASSIC[method].signature.bind(method, args, kwargs) == (given, context)


@pytest.mark.case("B23")
@pytest.mark.parametrize(
    ("method", "args", "kwargs"),
    [
        ("write", [[1], {"a": 1}, {}, [2], {"b": 2}], {}),
        ("write", [[1], {"a": 1}], {"vals": {"b": 2}}),
        ("write", [[1]], {"values_list": {}}),
        ("unlink", [[1], [2]], {}),
        ("read", [[1]], {"__class__": 1}),
    ],
)
def test_there_is_one_reading_of_each_argument(method: str, args: Any, kwargs: Any) -> None:
    with pytest.raises(UserError):
        CLASSIC[method].signature.bind(method, args, kwargs)


def test_ids() -> None:
    assert read_ids(3).values == (3,)
    assert read_ids(3).single
    assert read_ids([3, 4]).values == (3, 4)
    assert not read_ids([3]).single
    assert read_ids(None).values == read_ids(False).values == read_ids([]).values == ()
    for wrong in ("3", 3.0, True, [True], ["3"], [[3]], -1, 0, 2**63, {}, [None], [3, "x"], {"id": 3}):
        with pytest.raises(ValidationError):
            read_ids(wrong)


def test_what_could_be_ids() -> None:
    assert [is_ids(v) for v in (3, [3], [], (1, 2))] == [True] * 4
    assert [is_ids(v) for v in (True, "3", ["x"], [True], None, {})] == [False] * 6


@pytest.mark.case("H04")
def test_none_false_zero_and_empty_mean_no_limit_order_or_domain() -> None:
    for nothing in (None, False, 0, ""):
        assert read_rows(nothing, "limit") is None
    for nothing in (None, False, ""):
        assert read_order(nothing) is None
        assert read_domain(nothing) == []
    assert read_names(None) == read_names(False) == []
    assert read_names("name") == ["name"]
    assert read_rows(80, "limit") == 80


@pytest.mark.case("C09", "H04")
@pytest.mark.parametrize("wrong", [-1, 10**30, "5", 1.5, True, [5]])
def test_a_limit_is_a_number_of_rows(wrong: object) -> None:
    with pytest.raises(ValidationError):
        read_rows(wrong, "limit")


def test_wrong_kinds_are_refused() -> None:
    with pytest.raises(ValidationError):
        read_domain("name = x")
    with pytest.raises(ValidationError):
        read_order(["name"])
    with pytest.raises(ValidationError):
        read_names([1])
    with pytest.raises(ValidationError):
        read_values([["name", "x"]])
