"""The fixtures of addon tests: a database with the wanted addons, undone or committed, and every door to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen
from xmlrpc.client import ServerProxy

import pytest

from addons.base.models.partner import Partner
from core import Env
from core.errors import AccessError, MissingError
from core.testing.browser import OpenPage
from core.testing.clients import Refused, WebClient
from core.testing.databases import Databases, rolled_back
from core.testing.records import AsUser, Database, Installed
from core.testing.serving import RunningServer, ServerProcess
from core.testing.users import ADMIN_PASSWORD

ROOT = Path(__file__).resolve().parents[2]

WHO_AM_I = """
fetch("/web/session/get_session_info", {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"})
  .then(answer => answer.json())
"""

BROKEN_PAGE = """
def test_broken_page(browser_page):
    browser_page.goto("/health")
    browser_page.evaluate("setTimeout(() => { throw new Error('broken on purpose') }, 0)")
    browser_page.wait_for_timeout(200)
"""


@pytest.mark.parametrize("_round", [1, 2])
def test_what_a_test_does_is_undone(env: Env, backend: str, _round: int) -> None:
    assert env.registry.backend == backend
    assert not env[Partner].search([("name", "=", "Left behind")])
    env[Partner].create({"name": "Left behind"})


def test_a_database_is_made_once_for_a_set_of_addons(installed: Installed) -> None:
    assert installed() is installed("base")
    assert "crm" not in installed().addons
    assert installed("crm") is installed("crm", "base")
    assert installed("crm").addons == ("base", "crm")


def test_demo_data_comes_when_asked_for(installed: Installed) -> None:
    with rolled_back(installed()) as plain, rolled_back(installed(demo=True)) as full:
        assert full[Partner].search_count([]) > plain[Partner].search_count([])


@pytest.mark.addons("crm")
def test_the_marker_names_the_addons_of_a_test(env: Env) -> None:
    assert env.registry.addons == ("base", "crm")


@pytest.mark.addons("crm")
def test_a_user_has_the_groups_and_the_language_asked_for(as_user: AsUser) -> None:
    manager = as_user("crm.group_sale_manager", lang="es", name="Ana")
    assert manager.has_group("crm.group_sale_salesman")
    assert not manager.has_group("base.group_system")
    assert manager.lang == "es_ES"
    assert manager.user.name == "Ana"
    assert as_user("admin").has_group("base.group_system")
    employee = as_user()
    assert employee.has_group("base.group_user")
    with pytest.raises(AccessError):
        employee[Partner].browse([1]).write({"name": "Somebody else"})
    with pytest.raises(MissingError):
        as_user("nobody")


@pytest.mark.parametrize("_round", [1, 2])
def test_a_database_of_ones_own_keeps_what_is_committed(database: Database, _round: int) -> None:
    with database.transaction() as env:
        assert not env[Partner].search([("name", "=", "Stays")])
        env[Partner].create({"name": "Stays"})
    with database.transaction(write=False) as env:
        assert env[Partner].search([("name", "=", "Stays")])


def test_databases_are_dropped_in_the_end(databases: Databases) -> None:
    name = databases.copy()
    assert databases.server.exists(name)
    databases.drop(name)
    assert not databases.server.exists(name)


def test_the_client_is_logged_in_and_calls_methods(client: WebClient, database: Database) -> None:
    info = client.post("/web/session/get_session_info", json={"params": {}}).get_json()["result"]
    assert info["username"] == "admin"
    number = client.call("res.partner", "create", {"name": "Over RPC"})
    with database.transaction(write=False) as env:
        assert env[Partner].browse([number]).name == "Over RPC"
    with pytest.raises(Refused, match="no method"):
        client.call("res.partner", "no_such_method")


def test_a_visitor_is_nobody(new_client: Callable[..., WebClient]) -> None:
    answer = new_client("").post("/web/dataset/call_kw", json={"params": {}}).get_json()
    assert answer["error"]["code"] == 100


def test_a_running_server_answers_over_the_network(server: RunningServer, database: Database) -> None:
    with ServerProxy(f"{server.url}/xmlrpc/2/common") as common:
        uid = common.login(server.database, server.login, server.password)
    assert server.database == database.name
    with database.transaction(write=False) as env:
        assert env["res.users"].browse([uid]).mapped("login") == ["admin"]


@pytest.mark.slow
def test_a_server_process_answers_and_can_be_killed(
    start_server: Callable[..., ServerProcess], database: Database
) -> None:
    server = start_server(database.name)
    with ServerProxy(f"{server.url}/xmlrpc/2/common") as common:
        assert common.login(server.database, "admin", ADMIN_PASSWORD) == 2
    server.kill()
    with pytest.raises(OSError):  # noqa: PT011  # refused or reset
        urlopen(f"{server.url}/health", timeout=5)


@pytest.mark.browser
def test_the_browser_is_logged_in(open_page: OpenPage, server: RunningServer) -> None:
    page = open_page(locale="es-ES")
    answer = page.goto("/health")
    assert answer is not None
    assert answer.ok
    assert page.evaluate(WHO_AM_I)["result"]["username"] == "admin"
    assert page.evaluate("navigator.language") == "es-ES"


@pytest.mark.browser
def test_an_error_of_a_script_fails_the_test(tmp_path: Path) -> None:
    file = tmp_path / "test_broken_page.py"
    file.write_text(BROKEN_PAGE)
    words = [sys.executable, "-m", "pytest", str(file), "--backend", "sqlite", "-c", str(ROOT / "pyproject.toml")]
    answer = subprocess.run(
        [*words, "--rootdir", str(ROOT), "-p", "no:cacheprovider"], cwd=ROOT, capture_output=True, text=True
    )
    assert "1 passed, 1 error" in answer.stdout
    assert "scripts of the pages failed" in answer.stdout
    assert "broken on purpose" in answer.stdout
