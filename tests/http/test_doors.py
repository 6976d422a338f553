"""What every door does before it knows a database: hosts, verbs, sizes, headers, error pages, static files."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from core.errors import Busy, ConflictError, GrialError, MissingError, Throttled, UserError
from core.http import routing
from core.http.dispatch import Dispatcher
from core.http.request import Request, Response
from core.http.routing import route, routes_of
from core.http.static import find, static_url
from core.server.app import Application, core_routes
from tests.http.sites import make_site


class Server:
    """The doors of a server that has no database."""

    def __init__(self, *names: str, **settings: Any) -> None:
        self.site = make_site(*names, **settings)
        self.dispatcher = Dispatcher(self.site, core_routes())

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return Application.__call__(self, environ, start_response)  # type: ignore[arg-type]  # it has what is needed

    @property
    def _dispatcher(self) -> Dispatcher:
        return self.dispatcher


@pytest.fixture
def client() -> Client:
    return Client(Server())


def rpc(client: Client, path: str, params: Any = None, **options: Any) -> Any:
    body = {"jsonrpc": "2.0", "method": "call", "params": params or {}, "id": 77}
    return client.post(path, json=body, **options)


def test_health_answers_without_a_database(client: Client) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json == {"status": "pass"}


@pytest.mark.case("G04", "G05", "G10")
def test_every_answer_has_the_security_headers(client: Client) -> None:
    for path in ("/web/webclient/version_info", "/no/such/page", "/web/static/error.css", "/jsonrpc"):
        response = client.get(path)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'self'" in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert len(response.headers["X-Request-Id"]) == 12
        assert "Strict-Transport-Security" not in response.headers
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.case("G10")
def test_under_tls_the_browser_is_told_to_stay_there(client: Client) -> None:
    response = client.get("/health2", base_url="https://localhost")
    assert "max-age" in response.headers["Strict-Transport-Security"]


@pytest.mark.case("G07")
@pytest.mark.parametrize("host", ["evil.org", "localhost.evil.org", "local host", "localhost:x"])
def test_a_foreign_host_is_refused(host: str) -> None:
    client = Client(Server(base_url="http://localhost:8069"))
    assert client.get("/web/webclient/version_info", headers={"Host": host}).status_code == 400
    assert client.get("/no/such", headers={"Host": "localhost:8069"}).status_code == 404


@pytest.mark.case("G05")
@pytest.mark.parametrize("origin", ["https://evil.org", "null", "http://localhost.evil.org"])
def test_a_preflight_gets_no_permission(client: Client, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    response = client.options("/jsonrpc", headers=asked)
    assert not any(name.lower().startswith("access-control") for name, _value in response.headers)


@pytest.mark.case("G03")
@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "TRACE", "PATCH", "FOO"])
def test_undeclared_verbs_are_refused(client: Client, verb: str) -> None:
    response = client.open("/jsonrpc", method=verb, headers={"X-HTTP-Method-Override": "POST"})
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert client.post("/jsonrpc?_method=GET", data="{}").status_code != 405


@pytest.mark.case("C20")
def test_pages_that_do_not_exist_say_so_without_markup_of_the_caller(client: Client) -> None:
    response = client.get("/web/<script>alert(1)</script>")
    assert response.status_code == 404
    assert b"<script>" not in response.data
    assert response.headers["Cache-Control"] == "no-store"
    as_json = client.get("/nothing", headers={"Accept": "application/json"})
    assert as_json.status_code == 404
    assert as_json.json is not None
    assert as_json.json["name"] == "NotFound"


def test_an_error_page_speaks_the_readers_language(client: Client) -> None:
    assert b'lang="en"' in client.get("/nothing").data


@pytest.mark.case("G01")
@pytest.mark.parametrize("path", ["/jsonrpc", "/web/session/authenticate", "/web/dataset/call_kw"])
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/xml", ""]
)
def test_json_doors_demand_the_json_type(client: Client, path: str, kind: str) -> None:
    response = client.post(path, data=b'{"params": {}}', content_type=kind)
    assert response.status_code == 400
    assert response.json is not None
    assert response.json["error"]["data"]["name"] == "odoo.exceptions.UserError"


@pytest.mark.case("G01")
@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.org"}, {"Origin": "null"}]
)
@pytest.mark.parametrize(
    "path", ["/jsonrpc", "/web/session/authenticate", "/web/session/destroy", "/web/dataset/call_kw"]
)
def test_another_site_cannot_use_the_json_doors(client: Client, path: str, headers: dict[str, str]) -> None:
    response = rpc(client, path, headers=headers)
    assert response.json["error"]["data"]["message"].startswith("This request did not come from")


def test_a_json_rpc_answer_carries_the_id_of_its_request(client: Client) -> None:
    response = rpc(client, "/web/webclient/version_info")
    assert response.json["id"] == 77
    assert response.json["jsonrpc"] == "2.0"
    assert response.json["result"]["server_version"] == "10.0"
    assert response.json["result"]["server_version_info"][:2] == [10, 0]
    refused = rpc(client, "/jsonrpc", {"service": "common", "method": "nothing", "args": []})
    assert refused.status_code == 200
    assert refused.json["id"] == 77
    assert refused.json["error"]["code"] == 200


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"service": "wizard", "method": "create"},
        {"service": ["object"], "method": "execute"},
        {"service": "common"},
        {"service": "common", "method": "__init__"},
        {"service": "common", "method": ["version"]},
        {"service": "common", "method": "version", "args": [1, 2]},
        {"service": "common", "method": "version", "args": {"a": 1}},
        {"service": "object", "method": "execute", "args": []},
    ],
)
def test_calls_that_make_no_sense_are_errors_not_failures(client: Client, params: Any) -> None:
    response = rpc(client, "/jsonrpc", params)
    assert response.json["error"]["data"]["exception_type"] != "internal_error" or (
        response.json["error"]["data"]["name"] == "odoo.exceptions.UserError"
    )


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"5", b'{"params": []}', b'{"params": 5}', b"[" * 100_000])
def test_broken_json_rpc_is_a_400(client: Client, body: bytes) -> None:
    response = client.post("/jsonrpc", data=body, content_type="application/json")
    assert response.status_code == 400
    assert response.json is not None
    assert "error" in response.json


@pytest.mark.case("A15")
def test_the_database_doors_are_closed_without_a_master_password() -> None:
    client = Client(Server("shop"))
    assert rpc(client, "/web/database/list").json["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"
    for method, args in [
        ("list", []),
        ("db_exist", ["shop"]),
        ("drop", ["", "shop"]),
        ("drop", ["admin", "shop"]),
        ("dump", ["", "shop"]),
        ("create_database", ["admin", "new", False, "en_US", "x"]),
        ("rename", [None, "shop", "x"]),
        ("restore", ["", "x", ""]),
        ("duplicate_database", [False, "shop", "x"]),
        ("migrate_databases", ["", ["shop"]]),
        ("change_admin_password", ["", "x"]),
    ]:
        response = rpc(client, "/jsonrpc", {"service": "db", "method": method, "args": args})
        assert response.json["error"]["data"]["name"] == "odoo.exceptions.AccessDenied", method
    for path in ("create", "duplicate", "drop", "backup", "restore", "change_password"):
        files = {"backup_file": (BytesIO(b"x"), "x")} if path == "restore" else {}
        response = client.post(f"/web/database/{path}", data={"master_pwd": "", "name": "shop", **files})
        assert response.status_code == 401, path


@pytest.mark.case("A04")
def test_the_database_list_opens_with_a_master_password_and_wrong_ones_are_throttled() -> None:
    client = Client(Server("shop", "two", master_password="master"))
    assert rpc(client, "/web/database/list").json["result"] == ["shop", "two"]
    for _ in range(5):
        wrong = rpc(client, "/jsonrpc", {"service": "db", "method": "drop", "args": ["wrong", "shop"]})
        assert wrong.json["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"
    held = rpc(client, "/jsonrpc", {"service": "db", "method": "drop", "args": ["master", "shop"]})
    assert "Too many failed logins" in held.json["error"]["data"]["message"]


def test_xml_rpc_speaks_of_versions_and_faults(client: Client) -> None:
    from xmlrpc.client import Fault, dumps, loads

    def call(path: str, method: str, *args: Any) -> Any:
        response = client.post(path, data=dumps(args, method), content_type="text/xml")
        assert response.status_code == 200
        assert response.content_type.startswith("text/xml")
        return loads(response.data)[0][0]

    for path in ("/xmlrpc/db", "/xmlrpc/2/db", "/openerp/xmlrpc/1/db"):
        assert call(path, "server_version") == "10.0"
    assert call("/xmlrpc/2/common", "version")["server_serie"] == "10.0"
    assert "Grial" in call("/xmlrpc/common", "about")
    with pytest.raises(Fault) as caught:
        call("/xmlrpc/db", "list")
    assert caught.value.faultCode == "AccessDenied"
    with pytest.raises(Fault) as caught:
        call("/xmlrpc/2/db", "list")
    assert caught.value.faultCode == 3
    for path in ("/xmlrpc/object", "/xmlrpc/2/object"):
        with pytest.raises(Fault) as caught:
            call(path, "execute", "shop", 1, "x", "res.users", "read", [1])
        assert caught.value.faultCode in ("AccessDenied", 3)
    with pytest.raises(Fault) as caught:
        call("/xmlrpc/object", "nothing")
    assert caught.value.faultCode.startswith("The service object has no method nothing")
    assert client.post("/xmlrpc/wizard", data="").status_code == 404
    assert client.post("/xmlrpc/2/object", data=b"<!DOCTYPE a><methodCall/>").status_code == 400


@pytest.mark.case("E04")
def test_a_body_over_the_limit_is_refused(client: Client) -> None:
    client = Client(Server(max_body=1000))
    response = client.post("/xmlrpc/2/common", data=b"x" * 1001)
    assert response.status_code == 413
    response = client.post("/jsonrpc", data=b'"' + b"x" * 1001 + b'"', content_type="application/json")
    assert response.status_code == 413
    assert response.json is not None
    unknown = client.post(
        "/jsonrpc",
        input_stream=BytesIO(b"x" * 1_000_000),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert unknown.status_code == 413


@pytest.mark.case("G09")
def test_static_files_are_kept_for_a_year_under_their_digest_only(client: Client) -> None:
    address = static_url("web/error.css")
    hashed = client.get(address)
    assert hashed.status_code == 200
    assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert hashed.content_type.startswith("text/css")
    plain = client.get("/web/static/error.css")
    assert plain.headers["Cache-Control"] == "no-cache"
    assert plain.data == hashed.data
    again = client.get("/web/static/error.css", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    old = client.get(address.replace("~", "~0")[:18] + "0" * 11 + "/error.css")
    assert old.headers.get("Cache-Control") != "public, max-age=31536000, immutable"


def test_large_text_files_are_sent_compressed(client: Client) -> None:
    plain = client.get("/web/static/vendor/htmx.min.js")
    if plain.status_code == 404:
        pytest.skip("the assets have not been fetched")
    packed = client.get("/web/static/vendor/htmx.min.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2


@pytest.mark.case("E01", "E02")
@pytest.mark.parametrize(
    "path",
    [
        "../errors.py",
        "..%2ferrors.py",
        "%2e%2e/errors.py",
        "..\\errors.py",
        "./error.css",
        "/etc/passwd",
        "error.css\0",
        "",
        "vendor/.stamp",
        "vendor/../../errors.py",
        "error.css/",
        ".",
        "vendor",
        "a" * 5000,
        "error.css%0d%0a",
        "~000000000000/../x",
    ],
)
def test_static_paths_never_leave_their_folder(client: Client, path: str) -> None:
    assert client.get(f"/web/static/{path}").status_code in (303, 400, 404, 405)
    assert find("web", path) is None
    assert find(path, "error.css") is None


@pytest.mark.case("E03")
def test_a_link_out_of_a_static_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop" / "static").mkdir(parents=True)
    (tmp_path / "shop-evil").mkdir()
    (tmp_path / "shop-evil" / "x.css").write_text("x")
    (tmp_path / "shop" / "static" / "link.css").symlink_to(tmp_path / "shop-evil" / "x.css")
    (tmp_path / "shop" / "static" / "own.css").write_text("x")
    monkeypatch.setattr("core.http.static.search_paths", lambda: [tmp_path])
    assert find("shop", "own.css") is not None
    assert find("shop", "link.css") is None


@pytest.mark.case("C11")
def test_errors_of_handlers_become_answers_with_a_number_and_no_internals(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raised: list[Exception] = []
    monkeypatch.setattr(routing, "_declared", dict(routing._declared))

    @route("/fails", methods=("GET", "POST"), auth="none")
    def fails(request: Request) -> Response:
        raise raised[0]

    server = Server()
    server.dispatcher = Dispatcher(server.site, routing.RouteTable(routes_of(__name__)))
    client = Client(server)
    for error, status in [
        (UserError("Not {what}.", what="today"), 422),
        (MissingError("Gone."), 404),
        (ConflictError("Both."), 409),
        (Throttled("Slow.", retry_after=7), 429),
        (Busy("Later.", retry_after=3), 503),
        (GrialError("Odd."), 422),
    ]:
        raised[:] = [error]
        page = client.get("/fails")
        assert page.status_code == status
        assert str(error) in page.text
        as_json = client.get("/fails", headers={"Accept": "application/json"})
        assert as_json.json is not None
        assert as_json.json["message"] == str(error)
        if isinstance(error, (Busy, Throttled)):
            assert page.headers["Retry-After"] == str(error.retry_after)
    raised[:] = [ZeroDivisionError("secret path /srv/x")]
    page = client.get("/fails")
    assert page.status_code == 500
    assert "secret" not in page.text
    assert "Traceback" not in page.text
    shown = Server(dev="1")
    shown.dispatcher = Dispatcher(shown.site, routing.RouteTable(routes_of(__name__)))
    assert "Traceback" in Client(shown).get("/fails").text
    number = page.headers["X-Request-Id"]
    assert number in page.text
    assert any(number in record.getMessage() and record.exc_info for record in caplog.records)


def test_the_error_of_a_json_rpc_call_has_the_fields_that_clients_read(client: Client) -> None:
    data = rpc(client, "/jsonrpc", {"service": "db", "method": "list", "args": []}).json["error"]["data"]
    assert set(data) == {"name", "message", "arguments", "exception_type", "debug", "context"}
    assert data["arguments"] == [data["message"]]
    assert "Traceback" not in json.dumps(data)
