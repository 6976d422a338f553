"""An import is taken back: what it made goes, what it changed is as it was, what others did stays."""

from datetime import timedelta

import pytest

from core.data.sheets.importing import Import
from core.data.sheets.mapping import propose
from core.data.sheets.reader import read_sheet
from core.data.sheets.undo import plan_undo, undo
from core.errors import AccessError, UserError

pytestmark = pytest.mark.addons("crm")


def load(env, text):
    sheet = read_sheet(text.encode(), "prospects.csv")
    columns = propose(env, "crm.lead", sheet.header)
    missing = {"channel_id": "create"} if "Channel" in text else {}
    return Import(env, "crm.lead", sheet, columns, key=["name"], missing=missing).run()


def lead(env, name):
    return env["crm.lead"].with_context(active_test=False).search([("name", "=", name)])


TITLES = "Company Name;City;Country;Tags;Planned Revenue;Expected Closing;Channel\n"
FIRST = TITLES + "A;Lugo;Spain;wood;100.50;2026-03-09;Fair\nB;Vigo;;;;;\n"
SECOND = TITLES + "A;Bonn;Germany;steel;200;2027-01-01;Letter\nB;;Spain;wood;;;\nC;Noia;;wood;;;\n"


def values(env, name):
    one = lead(env, name)
    names = ("city", "country_id", "categ_ids", "planned_revenue", "date_deadline", "channel_id")
    return [getattr(one, n) for n in names]


def test_updated_rows_are_restored_and_new_ones_deleted(env):
    load(env, FIRST)
    before = [values(env, name) for name in "AB"]
    outcome = load(env, SECOND)
    assert values(env, "A") != before[0]
    plan = plan_undo(env, outcome.batch)
    assert (plan.delete, plan.restore, plan.gone) == (1, 2, 0)
    assert undo(env, outcome.batch) == plan
    assert [values(env, name) for name in "AB"] == before
    assert not lead(env, "C")
    assert not env["crm.case.categ"].search([("name", "=", "steel")])
    assert not env["crm.case.channel"].search([("name", "=", "Letter")])
    assert env["crm.case.categ"].search([("name", "=", "wood")])


def test_records_that_were_as_in_the_file_already_are_not_restored(env):
    load(env, FIRST)
    outcome = load(env, FIRST.replace("Lugo", "Sarria"))
    assert len(outcome.updated) == 2
    assert plan_undo(env, outcome.batch).restore == 1


def test_what_the_import_did_not_change_is_left_as_it_is_now(env):
    load(env, FIRST)
    outcome = load(env, FIRST.replace("Lugo", "Sarria"))
    lead(env, "A").write({"planned_revenue": 7})
    undo(env, outcome.batch)
    assert lead(env, "A").city == "Lugo"
    assert lead(env, "A").planned_revenue == 7


def test_tags_and_channels_that_others_use_by_now_stay(env):
    outcome = load(env, TITLES + "A;;;wood, steel;;;Fair\n")
    one = lead(env, "A")
    wood = one.categ_ids.filtered(lambda tag: tag.name == "wood")
    other = env["crm.lead"].create({"name": "O", "categ_ids": [(6, 0, wood.ids)], "channel_id": one.channel_id.id})
    undo(env, outcome.batch)
    assert other.categ_ids.mapped("name") == ["wood"]
    assert other.channel_id.name == "Fair"
    assert not env["crm.case.categ"].search([("name", "=", "steel")])


def test_records_that_are_gone_already_do_not_stop_it(env):
    outcome = load(env, FIRST)
    lead(env, "A").unlink()
    plan = undo(env, outcome.batch)
    assert (plan.delete, plan.gone) == (1, 1)
    assert not lead(env, "B")


def test_an_import_is_undone_once_and_by_its_own_user(env, as_user):
    outcome = load(env, FIRST)
    with pytest.raises(UserError, match="no import"):
        undo(as_user("crm.group_sale_manager"), outcome.batch)
    undo(env, outcome.batch)
    with pytest.raises(UserError, match="cannot be undone"):
        undo(env, outcome.batch)


def test_records_that_somebody_changed_since_are_counted(env):
    load(env, FIRST)
    outcome = load(env, SECOND)
    assert plan_undo(env, outcome.batch).later == 0
    env.super_env["ir.import.batch"].browse(outcome.batch).date = env.now() - timedelta(hours=1)
    assert plan_undo(env, outcome.batch).later == 3


def statements(env, count):
    """How many statements an undo takes that deletes, restores and drops tags for this many rows."""
    rows = [f"R{n};Lugo;Spain;t{n}, u{n};;;\n" for n in range(count)]
    load(env, TITLES + "".join(rows))
    changed = [row.replace("Lugo", "Vigo").replace("t", "v") for row in rows]
    outcome = load(env, TITLES + "".join(changed) + "".join(rows).replace("R", "N"))
    env.flush()
    before = env.tx.statements
    undo(env, outcome.batch)
    env.flush()
    assert env["crm.lead"].search_count([("city", "=", "Vigo")]) == 0
    assert lead(env, "R1").categ_ids.mapped("name") == ["t1", "u1"]
    return env.tx.statements - before


def test_it_takes_no_more_statements_for_more_rows(as_user):
    admin = as_user("admin")
    statements(admin, 2)
    assert statements(admin, 60) == statements(admin, 5)


def test_who_may_not_delete_takes_back_what_nobody_changed_since(env, as_user):
    seller = as_user("crm.group_sale_salesman")
    outcome = load(seller, "Company Name;City\nA;Lugo\nB;Vigo\n")
    assert not seller.may("crm.lead", "unlink")
    assert plan_undo(seller, outcome.batch).locked == 0
    undo(seller, outcome.batch)
    assert not lead(env, "A") + lead(env, "B")


def test_who_may_not_delete_does_not_lose_what_others_wrote(env, as_user):
    seller = as_user("crm.group_sale_salesman")
    outcome = load(seller, "Company Name;City\nA;Lugo\nB;Vigo\n")
    lead(env, "A").city = "Sarria"
    env["ir.import.batch"].browse(outcome.batch).date -= timedelta(hours=1)
    assert plan_undo(seller, outcome.batch).locked
    with pytest.raises(AccessError, match="changed since"):
        undo(seller, outcome.batch)
    assert len(lead(env, "A") + lead(env, "B")) == 2
