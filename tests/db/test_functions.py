"""Dates, folded texts, JSON values and sets of ids: the same answer on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from core.db.engine import begin
from core.db.functions import Part, Unit
from core.db.types import (
    FoldedText,
    JsonMap,
    UtcDateTime,
    collate_c,
    date_part_sql,
    date_trunc_sql,
    fold_sql,
    id_column,
    id_in,
    insert_rows,
    json_value,
)
from core.kernel.text import fold
from core.kernel.zones import to_local

metadata = sa.MetaData()
table = sa.Table(
    "events",
    metadata,
    id_column(),
    sa.Column("at", UtcDateTime()),
    sa.Column("day", sa.Date()),
    sa.Column("name", sa.Text()),
    sa.Column("folded", FoldedText()),
    sa.Column("labels", JsonMap()),
    sa.Column("big", sa.BigInteger()),
)
ZONES = ["Europe/Madrid", "America/Caracas", "Asia/Kathmandu", "Pacific/Auckland", "America/New_York", "UTC"]
UNITS: tuple[Unit, ...] = get_args(Unit)
PARTS: tuple[Part, ...] = get_args(Part)
moments = st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31))


@pytest.fixture
def events(engine: Engine) -> Engine:
    with begin(engine, write=True, schema=True) as connection:
        metadata.create_all(connection)
    return engine


def store(connection: sa.Connection, names: list[str], *rows: tuple[Any, ...]) -> None:
    connection.execute(table.delete())
    insert_rows(connection, table, ["id", *names], [(i, *row) for i, row in enumerate(rows, 1)])


def first_day(day: date, unit: str) -> date:
    match unit:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(day.year, 1, 1)
    return day


def part_of(moment: datetime, part: str) -> int:
    known = {
        "quarter": (moment.month + 2) // 3,
        "week": moment.isocalendar().week,
        "weekday": moment.isoweekday(),
        "yearday": moment.timetuple().tm_yday,
    }
    return known[part] if part in known else int(getattr(moment, part))


@settings(max_examples=40)
@given(moment=moments, tz=st.sampled_from([*ZONES, None]))
def check_dates(engine: Engine, moment: datetime, tz: str | None) -> None:
    local = to_local(moment, tz or "UTC")
    with begin(engine, write=True) as connection:
        store(connection, ["at", "day"], (moment, moment.date()))
        at, day = table.c.at, table.c.day
        units = connection.execute(sa.select(*(date_trunc_sql(at, unit, tz) for unit in UNITS))).one()
        parts = connection.execute(sa.select(*(date_part_sql(at, part, tz) for part in PARTS))).one()
        of_day = connection.execute(sa.select(*(date_trunc_sql(day, u) for u in UNITS if u != "hour"))).one()
        day_parts = connection.execute(sa.select(*(date_part_sql(day, part, tz) for part in PARTS))).one()
    expected = [local.replace(minute=0, second=0, microsecond=0), *(first_day(local.date(), u) for u in UNITS[1:])]
    assert list(units) == expected
    assert list(parts) == [part_of(local, part) for part in PARTS]
    assert list(of_day) == [first_day(moment.date(), unit) for unit in UNITS[1:]]
    midnight = datetime.combine(moment.date(), datetime.min.time())
    assert list(day_parts) == [part_of(midnight, part) for part in PARTS]


def test_dates_by_zone(events: Engine) -> None:
    check_dates(events)


@pytest.mark.case("I27")
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2024, 3, 31, 0, 59, 59, 999999),
        datetime(2024, 3, 31, 1, 0),
        datetime(2024, 10, 27, 0, 30),
        datetime(2024, 10, 27, 1, 30),
        datetime(2024, 2, 29, 23, 59, 59, 999999),
        datetime(2020, 12, 31, 23, 30),
        datetime(2027, 1, 3, 12),
    ],
)
def test_days_with_23_and_25_hours_and_ends_of_years(events: Engine, moment: datetime) -> None:
    check_dates.hypothesis.inner_test(events, moment, "Europe/Madrid")


@pytest.mark.case("I27")
@pytest.mark.parametrize("moment", [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59), None])
@pytest.mark.parametrize("tz", ["Pacific/Auckland", "America/Caracas", None])
def test_the_first_and_the_last_day_that_there_is(events: Engine, moment: datetime | None, tz: str | None) -> None:
    with begin(events, write=True) as connection:
        store(connection, ["at"], (moment,))
        found = connection.execute(sa.select(date_part_sql(table.c.at, "year", tz), table.c.at)).one()
    assert tuple(found) == (moment and moment.year, moment)


def test_groups_by_month(events: Engine) -> None:
    month = date_trunc_sql(table.c.at, "month", "Europe/Madrid")
    with begin(events, write=True) as connection:
        rows = [(datetime(2024, 1, 31, 22, 59),), (datetime(2024, 1, 31, 23, 0),), (datetime(2024, 2, 1),)]
        store(connection, ["at"], *rows)
        query = sa.select(month, sa.func.count()).group_by(month).order_by(month)
        assert [tuple(row) for row in connection.execute(query)] == [(date(2024, 1, 1), 1), (date(2024, 2, 1), 2)]


@pytest.mark.parametrize(
    ("call", "unit"), [(date_trunc_sql, "hour"), (date_trunc_sql, "decade"), (date_part_sql, "era")]
)
def test_unknown_parts_are_refused(call: Any, unit: str) -> None:
    with pytest.raises(ValueError, match=unit):
        call(table.c.day, unit)


@settings(max_examples=40)
@given(one=moments, other=moments)
def check_order(engine: Engine, one: datetime, other: datetime) -> None:
    with begin(engine, write=True) as connection:
        store(connection, ["at"], (one,), (other,))
        ordered = connection.execute(sa.select(table.c.at).order_by(table.c.at)).scalars().all()
        assert ordered == sorted([one, other])
        later = connection.execute(sa.select(table.c.at).where(table.c.at > one)).scalars().all()
        assert later == [m for m in (one, other) if m > one]
        assert connection.execute(sa.select(table.c.at).where(table.c.at == one)).scalars().first() == one


def test_moments_are_ordered_and_compared(events: Engine) -> None:
    check_order(events)


def test_a_moment_with_a_zone_is_stored_in_utc(events: Engine) -> None:
    moment = datetime(2024, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    with begin(events, write=True) as connection:
        connection.execute(table.insert().values(at=moment))
        insert_rows(connection, table, ["id", "at"], [(2, moment)])
        assert connection.execute(sa.select(table.c.at)).scalars().all() == [datetime(2024, 7, 1, 10)] * 2
        assert moment.astimezone(UTC).hour == 10


def test_a_moment_in_the_text_of_a_statement(events: Engine) -> None:
    for moment in (datetime(2024, 1, 1), datetime(2024, 1, 1, 1, 2, 3, 4)):
        for kind in (None, UtcDateTime()):
            place = sa.bindparam("at", moment, kind, literal_execute=True)
            with begin(events, write=True) as connection:
                store(connection, ["at"], (moment,))
                for given_moment in (place, sa.literal(moment)):
                    query = sa.select(sa.func.count()).where(table.c.at == given_moment)
                    assert connection.execute(query).scalar() == 1


LETTERS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", categories=["L", "N", "P", "S", "Zs"]), max_size=20
)


@settings(max_examples=60)
@given(text=LETTERS)
def check_folded(engine: Engine, text: str) -> None:
    import unicodedata

    text = unicodedata.normalize("NFC", text)
    with begin(engine, write=True) as connection:
        store(connection, ["name", "folded"], (text, text))
        assert connection.execute(sa.select(fold_sql(table.c.name))).scalar() == fold(text)
        assert connection.execute(sa.select(table.c.folded)).scalar() == fold(text)


def test_folded_text_is_that_of_python(events: Engine) -> None:
    check_folded(events)
    with begin(events, write=True) as connection:
        store(connection, ["name"], ("Ávila",), (None,))
        assert connection.execute(sa.select(fold_sql(table.c.name)).order_by(table.c.id)).scalars().all() == [
            "avila",
            None,
        ]


def test_like_knows_upper_case(events: Engine) -> None:
    with begin(events, write=True) as connection:
        store(connection, ["name"], ("abc",), ("ABC",))
        assert connection.execute(sa.select(table.c.name).where(table.c.name.like("a%"))).scalars().all() == ["abc"]


def test_order_by_code_point(events: Engine) -> None:
    names = ["a", "B", "Á", "_", "á", "z", "ñ", "10", "2"]
    with begin(events, write=True) as connection:
        store(connection, ["name"], *((name,) for name in names))
        found = connection.execute(sa.select(table.c.name).order_by(collate_c(table.c.name))).scalars().all()
        assert found == sorted(names)


def test_json_comes_back_as_it_was(events: Engine) -> None:
    values: list[Any] = [{"es_ES": "Sí \"'"}, [], {}, [1, 2.5, None, True], "text", 5, 1.5, False, None]
    with begin(events, write=True) as connection:
        store(connection, ["labels"], *((value,) for value in values))
        assert connection.execute(sa.select(table.c.labels).order_by(table.c.id)).scalars().all() == values
        nulls = sa.select(sa.func.count()).where(table.c.labels.is_(None))
        assert connection.execute(nulls).scalar() == 1
        connection.execute(table.update().values(labels={"a": 1}))
        assert connection.execute(sa.select(table.c.labels)).scalars().all() == [{"a": 1}] * len(values)


@pytest.mark.parametrize(
    ("kind", "stored", "expected"),
    [
        ("text", "Sí", "Sí"),
        ("text", "007", "007"),
        ("integer", 7, 7),
        ("integer", 2**40, 2**40),
        ("numeric", "12.345678", Decimal("12.345678")),
        ("numeric", 3, Decimal(3)),
        ("numeric", -0.5, Decimal("-0.5")),
        ("float", 2.5, 2.5),
        ("boolean", True, True),
        ("boolean", False, False),
    ],
)
def test_values_in_json(events: Engine, kind: Any, stored: Any, expected: Any) -> None:
    found = json_value(table.c.labels, "1", kind)
    with begin(events, write=True) as connection:
        store(connection, ["labels"], ({"1": stored},), ({"es_ES": stored},), (None,))
        assert connection.execute(sa.select(found).order_by(table.c.id)).scalars().all() == [expected, None, None]
        assert connection.execute(sa.select(table.c.id).where(found == expected)).scalars().all() == [1]
        assert connection.execute(sa.select(table.c.id).order_by(found.desc().nulls_last()).limit(1)).scalar() == 1


def test_json_numbers_compare_as_numbers(events: Engine) -> None:
    found = json_value(table.c.labels, "1", "numeric")
    with begin(events, write=True) as connection:
        store(connection, ["labels"], ({"1": "9"},), ({"1": "10.5"},))
        assert connection.execute(sa.select(table.c.id).where(found > 9)).scalars().all() == [2]
        assert connection.execute(sa.select(sa.func.sum(found))).scalar() == Decimal("19.5")


@pytest.mark.case("C03")
@pytest.mark.parametrize("key", ['a"', "a\\", '") OR 1=1 --"'])
def test_keys_cannot_leave_their_quotes(key: str) -> None:
    with pytest.raises(ValueError, match="cannot reach"):
        json_value(table.c.labels, key, "text")


@pytest.mark.case("H02")
def test_many_ids(events: Engine) -> None:
    with begin(events, write=True) as connection:
        store(connection, ["big"], *((i + 2**40,) for i in range(50)))
        ids = list(range(2, 40_000, 2))
        assert connection.execute(sa.select(table.c.id).where(id_in(table.c.id, ids))).scalars().all() == ids[:25]
        assert connection.execute(sa.select(table.c.id).where(id_in(table.c.id, []))).all() == []
        outside = [3, 10**12, -(2**70), 2**63]
        assert connection.execute(sa.select(table.c.id).where(id_in(table.c.id, outside))).scalars().all() == [3]
        assert connection.execute(sa.select(table.c.id).where(id_in(table.c.big, [2**40, 2**63]))).scalars().all() == [
            1
        ]
        others = sa.select(sa.func.count()).where(~id_in(table.c.id, range(1, 11)))
        assert connection.execute(others).scalar() == 40
        alias = table.alias()
        assert connection.execute(sa.select(alias.c.id).where(id_in(alias.c.id, [4]))).scalars().all() == [4]


def test_rows_are_looked_up_by_their_ids(events: Engine) -> None:
    if events.dialect.name != "sqlite":
        return  # PostgreSQL plans by statistics; SQLite by the text alone
    for wanted in (table.c.id, sa.func.abs(table.c.id, type_=sa.Integer())):
        found = sa.select(table.c.name).where(id_in(wanted, [1, 2])).compile(dialect=events.dialect)
        with begin(events, write=False) as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {found.string}", ("[1,2]",)).all()
        assert any("SEARCH" in row[-1] for row in plan) == (wanted is table.c.id)


def test_many_ids_are_one_statement_text(events: Engine) -> None:
    texts: set[str] = set()
    sa.event.listen(
        events, "before_cursor_execute", lambda _c, _k, text, *_: texts.add(text) if "events" in text else None
    )
    with begin(events, write=False) as connection:
        for ids in ([1], [1, 2, 3], list(range(1000))):
            connection.execute(sa.select(table.c.id).where(id_in(table.c.id, ids))).all()
    assert len(texts) == 1
