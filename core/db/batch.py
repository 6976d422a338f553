"""Many rows in one statement: inserts, updates with a value for each row, deletions of pairs."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, Dialect

from core.db import statements

# Any in this file: a column has its own type.
Row = Sequence[Any]
_Send = Callable[[Any], Any]

FEWEST_FOR_COPY = 20
"""From so many rows on COPY is faster than INSERT, though it takes the server two answers instead of one."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is the same each time the same columns of a table are written."""

    texts: tuple[str, ...]
    senders: tuple[_Send | None, ...]
    common: tuple[_Send | None, ...] = ()

    def columns(self, rows: Iterable[Row]) -> list[Sequence[Any]]:
        """The rows as columns of values that the driver takes."""
        return [
            column if send is None else _sent(send, column)
            for send, column in zip(self.senders, zip(*rows, strict=True), strict=True)
        ]


def _sent(send: _Send, column: Sequence[Any]) -> Sequence[Any]:
    """A column as the driver takes it; one that holds the same everywhere is converted once."""
    if _is_one(column):
        return (send(column[0]),) * len(column)
    return list(map(send, column))


def _is_one(column: Sequence[Any]) -> bool:
    """Holds the column one and the same value throughout?"""
    return column[0] is column[-1] and len(set(map(id, column))) == 1


def insert_rows(
    connection: Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row], ignore_duplicates: bool = False
) -> None:
    """Insert rows, given as values in the order of `names`, ids included where the table has any.

    Args:
        ignore_duplicates: leave out rows that a unique constraint refuses.

    Raises:
        sqlalchemy.exc.IntegrityError: as any INSERT does.
    """
    if not rows:
        return
    plan = _plan(connection.dialect, table, ("insert", ignore_duplicates, *names), _insert_plan)
    columns = plan.columns(rows)
    if connection.dialect.name == "sqlite":
        statements.run(connection, plan.texts[0], list(zip(*columns, strict=True)))
    elif len(rows) >= FEWEST_FOR_COPY and not ignore_duplicates:
        _copy(connection, plan.texts[1], columns)
    else:
        arrays = tuple(_array(column) for column in columns)
        statements.run(connection, plan.texts[0], arrays)


def values_update(
    connection: Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row], bump: str = "",
    common: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Give each row its own values, in one statement.

    Args:
        names: the columns to set.
        rows: the id and then the values in the order of `names`.
        bump: an integer column that is raised by one as well.
        common: columns that get the same value in all rows.

    Raises:
        sqlalchemy.exc.IntegrityError: as any UPDATE does.
    """
    if not rows:
        return
    fixed = common or {}
    plan = _plan(connection.dialect, table, ("update", (bump, *fixed), *names), _update_plan)
    columns = plan.columns(rows)
    same = [value if send is None else send(value) for send, value in zip(plan.common, fixed.values(), strict=True)]
    if connection.dialect.name == "sqlite":
        ids, *values = columns
        statements.run(connection, plan.texts[0], [(*same, *row) for row in zip(*values, ids, strict=True)])
    else:
        statements.run(connection, plan.texts[0], (*same, *map(_array, columns)))


def delete_pairs(connection: Connection, table: sa.Table, pairs: Sequence[tuple[int, int]]) -> None:
    """Delete the rows of a table of two columns that hold these pairs."""
    first, second = table.c
    here: Any = sa.delete(table)
    if connection.dialect.name == "sqlite":
        here = here.where(first == sa.bindparam("a"), second == sa.bindparam("b"))
        connection.execute(here, [{"a": a, "b": b} for a, b in pairs])
        return
    columns = [sa.func.unnest(sa.bindparam(None, list(ids), ARRAY(sa.Integer))) for ids in zip(*pairs, strict=True)]
    connection.execute(here.where(sa.tuple_(first, second).in_(sa.select(*columns))))


def _plan(dialect: Dialect, table: sa.Table, key: tuple[Any, ...], make: Callable[..., _Plan]) -> _Plan:
    plans: dict[Any, _Plan] = table.info.setdefault("grial_plans", {})
    found = plans.get((dialect.name, key))
    if found is None:
        found = plans[(dialect.name, key)] = make(dialect, table, key[1], key[2:])
    return found


def _insert_plan(dialect: Dialect, table: sa.Table, ignore: bool, names: Sequence[str]) -> _Plan:
    columns = [table.c[name] for name in names]
    if dialect.name == "sqlite":
        texts: tuple[str, ...] = (statements.sqlite_insert(dialect, table, columns, ignore),)
    else:
        texts = statements.postgresql_insert(dialect, table, columns, ignore), statements.copy(dialect, table, columns)
    return _Plan(texts, _senders(dialect, columns))


def _update_plan(dialect: Dialect, table: sa.Table, given: tuple[str, ...], names: Sequence[str]) -> _Plan:
    bump, *common = given
    columns, fixed = [table.c[name] for name in names], [table.c[name] for name in common]
    write = statements.sqlite_update if dialect.name == "sqlite" else statements.postgresql_update
    text = write(dialect, table, columns, table.c[bump] if bump else None, fixed)
    return _Plan((text,), _senders(dialect, [table.c.id, *columns]), _senders(dialect, fixed))


def _senders(dialect: Dialect, columns: Sequence[sa.Column[Any]]) -> tuple[_Send | None, ...]:
    # Bytes go as they are: their processor wraps them for INSERT … VALUES.
    return tuple(
        None if isinstance(c.type, sa.LargeBinary) else c.type.dialect_impl(dialect).bind_processor(dialect)
        for c in columns
    )


def _copy(connection: Connection, text: str, columns: Sequence[Sequence[Any]]) -> None:
    lines = zip(*(_encoded(column, _COPY, _COPY_SPECIAL) for column in columns), strict=True)
    data = "\n".join(map("\t".join, lines))
    raw: Any = connection.connection.driver_connection
    error_class = connection.dialect.loaded_dbapi.Error
    with raw.cursor() as cursor:
        try:
            cursor.copy_expert(text, io.StringIO(data), 1 << 20)
        except error_class as error:
            raise sa.exc.DBAPIError.instance(text, None, error, error_class, dialect=connection.dialect) from error


def _encoded(column: Sequence[Any], encoders: dict[type, Callable[[Any], str]], special: str) -> Iterable[str]:
    """Values as text. Most texts have nothing to escape, which is seen in all of them at once."""
    kinds = set(map(type, column))
    if _is_one(column):
        return [encoders[type(column[0])](column[0])] * len(column)
    if kinds == {str} and not any(map("\0".join(column).__contains__, special)):
        return column
    if len(kinds) == 1:
        return map(encoders[kinds.pop()], column)
    return [encoders[type(value)](value) for value in column]


def _array(column: Sequence[Any]) -> str:
    """The text of an array. Texts are quoted, so that a comma, a brace or the word NULL is nothing special."""
    if set(map(type, column)) == {str}:
        return '{"' + '","'.join(_encoded(column, {str: _array_text}, '"\\')) + '"}'
    return "{" + ",".join(_encoded(column, _ARRAY, "")) + "}"


_COPY_SPECIAL = "\\\t\n\r"
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_ARRAY_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})


def _copy_text(value: str) -> str:
    return value.translate(_COPY_ESCAPES)


def _array_text(value: str) -> str:
    return value.translate(_ARRAY_ESCAPES)


_COPY: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "\\N",
    str: _copy_text,
    bool: lambda value: "t" if value else "f",
    int: str,
    float: repr,
    Decimal: str,
    date: date.isoformat,
    datetime: lambda value: value.isoformat(sep=" "),
    bytes: lambda value: "\\\\x" + value.hex(),
}
_ARRAY: dict[type, Callable[[Any], str]] = {
    **_COPY,
    type(None): lambda _: "NULL",
    str: lambda value: f'"{_array_text(value)}"',
    datetime: lambda value: f'"{value.isoformat(sep=" ")}"',
    bytes: lambda value: f'"\\\\x{value.hex()}"',
}
