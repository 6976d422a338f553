"""Cases of injection into SQL and of too much, by every argument of a call: refused in plain words,
or kept as data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import Env
from core.errors import GrialError
from core.testing.records import AsUser
from tests.security.doors import rpc

MODEL = "res.partner"
EVIL = [
    "name; DROP TABLE res_partner", "name; DROP TABLE res_partner;--", "(select pg_sleep(9))", "1", "1 desc", "-1",
    "id--",
    "id/**/", "id,(case when 1=1 then id end)", "name NULLS LAST--", "name nulls last; select 1", "name asc desc",
    "random()",
    "name collate nocase", "'name'", '"name"', "`name`", "[name]", "name\0", "name\tdesc;",
    "res_partner.name", "t0.name", "c0", "*", "name || password", "name -> 'x'", "%s", ":name", "?", "{name}",
    "\ud800",
    "ｎame", ".name", "name..id", "exists(select 1)", "name' or '1'='1", "NAME", " ", "count(*)",
    "name::text",
]  # fmt: skip
WORDS = (
    "select",
    "insert into",
    "update ",
    "sqlalchemy",
    "psycopg",
    "sqlite",
    "traceback",
    "res_partner",
    "syntax error",
)


def refused(env: Env, *call: Any, **kwargs: Any) -> str:
    """The words of the refusal, which tell nothing of SQL; empty when the call was answered."""
    try:
        with env.savepoint():
            rpc(env, *call, **kwargs)
        return ""
    except GrialError as error:
        told = f"{error}".lower()
        asked = f"{call} {kwargs}".lower()
        assert not [word for word in WORDS if word in told and word not in asked], told
        return told


@pytest.fixture
def unharmed(env: Env) -> Callable[[], None]:
    before = env[MODEL].search_count([])

    def check() -> None:
        assert env[MODEL].search_count([]) == before

    return check


@pytest.mark.case("C01", "C02", "C11")
@pytest.mark.parametrize("evil", EVIL)
def test_a_name_that_is_sql_is_no_name(env: Env, unharmed: Callable[[], None], evil: str) -> None:
    """As an order, a field, a group, an aggregate, a path of an export, a part of a condition."""
    if evil.strip():
        assert refused(env, MODEL, "search", [], 0, False, evil)
        assert refused(env, MODEL, "search_read", [], ["name"], order=evil)
        assert refused(env, MODEL, "read_group", [], [], [evil])
        refused(env, MODEL, "read_group", [], [], ["name"], orderby=evil)  # what is not grouped by does not order
    assert refused(env, MODEL, "read_group", [], [f"color:{evil}"], ["name"]) or not evil.strip()
    assert refused(env, MODEL, "read_group", [], [f"{evil}:sum"], ["color"])
    assert refused(env, MODEL, "read_group", [], [], [f"create_date:{evil}"])
    assert refused(env, MODEL, "read", [1], [evil])
    assert refused(env, MODEL, "search", [[evil, "=", 1]])
    assert refused(env, MODEL, "search", [[f"parent_id.{evil}", "=", 1]])
    assert refused(env, MODEL, "export_data", [1], [evil])
    assert refused(env, MODEL, "export_data", [1], [f"parent_id/{evil}"])
    unharmed()


@pytest.mark.case("C03")
@pytest.mark.parametrize("evil", EVIL)
def test_a_key_that_is_sql_is_no_field(env: Env, unharmed: Callable[[], None], evil: str) -> None:
    assert refused(env, MODEL, "create", {"name": "x", evil: "y"})
    assert refused(env, MODEL, "write", [1], {evil: "y"})
    rpc(env, MODEL, "onchange", [], {evil: "y"}, "name", {"name": "1"})
    assert refused(env, MODEL, "default_get", [evil])
    assert refused(env, MODEL, "fields_get", [evil]) or rpc(env, MODEL, "fields_get", [evil]) == {}
    found = rpc(
        env, MODEL, "search_count", [], context={evil: "y", f"default_{evil}": "y", f"search_default_{evil}": 1}
    )
    assert found == env[MODEL].search_count([])
    assert (
        refused(env, MODEL, "load", ["name", evil], [["x", "y"]]) or env[MODEL].search_count([["name", "=", "x"]]) == 0
    )
    unharmed()


@pytest.mark.case("C04")
@pytest.mark.parametrize(
    "operator",
    ["= 1 or 1", "ilike' or '1", "==", "<>", "IN", "is", "is not", "~", "~*", "@>", "||", "between", "", None, 1,
    ["="], {"a": 1},
     True, "=\0", "child_of;", "=?;"],
)  # fmt: skip
def test_an_operator_is_one_of_the_table(env: Env, unharmed: Callable[[], None], operator: Any) -> None:
    classic = {"==", "<>", "IN"}  # spellings of old programs, which mean = and != and in
    value = ["x"] if operator == "IN" else "x"
    assert refused(env, MODEL, "search", [["name", operator, value]]) or operator in classic
    unharmed()


VALUES = [
    "'", '"', "''", "\\", "\\'", "%", "_", "%%s", "%(x)s", ":x", "?", "$1", "--", "/*", ";", "\r\n", "\t",
    "\u2028", "é", "𝔛",
    "x" * 60_000, "' or 1=1 --", "'; DROP TABLE res_partner; --", "{0.__class__}", "{{7*7}}",
]  # fmt: skip


@pytest.mark.case("C05")
@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:12])
def test_a_value_comes_back_as_it_was(env: Env, unharmed: Callable[[], None], value: str) -> None:
    one = rpc(env, MODEL, "create", {"name": "x", "comment": value})
    env.flush()
    env.tx.invalidate()
    assert rpc(env, MODEL, "read", [one], ["comment"])[0]["comment"].replace("\r\n", "\n") == value.replace(
        "\r\n", "\n"
    )
    found = rpc(env, MODEL, "search", [["comment", "=", value], ["id", "=", one]])
    assert found == [one]
    if len(value) < 10_000:
        like = rpc(env, MODEL, "search", [["comment", "like", value], ["id", "=", one]])
        assert like == [one]
    env[MODEL].browse(one).unlink()
    unharmed()


@pytest.mark.case("C05")
@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "a\0b"), ("name", "\ud800"), ("comment", "x\udfffy"), ("color", 2**63), ("color", -(2**63) - 1),
     ("color", float("nan")), ("color", float("inf")), ("credit_limit", float("nan")), ("credit_limit", 10**30),
     ("parent_id", 2**63), ("parent_id", "1; drop"), ("date", "2026-13-45"), ("date", "now()"), ("active", "maybe")],
)  # fmt: skip
def test_a_value_that_no_database_can_hold_is_refused(
    env: Env, unharmed: Callable[[], None], field: str, value: Any
) -> None:
    if field not in env.registry[MODEL].fields:
        field = "color" if isinstance(value, (int, float)) else "date" if field == "date" else "name"
    if field in env.registry[MODEL].fields:
        assert refused(env, MODEL, "create", {"name": "x", field: value}), (field, value)
    unharmed()


@pytest.mark.case("C05")
@pytest.mark.parametrize(
    "value", ["a\0b", "\ud800", 2**63, -(2**70), float("nan"), float("inf"), [2**64], {"a": 1}, b"x"]
)
def test_a_condition_with_such_a_value_is_refused_or_finds_nothing(
    env: Env, unharmed: Callable[[], None], value: Any
) -> None:
    for field in ("name", "id", "color", "parent_id", "create_date", "active"):
        for operator in ("=", "in", "like", ">"):
            given = value if operator != "in" or isinstance(value, list) else [value]
            if not refused(env, MODEL, "search_count", [[field, operator, given]]):
                assert rpc(env, MODEL, "search_count", [[field, operator, given]]) in (0, env[MODEL].search_count([]))
    unharmed()


@pytest.mark.case("C09", "H04", "H05")
@pytest.mark.parametrize(
    "rows", ["10", 1.5, -1, -(10**30), 10**30, True, [1], {"a": 1}, "1; drop", float("nan"), 2**31]
)
def test_limits_and_offsets_are_numbers_of_rows(env: Env, rows: Any) -> None:
    """No number of rows is everything by accident: SQLite reads LIMIT -1 like that."""
    assert refused(env, MODEL, "search", [], 0, rows)
    assert refused(env, MODEL, "search", [], rows)
    assert refused(env, MODEL, "name_search", "", [], "ilike", rows) or isinstance(rows, dict)  # that is a context
    assert refused(env, MODEL, "read_group", [], [], ["name"], 0, rows)
    assert rpc(env, MODEL, "search", [], 2**31 - 1, 5) == []


@pytest.mark.case("C08")
@pytest.mark.parametrize("code", ["../../etc", "es'; drop", "es_ES.po", "", None, 5, "x" * 9000, "C", "\0", "es_es"])
def test_a_language_and_a_zone_are_codes_that_there_are(env: Env, as_user: AsUser, code: Any) -> None:
    ana = as_user()
    usual = rpc(ana, MODEL, "fields_get", ["name"])
    assert rpc(ana, MODEL, "fields_get", ["name"], context={"lang": code, "tz": code}) == usual
    assert rpc(ana, MODEL, "search_count", [["create_date", ">", "2020-01-01"]], context={"tz": code}) > 0


@pytest.mark.case("H01", "H03", "H06")
def test_too_much_is_refused_before_it_is_begun(env: Env) -> None:
    leaf: Any = ["name", "=", "x"]
    nested: Any = [leaf]
    for _ in range(20):
        nested = [["parent_id", "any", nested]]
    for call in (
        (MODEL, "search", ["|"] * 9_999 + [leaf] * 10_000),
        (MODEL, "search", ["!"] * 3000 + [leaf]),
        (MODEL, "search_count", [["name", "ilike", "%" * 20_000 + "x"]]),
        (MODEL, "search_count", [["name", "like", "x" * 20_000]]),
        (MODEL, "search", [[".".join(["parent_id"] * 50 + ["name"]), "=", "x"]]),
        (MODEL, "search", [], 0, False, ".".join(["parent_id"] * 50 + ["name"])),
        (MODEL, "search", nested),
    ):
        assert refused(env, *call), str(call)[:80]
    env[MODEL].search_count([["name", "ilike", "%" * 5000 + "x"]])
    for name in ("email", "phone", "vat", "website"):
        if name in env.registry[MODEL].fields:
            slow = "a" * 50_000 + "@" + "a." * 20_000 + "!"
            refused(env, MODEL, "create", {"name": "x", name: slow})


@pytest.mark.case("H02")
def test_many_ids_are_one_question(env: Env) -> None:
    assert rpc(env, MODEL, "search_count", [["id", "in", list(range(1, 400_000))]]) == env[MODEL].search_count([])
    assert rpc(env, MODEL, "search_count", [["id", "not in", list(range(1, 100_000))]]) == 0


@pytest.mark.case("C01", "C02", "C03", "C04")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=40), other=st.text(alphabet="abcdei_.:;'\"%()-, ", max_size=20))
def test_random_names_are_refused_in_plain_words(env: Env, name: str, other: str) -> None:
    for text in (name, other):
        if text in env.registry[MODEL].fields:
            continue
        refused(env, MODEL, "search", [[text, "=", 1]])
        refused(env, MODEL, "search", [["name", text, 1]])
        refused(env, MODEL, "search", [], 0, False, text)
        refused(env, MODEL, "read_group", [], [], [text])
        refused(env, MODEL, "create", {"name": "x", text: 1})


@pytest.mark.case("C12", "C42", "C43")
@pytest.mark.addons("crm")
def test_what_was_stored_is_data_wherever_it_is_used_later(env: Env) -> None:
    """Grouped by, searched again by its own group, sorted, exported, imported again, written into numbers and logs."""
    texts = [
        text for text in dict.fromkeys([*EVIL, *VALUES]) if text.strip() and text.isprintable() and len(text) < 200
    ]
    made = env[MODEL].create([{"name": text, "ref": "evil", "comment": text} for text in texts])
    env.flush()
    mine: Any = [["ref", "=", "evil"]]
    groups = rpc(env, MODEL, "read_group", mine, [], ["name"])
    assert sum(group["name_count"] for group in groups) == len(texts)
    for group in groups:
        assert rpc(env, MODEL, "search_count", group["__domain"]) == group["name_count"]
    assert len(rpc(env, MODEL, "search", mine, 0, False, "name desc, comment")) == len(texts)
    rows = rpc(env, MODEL, "export_data", made.ids, [".id", "name", "comment"])["datas"]
    assert [row[1] for row in rows] == texts
    answer = rpc(env, MODEL, "load", [".id", "name", "comment"], [[str(cell) for cell in row] for row in rows])
    assert answer["ids"] == made.ids, answer
    assert made.mapped("name") == texts
    for text in texts:
        found = rpc(env, MODEL, "name_search", text, mine, "=", 5)
        assert [name for _, name in found] == [text] * len(found)
        assert found
    leads = env["crm.lead"].create(
        [{"name": text, "partner_id": one.id} for text, one in zip(texts, made, strict=True)]
    )
    leads.write({"name": "x"})
    leads.write({"description": "y"})
    assert len(env["crm.lead"].search([("partner_id.name", "in", texts)])) == len(texts)
