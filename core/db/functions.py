"""SQL functions that give the same on both databases: folded text, dates by zone, values of JSON, large sets of ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.db.columns import UtcDateTime
from core.db.money import Money
from core.kernel.text import FOLD_FROM, FOLD_TO

# Any in this file: SQLAlchemy passes elements, compilers and options through its hooks without types.

Unit = Literal["hour", "day", "week", "month", "quarter", "year"]
Part = Literal[
    "year", "quarter", "month", "week", "day", "weekday", "yearday", "hour", "minute", "second"
]  # fmt: skip
JsonKind = Literal["text", "integer", "numeric", "float", "boolean"]

_UNITS = frozenset(["hour", "day", "week", "month", "quarter", "year"])
_TIMES = frozenset(["hour", "minute", "second"])


class _Fold(FunctionElement[str]):
    inherit_cache = True
    name = "fold"
    type = sa.Text()


def fold_sql(column: Any) -> Any:
    """The accent- and case-blind form of a text, as `core.kernel.text.fold` gives it."""
    return _Fold(column)


# Most texts are ASCII, which both databases bring into lower case at once; the walk along the list is for the others.


@compiles(_Fold, "postgresql")
def _fold_on_postgresql(element: _Fold, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    folded = f"translate({text}, '{FOLD_FROM}', '{FOLD_TO}')"
    plain = f"octet_length({text}) = char_length({text})"
    return f'(CASE WHEN {plain} THEN lower({text} COLLATE "C") ELSE {folded} END)'


@compiles(_Fold, "sqlite")
def _fold_on_sqlite(element: _Fold, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    plain = f"length(CAST({text} AS BLOB)) = length({text})"
    return f"(CASE WHEN {plain} THEN lower({text}) ELSE grial_fold({text}) END)"


class _Collated(FunctionElement[str]):
    inherit_cache = True
    name = "collated"
    type = sa.Text()


def collate_c(column: Any) -> Any:
    """A text that is compared and ordered by code point, whatever collation the database has."""
    return _Collated(column)


@compiles(_Collated, "postgresql")
def _collated_on_postgresql(element: _Collated, compiler: Any, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)} COLLATE "C")'


@compiles(_Collated, "sqlite")
def _collated_on_sqlite(element: _Collated, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} COLLATE BINARY)"


class _DateTrunc(FunctionElement[Any]):
    name = "date_trunc"
    _traverse_internals = [*FunctionElement._traverse_internals, ("unit", sa.sql.visitors.InternalTraversal.dp_string)]

    def __init__(self, column: Any, unit: str, result: TypeEngine[Any]) -> None:
        super().__init__(column)
        self.unit = unit
        self.type = result


class _DatePart(FunctionElement[int]):
    name = "date_part"
    type = sa.Integer()
    _traverse_internals = [*FunctionElement._traverse_internals, ("part", sa.sql.visitors.InternalTraversal.dp_string)]

    def __init__(self, column: Any, part: str) -> None:
        super().__init__(column)
        self.part = part


class _Local(FunctionElement[Any]):
    """The wall clock of a zone, without fractions of a second."""

    inherit_cache = True
    name = "local"
    type = UtcDateTime()


def date_trunc_sql(column: Any, unit: Unit, tz: str | None = None) -> Any:
    """The first day of the day, week, month, quarter or year that a value is in; weeks start on Monday.

    Args:
        column: a Date or UtcDateTime.
        unit: `hour` gives the hour of a datetime; the other units give a Date.
        tz: the zone whose calendar counts; only for a datetime.

    Raises:
        ValueError: for an unknown unit, and for the hour of a Date.
    """
    if unit not in _UNITS or (unit == "hour" and not _has_time(column)):
        raise ValueError(f"no {unit} in {column.type!r}")
    return _DateTrunc(_local(column, tz), unit, UtcDateTime() if unit == "hour" else sa.Date())


def date_part_sql(column: Any, part: Part, tz: str | None = None) -> Any:
    """A part of a date as an integer: `week` is the ISO week, `weekday` runs from 1 (Monday) to 7.

    Args:
        column: a Date or UtcDateTime. The hour, minute and second of a Date are 0.
        part: what is wanted.
        tz: the zone whose calendar counts; only for a datetime.

    Raises:
        ValueError: for an unknown part.
    """
    if part not in _PARTS:
        raise ValueError(f"no such part of a date: {part}")
    if part in _TIMES and not _has_time(column):
        return sa.case((column.is_not(None), sa.literal(0)))
    return _DatePart(_local(column, tz), part)


def _has_time(column: Any) -> bool:
    return not isinstance(column.type, sa.Date)


def _local(column: Any, tz: str | None) -> Any:
    if not _has_time(column):
        return column
    return _Local(column, sa.literal(tz, sa.Text())) if tz and tz != "UTC" else _Local(column)


@compiles(_Local, "postgresql")
def _local_on_postgresql(element: _Local, compiler: Any, **options: Any) -> str:
    column, *zone = (compiler.process(part, **options) for part in element.clauses)
    if not zone:
        return f"date_trunc('second', {column})"
    first, last = "TIMESTAMP '0001-01-02'", "TIMESTAMP '9999-12-30'"
    within = f"CASE WHEN {column} < {first} THEN {first} WHEN {column} > {last} THEN {last} ELSE {column} END"
    return f"date_trunc('second', timezone({zone[0]}, timezone('UTC', {within})))"


@compiles(_Local, "sqlite")
def _local_on_sqlite(element: _Local, compiler: Any, **options: Any) -> str:
    column, *zone = (compiler.process(part, **options) for part in element.clauses)
    return f"grial_tz({column}, {zone[0]})" if zone else f"substr({column}, 1, 19)"


@compiles(_DateTrunc, "postgresql")
def _trunc_on_postgresql(element: _DateTrunc, compiler: Any, **options: Any) -> str:
    result = "TIMESTAMP" if element.unit == "hour" else "DATE"
    inner = compiler.process(element.clauses, **options)
    return f"CAST(date_trunc('{element.unit}', CAST({inner} AS TIMESTAMP)) AS {result})"


_SQLITE_TRUNC = {
    "hour": "strftime('%Y-%m-%d %H:00:00', {0})",
    "day": "date({0})",
    "week": "date({0}, '-6 days', 'weekday 1')",
    "month": "date({0}, 'start of month')",
    "quarter": "date({0}, 'start of month', '-' || ((strftime('%m', {0}) - 1) % 3) || ' months')",
    "year": "date({0}, 'start of year')",
}


@compiles(_DateTrunc, "sqlite")
def _trunc_on_sqlite(element: _DateTrunc, compiler: Any, **options: Any) -> str:
    return _filled(_SQLITE_TRUNC[element.unit], element, compiler, options)


_PARTS = {
    "year": ("YEAR", "CAST(strftime('%Y', {0}) AS INTEGER)"),
    "quarter": ("QUARTER", "((strftime('%m', {0}) + 2) / 3)"),
    "month": ("MONTH", "CAST(strftime('%m', {0}) AS INTEGER)"),
    "week": ("WEEK", "((strftime('%j', date({0}, '-3 days', 'weekday 4')) - 1) / 7 + 1)"),
    "day": ("DAY", "CAST(strftime('%d', {0}) AS INTEGER)"),
    "weekday": ("ISODOW", "((strftime('%w', {0}) + 6) % 7 + 1)"),
    "yearday": ("DOY", "CAST(strftime('%j', {0}) AS INTEGER)"),
    "hour": ("HOUR", "CAST(strftime('%H', {0}) AS INTEGER)"),
    "minute": ("MINUTE", "CAST(strftime('%M', {0}) AS INTEGER)"),
    "second": ("SECOND", "CAST(strftime('%S', {0}) AS INTEGER)"),
}


@compiles(_DatePart, "postgresql")
def _part_on_postgresql(element: _DatePart, compiler: Any, **options: Any) -> str:
    return f"CAST(EXTRACT({_PARTS[element.part][0]} FROM {compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(_DatePart, "sqlite")
def _part_on_sqlite(element: _DatePart, compiler: Any, **options: Any) -> str:
    return _filled(_PARTS[element.part][1], element, compiler, options)


def _filled(template: str, element: Any, compiler: Any, options: dict[str, Any]) -> str:
    return template.format(compiler.process(element.clauses, **options))


class _JsonValue(FunctionElement[Any]):
    name = "json_value"
    _traverse_internals = [*FunctionElement._traverse_internals, ("kind", sa.sql.visitors.InternalTraversal.dp_string)]

    def __init__(self, column: Any, key: str, kind: JsonKind) -> None:
        super().__init__(column, sa.bindparam(None, key, type_=_JsonKey(), unique=True))
        self.kind = kind
        self.type = _JSON_KINDS[kind][0]


class _JsonKey(TypeDecorator[str]):
    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return f'$."{value}"' if dialect.name == "sqlite" else value


_JSON_KINDS: dict[str, tuple[TypeEngine[Any], str, str]] = {
    "text": (sa.Text(), "{0}", "CAST({0} AS TEXT)"),
    "integer": (sa.BigInteger(), "CAST({0} AS BIGINT)", "CAST({0} AS INTEGER)"),
    "numeric": (Money(), "CAST({0} AS NUMERIC(19, 6))", "grial_scaled({0})"),
    "float": (sa.Double(), "CAST({0} AS DOUBLE PRECISION)", "CAST({0} AS REAL)"),
    "boolean": (sa.Boolean(), "CAST({0} AS BOOLEAN)", "CAST({0} AS BOOLEAN)"),
}


def json_value(column: Any, key: str, kind: JsonKind) -> Any:
    """The value under a key of a JsonMap, for WHERE and ORDER BY; NULL where it is not there.

    A `numeric` is an amount (`Money`), whether the JSON holds a number or its text.

    Raises:
        ValueError: for a key with a double quote or a backslash, and for an unknown kind.
    """
    if '"' in key or "\\" in key or kind not in _JSON_KINDS:
        raise ValueError(f"cannot reach {kind} {key!r}")
    return _JsonValue(column, key, kind)


@compiles(_JsonValue, "postgresql")
def _json_on_postgresql(element: _JsonValue, compiler: Any, **options: Any) -> str:
    column, key = (compiler.process(part, **options) for part in element.clauses)
    return _JSON_KINDS[element.kind][1].format(f"({column} ->> {key})")


@compiles(_JsonValue, "sqlite")
def _json_on_sqlite(element: _JsonValue, compiler: Any, **options: Any) -> str:
    column, key = (compiler.process(part, **options) for part in element.clauses)
    return _JSON_KINDS[element.kind][2].format(f"json_extract({column}, {key})")


class _AnyText(FunctionElement[str]):
    inherit_cache = True
    name = "any_text"
    type = sa.Text()


def text_in(column: Any, langs: Iterable[str]) -> Any:
    """The text of a JsonMap of texts in the first of some languages that has one, else in any; NULL where none has."""
    texts = [sa.func.nullif(json_value(column, lang, "text"), "") for lang in langs]
    return sa.func.coalesce(*texts, _AnyText(column))


@compiles(_AnyText, "postgresql")
def _any_text_on_postgresql(element: _AnyText, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM jsonb_each_text({column}) WHERE value <> '' ORDER BY key COLLATE \"C\" LIMIT 1)"  # noqa: S608  compiled parts only


@compiles(_AnyText, "sqlite")
def _any_text_on_sqlite(element: _AnyText, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({column}) WHERE value <> '' ORDER BY key LIMIT 1)"  # noqa: S608  compiled parts only


class _IdIn(FunctionElement[bool]):
    inherit_cache = True
    name = "id_in"
    type = sa.Boolean()
    _is_implicitly_boolean = True  # else SQLite gets `(…) = 1`, for which it walks the whole table


class _Ids(TypeDecorator[Any]):
    """Many ids as one text; what the column cannot hold is left out."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, bits: int) -> None:
        super().__init__()
        self.bits = bits

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        end = 1 << (self.bits - 1)
        if value and not (-end <= min(value) and max(value) < end):
            value = [number for number in value if -end <= number < end]
        inner = ",".join(map(str, value))
        return f"[{inner}]" if dialect.name == "sqlite" else f"{{{inner}}}"


def id_in(column: Any, ids: Iterable[int] | sa.BindParameter[Any]) -> Any:
    """`column` is one of `ids`: one parameter, one statement text and one plan for any number of them."""
    if isinstance(ids, sa.BindParameter):
        return _IdIn(column, ids)
    given = ids if isinstance(ids, (list, tuple)) else list(ids)
    return _IdIn(column, sa.bindparam(None, given, type_=id_list(column), unique=True))


def id_list(column: Any) -> TypeEngine[Any]:
    """The type of a parameter that holds ids to be found in `column`."""
    return _Ids(64 if isinstance(column.type, sa.BigInteger) else 32)


@compiles(_IdIn, "postgresql")
def _ids_on_postgresql(element: _IdIn, compiler: Any, **options: Any) -> str:
    column, ids = element.clauses
    array = "BIGINT[]" if isinstance(column.type, sa.BigInteger) else "INTEGER[]"
    return f"({compiler.process(column, **options)} = ANY (CAST({compiler.process(ids, **options)} AS {array})))"


@compiles(_IdIn, "sqlite")
def _ids_on_sqlite(element: _IdIn, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({ids})))"  # noqa: S608  compiled parts only
