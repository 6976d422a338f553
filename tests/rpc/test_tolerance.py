"""The server takes calls the way clients of fifteen years send them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any
from xmlrpc.client import Binary, Fault, dumps, loads

import pytest
from werkzeug.test import Client

from core.server.app import Application
from core.testing.records import Database
from core.testing.users import ADMIN_PASSWORD

UID = 2
Execute = Callable[..., Any]


class Door:
    """Calls `object` over plain XML-RPC, the strictest transport."""

    def __init__(self, application: Application, database: str) -> None:
        self.client = Client(application)
        self.database = database

    def call(self, method: str, *args: Any) -> Any:
        body = dumps((self.database, UID, ADMIN_PASSWORD, *args), method, allow_none=True)
        response = self.client.post("/xmlrpc/object", data=body, content_type="text/xml")
        return loads(response.data)[0][0]

    def execute(self, model: str, method: str, *args: Any) -> Any:
        return self.call("execute", model, method, *args)

    def execute_kw(self, model: str, method: str, args: Any, *kwargs: Any) -> Any:
        return self.call("execute_kw", model, method, args, *kwargs)


@pytest.fixture(scope="module")
def door(application: Application, databases: Any) -> Any:
    name = databases.copy()
    yield Door(application, name)
    databases.drop(name)


@pytest.fixture
def partner(door: Door) -> int:
    created = door.execute("res.partner", "create", {"name": "Muebles Güell", "email": "a@example.com"})
    assert type(created) is int
    return int(created)


def test_create_with_a_mapping_gives_an_id_and_with_a_list_a_list(door: Door) -> None:
    assert type(door.execute_kw("res.partner", "create", [{"name": "a"}])) is int
    several = door.execute_kw("res.partner", "create", [[{"name": "a"}, {"name": "b"}]])
    assert len(several) == 2
    assert type(door.execute_kw("res.partner", "create", [], {"vals": {"name": "c"}})) is int
    assert len(door.execute_kw("res.partner", "create", [], {"vals_list": [{"name": "c"}]})) == 1


def test_kwargs_may_be_missing_empty_or_nil(door: Door, partner: int) -> None:
    for kwargs in ((), ({},), (None,), (False,)):
        assert door.execute_kw("res.partner", "search", [[["id", "=", partner]]], *kwargs) == [partner]


def test_a_single_id_serves_where_ids_are_expected(door: Door, partner: int) -> None:
    assert door.execute("res.partner", "read", partner, ["name"]) == {"id": partner, "name": "Muebles Güell"}
    assert door.execute("res.partner", "read", [partner], ["name"]) == [{"id": partner, "name": "Muebles Güell"}]
    assert door.execute("res.partner", "write", partner, {"city": "Vic"}) is True
    assert door.execute("res.partner", "name_get", partner) == [[partner, "Muebles Güell"]]
    assert door.execute("res.partner", "unlink", partner) is True


def test_missing_records(door: Door, partner: int) -> None:
    gone = 999_999
    assert door.execute("res.partner", "read", [gone, partner], ["name"]) == [{"id": partner, "name": "Muebles Güell"}]
    assert door.execute("res.partner", "read", gone, ["name"]) is False
    assert door.execute("res.partner", "exists", [gone, partner]) == [partner]
    assert door.execute("res.partner", "unlink", [gone]) is True
    with pytest.raises(Fault):
        door.execute("res.partner", "write", [gone], {"name": "x"})
    with pytest.raises(Fault):
        door.execute("res.partner", "unlink", [gone, partner])
    assert door.execute("res.partner", "exists", [partner]) == [partner]


def test_the_order_of_ids_is_kept(door: Door) -> None:
    ids = door.execute("res.partner", "create", [{"name": name} for name in "cab"])
    mixed = [ids[2], ids[0], ids[1]]
    assert [row["id"] for row in door.execute("res.partner", "read", mixed, ["name"])] == mixed


def test_search_in_both_old_orders(door: Door, partner: int) -> None:
    domain, context = [["id", "=", partner]], {"lang": "en_US"}
    assert door.execute("res.partner", "search", domain, 0, 5, "name", context, False) == [partner]
    assert door.execute("res.partner", "search", domain, 0, 5, "name", False, context) == [partner]
    assert door.execute("res.partner", "search", domain, 0, 5, "name", context, True) == 1
    assert door.execute("res.partner", "search", domain, 0, 5, "name", True, context) == 1
    assert door.execute("res.partner", "search", domain, 0, None, None, context, False) == [partner]
    for nothing in (None, False, 0):
        assert partner in door.execute("res.partner", "search", [], 0, nothing)
    for nothing in (None, False, ""):
        assert partner in door.execute("res.partner", "search", [], 0, 0, nothing)
    kwargs = {"fields": ["name"], "offset": 0, "limit": 0, "order": "", "context": {}}
    assert door.execute_kw("res.partner", "search_read", [domain], kwargs) == [{"id": partner, "name": "Muebles Güell"}]


def test_both_load_modes(door: Door, partner: int) -> None:
    spain = door.execute("res.country", "search", [["code", "=", "ES"]])[0]
    door.execute("res.partner", "write", [partner], {"country_id": spain})
    assert door.execute("res.partner", "read", [partner], ["country_id"])[0]["country_id"] == [spain, "Spain"]
    kwargs = {"load": "_classic_write", "context": {}}
    assert door.execute_kw("res.partner", "read", [[partner], ["country_id"]], kwargs)[0]["country_id"] == spain


def test_empty_values_are_false_and_never_nil(door: Door, partner: int) -> None:
    row = door.execute("res.partner", "read", [partner], ["street", "country_id", "parent_id", "comment", "date"])[0]
    row.pop("id")
    assert set(map(type, row.values())) <= {bool, list}
    everything = door.execute("res.partner", "read", [partner])[0]
    assert None not in everything.values()


def test_dates_and_binaries_travel_as_text(door: Door, partner: int) -> None:
    perm = door.execute("res.partner", "perm_read", [partner])[0]
    assert perm["id"] == partner
    assert len(perm["create_date"]) == 19
    picture = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    attachment = door.execute("ir.attachment", "create", {"name": "a.png", "datas": Binary(picture)})
    assert base64.b64decode(door.execute("ir.attachment", "read", attachment, ["datas"])["datas"]) == picture
    texted = door.execute("ir.attachment", "create", {"name": "a.png", "datas": base64.b64encode(picture).decode()})
    assert base64.b64decode(door.execute("ir.attachment", "read", texted, ["datas"])["datas"]) == picture


def test_old_names_are_alive(door: Door, partner: int) -> None:
    assert "name" in door.execute("res.partner", "fields_get_keys")
    assert door.execute("res.partner", "fields_get", ["name"])["name"]["type"] == "char"
    assert door.execute_kw("res.partner", "fields_get", [[]], {"attributes": ["type"]})["name"] == {"type": "char"}
    found = door.execute("res.partner", "name_search", "Güell", [["id", "=", partner]], "ilike", {}, 5)
    assert found == [[partner, "Muebles Güell"]]
    assert door.execute("res.partner", "default_get", ["active", "name"])["active"] is True
    groups = door.execute(
        "res.partner", "read_group", [["id", "=", partner]], ["name"], ["country_id"], 0, 5, {}, False
    )
    assert groups[0]["country_id_count"] == 1
    copied = door.execute("res.partner", "copy", partner, {"name": "Copia"}, {})
    assert door.execute("res.partner", "read", copied, ["name"])["name"] == "Copia"
    assert door.execute("res.partner", "copy_data", partner, {})["email"] == "a@example.com"
    assert door.execute("res.partner", "get_external_id", [partner]) == {str(partner): ""}
    assert door.execute("res.partner", "get_metadata", [partner])[0]["xmlid"] is False
    assert door.execute("res.users", "context_get")["lang"]
    assert door.execute("res.users", "has_group", "base.group_system") is True
    assert door.execute("ir.model.access", "check", "res.partner", "write") is True
    assert door.execute("res.partner", "check_access_rights", "write", False) is True
    model, spain = door.execute("ir.model.data", "xmlid_to_res_model_res_id", "base.es", True)
    assert model == "res.country"
    assert door.execute("ir.model.data", "check_object_reference", "base", "es", True) == ["res.country", spain]
    assert door.execute("res.country", "get_external_id", [spain]) == {str(spain): "base.es"}


def test_models_that_helpers_expect_can_be_searched(door: Door) -> None:
    for model, fields in {
        "ir.model": ["model", "modules", "osv_memory", "transient"],
        "ir.model.data": ["module", "name", "model", "res_id"],
        "ir.module.module": ["name", "state"],
        "ir.actions.report.xml": ["name", "model", "report_name", "report_type"],
        "ir.ui.view": ["name", "model", "type", "arch"],
        "ir.attachment": ["name"],
        "res.lang": ["code"],
        "ir.actions.server": ["name"],
    }.items():
        rows = door.execute_kw(model, "search_read", [[]], {"fields": fields, "limit": 2})
        assert all(set(fields) <= set(row) for row in rows), model


def test_a_signal_answers_false_whether_or_not_anybody_waits_for_it(door: Door, partner: int) -> None:
    assert door.call("exec_workflow", "res.partner", "no_such_signal", partner) is False
    with pytest.raises(Fault):
        door.call("exec_workflow", "no.such.model", "signal", partner)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("res.partner", "create", {"no_such_field": 1}), "no_such_field"),
        (("res.partner", "read", [1], ["no_such_field"]), "no_such_field"),
        (("res.partner", "no_such_method"), "no_such_method"),
        (("no.such.model", "read"), "no.such.model"),
        (("res.partner", "search", [["no_such_field", "=", 1]]), "no_such_field"),
        (("res.partner", "search", "name = 1"), "domain"),
        (("res.partner", "write", "5", {}), "id"),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_named_in_the_fault(door: Door, args: Any, code: str) -> None:
    with pytest.raises(Fault) as caught:
        door.execute(*args)
    assert code in str(caught.value.faultCode)
    assert "Traceback" not in caught.value.faultString
    assert ".py" not in caught.value.faultString


def test_a_refusal_is_told_in_the_language_of_the_context(door: Door, database: Database) -> None:
    with pytest.raises(Fault) as english:
        door.execute_kw("res.partner", "copy", [[]], {"context": {"lang": "en_US"}})
    assert "one record" in english.value.faultString


def test_context_from_outside_gives_no_rights(door: Door) -> None:
    context = {"uid": 1, "su": True, "install_mode": True, "_private": 1, "lang": "en_US"}
    assert door.execute("res.users", "context_get", context)["uid"] == UID
    with pytest.raises(Fault):
        door.execute("res.users", "read", [UID], ["password_hash"], context)


def test_a_failed_call_changes_nothing(door: Door, partner: int) -> None:
    with pytest.raises(Fault):
        door.execute("res.partner", "write", [partner, 999_999], {"name": "changed"})
    assert door.execute("res.partner", "read", partner, ["name"])["name"] == "Muebles Güell"
    with pytest.raises(Fault):
        door.execute("res.partner", "create", [{"name": "one that must not stay"}, {"no_such_field": 1}])
    assert door.execute("res.partner", "search", [["name", "=", "one that must not stay"]]) == []


def test_a_view_is_told_as_xml_with_its_fields(door: Door) -> None:
    view = door.execute("res.partner", "fields_view_get", False, "form", {"lang": "en_US"})
    assert view["type"] == "form"
    assert view["model"] == "res.partner"
    assert view["arch"].lstrip().startswith("<form")
    assert view["fields"]["name"]["type"] == "char"
    assert door.execute_kw("res.partner", "fields_view_get", [], {"view_type": "tree"})["type"] == "tree"


def test_export_gives_rows(door: Door, partner: int) -> None:
    exported = door.execute("res.partner", "export_data", [partner], ["name", "country_id/id", ".id", "street"], {})
    assert exported == {"datas": [["Muebles Güell", "", partner, ""]]}


class TestLoad:
    """`load`: all rows or none, told row by row."""

    def test_rows_become_records_and_the_same_external_id_updates(self, door: Door) -> None:
        rows = [["load_one", "Uno", "base.es"], ["load_two", "Dos", ""]]
        made = door.execute("res.partner", "load", ["id", "name", "country_id/id"], rows)
        assert made["messages"] == []
        assert len(made["ids"]) == 2
        columns = ["id", "name", "country_id", "is_company"]
        named = door.execute("res.partner", "load", columns, [["load_two", "Dos!", "Spain", "1"]])
        assert named["ids"] == [made["ids"][1]]
        read = door.execute("res.partner", "read", made["ids"], ["name", "country_id", "is_company"])
        assert [row["name"] for row in read] == ["Uno", "Dos!"]
        assert [row["country_id"][1] for row in read] == ["Spain", "Spain"]
        assert [row["is_company"] for row in read] == [False, True]
        assert door.execute("res.partner", "get_external_id", made["ids"][:1]) == {
            str(made["ids"][0]): "__import__.load_one"
        }
        by_number = door.execute("res.partner", "load", [".id", "name"], [[str(made["ids"][0]), "Uno!"]])
        assert by_number["ids"] == made["ids"][:1]

    def test_one_bad_row_keeps_all_out_and_is_named(self, door: Door) -> None:
        before = door.execute("res.partner", "search_count", [])
        rows = [["Bien", "Spain"], ["Mal", "Nowhere"], ["", "Spain"], ["Bien", "Spain"]]
        answer = door.execute("res.partner", "load", ["name", "country_id"], rows)
        assert answer["ids"] is False
        first = answer["messages"][0]
        assert (first["type"], first["record"], first["rows"], first["field"]) == (
            "error",
            1,
            {"from": 1, "to": 1},
            "country_id",
        )
        assert "Nowhere" in first["message"]
        assert door.execute("res.partner", "search_count", []) == before

    def test_lines_belong_to_the_row_above(self, door: Door) -> None:
        rows = [["Empresa", "Ana"], ["", "Luis"], ["Otra", "Eva"]]
        made = door.execute("res.partner", "load", ["name", "child_ids/name"], rows)
        assert made["messages"] == []
        read = door.execute("res.partner", "read", made["ids"], ["child_ids"])
        assert [len(row["child_ids"]) for row in read] == [2, 1]

    @pytest.mark.parametrize(
        ("columns", "rows"),
        [
            (["no_such_field"], [["x"]]),
            (["name/id"], [["x"]]),
            (["name"], [["x", "y"]]),
            (["name"], "x"),
            (["name"], [[["x"]]]),
            (["id/id"], [["x"]]),
        ],
    )
    def test_what_is_no_table_is_a_fault(self, door: Door, columns: Any, rows: Any) -> None:
        with pytest.raises(Fault):
            door.execute("res.partner", "load", columns, rows)

    def test_names_of_addons_stay_theirs(self, door: Door) -> None:
        answer = door.execute("res.partner", "load", ["id", "name"], [["base.mine", "x"]])
        assert answer["ids"] is False
        assert "base" in answer["messages"][0]["message"]
        other = door.execute("res.partner", "load", ["id", "name"], [["base.es", "x"]])
        assert other["ids"] is False
