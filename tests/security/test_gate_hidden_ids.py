"""The id of a hidden record is told by no door: where a link leads to it, there is no link."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from core import Env
from core.errors import AccessError, MissingError, ValidationError
from core.report.printing import print_records
from core.testing.clients import Refused, WebClient
from core.testing.records import AsUser, Database
from core.testing.users import new_user
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")


class Scene(NamedTuple):
    """A salesperson whose own lead has a customer and a reference in a company that is not theirs."""

    root: Env
    pia: Env
    hidden: int
    shown: int
    own: int
    plain: int


def make(env: Env, uid: int) -> tuple[int, int, int, int]:
    """A hidden partner with a far-away id, a shown one, a lead that links to the hidden one, and one without links."""
    company = env["res.company"].create({"name": "Far Away"}).id
    partners: Any = env["res.partner"]
    hidden = partners.create([{"name": f"Secret {n}", "company_id": company} for n in range(9)]).ids[-1]
    shown = partners.create({"name": "Shown Customer"}).id
    values = {"name": "Own", "user_id": uid, "partner_id": hidden, "ref": f"res.partner,{hidden}"}
    own = env["crm.lead"].create(values).id
    plain = env["crm.lead"].create({"name": "Plain", "user_id": uid}).id
    env.flush()
    return hidden, shown, own, plain


@pytest.fixture
def scene(env: Env, as_user: AsUser) -> Scene:
    pia = as_user("crm.group_sale_salesman")
    return Scene(env, pia, *make(env, pia.uid))


def links(env: Env, lead: int) -> tuple[Any, Any]:
    """The stored links of a lead."""
    (row,) = env["crm.lead"].browse(lead).read(["partner_id", "ref"], load="_classic_write")
    return row["partner_id"], row["ref"]


@pytest.mark.case("B15")
@pytest.mark.parametrize(
    ("method", "args", "kwargs"),
    [
        ("read", [["partner_id", "ref"]], {"load": "_classic_write"}),
        ("read", [["partner_id", "ref"]], {}),
        ("read", [[]], {"load": "_classic_write"}),
        ("copy_data", [], {}),
        ("export_data", [["partner_id/.id", "partner_id/id", "ref", "partner_id/name"]], {}),
        ("onchange", [{"city": "X"}, "city", {"partner_id": "1", "ref": "1", "city": "1"}], {}),
        ("onchange", [{"partner_id": False, "ref": False}, [], {"partner_id": "1", "ref": "1"}], {}),
        ("name_get", [], {}),
        ("get_metadata", [], {}),
    ],
)
def test_what_is_told_of_a_record_does_not_name_it(
    scene: Scene, method: str, args: list[Any], kwargs: dict[str, Any]
) -> None:
    answer = str(rpc(scene.pia, "crm.lead", method, [scene.own], *args, **kwargs))
    assert str(scene.hidden) not in re.findall(r"\d+", re.sub(r"\d+-\d+-\d+ \d+:\d+:\d+", "", answer)), (
        "dates are no ids"
    )
    assert "Secret" not in answer


def test_a_search_by_the_link_finds_as_if_there_were_none(scene: Scene) -> None:
    both = ["id", "in", [scene.own, scene.plain]]
    finds = {
        "nothing": [
            ["partner_id", "=", scene.hidden], ["partner_id", "in", [scene.hidden, scene.shown]],
            ["partner_id", ">", 0], ["partner_id", "<", 10**6], ["partner_id", "!=", False],
            ["partner_id", "child_of", scene.hidden], ["partner_id", "parent_of", scene.hidden],
            ["partner_id.id", "=", scene.hidden], ["ref", "=", f"res.partner,{scene.hidden}"],
            ["ref", "like", "res.partner,%"], ["ref", "=like", f"%{str(scene.hidden)[0]}%"], ["ref", "!=", False],
            ["ref", "in", [f"res.partner,{scene.hidden}"]],
        ],
        "both": [
            ["partner_id", "=", False], ["partner_id", "!=", scene.hidden], ["partner_id", "not in", [scene.hidden]],
            ["ref", "=", False], ["ref", "!=", f"res.partner,{scene.hidden}"], ["ref", "not like", "res.partner"],
        ],
    }  # fmt: skip
    for expected, leaves in finds.items():
        for leaf in leaves:
            found = rpc(scene.pia, "crm.lead", "search", [both, leaf])
            count = rpc(scene.pia, "crm.lead", "search_count", [both, leaf])
            wanted = {scene.own, scene.plain} if expected == "both" else set()
            assert (set(found), count) == (wanted, len(wanted)), leaf


def test_the_same_condition_means_the_same_in_memory(scene: Scene) -> None:
    leads = scene.pia["crm.lead"].browse([scene.own, scene.plain])
    for leaf in (
        ("partner_id", "=", False), ("partner_id", "=", scene.hidden), ("partner_id", "!=", scene.hidden),
        ("partner_id", ">", 0), ("partner_id", "child_of", scene.hidden), ("partner_id.name", "like", "Secret"),
        ("ref", "=", False), ("ref", "like", "res.partner"),
    ):  # fmt: skip
        searched = scene.pia["crm.lead"].search([("id", "in", leads.ids), leaf]).ids
        assert sorted(leads.filtered([leaf]).ids) == sorted(searched), leaf


@pytest.mark.case("B13")
def test_an_order_by_the_link_tells_nothing(scene: Scene) -> None:
    both = [["id", "in", [scene.own, scene.plain]]]
    orders = [f"{path} {way}, id" for path in ("partner_id.id", "partner_id", "ref") for way in ("asc", "desc")]
    before = [rpc(scene.pia, "crm.lead", "search", both, 0, 9, order) for order in orders]
    far = scene.root["res.company"].search([("name", "=", "Far Away")]).id
    other = scene.root["res.partner"].create({"name": "Aaa", "company_id": far}).id
    values = {"partner_id": other, "ref": f"res.partner,{other}"}
    scene.root["crm.lead"].browse(scene.plain).write(values)
    assert [rpc(scene.pia, "crm.lead", "search", both, 0, 9, order) for order in orders] == before


@pytest.mark.case("B14")
@pytest.mark.parametrize("by", ["partner_id", "ref", "partner_id.name", "partner_id.company_id"])
def test_groups_by_the_link_are_those_of_no_link(scene: Scene, by: str) -> None:
    both = [["id", "in", [scene.own, scene.plain]]]
    (group,) = rpc(scene.pia, "crm.lead", "read_group", both, [], [by])
    assert (group[by], group["__count"]) == (False, 2)
    assert str(scene.hidden) not in str(group)
    assert set(rpc(scene.pia, "crm.lead", "search", group["__domain"])) == {scene.own, scene.plain}


def test_aggregates_of_the_link_leave_it_out(scene: Scene) -> None:
    both = [["id", "in", [scene.own, scene.plain]]]
    for name in ("partner_id", "ref"):
        for function in ("count", "count_distinct"):
            (group,) = rpc(scene.pia, "crm.lead", "read_group", both, [f"{name}:{function}"], [])
            assert not group[name], function
        for function in ("max", "min", "sum", "avg"):
            with pytest.raises(ValidationError, match=f"{function} does not apply"):
                rpc(scene.pia, "crm.lead", "read_group", both, [f"{name}:{function}"], [])


@pytest.mark.case("B11")
def test_a_tree_does_not_lead_through_a_hidden_record(scene: Scene) -> None:
    below = scene.root["res.partner"].create({"name": "Below", "parent_id": scene.hidden}).id
    above = scene.root["res.partner"].create({"name": "Above"}).id
    scene.root["res.partner"].browse(scene.hidden).write({"parent_id": above})
    for start, operator in ((scene.hidden, "child_of"), (above, "child_of"), (below, "parent_of")):
        found = rpc(scene.pia, "res.partner", "search", [["id", operator, start]])
        assert found == [one for one in (start,) if one != scene.hidden], (start, operator)
    assert rpc(scene.pia, "res.partner", "read", below, ["parent_id", "display_name"])["parent_id"] is False


@pytest.mark.case("B18")
def test_guessing_the_id_in_a_write_tells_nothing(scene: Scene) -> None:
    """What is linked already is refused as any other hidden record: the answer would say that the guess was right."""
    other = scene.hidden - 1
    for name, value in (("partner_id", "{}"), ("ref", "res.partner,{}")):
        told = set()
        for guess in (scene.hidden, other, 2_000_000_00):
            for method, args in (
                ("write", [[scene.own], {name: value.format(guess)}]),
                ("create", [{"name": "x", name: value.format(guess)}]),
                ("copy", [scene.own, {name: value.format(guess)}]),
                ("onchange", [[scene.own], {name: value.format(guess)}, [name], {name: "1"}]),
            ):
                with pytest.raises(MissingError) as refused, scene.root.savepoint():
                    rpc(scene.pia, "crm.lead", method, *args)
                told.add(str(refused.value).replace(str(guess), "#"))
        assert len(told) == 1, told
    assert links(scene.root, scene.own) == (scene.hidden, f"res.partner,{scene.hidden}")


def test_writing_back_what_one_sees_changes_nothing(scene: Scene) -> None:
    """A program that reads a record and writes it back does not cut the links that it was not shown."""
    seen = rpc(scene.pia, "crm.lead", "read", scene.own, ["partner_id", "ref", "city"], load="_classic_write")
    rpc(scene.pia, "crm.lead", "write", [scene.own], {**{k: v for k, v in seen.items() if k != "id"}, "city": "Here"})
    assert links(scene.root, scene.own) == (scene.hidden, f"res.partner,{scene.hidden}")
    values = {"partner_id": scene.shown, "ref": f"res.partner,{scene.shown}"}
    rpc(scene.pia, "crm.lead", "write", [scene.own], values)
    assert links(scene.root, scene.own) == (scene.shown, f"res.partner,{scene.shown}")
    rpc(scene.pia, "crm.lead", "write", [scene.own], {"partner_id": False, "ref": False})
    assert links(scene.root, scene.own) == (False, False)


def test_a_reference_leads_to_what_its_writer_may_see(scene: Scene) -> None:
    lead = scene.own
    assert rpc(scene.pia, "crm.lead", "write", [lead], {"ref": f"res.partner,{scene.shown}"})
    for model, number, error in (
        ("res.partner", scene.hidden, MissingError),
        ("ir.cron", 1, ValidationError),
        ("no.such", 1, ValidationError),
    ):
        with pytest.raises(error), scene.root.savepoint():
            rpc(scene.pia, "crm.lead", "write", [lead], {"ref": f"{model},{number}"})
    for odd in (5, ["res.partner", 1], "res.partner", "res.partner,x", "res.partner,-1", "res.partner,²", {}, True):
        with pytest.raises(ValidationError):
            rpc(scene.pia, "crm.lead", "write", [lead], {"ref": odd})
    with pytest.raises(MissingError):
        rpc(scene.pia, "crm.lead", "create", {"name": "x"}, context={"default_ref": f"res.partner,{scene.hidden}"})


def test_a_reference_to_a_model_that_is_shut_is_refused_and_not_shown(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.root.registry["crm.lead"].field("ref2"), "models", ["ir.cron", "res.partner"])
    cron = scene.root["ir.cron"].search([], limit=1).id
    scene.root["crm.lead"].browse(scene.own).write({"ref2": f"ir.cron,{cron}"})
    assert rpc(scene.pia, "crm.lead", "read", scene.own, ["ref2"])["ref2"] is False
    assert rpc(scene.pia, "crm.lead", "export_data", [scene.own], ["ref2"]) == {"datas": [[""]]}
    assert rpc(scene.pia, "crm.lead", "search", [["id", "=", scene.own], ["ref2", "like", "ir.cron"]]) == []
    with pytest.raises(AccessError):
        rpc(scene.pia, "crm.lead", "write", [scene.plain], {"ref2": f"ir.cron,{cron}"})


def test_a_default_of_the_model_does_not_name_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.root.registry["crm.lead"].field("partner_id"), "default", scene.hidden)
    assert rpc(scene.pia, "crm.lead", "default_get", ["partner_id"])["partner_id"] is False


def test_a_report_bears_a_hidden_target(scene: Scene) -> None:
    report: Any = scene.root["ir.actions.report.xml"].search([("model", "=", "crm.lead")], limit=1)
    html = print_records(scene.pia, report.report_name, [scene.own], "html").data.decode()
    assert "Own" in html
    assert "Secret" not in html


def test_a_contact_of_a_hidden_company_is_read_by_its_own_name(scene: Scene) -> None:
    contact = scene.root["res.partner"].create({"name": "Ana", "parent_id": scene.hidden}).id
    assert rpc(scene.pia, "res.partner", "name_get", [contact]) == [[contact, "Ana"]]
    assert rpc(scene.pia, "res.partner", "search_read", [["id", "=", contact]], ["display_name", "contact_address"])
    assert rpc(scene.pia, "res.partner", "address_get", [contact], ["invoice"])


@pytest.mark.case("B15", "B30")
def test_the_pages_do_not_name_it(database: Database, new_client: Callable[..., WebClient]) -> None:
    with database.transaction() as env:
        uid = new_user(env, ["crm.group_sale_salesman"], {"login": "pia"}).id
        env["res.partner"].create([{"name": f"filler {n}"} for n in range(700)])
        hidden, _shown, own, plain = make(env, uid)
        tracked = env["crm.lead"].browse(plain)
        tracked.write({"partner_id": hidden})
    pia = new_client("pia")
    for address in (
        f"/web/crm.lead/{own}", f"/web/crm.lead/{own}?edit=1", f"/web/crm.lead/{plain}", "/web/crm.lead?views=list",
        "/web/crm.lead?views=list&group=partner_id", f"/web/crm.lead?views=list&group=partner_id&open={hidden}",
        "/web/crm.lead?views=list&group=partner_id&open=none", "/web/crm.lead?views=list&sort=partner_id",
        "/web/crm.lead?views=kanban", "/web/crm.lead?views=kanban&group=partner_id",
        f"/web/crm.lead?views=list&f.partner_id=@{hidden}", "/web/crm.lead/m2o?field=partner_id&q=Secret",
        "/web", "/web/palette?q=Secret", f"/web/export/crm.lead?ids={own}",
    ):  # fmt: skip
        answer = pia.get(address)
        assert answer.status_code == 200, address
        text = answer.text.replace("q=Secret", "").replace("“Secret”", "").replace('value="Secret"', "")
        assert "Secret " not in text, address
        for trace in (
            f"res.partner/{hidden}",
            f'"{hidden}"',
            f"&#34;partner_id&#34;:{hidden}",
            f"res.partner,{hidden}",
        ):
            assert trace not in text.replace(f"open={hidden}", "").replace(f"@{hidden}", ""), (address, trace)
    assert "Own" in pia.get("/web/crm.lead?views=list").text
    form = {"field": ["name", "partner_id", "partner_id/.id", "ref"], "as": "csv", "ids": str(own)}
    exported = pia.post("/web/export/crm.lead", data=form)
    assert exported.status_code == 200
    assert "Secret" not in exported.text
    assert str(hidden) not in exported.text
    with pytest.raises(Refused):
        pia.call("crm.lead", "write", [own], {"partner_id": hidden})


def test_a_form_saved_without_a_change_keeps_the_hidden_links(
    database: Database, new_client: Callable[..., WebClient]
) -> None:
    from tests.web.conftest import screen_of

    with database.transaction() as env:
        uid = new_user(env, ["crm.group_sale_salesman"], {"login": "pia"}).id
        hidden, _shown, own, _plain = make(env, uid)
    pia = new_client("pia")
    screen = screen_of(pia, pia.get(f"/web/crm.lead/{own}?edit=1"))
    saved = screen.submit(city="Lugo")
    assert saved.response.status_code == 200
    with database.transaction(write=False) as env:
        assert env["crm.lead"].browse(own).read(["city"])[0]["city"] == "Lugo"
        assert links(env, own) == (hidden, f"res.partner,{hidden}")


def test_code_that_passes_the_gate_for_a_model_sees_its_links(scene: Scene) -> None:
    """Whether a record belongs to no company must not depend on which companies the caller may see."""
    both = [("id", "in", [scene.own, scene.plain])]
    with scene.pia.elevated("tell linked leads from others", "crm.lead") as su:
        leads = su["crm.lead"].search([*both, ("partner_id", "=", False)])
        assert leads.ids == [scene.plain]
        assert su["crm.lead"].browse([scene.own, scene.plain]).filtered([("partner_id", "=", False)]) == leads
        assert su["crm.lead"].search([*both, ("partner_id", "=", scene.hidden)]).ids == [scene.own]
        (row,) = su["crm.lead"].browse(scene.own).read(["partner_id", "ref"], load="_classic_write")
        assert (row["partner_id"], row["ref"]) == (scene.hidden, f"res.partner,{scene.hidden}")
        assert su["crm.lead"].search([*both, ("partner_id.name", "like", "Secret")]).ids == []


def test_sorting_in_memory_puts_a_hidden_target_where_none_is(scene: Scene) -> None:
    linked = scene.pia["crm.lead"].create({"name": "Linked", "partner_id": scene.shown})
    leads = scene.pia["crm.lead"].browse([linked.id, scene.own, scene.plain])
    assert leads.sorted("partner_id").ids == [scene.own, scene.plain, linked.id]
    found = rpc(scene.pia, "crm.lead", "search", [["id", "in", leads.ids]], 0, 9, "partner_id, id")
    assert found == [scene.own, scene.plain, linked.id]
