"""Signing in and out, preferences, the database manager."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from werkzeug.test import Client

from core.server.app import Application
from core.testing.clients import WebClient
from core.testing.databases import Databases
from core.testing.records import Database
from core.testing.users import ADMIN_LOGIN, ADMIN_PASSWORD


def visitor(application: Application) -> Client:
    return Client(application)


def test_a_password_opens_a_session_and_leads_where_one_wanted_to_go(
    application: Application, database: Database
) -> None:
    browser = visitor(application)
    data = {"db": database.name, "login": ADMIN_LOGIN, "password": ADMIN_PASSWORD, "redirect": "/web/res.partner?q=a"}
    answer = browser.post("/web/login", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/web/res.partner?q=a")
    assert browser.get("/web/res.partner").status_code == 200


@pytest.mark.case("G06")
@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_one_is_never_led_to_another_site(application: Application, database: Database, target: str) -> None:
    data = {"db": database.name, "login": ADMIN_LOGIN, "password": ADMIN_PASSWORD, "redirect": target}
    assert visitor(application).post("/web/login", data=data).headers["Location"] == "/web"


@pytest.mark.parametrize(("login", "password"), [(ADMIN_LOGIN, "wrong"), ("nobody", ADMIN_PASSWORD), ("", "")])
def test_a_wrong_login_is_told_in_the_same_words(
    application: Application, database: Database, login: str, password: str
) -> None:
    answer = visitor(application).post("/web/login", data={"db": database.name, "login": login, "password": password})
    assert answer.status_code == 401
    assert "Wrong user or password." in answer.text


def test_signing_out_ends_the_session_for_good(client: WebClient) -> None:
    cookie = client.get_cookie("session_id", domain="localhost")
    assert cookie is not None
    client.post("/web/logout")
    client.set_cookie("session_id", cookie.value, domain="localhost")
    assert client.get("/web").headers["Location"].startswith("/web/login")


def test_people_set_their_own_language_but_not_their_login(client: WebClient, database: Database) -> None:
    with database.transaction() as env:
        env["res.users"].create({"name": "Ana", "login": "ana"})
    client.log_in("ana")
    assert client.get("/web/preferences").status_code == 200
    client.post(
        "/web/preferences", data={"name": "Ana María", "login": "boss", "tz": "Europe/Madrid", "_original": "{}"}
    )
    with database.transaction() as env:
        ana = env["res.users"].search([("login", "=", "ana")])
        assert (ana.name, ana.tz) == ("Ana María", "Europe/Madrid")


def test_a_changed_password_ends_all_other_sessions(
    client: WebClient, application: Application, database: Database
) -> None:
    other = WebClient(application, database.name)
    data = {"old_password": ADMIN_PASSWORD, "new_password": "a better password", "again": "a better password"}
    client.post("/web/preferences/password", data=data)
    assert client.get("/web/preferences").status_code == 200
    assert other.get("/web/preferences").status_code == 303


def test_the_wrong_old_password_changes_nothing(
    client: WebClient, application: Application, database: Database
) -> None:
    client.post(
        "/web/preferences/password",
        data={"old_password": "x", "new_password": "a better password", "again": "a better password"},
    )
    data = {"db": database.name, "login": ADMIN_LOGIN, "password": ADMIN_PASSWORD}
    assert visitor(application).post("/web/login", data=data).status_code == 303


def test_the_database_manager_is_closed_without_a_master_password(application: Application, database: Database) -> None:
    browser = visitor(application)
    page = browser.get("/web/databases")
    assert database.name not in page.text
    answer = browser.post("/web/databases/drop", data={"name": database.name, "master_password": ""})
    assert answer.status_code >= 400
    assert application.site.exists(database.name)


@pytest.mark.case("C16", "C25")
def test_pages_carry_the_strict_policy_and_no_inline_script(client: WebClient) -> None:
    for address in ("/web", "/web/login", "/web/res.partner", "/web/preferences"):
        answer = client.get(address)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text


def test_a_wrong_login_is_told_in_the_language_of_the_page(application: Application, database: Database) -> None:
    with database.transaction() as env:
        env["res.lang"].with_context(active_test=False).search([("code", "=", "es_ES")]).write({"active": True})
    spanish = {"Accept-Language": "es-ES,es;q=0.9"}
    data = {"db": database.name, "login": ADMIN_LOGIN, "password": "wrong"}
    answer = visitor(application).post("/web/login", data=data, headers=spanish)
    assert '<html lang="es"' in answer.text
    assert "Usuario o contraseña incorrectos." in answer.text


def test_without_a_master_password_strangers_hear_only_of_the_server_s_own_database(
    databases: Databases, database: Database
) -> None:
    settings = replace(databases.settings, database=database.name, master_password="")
    application = Application(settings)
    databases.others.append(application.registries)
    application.site._names = (math.inf, (database.name, "secret_project"))
    page = visitor(application).get("/web/login").text
    assert f'name="db" value="{database.name}"' in page
    assert "secret_project" not in page


def test_a_used_login_link_says_why_it_leads_to_the_login(application: Application, database: Database) -> None:
    answer = visitor(application).get("/web/enter/used", follow_redirects=True)
    assert "This link was used already or is too old." in answer.text


def test_a_changed_language_is_spoken_by_the_whole_page_at_once(client: WebClient, database: Database) -> None:
    with database.transaction() as env:
        env["res.lang"].with_context(active_test=False).search([("code", "=", "es_ES")]).write({"active": True})
    data = {"name": "Administrator", "lang": "es_ES", "_original": "{}"}
    answer = client.post("/web/preferences", data=data, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/web/preferences")
    assert "Guardado." in client.get("/web/preferences").text
