"""What an export wrote comes in again: rows find their records by external id or number, and nothing changes."""

import pytest

from core.data.sheets.importing import Import
from core.data.sheets.mapping import from_choices, propose
from core.data.sheets.reader import read_sheet
from core.data.sheets.undo import undo
from core.data.sheets.writing import table

pytestmark = pytest.mark.addons("crm")

PATHS = ["id", "name", "partner_name", "city", "country_id", "categ_ids", "user_id/id", "planned_revenue",
         "probability", "date_deadline", "priority", "active", "description", "create_date",
         "country_id/code"]  # fmt: skip


def bring(env, data, name, *choices, **options):
    sheet = read_sheet(data, name)
    return Import(env, "crm.lead", sheet, from_choices(env, "crm.lead", sheet.header, choices), **options)


@pytest.fixture
def some(env):
    tag = env["crm.case.categ"].create({"name": "wood"})
    values = {
        "city": " Lugo ",
        "country_id": env.ref("base.es").id,
        "categ_ids": [(6, 0, [tag.id])],
        "probability": 12.345,
    }
    values |= {"planned_revenue": "1234.50", "date_deadline": "2026-03-09", "description": "one\ntwo, =3\n"}
    return env["crm.lead"].create([{"name": "=A", **values}, {"name": "B"}])


@pytest.mark.case("C42")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("lang", ["en_US", "es_ES"])
def test_an_export_comes_in_again_and_changes_nothing(some, as_user, ending, lang):
    env = as_user("admin", lang=lang)
    made = table(env["crm.lead"].browse(some.ids), PATHS, naming=True)
    data = made.csv() if ending == "csv" else made.xlsx()
    before = env["crm.lead"].search_count([])
    outcome = bring(env, data, f"leads.{ending}").run()
    assert (outcome.refused, outcome.created, outcome.updated, outcome.same) == ([], [], some.ids, 2)
    assert env["crm.lead"].search_count([]) == before


def test_ids_that_nobody_has_make_records_and_find_them_later(env):
    text = b"id,name,city\nshop.one,A,Lugo\ntwo,B,\ncrm.lead_of_elsewhere,C,\n"
    first = bring(env, text, "leads.csv").run()
    assert (len(first.created), first.refused) == (3, [])
    assert env.ref("shop.one").name == "A"
    again = bring(env, text.replace(b"Lugo", b"Vigo"), "leads.csv").run()
    assert (again.created, again.updated, again.same) == ([], first.created, 2)
    assert env.ref("shop.one").city == "Vigo"
    undo(env, again.batch)
    undo(env, first.batch)
    assert env.ref("shop.one", raise_missing=False) is None or not env.ref("shop.one", raise_missing=False)
    assert len(bring(env, text, "leads.csv").run().created) == 3


def test_ids_of_other_models_unknown_numbers_and_doubles_are_refused_rows(env):
    lead = env["crm.lead"].create({"name": "A"})
    text = (
        f"id,.id,name,country_id:id\nbase.es,,X,\n,99999999,Y,\n,{lead.id},Z,base.es\nq,,Q,base.nowhere\nr,,R,\nr,,R,\n"
    )
    outcome = bring(env, text.encode(), "leads.csv").run()
    assert [row.line for row in outcome.refused] == [2, 3, 5, 7]
    assert (lead.name, lead.country_id.code) == ("Z", "ES")


def test_titles_of_ids_are_proposed_and_exported_paths_feed_nothing_else(env):
    header = ["id", "country_id/id", "country_id/code", "create_date"]
    assert propose(env, "crm.lead", header) == {0: ("id",), 1: ("country_id/id",)}
