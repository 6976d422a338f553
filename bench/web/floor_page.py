"""The floor of the pages: a WSGI function that reads 80 partners by hand, in a server like Grial's.

`python -m bench.web.floor_page PORT` serves it; `BENCH_URL` or `BENCH_FILE` names the database.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

_SELECT = """SELECT p.id, p.name, p.email, p.phone, p.city, c.name AS country, s.name AS salesperson, p.credit_limit
FROM bench_partner p LEFT JOIN bench_country c ON c.id = p.country_id
LEFT JOIN bench_salesperson s ON s.id = p.salesperson_id WHERE p.id {ids}"""
_here = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:  # Any: WSGI
    """The partners from `start` on, as JSON."""
    body = b"ok"
    if environ["PATH_INFO"] == "/read":
        start = int(parse_qs(environ["QUERY_STRING"])["start"][0])
        body = json.dumps(_read(list(range(start, start + 80)))).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _read(ids: list[int]) -> list[dict[str, Any]]:  # Any: columns
    url = os.environ.get("BENCH_URL")
    if not url:
        found = _sqlite().execute(_SELECT.replace("{ids}", "IN (SELECT value FROM json_each(?))"), (json.dumps(ids),))
        return [dict(row) for row in found]
    from psycopg2.extras import RealDictCursor

    with _postgresql(url).cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(_SELECT.replace("{ids}", "= ANY(%s)"), (ids,))
        return list(cursor.fetchall())


def _sqlite() -> sqlite3.Connection:
    if not hasattr(_here, "connection"):
        _here.connection = sqlite3.connect(os.environ["BENCH_FILE"])
        _here.connection.row_factory = sqlite3.Row
    found: sqlite3.Connection = _here.connection
    return found


def _postgresql(url: str) -> Any:  # Any: psycopg2's
    if not hasattr(_here, "connection"):
        import psycopg2
        from psycopg2.extensions import DECIMAL, new_type, register_type

        # A JSON number, as the other sides give it.
        register_type(new_type(DECIMAL.values, "AMOUNT", lambda text, _: None if text is None else float(text)))
        _here.connection = psycopg2.connect(url)
        _here.connection.autocommit = True
    return _here.connection


def make() -> Callable[..., Iterable[bytes]]:
    """For the web server."""
    return application


def main() -> None:
    """Serve it as Grial is served."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from core.server.serve import THREADS

    server = Server(
        "bench.web.floor_page:make", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI, workers=1,
        blocking_threads=THREADS, factory=True, websockets=False, log_level=LogLevels.error,
    )  # fmt: skip
    server.serve()


if __name__ == "__main__":
    main()
