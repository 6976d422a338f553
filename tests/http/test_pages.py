"""Pages of users, of the public and of addons: who may see them, forms that prove themselves, transactions."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import Client

from core.errors import Busy, UserError
from core.http import routing
from core.http.dispatch import Dispatcher
from core.http.request import Request, Response
from core.http.routing import RouteTable, route, routes_of
from core.server.app import Application
from core.testing.clients import WebClient
from core.testing.records import Database


@pytest.fixture
def app(application: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """The application with a few pages of this file besides its own."""
    monkeypatch.setattr(routing, "_declared", dict(routing._declared))

    @route("/mine")
    def mine(request: Request) -> str:
        return f"{request.env.user.login} {request.env.uid} {request.lang} {request.csrf_token}"

    @route("/mine/save", methods=("POST",))
    def save(request: Request) -> Response:
        partners: Any = request.env["res.partner"]
        created = partners.create({"name": request.form["name"]})
        if request.form.get("refuse"):
            raise UserError("Not {name}.", name=created.name)
        return Response(str(created.id))

    @route("/mine/look", methods=("GET", "POST"), write=False)
    def look(request: Request) -> str:
        partners: Any = request.env["res.partner"]
        return str(partners.create({"name": "must not stay"}).id)

    @route("/open", auth="public")
    def everybody(request: Request) -> str:
        return f"{request.env.user.login} {request.session is not None} {request.lang}"

    @route("/plain", methods=("POST",), auth="none")
    def plain(request: Request) -> str:
        return "plain"

    @route("/json", auth="public")
    def as_json(request: Request) -> dict[str, Any]:
        return {"a": "<b>"}

    @route("/broken", auth="public")
    def broken(request: Request) -> Any:
        return 5

    table = RouteTable([*application._dispatcher._table.routes, *routes_of(__name__)])
    monkeypatch.setattr(application, "_dispatcher", Dispatcher(application.site, table))
    return application


@pytest.fixture
def user(app: Application, database: Database) -> WebClient:
    return WebClient(app, database.name)


@pytest.fixture
def visitor(app: Application, database: Database) -> Client:
    client = Client(app)
    client.set_cookie("database", database.name)
    return client


def test_a_page_sees_its_user(user: WebClient) -> None:
    page = user.get("/mine")
    assert page.status_code == 200
    assert page.text.startswith("admin 2 en_US ")
    assert page.headers["Cache-Control"] == "no-store"


def test_visitors_are_sent_to_the_login_page_and_back(visitor: Client) -> None:
    page = visitor.get("/mine?a=1&b=x")
    assert page.status_code == 303
    assert page.headers["Location"] == "/web/login?redirect=%2Fmine%3Fa%3D1%26b%3Dx"
    fragment = visitor.get("/mine", headers={"HX-Request": "true"})
    assert fragment.status_code == 401
    assert fragment.headers["HX-Redirect"].startswith("/web/login?redirect=")
    program = visitor.get("/mine", headers={"Accept": "application/json"})
    assert program.status_code == 401
    assert program.get_json()["name"] == "LoginRequired"


def test_the_public_sees_public_pages_as_the_public_user(visitor: Client, user: WebClient) -> None:
    assert visitor.get("/open").text == "public False en_US"
    assert user.get("/open").text == "admin True en_US"


def test_the_public_reads_in_its_own_language(visitor: Client, database: Database) -> None:
    from core.module.create import activate_language

    with database.transaction() as env:
        activate_language(env, "es_ES")
    assert visitor.get("/open", headers={"Accept-Language": "es-MX, en;q=0.5"}).text.endswith("es_ES")


@pytest.mark.case("G01")
def test_a_form_needs_the_token_of_its_session(user: WebClient, database: Database) -> None:
    def partners() -> int:
        with database.transaction(write=False) as env:
            return env["res.partner"].search_count([])

    before = partners()
    token = user.get("/mine").text.split()[-1]
    plain = Client(user.app)
    plain.set_cookie("session_id", user.get_cookie("session_id").value)  # type: ignore[union-attr]  # it is set
    for data in ({"name": "x"}, {"name": "x", "csrf_token": "wrong"}, {"name": "x", "csrf_token": token[::-1]}):
        refused = plain.post("/mine/save", data=data)
        assert refused.status_code == 403
    assert plain.post("/mine/save", data=b'{"name":"x"}', content_type="text/plain").status_code == 403
    assert partners() == before
    assert plain.post("/mine/save", data={"name": "x", "csrf_token": token}).status_code == 200
    assert plain.post("/mine/save", data={"name": "x"}, headers={"X-CSRF-Token": token}).status_code == 200
    assert partners() == before + 2


@pytest.mark.case("G01")
@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.org"}, {"Origin": "null"}]
)
def test_another_site_cannot_post_even_with_a_token(user: WebClient, visitor: Client, headers: dict[str, str]) -> None:
    assert user.post("/mine/save", data={"name": "x"}, headers=headers).status_code == 403
    assert visitor.post("/plain", headers=headers).status_code == 403
    assert visitor.post("/plain", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_a_refused_form_leaves_nothing_behind(user: WebClient, database: Database) -> None:
    page = user.post("/mine/save", data={"name": "Nobody", "refuse": "1"})
    assert page.status_code == 422
    assert "Not Nobody." in page.text
    with database.transaction(write=False) as env:
        assert not env["res.partner"].search([("name", "=", "Nobody")])


@pytest.mark.case("G02")
def test_reading_requests_cannot_write(user: WebClient, database: Database) -> None:
    for verb in ("GET", "POST"):
        page = user.open("/mine/look", method=verb)
        assert page.status_code >= 400
    with database.transaction(write=False) as env:
        assert not env["res.partner"].search([("name", "=", "must not stay")])


@pytest.mark.case("C22")
def test_json_cannot_be_taken_for_html(visitor: Client) -> None:
    response = visitor.get("/json")
    assert response.content_type == "application/json"
    assert response.text == '{"a":"\\u003cb>"}'


@pytest.mark.case("C11")
def test_a_handler_that_answers_nonsense_is_a_500_with_a_number(visitor: Client) -> None:
    page = visitor.get("/broken")
    assert page.status_code == 500
    assert page.headers["X-Request-Id"] in page.text


def test_error_pages_speak_the_language_of_the_reader(user: WebClient, database: Database) -> None:
    from core.module.create import activate_language

    with database.transaction() as env:
        activate_language(env, "es_ES")
        env.ref("base.user_admin").write({"lang": "es_ES"})
    assert re.search(r'<html lang="es"', user.post("/mine/save", data={"name": "Nobody", "refuse": "1"}).text)


def test_a_database_that_is_busy_is_a_503(user: WebClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_args: Any, **_kwargs: Any) -> Any:
        raise Busy("The addons are being changed.", retry_after=4)

    monkeypatch.setattr(type(user.app.registries.get(user.database)), "run", busy)
    page = user.get("/mine")
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "4"
    assert "The addons are being changed." in page.text


@pytest.mark.case("I23")
def test_uploads_are_read_again_when_the_work_runs_again(user: WebClient, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = user.app.registries.get(user.database)
    real = type(registry).run

    def twice(self: Any, work: Any, **options: Any) -> Any:
        if options.get("write"):
            real(self, lambda env: _undone(work, env), **options)
        return real(self, work, **options)

    def _undone(work: Any, env: Any) -> None:
        with env.savepoint():
            work(env)

    @route("/twice", methods=("POST",))
    def read(request: Request) -> str:
        return request.files["file"].stream.read().decode()

    table = RouteTable([*user.app._dispatcher._table.routes, *routes_of(__name__)])
    monkeypatch.setattr(user.app, "_dispatcher", Dispatcher(user.app.site, table))
    monkeypatch.setattr(type(registry), "run", twice)
    page = user.post("/twice", data={"file": (BytesIO(b"content"), "a.txt")})
    assert page.text == "content"
