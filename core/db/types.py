"""Column types and SQL functions that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from core.db.statements import insert_rows, next_ids, values_update
from core.kernel.text import FOLD_FROM, FOLD_TO

SCALE = 10**6


class Money(sa.types.TypeDecorator[Decimal]):
    """An exact number: NUMERIC on PostgreSQL, a 64-bit integer scaled by 10**6 on SQLite."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(sa.BigInteger() if dialect.name == "sqlite" else sa.Numeric())

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return int((Decimal(value) * SCALE).to_integral_value())

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return Decimal(value) / SCALE


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """A naive UTC moment."""

    impl = sa.DateTime
    cache_ok = True


class JsonMap(sa.types.TypeDecorator[Any]):
    """JSON; JSONB on PostgreSQL."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSONB

            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(sa.JSON(none_as_null=True))


def id_column() -> sa.Column[int]:
    """The primary key of every table."""
    return sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True)


class fold(GenericFunction[str]):
    """The accent- and case-blind form of a text."""

    type = sa.Text()
    inherit_cache = True


@compiles(fold, "sqlite")
def _fold_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"grial_fold({compiler.process(element.clauses, **kw)})"


@compiles(fold, "postgresql")
def _fold_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"translate({compiler.process(element.clauses, **kw)}, '{FOLD_FROM}', '{FOLD_TO}')"


def fold_sql(column: Any) -> Any:
    return fold(column)


def collate_c(column: Any) -> Any:
    return _Collated(column)


class _Collated(sa.sql.expression.UnaryExpression[str]):
    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column, type_=sa.Text())


@compiles(_Collated, "sqlite")
def _collated_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.element, **kw))


@compiles(_Collated, "postgresql")
def _collated_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f'{compiler.process(element.element, **kw)} COLLATE "C"'


def id_in(column: Any, ids: Sequence[int]) -> Any:
    listed = list(ids)
    return column.in_(listed)


def json_value(column: Any, key: str, kind: str) -> Any:
    item = column[key]
    return {"text": item.as_string, "integer": item.as_integer, "boolean": item.as_boolean}.get(kind, item.as_float)()


def date_trunc_sql(column: Any, unit: str, tz: str | None = None) -> Any:
    return sa.func.date_trunc(unit, column)


def date_part_sql(column: Any, part: str, tz: str | None = None) -> Any:
    return sa.extract(part, column)
