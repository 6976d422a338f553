"""Answer over HTTP: 80 partners by JSON-RPC, a list of 80 rows, a form with ten lines; beside a page made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from bench.row import Row
from bench.sides import Core, Grial
from bench.web.served import Asked, served

FIELDS = ("name", "email", "phone", "city", "country_id", "salesperson_id", "credit_limit")
WARM = 30
LINES = 10

Requests = Callable[[Any, int], Sequence[Asked]]  # Any: a side


def _first(number: int, partners: int) -> int:
    return number * 80 % max(1, partners - 80) + 1


def _floor(side: Core, count: int) -> list[Asked]:
    return [("GET", f"/read?start={_first(i, side.size.partners)}", None) for i in range(count)]


def _calls(side: Grial, count: int) -> list[Asked]:
    def body(number: int) -> str:
        first = _first(number, side.size.partners)
        args = [list(range(first, first + 80)), FIELDS]
        params = {"model": "bench.partner", "method": "read", "args": args, "kwargs": {}}
        return json.dumps({"jsonrpc": "2.0", "id": number, "params": params})

    return [("POST", "/web/dataset/call_kw", body(i)) for i in range(count)]


def _lists(side: Grial, count: int) -> list[Asked]:
    pages = max(1, side.size.native // 80)
    return [("GET", f"/web/res.partner?page={i % min(pages, 20) + 1}", None) for i in range(count)]


def _forms(side: Grial, count: int) -> list[Asked]:
    return [("GET", f"/web/res.partner/{_company(side)}", None)] * count


def _company(side: Grial) -> int:
    """A company with ten contacts, made once."""
    with side.transaction() as env:
        partners: Any = env["res.partner"]
        found = partners.search([("ref", "=", "bench-form")], limit=1)
        if not found:
            found = partners.create({"name": "With contacts", "is_company": True, "ref": "bench-form"})
            partners.create([{"name": f"Contact {i}", "parent_id": found.id} for i in range(LINES)])
        return int(found.id)


def _answered(side: Core | Grial, requests: Sequence[Asked], clients: int, packed: bool = False) -> None:
    """Send the requests; what counts is the time that their sender saw."""
    server = served(side)
    server.load(requests[:WARM], min(clients, 4), packed)
    with side.clock():
        told = server.load(requests, clients, packed)
    measured = side.clock.measured
    measured.seconds = told["seconds"]
    measured.detail = {"p50_ms": told["p50"] * 1000, "p95_ms": told["p95"] * 1000, "bytes": told["size"]}
    # What another process asks of SQLite is not counted.
    measured.statements = measured.statements // len(requests) if measured.statements and side.postgresql else None
    if isinstance(side, Grial):
        measured.detail["pss_mib"] = server.pss()


def _told(side: Core | Grial) -> Any:
    """What is read, so that it can be compared: id, name and the names of both links."""
    server = served(side)
    if not isinstance(side, Grial):
        rows = json.loads(server.get("/read?start=1"))
        return [[row["id"], row["name"], row["country"], row["salesperson"]] for row in rows]
    _, path, body = _calls(side, 1)[0]
    rows = json.loads(server.post(path, str(body)))["result"]
    return [[row["id"], row["name"], row["country_id"][1], row["salesperson_id"][1]] for row in rows]


def _rpc(name: str, clients: int, limits: dict[str, float]) -> Row:
    def floor(side: Core, count: int) -> Any:
        _answered(side, _floor(side, count), clients)
        return _told(side)

    def grial(side: Grial, count: int) -> Any:
        _answered(side, _calls(side, count), clients)
        return _told(side)

    many = "1 client" if clients == 1 else f"{clients} clients"
    return Row(
        name, f"`read` of 80 records over JSON-RPC, {many}", "requests", 300, floor, floor, grial, 0.5, floor="driver",
        most_statements=8, limits=limits,
    )  # fmt: skip


def _page(name: str, work: str, requests: Requests, most: int, limits: dict[str, float]) -> Row:
    def floor(side: Core, count: int) -> Any:
        _answered(side, _floor(side, count), 1)
        return [count]

    def grial(side: Grial, count: int) -> Any:
        _answered(side, requests(side, count), 1, packed=True)
        return [count]

    return Row(
        name, work, "requests", 300, floor, floor, grial, 0.1, floor="driver", most_statements=most, limits=limits
    )


ROWS = (
    _rpc("rpc-read", 1, {}),
    _rpc("rpc-read-8", 8, {"pss_mib": 100.0}),
    _page("page-list", "an HTML list of 80 rows, 1 client", _lists, 16, {"bytes": 40_000.0}),
    _page("page-form", "an HTML form with ten lines, 1 client", _forms, 24, {"bytes": 40_000.0}),
)
