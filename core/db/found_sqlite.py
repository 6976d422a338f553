"""Reads the shapes of tables from an SQLite file, all of them in four queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Connection

from core.db.columns import JsonMap, UtcDateTime
from core.db.money import Money
from core.db.shape import ColumnShape, KeyShape, TableShape, Type, plain_check, plain_default

_TYPE = re.compile(r"\s*([A-Za-z_ ]*[A-Za-z_])\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*")
_RULE = re.compile(r'CONSTRAINT\s+("(?:[^"]|"")+"|\w+)\s+(CHECK|UNIQUE)\s*\(', re.IGNORECASE)
_NAME = re.compile(r'"((?:[^"]|"")+)"|(\w+)')

_KINDS: dict[str, Callable[[int | None, int | None], Type]] = {
    "TEXT": lambda *_: sa.Text(),
    "VARCHAR": lambda length, _: sa.String(length),
    "INTEGER": lambda *_: sa.Integer(),
    "BIGINT": lambda *_: sa.BigInteger(),
    "BOOLEAN": lambda *_: sa.Boolean(),
    "DOUBLE": lambda *_: sa.Double(),
    "NUMERIC": lambda places, scale: sa.Numeric(places, scale),
    "DATE": lambda *_: sa.Date(),
    "DATETIME": lambda *_: UtcDateTime(),
    "BLOB": lambda *_: sa.LargeBinary(),
    "MONEYINT": lambda *_: Money(),
    "JSONTEXT": lambda *_: JsonMap(),
}

_master = sa.table("sqlite_master", *map(sa.column, ("name", "type", "sql")))


def own_tables(connection: Connection) -> list[str]:
    """Names of the tables, without views, virtual tables, what belongs to those, and SQLite's own."""
    listed = sa.func.pragma_table_list().table_valued("schema", "name", "type")
    query = sa.select(listed.c.name).where(listed.c.schema == "main", listed.c.type == "table")
    return sorted(name for name in connection.execute(query).scalars() if not name.startswith("sqlite_"))


def find_tables(connection: Connection, names: Collection[str]) -> dict[str, TableShape]:
    """The tables of these names, which exist."""
    texts = {name: text or "" for name, text in connection.execute(_of(names, _master.c.name, _master.c.sql))}
    tables = {name: TableShape(name, {}, numbered="AUTOINCREMENT" in texts[name].upper()) for name in sorted(texts)}
    keys: dict[str, list[tuple[int, str]]] = {name: [] for name in tables}
    for table, name, kind, required, default, place in _pragma(
        connection, names, "table_info", "name", "type", "notnull", "dflt_value", "pk"
    ):
        tables[table].columns[name] = ColumnShape(name, _kind(kind), not (required or place), plain_default(default))
        if place:
            keys[table].append((place, name))
    links: dict[tuple[str, int], list[tuple[str, str, str, str]]] = {}
    for table, number, target, here, there, action in _pragma(
        connection, names, "foreign_key_list", "id", "table", "from", "to", "on_delete"
    ):
        links.setdefault((table, number), []).append((target, here, there or "id", action))
    for (table, _), parts in sorted(links.items()):
        here_names, there_names = tuple(here for _, here, *_ in parts), tuple(there for _, _, there, _ in parts)
        action = "" if parts[0][3] == "NO ACTION" else parts[0][3]
        tables[table].foreign_keys.append(KeyShape("", here_names, parts[0][0], there_names, action))
    for table, index, unique, origin, columns in _indexes(connection, names):
        if origin == "c":
            tables[table].indexes[index] = (columns, bool(unique))
    for name, shape in tables.items():
        shape.key = tuple(column for _, column in sorted(keys[name]))
        shape.foreign_keys.sort(key=lambda key: key.link)
        shape.checks, shape.uniques = rules_in(texts[name])
    return tables


def rules_in(text: str) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The named CHECK and UNIQUE constraints in the text of a CREATE TABLE."""
    checks: dict[str, str] = {}
    uniques: dict[str, tuple[str, ...]] = {}
    for match in _RULE.finditer(text):
        depth, place, quote = 1, match.end(), ""
        while depth and place < len(text):
            character = text[place]
            if quote:
                quote = "" if character == quote else quote
            elif character in "'\"":
                quote = character
            else:
                depth += (character == "(") - (character == ")")
            place += 1
        name, inner = match[1].strip('"').replace('""', '"'), text[match.end() : place - 1]
        if match[2].upper() == "CHECK":
            checks[name] = plain_check(inner)
        else:
            uniques[name] = tuple((quoted or plain).replace('""', '"') for quoted, plain in _NAME.findall(inner))
    return checks, uniques


def _of(names: Collection[str], *columns: Any) -> sa.Select[*tuple[Any, ...]]:  # Any: columns of all types
    return sa.select(*columns).where(_master.c.type == "table", _master.c.name.in_(names))


def _pragma(connection: Connection, names: Collection[str], pragma: str, *columns: str) -> Any:  # Any: rows
    """Rows of a pragma for each table, its name first."""
    found = getattr(sa.func, f"pragma_{pragma}")(_master.c.name).table_valued(*columns)
    query = _of(names, _master.c.name, *found.c).select_from(sa.join(_master, found, sa.true()))
    return connection.execute(query)


def _indexes(connection: Connection, names: Collection[str]) -> list[tuple[str, str, int, str, tuple[str, ...]]]:
    listed = sa.func.pragma_index_list(_master.c.name).table_valued("name", "unique", "origin", name="listed")
    parts = sa.func.pragma_index_info(listed.c.name).table_valued("seqno", "name", name="parts")
    tables = sa.join(sa.join(_master, listed, sa.true()), parts, sa.true())
    columns = (_master.c.name, listed.c.name, listed.c.unique, listed.c.origin, parts.c.name)
    query = _of(names, *columns).select_from(tables).order_by(listed.c.name, parts.c.seqno)
    found: dict[tuple[str, str, int, str], list[str]] = {}
    for table, index, unique, origin, column in connection.execute(query):
        found.setdefault((table, index, unique, origin), []).append(column or "")
    return [(*key, tuple(columns)) for key, columns in found.items()]


def _kind(text: str) -> Type:
    """The type that a column was declared with."""
    match = _TYPE.fullmatch(text)
    if match is None:
        return sa.Text()
    first, second = (int(part) if part else None for part in match.groups()[1:])
    name = match[1].upper()
    if name in _KINDS:
        return _KINDS[name](first, second)
    found: Type = SQLiteDialect.ischema_names.get(name, sa.NUMERIC)()
    return found
