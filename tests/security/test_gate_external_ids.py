"""External ids name records; that of a hidden record is as hidden as the record, by every way to ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from core import Env
from core.errors import GrialError, MissingError
from core.orm import xmlids
from core.testing.clients import WebClient
from core.testing.records import AsUser, Database
from core.testing.users import new_user
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")
DATA = "ir.model.data"
NONE = "__export__.nothing"


class Scene(NamedTuple):
    """Records with external ids: of a salesperson, of another one, of another company, of a model that is shut."""

    root: Env
    pia: Env
    own: int
    hidden: dict[str, tuple[str, int]]


@pytest.fixture
def scene(env: Env, as_user: AsUser) -> Scene:
    pia, leo = as_user("crm.group_sale_salesman"), as_user("crm.group_sale_salesman")
    own = env["crm.lead"].create({"name": "Own", "user_id": pia.uid}).id
    company = env["res.company"].create({"name": "Far Away"}).id
    file = {"name": "f.txt", "datas": "c2VjcmV0"}
    other = env["crm.lead"].create({"name": "Other", "user_id": leo.uid}).id
    hidden = {
        "__export__.lead": ("crm.lead", other),
        "__export__.partner": ("res.partner", env["res.partner"].create({"name": "Far", "company_id": company}).id),
        "__export__.company": ("res.company", company),
        "__export__.cron": ("ir.cron", env["ir.cron"].search([], limit=1).id),
        "__export__.file": (
            "ir.attachment", env["ir.attachment"].create({**file, "res_model": "crm.lead", "res_id": other}).id
        ),
    }  # fmt: skip
    xmlids.assign(env, "__export__.own", "crm.lead", own)
    mine = env["ir.attachment"].create({**file, "res_model": "crm.lead", "res_id": own}).id
    xmlids.assign(env, "__export__.own_file", "ir.attachment", mine)
    for name, (model, record) in hidden.items():
        xmlids.assign(env, name, model, record)
    env.flush()
    return Scene(env, pia, own, hidden)


def rows_of(env: Env, xmlid: str) -> list[int]:
    module, _, name = xmlid.partition(".")
    return list(env[DATA].search([("module", "=", module), ("name", "=", name)]).ids)


@pytest.mark.case("B06")
def test_rows_of_hidden_records_are_not_there(scene: Scene) -> None:
    exported = ["module", "=", "__export__"]
    seen = {"own", "own_file"}
    assert {row["name"] for row in rpc(scene.pia, DATA, "search_read", [exported], ["name"])} == seen
    assert rpc(scene.pia, DATA, "search_count", [exported]) == 2
    groups = rpc(scene.pia, DATA, "read_group", [exported], [], ["name"])
    assert {group["name"] for group in groups} == seen
    (sums,) = rpc(scene.pia, DATA, "read_group", [exported], ["res_id:max", "res_id:count"], [])
    assert (sums["__count"], sums["res_id"]) == (2, 2)
    found = rpc(scene.pia, DATA, "name_search", "", [exported])
    assert {name for _, name in found} == {"__export__.own", "__export__.own_file"}
    for xmlid, (model, record) in scene.hidden.items():
        (row,) = rows_of(scene.root, xmlid)
        assert rpc(scene.pia, DATA, "search", [["id", "=", row]]) == []
        assert rpc(scene.pia, DATA, "search", [["model", "=", model], ["res_id", "=", record]]) == []
        assert rpc(scene.pia, DATA, "read", row, ["name", "res_id"]) is False
        assert rpc(scene.pia, DATA, "exists", [row]) == []
        assert rpc(scene.pia, DATA, "get_metadata", [row]) == []
        assert rpc(scene.pia, DATA, "export_data", [row], ["name", "res_id"]) == {"datas": []}
        with pytest.raises(MissingError):
            rpc(scene.pia, DATA, "name_get", [row])
        assert rpc(scene.pia, model, "get_external_id", [record]) == {str(record): ""} if model != "ir.cron" else True


@pytest.mark.case("B06")
@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("xmlid_to_res_id", lambda xmlid: [xmlid]),
        ("xmlid_to_res_id", lambda xmlid: [xmlid, True]),
        ("xmlid_to_res_model_res_id", lambda xmlid: [xmlid]),
        ("xmlid_to_res_model_res_id", lambda xmlid: [xmlid, True]),
        ("get_object_reference", lambda xmlid: xmlid.split(".")),
        ("get_object", lambda xmlid: xmlid.split(".")),
        ("check_object_reference", lambda xmlid: xmlid.split(".")),
        ("check_object_reference", lambda xmlid: [*xmlid.split("."), True]),
    ],
)
@pytest.mark.parametrize("who", ["crm.group_sale_salesman", "base.group_portal"])
def test_the_helpers_answer_as_for_an_id_that_is_not_there(
    scene: Scene, as_user: AsUser, who: str, method: str, args: Callable[[str], list[Any]]
) -> None:
    caller = as_user(who)

    def told(xmlid: str) -> str:
        try:
            return str(rpc(caller, DATA, method, *args(xmlid)))
        except GrialError as error:
            return f"{type(error).__name__} {error}".replace(xmlid, "#")

    answers = {told(xmlid) for xmlid in (*scene.hidden, NONE)}
    assert len(answers) == 1, answers
    country = scene.root.ref("base.es").id
    assert str(country) in str(rpc(caller, DATA, method, *args("base.es")))


def test_asking_for_a_group_by_another_records_id_tells_nothing(scene: Scene) -> None:
    told = set()
    for xmlid in (*scene.hidden, NONE):
        with pytest.raises(MissingError) as refused:
            rpc(scene.pia, "res.users", "has_group", xmlid)
        told.add(str(refused.value).replace(xmlid, "#"))
    assert len(told) == 1
    assert rpc(scene.pia, "res.users", "has_group", "base.group_user") is True


@pytest.mark.case("B32")
def test_loading_a_file_neither_finds_nor_takes_the_id_of_a_hidden_record(scene: Scene) -> None:
    other = scene.hidden["__export__.lead"][1]
    answer = rpc(scene.pia, "crm.lead", "load", ["id", "name"], [["__export__.lead", "Mine"]])
    assert answer["ids"] is False
    assert str(other) not in str(answer["messages"])
    assert "Other" not in str(answer["messages"])
    assert scene.root.ref("__export__.lead").id == other
    links = [
        rpc(scene.pia, "crm.lead", "load", ["name", "partner_id/id"], [["x", xmlid]])["messages"][0]["message"]
        for xmlid in ("__export__.partner", NONE)
    ]
    assert links[0].replace("__export__.partner", "#") == links[1].replace(NONE, "#")
    assert rpc(scene.pia, "crm.lead", "load", ["id", "name"], [["__export__.own", "Renamed"]])["ids"] == [scene.own]


def test_an_administrator_names_the_records_that_he_sees(scene: Scene, as_user: AsUser) -> None:
    """`ir.model.data` is written by administrators, as programs do that keep ids of their own."""
    admin = as_user("base.group_system")
    partner = scene.root["res.partner"].create({"name": "Shown"}).id
    values = {"module": "__api__", "name": "shown", "model": "res.partner", "res_id": partner}
    assert rpc(admin, DATA, "create", values)
    model, record = scene.hidden["__export__.partner"]
    with pytest.raises(GrialError):
        rpc(admin, DATA, "create", {"module": "__api__", "name": "hidden", "model": model, "res_id": record})


def test_the_pages_do_not_list_them(database: Database, new_client: Callable[..., WebClient]) -> None:
    with database.transaction() as env:
        new_user(env, ["crm.group_sale_salesman"], {"login": "pia"})
        leo = new_user(env, ["crm.group_sale_salesman"])
        lead = env["crm.lead"].create({"name": "Other", "user_id": leo.id}).id
        xmlids.assign(env, "__export__.secret_lead", "crm.lead", lead)
        env.flush()
        (row,) = rows_of(env, "__export__.secret_lead")
    pia = new_client("pia")
    for address in (
        "/web/ir.model.data?views=list", "/web/ir.model.data?views=list&group=model",
        "/web/ir.model.data?views=list&f.name=secret", f"/web/ir.model.data/{row}",
        "/web/ir.model.data?views=list&cond=name|ilike|secret", f"/web/export/ir.model.data?ids={row}",
    ):  # fmt: skip
        assert "secret_lead" not in pia.get(address).text, address
    assert pia.get(f"/web/ir.model.data/{row}").status_code == 404
    told = {pia.get(f"/web/action/__export__.{name}").text.replace(name, "#") for name in ("secret_lead", "no_such")}
    assert len({text.partition("<main")[2].partition("</main")[0] for text in told}) == 1
    exported = pia.post("/web/export/ir.model.data", data={"field": ["name", "res_id"], "as": "csv", "ids": str(row)})
    assert "secret" not in exported.text
