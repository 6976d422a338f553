"""Reads the shapes of the tables that a database has."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db.columns import JsonMap, UtcDateTime
from core.db.money import Money
from core.db.scaled import PLACES
from core.db.shape import ColumnShape, KeyShape, TableShape, plain_check, plain_default

_CHECK = re.compile(r'CONSTRAINT\s+("(?:[^"]|"")+"|\w+)\s+CHECK\s*\(', re.IGNORECASE)


def find_tables(connection: Connection, names: Collection[str] | None = None) -> dict[str, TableShape]:
    """The tables of these names that exist; all of the database's own when no names are given."""
    inspector = sa.inspect(connection)
    wanted = sorted(own_tables(connection) if names is None else set(names) & set(own_tables(connection)))
    if not wanted:
        return {}
    numbered = _numbered(connection, wanted)
    tables: dict[str, TableShape] = {}
    for (_, name), columns in inspector.get_multi_columns(filter_names=wanted).items():
        tables[name] = TableShape(name, {c["name"]: _column(c) for c in columns}, numbered=name in numbered)
    for (_, name), key in inspector.get_multi_pk_constraint(filter_names=wanted).items():
        tables[name].key = tuple(key["constrained_columns"])
        tables[name].key_name = key["name"] or ""
    for (_, name), keys in inspector.get_multi_foreign_keys(filter_names=wanted).items():
        tables[name].foreign_keys = [
            KeyShape(
                k["name"] or "", tuple(k["constrained_columns"]), k["referred_table"], tuple(k["referred_columns"])
            )
            for k in keys
        ]
    for (_, name), uniques in inspector.get_multi_unique_constraints(filter_names=wanted).items():
        tables[name].uniques = {str(u["name"] or ""): tuple(u["column_names"]) for u in uniques}
    for (_, name), indexes in inspector.get_multi_indexes(filter_names=wanted).items():
        tables[name].indexes = {
            str(i["name"]): (tuple(c or "" for c in i["column_names"]), bool(i["unique"]))
            for i in indexes
            if not i.get("duplicates_constraint")
        }
    _find_checks(connection, inspector, tables)
    return tables


def own_tables(connection: Connection) -> list[str]:
    """Names of the tables of the database, without views, virtual tables and what belongs to those."""
    if connection.dialect.name == "postgresql":
        return sa.inspect(connection).get_table_names()
    listed = sa.func.pragma_table_list().table_valued("schema", "name", "type")
    query = sa.select(listed.c.name).where(listed.c.schema == "main", listed.c.type == "table")
    return [name for name in connection.execute(query).scalars() if not name.startswith("sqlite_")]


def _column(column: Any) -> ColumnShape:  # Any: a reflected column is a dictionary
    kind, default = column["type"], column["default"]
    if isinstance(kind, sa.DateTime):
        kind = UtcDateTime()
    elif isinstance(kind, sa.JSON):
        kind = JsonMap()
    elif isinstance(kind, sa.Numeric) and kind.scale == PLACES:
        kind = Money()
    if column.get("identity") or (default and "nextval(" in default):
        default = None
    return ColumnShape(column["name"], kind, column["nullable"], plain_default(default))


def _numbered(connection: Connection, names: list[str]) -> set[str]:
    """The tables whose ids the database numbers for good."""
    if connection.dialect.name == "sqlite":
        return {name for name, text in _texts(connection, names).items() if "AUTOINCREMENT" in text.upper()}
    columns = sa.table("columns", *map(sa.column, ("table_name", "table_schema", "is_identity", "column_default")))
    columns.schema = "information_schema"
    numbered = sa.or_(columns.c.is_identity == "YES", columns.c.column_default.like("nextval(%"))
    here = columns.c.table_schema == sa.func.current_schema()
    query = sa.select(columns.c.table_name).where(here, numbered, columns.c.table_name.in_(names))
    return set(connection.execute(query).scalars())


def _texts(connection: Connection, names: list[str]) -> dict[str, str]:
    master = sa.table("sqlite_master", sa.column("name"), sa.column("sql"), sa.column("type"))
    query = sa.select(master.c.name, master.c.sql).where(master.c.type == "table", master.c.name.in_(names))
    return {name: text or "" for name, text in connection.execute(query)}


def _find_checks(connection: Connection, inspector: sa.Inspector, tables: dict[str, TableShape]) -> None:
    if connection.dialect.name == "sqlite":
        for name, text in _texts(connection, list(tables)).items():
            tables[name].checks = checks_in(text)
        return
    for (_, name), checks in inspector.get_multi_check_constraints(filter_names=list(tables)).items():
        for check in checks:
            tables[name].checks[str(check["name"])] = check["sqltext"]
            tables[name].marks[str(check["name"])] = check.get("comment") or ""


def checks_in(text: str) -> dict[str, str]:
    """The named CHECK constraints in the text of a CREATE TABLE."""
    found: dict[str, str] = {}
    for match in _CHECK.finditer(text):
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
        name = match[1].strip('"').replace('""', '"')
        found[name] = plain_check(text[match.end() : place - 1])
    return found
