"""What is exported and imported again is what it was: as CSV and XLSX, onto changed records and anew."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.sheets.importing import Import
from core.data.sheets.reader import read_sheet
from core.data.sheets.writing import table
from tests.model.effort import effort

if TYPE_CHECKING:
    from core.orm.env import Env

pytestmark = pytest.mark.addons("crm")

PATHS = (
    "id", "name", "partner_name", "partner_id/id", "country_id", "categ_ids", "channel_id", "opt_out", "description",
    "planned_revenue", "probability", "priority", "color", "date_deadline", "date_action_next", "active",
)  # fmt: skip
FIELDS = [path.partition("/")[0] for path in PATHS[1:]]
TAGS = ["Wood", "Ñandú", "café, con leche", "-5", "=1+1", '"quoted"', "a; b"]
CHANNELS = ["Web", "'Feria", "+34 981", "@home", "007"]
PARTNERS = ["Oak Ltd", "oak ltd", "Oak, Ltd", "1.234"]
pieces = st.sampled_from(
    ["a", "Á", "ñ", "😀", "=SUM(A1)", "'", "''=1", '"', ",", ";", "\t", "\n", "\r\n", " ", "-1", "+1", "@", "1,5",
     "007", "1e5", "TRUE", "2026-01-31", "\\", "%", "x" * 300, "_x000D_", "\u00a0", "#N/A", "'-", "-x", "'+1"]
)  # fmt: skip
texts = st.lists(pieces, max_size=5).map("".join)
titles = texts.filter(lambda text: bool(text.strip()))
amounts = st.decimals(0, 10**9, places=6, allow_nan=False) | st.sampled_from(
    [Decimal(n) for n in ("0", "1.234", "1234.5", "999999999.999999", "0.000001", "123456789012.123456")]
)
days = st.none() | st.dates(dt.date(1900, 3, 1), dt.date(2999, 12, 31))
moments = st.none() | st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2037, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
leads = st.fixed_dictionaries(
    {
        "name": titles,
        "partner_name": texts,
        "partner_id": st.sampled_from([None, *PARTNERS]),
        "country_id": st.sampled_from([None, "Spain", "Côte d'Ivoire", "Germany"]),
        "categ_ids": st.lists(st.sampled_from(TAGS), max_size=3, unique=True),
        "channel_id": st.sampled_from([None, *CHANNELS]),
        "opt_out": st.booleans(),
        "description": texts,
        "planned_revenue": amounts,
        "probability": st.decimals(0, 100, places=2, allow_nan=False),
        "priority": st.sampled_from(["1", "2", "3", "4", "5"]),
        "color": st.integers(-(2**53), 2**53) | st.sampled_from([2**63 - 1, -(2**63)]),
        "date_deadline": days,
        "date_action_next": moments,
        "active": st.booleans(),
    }
)
Lead = dict[str, Any]


def stored(env: Env, lead: Lead) -> Lead:
    """The values of a lead with ids in place of names."""
    models = {"partner_id": "res.partner", "country_id": "res.country", "channel_id": "crm.case.channel"}
    found = dict(lead)
    for name, model in models.items():
        if lead[name]:
            found[name] = env[model].search([("name", "=", lead[name])], limit=1, order="id").id
    tags = [env["crm.case.categ"].search([("name", "=", tag)], limit=1).id for tag in lead["categ_ids"]]
    return {**found, "categ_ids": [(6, 0, tags)]}


def readings(records: Any) -> list[Lead]:
    """What records show; texts as cells keep them, without blanks around and with plain ends of lines."""
    found: list[Lead] = []
    for record in records:
        values = {name: getattr(record, name) for name in FIELDS}
        for name, value in values.items():
            if hasattr(value, "_ids"):
                values[name] = sorted(value.ids)
            elif isinstance(value, str):
                values[name] = value.replace("\r\n", "\n").strip()
        found.append(values)
    return found


def imported(env: Env, data: bytes, ending: str, empty: str) -> Any:
    """Read a file back."""
    sheet = read_sheet(data, f"leads.{ending}")
    assert sheet.header == PATHS
    columns = {number: (path,) for number, path in enumerate(PATHS)}
    outcome = Import(env, "crm.lead", sheet, columns, empty=empty).run()
    assert not outcome.refused
    return outcome


def exchange(env: Env, given_leads: list[Lead], others: list[Lead], ending: str) -> None:
    """Export leads, then import the file onto themselves, onto changed ones, and where they are gone; undo it all."""
    model = env["crm.lead"].with_context(active_test=False)
    records = model.create([stored(env, lead) for lead in given_leads])
    expected = readings(records)
    found = table(records, PATHS, naming=True)
    data = found.csv() if ending == "csv" else found.xlsx()
    outcome = imported(env, data, ending, "clear")
    assert (outcome.same, outcome.created) == (len(records), [])
    assert readings(records) == expected
    for record, other in zip(records, others, strict=False):
        record.write(stored(env, other))
    imported(env, data, ending, "clear")
    assert readings(records) == expected
    records.unlink()
    again = model.browse(imported(env, data, ending, "keep").created)
    assert readings(again) == expected
    raise _Undo


class _Undo(Exception):
    pass


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(("lang", "tz"), [("en_US", "UTC"), ("es_ES", "Europe/Madrid")])
def test_what_is_exported_comes_in_again(env: Env, ending: str, lang: str, tz: str) -> None:
    env["crm.case.categ"].create([{"name": name} for name in TAGS])
    env["crm.case.channel"].create([{"name": name} for name in CHANNELS])
    env["res.partner"].create([{"name": name} for name in PARTNERS])
    reader = env.with_context(lang=lang, tz=tz)

    @effort(quick=3)
    @given(st.lists(leads, min_size=1, max_size=3), st.lists(leads, max_size=3))
    def check(given_leads: list[Lead], others: list[Lead]) -> None:
        with pytest.raises(_Undo), env.savepoint():
            exchange(reader, given_leads, others, ending)

    check()
