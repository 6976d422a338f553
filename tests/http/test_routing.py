"""Routes are found by path and verb; only declared verbs are answered."""

from __future__ import annotations

import pytest
from werkzeug.exceptions import MethodNotAllowed

from core.http import routing
from core.http.routing import RouteTable, route, routes_of


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> RouteTable:
    monkeypatch.setattr(routing, "_declared", {})

    @route("/shop/<int:number>", "/boutique/<int:number>", auth="public")
    def product(request: object, number: int) -> str:
        return str(number)

    @route("/shop", methods=("POST",))
    def add(request: object) -> str:
        return ""

    return RouteTable(routes_of(__name__))


def test_a_path_leads_to_its_handler_with_its_parts(table: RouteTable) -> None:
    for path in ("/shop/5", "/boutique/5", "/shop/5/"):
        found = table.match(path, "GET")
        assert found is not None
        assert found.route.handler.__name__ == "product"
        assert found.arguments == {"number": 5}
    assert table.match("/shop/five", "GET") is None
    assert table.match("/shop/../shop/5", "GET") is None


@pytest.mark.case("G03")
@pytest.mark.parametrize("verb", ["GET", "DELETE", "TRACE", "PUT", "FOO"])
def test_only_declared_verbs_are_answered(table: RouteTable, verb: str) -> None:
    with pytest.raises(MethodNotAllowed):
        table.match("/shop", verb)
    assert table.match("/shop", "POST") is not None
    assert table.match("/shop/5", "HEAD") is not None


def test_safe_verbs_read_and_others_write_unless_the_route_says_otherwise(table: RouteTable) -> None:
    found = table.match("/shop/5", "GET")
    assert found is not None
    assert not found.route.writes("GET")
    assert not found.route.writes("HEAD")
    assert found.route.writes("POST")


def test_declaring_a_function_again_replaces_its_route(table: RouteTable) -> None:
    before = len(routes_of(__name__))

    def declare() -> None:
        @route("/again")
        def again(request: object) -> str:
            return ""

    declare()
    declare()
    assert len(routes_of(__name__)) == before + 1
    assert routes_of("tests.http.other") == []


def test_a_route_needs_a_path_from_the_root() -> None:
    with pytest.raises(ValueError, match="start with /"):
        route("shop")
    with pytest.raises(ValueError, match="start with /"):
        route()
