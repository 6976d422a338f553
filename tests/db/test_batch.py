"""Many rows at once: every value arrives as it was, in few statements, with ids that nobody else has."""

from __future__ import annotations

import threading
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from core.db.batch import FEWEST_FOR_COPY
from core.db.engine import begin, with_retry
from core.db.types import JsonMap, Money, UtcDateTime, id_column, insert_rows, next_ids, values_update

metadata = sa.MetaData()
table = sa.Table(
    "rows",
    metadata,
    id_column(),
    sa.Column("name", sa.Text()),
    sa.Column("amount", Money()),
    sa.Column("at", UtcDateTime()),
    sa.Column("day", sa.Date()),
    sa.Column("open", sa.Boolean()),
    sa.Column("labels", JsonMap()),
    sa.Column("weight", sa.Double()),
    sa.Column("big", sa.BigInteger()),
    sa.Column("data", sa.LargeBinary()),
    sa.Column("row_version", sa.Integer(), nullable=False, server_default=sa.text("0")),
    sa.Column("order", sa.Integer(), unique=True),
)
pairs = sa.Table(
    "pairs",
    metadata,
    sa.Column("a", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("b", sa.Integer(), primary_key=True, autoincrement=False),
)
NAMES = ["name", "amount", "at", "day", "open", "labels", "weight", "big", "data"]

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12) | st.sampled_from(
    [
        "NULL",
        "\\N",
        "\\.",
        "",
        ",",
        "{}",
        '"',
        "\\",
        "\t",
        "\n",
        "\r\n",
        "a,b",
        "%s",
        "%%",
        ":x",
        "'",
        "''",
        "{1,2}",
        "\\x41",
    ]
)
plain_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)
row = st.tuples(
    st.none() | texts,
    st.none() | st.decimals(-(10**9), 10**9, places=6),
    st.none() | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),
    st.none() | st.dates(),
    st.none() | st.booleans(),
    plain_json,
    st.none() | st.floats(allow_nan=False, allow_subnormal=False),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.binary(max_size=8),
)


@pytest.fixture
def rows_table(engine: Engine) -> Engine:
    with begin(engine, write=True, schema=True) as connection:
        metadata.create_all(connection)
    return engine


def stored(connection: sa.Connection) -> list[tuple[Any, ...]]:
    query = sa.select(table.c.id, *(table.c[name] for name in NAMES)).order_by(table.c.id)
    return [tuple(found) for found in connection.execute(query)]


@settings(max_examples=40)
@given(rows=st.lists(row, min_size=1, max_size=4), many=st.booleans())
def check_values(engine: Engine, rows: list[tuple[Any, ...]], many: bool) -> None:
    rows = rows * (FEWEST_FOR_COPY if many else 1)
    with begin(engine, write=True) as connection:
        connection.execute(table.delete())
        given_rows = [(i, *values) for i, values in enumerate(rows, 1)]
        insert_rows(connection, table, ["id", *NAMES], given_rows)
        assert stored(connection) == given_rows
        connection.execute(table.update().values(dict.fromkeys(NAMES)))
        values_update(connection, table, NAMES, given_rows, bump="row_version")
        assert stored(connection) == given_rows
        assert connection.execute(sa.select(table.c.row_version).distinct()).scalars().all() == [1]


def test_every_value_arrives(rows_table: Engine) -> None:
    check_values(rows_table)


@pytest.mark.parametrize("count", [1, FEWEST_FOR_COPY + 1])
def test_a_broken_rule_is_an_integrity_error(rows_table: Engine, count: int) -> None:
    rows = [(i, 1) for i in range(count)] + [(0, 2)]
    with pytest.raises(sa.exc.IntegrityError, match="rows"), begin(rows_table, write=True) as connection:
        insert_rows(connection, table, ["id", "order"], rows)
    with begin(rows_table, write=True) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0


def test_a_failed_batch_can_be_undone_alone(rows_table: Engine) -> None:
    with begin(rows_table, write=True) as connection:
        insert_rows(connection, table, ["id", "order"], [(1, 1)])
        for _ in range(2):
            with pytest.raises(sa.exc.IntegrityError), connection.begin_nested():
                insert_rows(connection, table, ["id", "order"], [(i, 1) for i in range(2, FEWEST_FOR_COPY + 2)])
        insert_rows(connection, table, ["id", "order"], [(2, 2)])
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 2


def test_duplicates_are_left_out_on_request(rows_table: Engine) -> None:
    with begin(rows_table, write=True) as connection:
        insert_rows(connection, pairs, ["a", "b"], [(1, 1), (1, 2)])
        insert_rows(connection, pairs, ["a", "b"], [(1, i) for i in range(50)], ignore_duplicates=True)
        assert connection.execute(sa.select(sa.func.count()).select_from(pairs)).scalar() == 50


def test_an_update_of_a_part_of_the_rows(rows_table: Engine) -> None:
    with begin(rows_table, write=True) as connection:
        insert_rows(connection, table, ["id", "name", "amount"], [(i, f"n{i}", i) for i in range(1, 4)])
        values_update(connection, table, ["name"], [(3, "three"), (1, None), (99, "nobody")])
        query = sa.select(table.c.name, table.c.amount, table.c.row_version).order_by(table.c.id)
        expected = [(None, Decimal(1), 0), ("n2", Decimal(2), 0), ("three", Decimal(3), 0)]
        assert [tuple(found) for found in connection.execute(query)] == expected


@pytest.mark.parametrize("count", [1, 5, 1000])
def test_a_batch_is_one_statement(rows_table: Engine, count: int) -> None:
    seen: list[str] = []
    sa.event.listen(rows_table, "before_cursor_execute", lambda _c, _k, text, *_: seen.append(text))
    with begin(rows_table, write=True) as connection:
        ids = next_ids(connection, table, count)
        rows = [(i, str(i), datetime(2024, 1, 1), date(2024, 1, 1)) for i in ids]
        insert_rows(connection, table, ["id", "name", "at", "day"], rows)
        values_update(connection, table, ["name", "at", "day"], rows)
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == count
    assert len([text for text in seen if '"rows"' in text or "rows" in text.split()[:5]]) <= 3
    assert len(seen) <= 7


def test_ids_are_not_given_twice(rows_table: Engine) -> None:
    with begin(rows_table, write=True) as connection:
        first, second = next_ids(connection, table, 3), next_ids(connection, table, 2)
        assert first == [1, 2, 3]
        assert second == [4, 5]
        insert_rows(connection, table, ["id"], [(i,) for i in second])
        assert next_ids(connection, table, 1) == [6]
        assert next_ids(connection, table, 0) == []
        by_database = connection.execute(table.insert()).inserted_primary_key
        assert by_database is not None
        assert by_database[0] == 7
        connection.execute(table.delete())
    with begin(rows_table, write=True) as connection:
        assert next_ids(connection, table, 1) == [8]


def test_ids_of_others_differ(rows_table: Engine) -> None:
    taken: list[int] = []

    def take() -> None:
        def work() -> list[int]:
            with begin(rows_table, write=True) as connection:
                ids = next_ids(connection, table, 7)
                insert_rows(connection, table, ["id"], [(i,) for i in ids])
                return ids

        for _ in range(10):
            taken.extend(with_retry(work))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 280
