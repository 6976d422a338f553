"""Clients of other people, unmodified, against a server that really runs."""

from __future__ import annotations

import gc
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.module import databases
from core.module.create import create_database
from core.module.registries import Registries
from tests.rpc.running import DATABASE, HOST, MASTER, PASSWORD, Running, running_server, settings_of

# The clients leave sockets open; that is theirs.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

USER = "admin"


@pytest.fixture(scope="module")
def server(backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    from core.db.engine import DatabaseServer

    folder = tmp_path_factory.mktemp(f"clients-{backend}")
    settings = settings_of(folder, database_url)
    registries = Registries(DatabaseServer(settings), settings)
    if registries.server.exists(DATABASE):
        databases.drop(registries, DATABASE)
    create_database(registries, DATABASE, admin_password=PASSWORD)
    registries.server.dispose(DATABASE)
    try:
        with running_server(folder, database_url, workers=2) as running:
            yield running
    finally:
        for name in registries.server.names():
            if name.startswith(DATABASE):
                databases.drop(registries, name)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Clients leave their connections open: end those here, where that is allowed, and not in somebody else's test."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def leftovers() -> Iterator[None]:
    """The sockets that the clients leave open are closed here, where that is expected."""
    yield
    gc.collect()


def employee(server: Running, database_url: str) -> str:
    """The login of a user with no rights but an employee's; the password is that of admin."""
    from core.db.engine import DatabaseServer
    from core.testing.users import new_user

    settings = settings_of(server.data_dir, database_url)
    registries = Registries(DatabaseServer(settings), settings)
    with registries.get(DATABASE).transaction() as env:
        login: str = new_user(env, ["base.group_user"], {"password": PASSWORD}).login
    registries.server.dispose(DATABASE)
    return login


def test_external_ids_for_an_employee(server: Running, database_url: str) -> None:
    """The helpers of the clients find records that the user may see, and no others."""
    import erppeek
    import odoolib
    import odooly
    import odoorpc

    login = employee(server, database_url)
    odoo = odoorpc.ODOO(HOST, port=server.port)
    odoo.login(DATABASE, login, PASSWORD)
    spain = odoo.env.ref("base.es").id
    assert odoo.env.ref("base.main_company")._name == "res.company"
    with pytest.raises(odoorpc.error.RPCError, match="external id"):
        odoo.env.ref("base.rule_user_self")
    env = odooly.Client(server.url, DATABASE, login, PASSWORD).env
    assert env.ref("base.es").id == spain
    assert env.ref("base.rule_user_self") is None
    assert env["res.country"].browse(spain)._external_id == "base.es"
    client = erppeek.Client(server.url, DATABASE, login, PASSWORD)
    assert client.model("res.country").get("base.es").id == spain
    assert client.model("res.country").get("base.no_such_country") is None
    connection = odoolib.get_connection(
        hostname=HOST, protocol="jsonrpc", port=server.port, database=DATABASE, login=login, password=PASSWORD
    )
    data = connection.get_model("ir.model.data")
    assert data.get_object_reference("base", "es") == ["res.country", spain]
    with pytest.raises(Exception, match="external id"):
        data.get_object_reference("base", "rule_user_self")


def api_key(server: Running, database_url: str) -> str:
    from core.db.engine import DatabaseServer

    settings = settings_of(server.data_dir, database_url)
    registries = Registries(DatabaseServer(settings), settings)
    registry = registries.get(DATABASE)
    with registry.transaction() as env:
        admin = env.ref("base.user_admin")
    with registry.transaction(uid=admin.id) as env:
        model: Any = env["res.users.apikeys"]
        key: str = model.make("tests", 1)
    registries.server.dispose(DATABASE)
    return key


def test_odoorpc(server: Running) -> None:
    import odoorpc

    odoo = odoorpc.ODOO(HOST, port=server.port)
    assert odoo.version == "10.0"
    assert DATABASE in odoo.db.list()
    with pytest.raises(odoorpc.error.RPCError, match="Wrong login ID or password"):
        odoo.login(DATABASE, USER, "wrong")
    odoo.login(DATABASE, USER, PASSWORD)
    assert odoo.env.user.login == USER
    assert odoo.env.context["lang"]
    partners = odoo.env["res.partner"]
    created = partners.create({"name": "Muebles Güell", "email": "info@example.com"})
    assert isinstance(created, int)
    assert partners.search([("name", "ilike", "guell")]) == [created]
    partner = partners.browse(created)
    assert partner.name == "Muebles Güell"
    partner.name = "Muebles Güell e Hijos"
    assert partners.read([created], ["name", "country_id"]) == [
        {"id": created, "name": "Muebles Güell e Hijos", "country_id": False}
    ]
    spain = odoo.env.ref("base.es")
    assert spain._name == "res.country"
    partner.country_id = spain
    assert partners.browse(created).country_id.id == spain.id
    assert partners.name_get([created]) == [[created, "Muebles Güell e Hijos"]]
    assert partners.search_count([("id", "=", created)]) == 1
    assert "res.partner" in odoo.env
    assert odoo.env["res.users"].has_group("base.group_user") is True
    with pytest.raises(odoorpc.error.RPCError):
        odoo.execute("res.partner", "_compute_display_name", [created])
    assert partners.unlink([created]) is True
    assert partners.search([("id", "=", created)]) == []
    assert odoo.logout()


def test_odoorpc_manages_databases(server: Running) -> None:
    import odoorpc

    odoo = odoorpc.ODOO(HOST, port=server.port, timeout=300)
    new, copied = f"{DATABASE}_new", f"{DATABASE}_copy"
    odoo.db.create(MASTER, new, False, "es_ES", PASSWORD)
    odoo.login(new, USER, PASSWORD)
    assert odoo.env.context["lang"] == "es_ES"
    odoo.db.duplicate(MASTER, new, copied)
    assert {new, copied} <= set(odoo.db.list())
    odoo.login(copied, USER, PASSWORD)
    dump = odoo.db.dump(MASTER, new)
    odoo.db.drop(MASTER, new)
    assert new not in odoo.db.list()
    with pytest.raises(odoorpc.error.RPCError):
        odoo.login(new, USER, PASSWORD)
    odoo.db.restore(MASTER, new, dump)
    odoo.login(new, USER, PASSWORD)
    for name in (new, copied):
        odoo.db.drop(MASTER, name)
    with pytest.raises(odoorpc.error.RPCError, match="master password"):
        odoo.db.drop("wrong", DATABASE)


@pytest.mark.parametrize("path", ["", "/jsonrpc"])
def test_erppeek(server: Running, path: str) -> None:
    import erppeek

    client = erppeek.Client(server.url + path, DATABASE, USER, PASSWORD)
    assert client.major_version == "10.0"
    assert "ResPartner" in client.models("res.partner")
    partners = client.model("res.partner")
    partner = partners.create({"name": "Talleres Peña"})
    assert partner.name == "Talleres Peña"
    partner.write({"city": "Vigo"})
    assert partners.read(partner.id, "name city") == {"id": partner.id, "name": "Talleres Peña", "city": "Vigo"}
    assert partners.search([("city", "=", "Vigo"), ("id", "=", partner.id)], 0, 5, "name desc") == [partner.id]
    assert partners.count([("id", "=", partner.id)]) == 1
    assert partner.perm_read()["id"] == partner.id
    assert "name" in partners.keys()  # noqa: SIM118 - a method of the client
    assert client.access("res.partner", "write")
    assert client.modules("base")["installed"] == ["base"]
    assert client.read("res.users", [("login", "=", USER)], "login") == [USER]
    copied = partner.copy({"name": "Otro"})
    assert copied.name == "Otro"
    partner.unlink()
    copied.unlink()
    assert partners.search([("id", "in", [partner.id, copied.id])]) == []
    with pytest.raises(Exception, match="no_such_field"):
        client.execute("res.partner", "search", [("no_such_field", "=", 1)])


@pytest.mark.parametrize("path", ["", "/jsonrpc"])
def test_odooly(server: Running, path: str) -> None:
    import odooly

    client = odooly.Client(server.url + path, DATABASE, USER, PASSWORD)
    env = client.env
    assert env.uid
    assert "res.partner" in env.models("res.partner")
    partners = env["res.partner"]
    partner = partners.create({"name": "Bodegas Muñoz", "is_company": True})
    assert partner.name == "Bodegas Muñoz"
    partner.write({"city": "Haro"})
    found = partners.search([("city", "=", "Haro"), ("id", "=", partner.id)])
    assert [row["name"] for row in found.read(["name"])] == ["Bodegas Muñoz"]
    assert partners.search_count([("id", "=", partner.id)]) == 1
    assert env.ref("base.main_company")._name == "res.company"
    assert partner._external_id is False or partner._external_id is None or isinstance(partner._external_id, str)
    assert env.access("res.partner", "unlink")
    assert env.modules("base")["installed"] == ["base"]
    partner.unlink()
    assert not partners.search([("id", "=", partner.id)])
    with pytest.raises(Exception, match="no_such_method"):
        env.execute("res.partner", "no_such_method", [])


def test_odooly_manages_databases(server: Running) -> None:
    import odooly

    client = odooly.Client(server.url, DATABASE, USER, PASSWORD)
    new = f"{DATABASE}_odooly"
    client.create_database(MASTER, new, user_password=PASSWORD)
    assert new in client.database.list()
    assert client.env.db_name == new
    client.login(USER, PASSWORD, database=DATABASE)
    client.drop_database(MASTER, new)
    assert new not in client.database.list()


@pytest.mark.parametrize("protocol", ["xmlrpc", "jsonrpc"])
def test_odoo_client_lib(server: Running, protocol: str) -> None:
    import odoolib

    connection = odoolib.get_connection(
        hostname=HOST, protocol=protocol, port=server.port, database=DATABASE, login=USER, password=PASSWORD
    )
    connection.check_login()
    assert DATABASE in connection.get_service("db").list()
    partners = connection.get_model("res.partner")
    created = partners.create({"name": "Cerámica Ibáñez"})
    assert partners.search_read([("id", "=", created)], ["name"]) == [{"id": created, "name": "Cerámica Ibáñez"}]
    assert partners.write([created], {"name": "Cerámica"}) is True
    assert partners.read(created, ["name"])["name"] == "Cerámica"
    assert partners.name_search("Cerám", [["id", "=", created]], "ilike", limit=5) == [[created, "Cerámica"]]
    assert partners.unlink([created]) is True
    assert connection.get_user_context()["lang"]
    wrong = odoolib.get_connection(
        hostname=HOST, protocol=protocol, port=server.port, database=DATABASE, login=USER, password="wrong one"
    )
    with pytest.raises(Exception, match="Authentication failure"):
        wrong.check_login()


def test_odoo_client_lib_with_a_key_over_json_2(server: Running, database_url: str) -> None:
    import odoolib

    key = api_key(server, database_url)
    connection = odoolib.get_connection(
        hostname=HOST, protocol="json2", port=server.port, database=DATABASE, login=USER, password=key
    )
    assert connection.check_login()
    partners = connection.get_model("res.partner")
    created = partners.create({"name": "Pan y Vino"})
    assert partners.read([created], ["name"]) == {"id": created, "name": "Pan y Vino"}
    assert partners.write(ids=[created], vals={"city": "Jaca"}) is True
    assert partners.search([["city", "=", "Jaca"], ["id", "=", created]]) == [created]
    assert partners.unlink([created]) is True
    refused = odoolib.get_connection(
        hostname=HOST, protocol="json2", port=server.port, database=DATABASE, login=USER, password=key[:-1] + "x"
    )
    assert not refused.check_login()


def test_an_api_key_works_where_a_password_does(server: Running, database_url: str) -> None:
    import odoorpc

    odoo = odoorpc.ODOO(HOST, port=server.port)
    odoo.login(DATABASE, USER, api_key(server, database_url))
    assert odoo.env["res.users"].search_count([("login", "=", USER)]) == 1


@pytest.fixture(scope="module")
def npm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the npm client, installed from its lock file."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm on this machine")
    folder = tmp_path_factory.mktemp("npm")
    source = Path(__file__).parent / "npm"
    for name in ("package.json", "package-lock.json", ".npmrc", "client.mjs"):
        shutil.copy(source / name, folder)
    done = subprocess.run([npm, "ci", "--ignore-scripts"], cwd=folder, capture_output=True, timeout=120, check=False)
    if done.returncode:
        pytest.skip("the npm client cannot be fetched here")
    return folder


def test_odoo_await_from_npm(server: Running, npm_folder: Path) -> None:
    done = subprocess.run(
        ["node", "client.mjs", server.url, str(server.port), DATABASE, USER, PASSWORD],
        cwd=npm_folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["uid"] > 0
    assert seen["read"] == [{"id": seen["created"], "name": "Quesos Núñez"}]
    assert seen["found"] == [seen["created"]]
    assert seen["rows"] == [{"id": seen["created"], "name": "Quesos Núñez y Cía", "city": "Ávila"}]
    assert seen["fields"]["name"]["type"] == "char"
    assert seen["by_external_id"]["name"] == "Quesos Núñez y Cía"
    assert seen["left"] == []
    assert seen["refused"]
