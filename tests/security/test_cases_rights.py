"""Cases of rights that the other files leave: each right alone, no right at all, refusals without a trace, exports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from core import Env
from core.errors import AccessError, GrialError, MissingError
from core.testing.clients import Refused, WebClient
from core.testing.records import AsUser, Database
from core.testing.users import new_user
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")
MODEL = "crm.case.channel"
RIGHTS = ("read", "write", "create", "unlink")
EVERYTHING: list[Any] = []

DOORS: dict[str, tuple[Callable[[int], list[Any]], set[str]]] = {
    "search": (lambda one: [[]], {"read"}),
    "search_count": (lambda one: [[]], {"read"}),
    "search_read": (lambda one: [[], ["name"]], {"read"}),
    "read": (lambda one: [[one], ["name"]], {"read"}),
    "name_get": (lambda one: [[one]], {"read"}),
    "name_search": (lambda one: ["Web"], {"read"}),
    "read_group": (lambda one: [[], [], ["name"]], {"read"}),
    "fields_get": (lambda one: [], {"read"}),
    "fields_view_get": (lambda one: [], {"read"}),
    "export_data": (lambda one: [[one], ["name"]], {"read"}),
    "get_metadata": (lambda one: [[one]], {"read"}),
    "exists": (lambda one: [[one]], {"read"}),
    "onchange": (lambda one: [[one], {"name": "x"}, "name", {"name": "1"}], {"read"}),
    "copy_data": (lambda one: [[one]], {"read"}),
    "write": (lambda one: [[one], {"name": "x"}], {"write"}),
    "create": (lambda one: [{"name": "x"}], {"create"}),
    "default_get": (lambda one: [["name"]], {"create"}),
    "copy": (lambda one: [one], {"read", "create"}),
    "name_create": (lambda one: ["x"], {"read", "create"}),
    "unlink": (lambda one: [[one]], {"unlink"}),
}
"""By method: its arguments for a record, and the rights without which it is refused."""


def grant(env: Env, model: str, *rights: str) -> None:
    """Leave employees exactly these rights on a model."""
    ir_model = env["ir.model"].search([("model", "=", model)]).id
    env["ir.model.access"].search([("model_id", "=", ir_model)]).unlink()
    if rights:
        values = {f"perm_{right}": right in rights for right in RIGHTS}
        group = env.ref("base.group_user").id
        env["ir.model.access"].create({"name": "x", "model_id": ir_model, "group_id": group, **values})


@pytest.mark.case("B05")
@pytest.mark.parametrize("method", DOORS)
def test_each_door_needs_its_own_right(env: Env, as_user: AsUser, method: str) -> None:
    args, needed = DOORS[method]
    channel = env[MODEL].create({"name": "Web"}).id
    eva = as_user()
    for missing in RIGHTS:
        grant(env, MODEL, *(right for right in RIGHTS if right != missing))
        if missing in needed:
            before = env[MODEL].search_count([])
            with pytest.raises(AccessError), env.savepoint():
                rpc(eva, MODEL, method, *args(channel))
            assert (env[MODEL].search_count([]), env[MODEL].browse(channel).read(["name"])[0]["name"]) == (
                before,
                "Web",
            )
    grant(env, MODEL, *needed)
    rpc(eva, MODEL, method, *args(channel))


@pytest.mark.case("B04")
@pytest.mark.parametrize("who", ["base.group_user", "base.group_portal", "base.group_public", "base.group_system"])
def test_a_model_without_access_rows_is_shut_to_everybody(env: Env, as_user: AsUser, who: str) -> None:
    channel = env[MODEL].create({"name": "Web"}).id
    grant(env, MODEL)
    user = as_user(who)
    for method, (args, _) in DOORS.items():
        with pytest.raises(AccessError, match="no group has been given this right"), env.savepoint():
            rpc(user, MODEL, method, *args(channel))
    assert env[MODEL].browse(channel).exists()


@pytest.mark.case("B21")
def test_a_right_is_needed_at_both_ends_of_a_link(env: Env, as_user: AsUser) -> None:
    """A salesperson may link tags, make and change them, and not delete them: nor by way of a lead."""
    pia = as_user("crm.group_sale_salesman")
    tag = env["crm.case.categ"].create({"name": "Tag"}).id
    lead = rpc(pia, "crm.lead", "create", {"name": "Own", "categ_ids": [[4, tag]]})
    rights: dict[str, list[list[Any]]] = {
        "write": [[1, tag, {"name": "Changed"}]],
        "create": [[0, 0, {"name": "New"}]],
        "unlink": [[2, tag]],
        "read": [[4, tag], [6, 0, [tag]]],
    }
    for missing, commands in rights.items():
        grant(env, "crm.case.categ", *(right for right in RIGHTS if right != missing))
        other = rpc(pia, "crm.lead", "create", {"name": "Other"})
        for command in commands:
            for target in (lead, other) if missing != "read" else (other,):
                with pytest.raises(AccessError), env.savepoint():
                    rpc(pia, "crm.lead", "write", [target], {"categ_ids": [command]})
    assert env["crm.case.categ"].search([("name", "in", ["Tag", "Changed", "New"])]).read(["name"]) == [
        {"id": tag, "name": "Tag"}
    ]


def contents(database: Database) -> dict[str, list[Any]]:
    """Every row of every table, without those that note the use of sessions."""
    found: dict[str, list[Any]] = {}
    with database.transaction(write=False) as env:
        for table in env.registry.metadata.tables.values():
            if table.name != "res_users_session":
                rows = env.tx.connection.execute(sa.select(table)).all()
                found[table.name] = sorted(map(repr, rows))
    return found


@pytest.mark.case("B09")
def test_a_refused_call_leaves_no_trace(database: Database, new_client: Callable[..., WebClient]) -> None:
    """Neither the change nor what comes with it: history, log, computed values, workflow, numbers."""
    with database.transaction() as env:
        pia = new_user(env, ["crm.group_sale_salesman"], {"login": "pia"}).id
        leo = new_user(env, ["crm.group_sale_salesman"]).id
        own = env["crm.lead"].create({"name": "Own", "user_id": pia, "planned_revenue": 10}).id
        other = env["crm.lead"].create({"name": "Other", "user_id": leo}).id
        partner = env["res.partner"].create({"name": "Acme", "is_company": True}).id
        won = env["crm.case.stage"].search([("state", "=", "done")], limit=1).id
    client = new_client("pia")
    before = contents(database)
    calls: list[tuple[str, str, list[Any]]] = [
        ("crm.lead", "write", [[own], {"stage_id": won, "planned_revenue": 99, "user_id": leo}]),
        ("crm.lead", "write", [[own, other], {"stage_id": won, "planned_revenue": 99}]),
        ("crm.lead", "create", [[{"name": "x"}, {"name": "y", "user_id": leo}]]),
        ("crm.lead", "case_mark_won", [[own, other]]),
        ("crm.lead", "unlink", [[own]]),
        ("crm.lead", "convert_opportunity", [[own, other], partner]),
        ("res.partner", "write", [[partner], {"child_ids": [[0, 0, {"name": "z"}]], "lead_ids": [[4, other]]}]),
        ("res.partner", "create", [{"name": "n", "lead_ids": [[0, 0, {"name": "x", "user_id": leo}]]}]),
        ("res.users", "write", [[pia], {"groups_id": [[4, 1]], "login": "root"}]),
        ("ir.sequence", "write", [[1], {"number_next": 1}]),
    ]  # fmt: skip
    for model, method, args in calls:
        with pytest.raises(Refused):
            client.call(model, method, *args)
        assert contents(database) == before, (model, method)


@pytest.mark.case("B10")
def test_a_computed_value_is_worked_out_with_its_readers_rights(env: Env, as_user: AsUser) -> None:
    pia, leo = as_user("crm.group_sale_salesman"), as_user("crm.group_sale_salesman")
    boss = as_user("crm.group_sale_manager")
    partner = env["res.partner"].create({"name": "Acme"}).id
    rows = [{"name": "x", "type": "opportunity", "partner_id": partner, "user_id": uid} for uid in (pia.uid, leo.uid)]
    env["crm.lead"].create([*rows, rows[1]])
    for _ in range(2):
        counts = [
            rpc(who, "res.partner", "read", partner, ["opportunity_count"])["opportunity_count"]
            for who in (boss, pia, leo, boss)
        ]
        assert counts == [3, 1, 2, 3]


@pytest.mark.case("B16")
def test_parts_of_a_view_for_other_groups_are_not_sent(env: Env, as_user: AsUser) -> None:
    view: Any = env["ir.ui.view"].search([("model", "=", "crm.case.channel"), ("type", "=", "form")], limit=1)
    arch = '<form><field name="name"/><button name="secret_button" groups="base.group_system"/></form>'
    values = {"name": "x", "model": "crm.case.channel", "type": "form", "arch": arch, "priority": 1}
    view = env["ir.ui.view"].create(values)
    env.flush()
    shown = ("crm.case.channel", "fields_view_get", view.id, "form")
    assert "secret_button" not in str(rpc(as_user(), *shown))
    assert "secret_button" in str(rpc(as_user("base.group_system"), *shown))


@pytest.mark.case("B30")
def test_a_shared_filter_has_the_rights_of_who_uses_it(
    database: Database, new_client: Callable[..., WebClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as env:
        pia = new_user(env, ["crm.group_sale_salesman"], {"login": "pia"}).id
        leo = new_user(env, ["crm.group_sale_salesman"]).id
        rows = [("Deal of mine", pia, "by a spy"), ("Deal of theirs", leo, "by a spy"), ("Deal in plain", pia, False)]
        env["crm.lead"].create([dict(zip(("name", "user_id", "referred"), row, strict=True)) for row in rows])
        shared = {"name": "All", "model_id": "crm.lead", "user_id": False}
        filters: Any = env["ir.filters"]
        wide = filters.create({**shared, "domain": "[(1, '=', 1)]"}).id
        narrow = filters.create({**shared, "name": "Spies", "domain": "[('referred', '=', 'by a spy')]"}).id
    client = new_client("pia")
    page = client.get(f"/web/crm.lead?views=list&fav={wide}").text
    assert "Deal of mine" in page
    assert "Deal of theirs" not in page
    registry = client.app.registries.get(database.name)
    monkeypatch.setattr(registry["crm.lead"].field("referred"), "groups", "base.group_system")
    answer = client.get(f"/web/crm.lead?views=list&fav={narrow}")
    assert answer.status_code in (200, 403)
    assert "Deal of mine" not in answer.text


@pytest.mark.case("B07")
def test_a_mixed_list_is_refused_as_a_whole(env: Env, as_user: AsUser) -> None:
    pia, leo = as_user("crm.group_sale_salesman"), as_user("crm.group_sale_salesman")
    own = env["crm.lead"].create({"name": "Own", "user_id": pia.uid}).id
    other = env["crm.lead"].create({"name": "Other", "user_id": leo.uid}).id
    env.flush()
    for method, args in (
        ("write", [{"city": "X"}]), ("case_mark_won", []), ("name_get", []), ("case_escalate", []),
        ("convert_opportunity", []),
    ):  # fmt: skip
        for ids in ([own, other], [other, own]):
            with pytest.raises((MissingError, GrialError)), env.savepoint():
                rpc(pia, "crm.lead", method, ids, *args)
    assert env["crm.lead"].browse([own, other]).read(["city", "state", "type"]) == [
        {"id": one, "city": False, "state": "draft", "type": "lead"} for one in (own, other)
    ]
