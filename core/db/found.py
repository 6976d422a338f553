"""Reads the shapes of the tables that a database has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db import found_sqlite
from core.db.columns import JsonMap, UtcDateTime
from core.db.money import Money
from core.db.scaled import PLACES
from core.db.shape import ColumnShape, KeyShape, TableShape, plain_default


def find_tables(connection: Connection, names: Collection[str] | None = None) -> dict[str, TableShape]:
    """The tables of these names that exist; all of the database's own when no names are given."""
    own = own_tables(connection)
    wanted = own if names is None else sorted(set(names) & set(own))
    if not wanted:
        return {}
    if connection.dialect.name == "sqlite":
        return found_sqlite.find_tables(connection, wanted)
    return _find_on_postgresql(connection, wanted)


def own_tables(connection: Connection) -> list[str]:
    """Names of the tables of the database, sorted, without views and what belongs to a search index."""
    if connection.dialect.name == "sqlite":
        return found_sqlite.own_tables(connection)
    return sorted(sa.inspect(connection).get_table_names())


def _find_on_postgresql(connection: Connection, names: list[str]) -> dict[str, TableShape]:
    inspector = sa.inspect(connection)
    numbered = _numbered(connection, names)
    tables: dict[str, TableShape] = {}
    for (_, name), columns in inspector.get_multi_columns(filter_names=names).items():
        tables[name] = TableShape(name, {c["name"]: _column(c) for c in columns}, numbered=name in numbered)
    for (_, name), key in inspector.get_multi_pk_constraint(filter_names=names).items():
        tables[name].key = tuple(key["constrained_columns"])
        tables[name].key_name = key["name"] or ""
    for (_, name), keys in inspector.get_multi_foreign_keys(filter_names=names).items():
        for k in keys:
            here, there = tuple(k["constrained_columns"]), tuple(k["referred_columns"])
            action = k.get("options", {}).get("ondelete") or ""
            tables[name].foreign_keys.append(KeyShape(k["name"] or "", here, k["referred_table"], there, action))
        tables[name].foreign_keys.sort(key=lambda key: key.link)
    for (_, name), uniques in inspector.get_multi_unique_constraints(filter_names=names).items():
        tables[name].uniques = {str(u["name"]): tuple(u["column_names"]) for u in uniques}
    for (_, name), indexes in inspector.get_multi_indexes(filter_names=names).items():
        for index in indexes:
            if not index.get("duplicates_constraint"):
                columns_of = tuple(column or "" for column in index["column_names"])
                tables[name].indexes[str(index["name"])] = (columns_of, bool(index["unique"]))
    for (_, name), checks in inspector.get_multi_check_constraints(filter_names=names).items():
        for check in checks:
            tables[name].checks[str(check["name"])] = check["sqltext"]
            tables[name].marks[str(check["name"])] = check.get("comment") or ""
    return tables


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
    """The tables whose ids the database numbers."""
    columns = sa.table("columns", *map(sa.column, ("table_name", "table_schema", "is_identity", "column_default")))
    columns.schema = "information_schema"
    numbered = sa.or_(columns.c.is_identity == "YES", columns.c.column_default.like("nextval(%"))
    here = columns.c.table_schema == sa.func.current_schema()
    query = sa.select(columns.c.table_name).where(here, numbered, columns.c.table_name.in_(names))
    return set(connection.execute(query).scalars())
