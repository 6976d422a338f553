"""Whether hidden records are there or not, a user is told the same: of every link, by every way to ask for it.

What is tried is taken from the registry, so that a link that somebody adds tomorrow is tried too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core import Env
from core.errors import GrialError
from core.orm import xmlids
from core.orm.kept import SYSTEM
from core.testing.records import AsUser
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")

MODELS = (
    "crm.lead", "crm.lead.report", "crm.lead.stage.history", "crm.case.categ", "crm.case.section", "res.partner",
    "res.users", "res.company", "ir.attachment", "ir.model.data", "res.partner.bank", "ir.filters", "ir.default",
)  # fmt: skip
MOVING = SYSTEM - {"id", "display_name", "create_uid", "create_date"}
"""Bookkeeping that follows the writes which make the other world; ids of records that are seen stay as they are."""
FOLLOWING = ("commercial_partner_id", "company_revenue", "expected_revenue")
"""Stored results, which follow what is hidden: the commercial entity of a contact may be a company that is."""
SUMS = ("max", "min", "count", "count_distinct")


def hide(env: Env, uid: int, seen: dict[str, int]) -> None:
    """Bring in hidden records of many models, and link those that are seen to them in every way there is."""
    company = env["res.company"].create({"name": "Zz Far Away"}).id
    away = {"company_id": company}
    colleague = (
        env["res.users"]
        .create(
            {"name": "Zz Colleague", "login": "zz", **away, "company_ids": [(6, 0, [company])], "groups_id": [(5,)]}
        )
        .id
    )
    partners: Any = env["res.partner"]
    for model, one in (("res.company", company), ("res.users", colleague)):
        partners.browse(env[model].browse(one).read(["partner_id"])[0]["partner_id"][0]).write(away)
    above, customer = partners.create(
        [{"name": "Zz Above", "is_company": True, **away}, {"name": "Zz Customer", **away}]
    ).ids
    partners.create({"name": "Zz Below", "parent_id": seen["res.partner"], **away})
    partners.browse(seen["res.partner"]).write({"user_id": colleague})
    partners.browse(seen["contact"]).write({"parent_id": above})
    team = env["crm.case.section"].create({"name": "Zz Team", **away, "user_id": colleague}).id
    tag = env["crm.case.categ"].create({"name": "Zz Tag"}).id
    model = env["ir.model"].search([("model", "=", "crm.case.categ")]).id
    env["ir.rule"].create({"name": "x", "model_id": model, "domain_force": "[('name', 'not like', 'Zz')]"})
    hidden = {"name": "Zz Lead", "user_id": colleague, "partner_id": seen["res.partner"], "type": "opportunity", **away}
    other = env["crm.lead"].create({**hidden, "planned_revenue": 12345}).id
    links = {"partner_id": customer, "ref": f"res.partner,{customer}", "ref2": f"crm.lead,{other}"}
    env["crm.lead"].browse(seen["crm.lead"]).write({**links, "section_id": team, "categ_ids": [(4, tag)]})
    env["res.partner.bank"].create(
        {"acc_number": "ES9121000418450200051332", "partner_id": seen["res.partner"], **away}
    )
    file = {"name": "zz.txt", "datas": "eno="}
    for owner in (("crm.lead", other), ("res.partner", customer)):
        kept = env["ir.attachment"].create({**file, "res_model": owner[0], "res_id": owner[1]}).id
        xmlids.assign(env, f"__export__.zz_file_{kept}", "ir.attachment", kept)
        xmlids.assign(env, f"__export__.zz_{owner[1]}", owner[0], owner[1])
    env["ir.filters"].create({"name": "Zz Filter", "model_id": "crm.lead", "user_id": colleague})
    env["ir.default"].create(
        {
            "field_id": env["ir.model.fields"].search([("model", "=", "crm.lead"), ("name", "=", "city")]).id,
            "user_id": colleague,
            "json_value": "Zz",
        }
    )
    env.flush()
    env.tx.invalidate()


def calls(env: Env, seen: dict[str, int]) -> Iterator[tuple[str, str, list[Any], dict[str, Any]]]:
    """Everything that is asked, in both worlds."""
    for model in MODELS:
        info = env.registry[model]
        fields = [f for f in info.fields.values() if f.name not in MOVING and not f.groups]
        readable = [f.name for f in fields if f.type not in ("binary", "image") and f.name not in FOLLOWING]
        yield model, "search_count", [[]], {}
        yield model, "search", [[]], {}
        yield model, "search", [[]], {"context": {"active_test": False}}
        yield model, "name_search", ["", [], "ilike", 1000], {}
        yield model, "name_search", ["Zz"], {}
        yield model, "search_read", [[], readable], {}
        for field in fields:
            yield from _of_field(model, field)
        for one in (seen.get(model), seen["contact"] if model == "res.partner" else None):
            if not one:
                continue
            yield model, "read", [[one], readable], {"load": "_classic_write"}
            links = [f.name for f in fields if f.relational and f.name not in FOLLOWING]
            paths = [*readable, *(f"{name}/{last}" for name in links for last in ("id", ".id", "display_name"))]
            yield model, "export_data", [[one], paths], {}
            yield model, "name_get", [[one]], {}
            yield model, "get_external_id", [[one]], {}
            if info.stored:
                yield model, "copy_data", [[one]], {}
                yield model, "onchange", [[one], {"name": "x"}, "name", dict.fromkeys(readable, "1")], {}


def _of_field(model: str, field: Any) -> Iterator[tuple[str, str, list[Any], dict[str, Any]]]:
    """What is asked of one field: of a link everything there is; of the others those that stand for all."""
    link = field.relational or field.type == "reference"
    if field.name in FOLLOWING or not (link or field.computed or field.name in ("id", "name", "create_date", "res_id")):
        return
    if field.sortable:
        yield model, "search", [[], 0, False, f"{field.name}, id"], {}
        if link:
            yield model, "search", [[], 0, False, f"{field.name} desc, id"], {}
    if field.stored and field.type != "one2many":
        yield model, "read_group", [[], [], [field.name]], {}
        for function in SUMS if link and not field.to_many else ():
            yield model, "read_group", [[], [f"{field.name}:{function}"], []], {}
    if not field.searchable or field.type in ("json", "binary", "image"):
        return
    yield model, "search", [[[field.name, "=", False]]], {}
    yield model, "search", [[[field.name, "like", "Zz"]]], {}
    if field.relational:
        for operator in ("in", "not in", "child_of", "parent_of"):
            yield model, "search", [[[field.name, operator, list(range(1, 3000))]]], {}
        yield model, "search", [[[f"{field.name}.display_name", "like", "Zz"]]], {}
        yield model, "search", [[[f"{field.name}.id", "!=", False]]], {}
    if field.type == "many2one":
        yield model, "read_group", [[], [], [f"{field.name}.create_uid"]], {}
        yield model, "search", [[], 0, False, f"{field.name}.id, id"], {}


def told(env: Env, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> str:
    try:
        return str(rpc(env, model, method, *args, **kwargs))
    except GrialError as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.case("B06")
def test_hidden_records_change_no_answer(env: Env, as_user: AsUser) -> None:
    pia = as_user("crm.group_sale_salesman")
    partner = env["res.partner"].create({"name": "Acme", "is_company": True}).id
    contact = env["res.partner"].create({"name": "Ana"}).id
    tag = env["crm.case.categ"].create({"name": "Tag"}).id
    values = {"user_id": pia.uid, "partner_id": False, "section_id": False, "company_id": False}
    rows = [{"name": "Own", **values, "categ_ids": [(6, 0, [tag])]}, {"name": "Plain", **values}]
    own = env["crm.lead"].create(rows).ids[0]
    file = {"name": "own.txt", "datas": "eno=", "res_model": "crm.lead", "res_id": own}
    seen = {
        "crm.lead": own, "res.partner": partner, "contact": contact, "crm.case.categ": tag, "res.users": pia.uid,
        "ir.attachment": env["ir.attachment"].create(file).id, "res.company": 1,
    }  # fmt: skip
    xmlids.assign(env, "__export__.own", "crm.lead", own)
    env.flush()
    env.tx.invalidate()
    asked = list(calls(env, seen))
    before, everything = [told(pia, *call) for call in asked], [told(env, *call) for call in asked[::7]]
    hide(env, pia.uid, seen)
    different = []
    for call, answer in zip(asked, before, strict=True):
        now = told(pia, *call)
        if now != answer:
            at = next((i for i, (a, b) in enumerate(zip(answer, now, strict=False)) if a != b), 0)
            old, new = answer[at - 30 : at + 60], now[at - 30 : at + 60]
            different.append(f"{call[:2]} {str(call[2])[:90]}: {old!r} and {new!r}")
    assert not different, "\n".join(different[:40])
    assert len(asked) > 700
    assert sum("Error: " in answer for answer in before) < len(asked) / 10
    seen_by_all = sum(told(env, *call) != answer for call, answer in zip(asked[::7], everything, strict=True))
    assert seen_by_all > len(everything) / 3, "the worlds do differ"
