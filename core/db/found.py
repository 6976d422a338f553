"""Reads the tables that a database has, as far as they can differ from those that the models want."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db.columns import JsonMap, JsonText
from core.db.money import Money, ScaledInteger

_CHECK = re.compile(r'CONSTRAINT\s+("(?:[^"]|"")+"|\w+)\s+CHECK\s*\(', re.IGNORECASE)
_CAST = re.compile(r"::[a-z ]+(\(\d+(,\s*\d+)?\))?(\[\])?$")


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column; `default` is its SQL text without casts, "" for none."""

    name: str
    type: sa.types.TypeEngine[Any]  # Any: a column has its own type
    nullable: bool
    default: str


@dataclass(frozen=True, slots=True)
class FoundForeignKey:
    """A foreign key; SQLite has some without a name."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


@dataclass(slots=True)
class FoundTable:
    """A table as it is in the database. `checks` holds the text of each constraint, on PostgreSQL our mark of it."""

    name: str
    columns: dict[str, FoundColumn]
    key: tuple[str, ...] = ()
    key_name: str = ""
    numbered: bool = False
    foreign_keys: list[FoundForeignKey] = field(default_factory=list)
    uniques: dict[str, tuple[str, ...]] = field(default_factory=dict)
    indexes: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    check_texts: dict[str, str] = field(default_factory=dict)


def find_tables(connection: Connection, names: Collection[str] | None = None) -> dict[str, FoundTable]:
    """The tables of these names that exist; all of the database's own when no names are given."""
    inspector = sa.inspect(connection)
    wanted = sorted(own_tables(connection) if names is None else set(names) & set(own_tables(connection)))
    if not wanted:
        return {}
    numbered = _numbered(connection, wanted)
    tables: dict[str, FoundTable] = {}
    for (_, name), columns in inspector.get_multi_columns(filter_names=wanted).items():
        tables[name] = FoundTable(name, {c["name"]: _column(c) for c in columns}, numbered=name in numbered)
    for (_, name), key in inspector.get_multi_pk_constraint(filter_names=wanted).items():
        tables[name].key = tuple(key["constrained_columns"])
        tables[name].key_name = key["name"] or ""
    for (_, name), keys in inspector.get_multi_foreign_keys(filter_names=wanted).items():
        tables[name].foreign_keys = [
            FoundForeignKey(
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


def plain_default(text: str | None) -> str:
    """The SQL of a default in the form in which wanted and found ones are compared."""
    if not text:
        return ""
    while (shorter := _CAST.sub("", text)) != text:
        text = shorter
    text = text.strip()
    if text.startswith("'") and re.fullmatch(r"'-?\d+(\.\d+)?'", text):
        text = text[1:-1]
    return {"0": "0", "1": "1"}.get(text, text.lower() if text.lower() in ("true", "false") else text)


def plain_check(text: str) -> str:
    """The SQL of a check in the form in which wanted and found ones are compared."""
    return " ".join(text.split())


def _column(column: Any) -> FoundColumn:  # Any: a reflected column is a dictionary
    kind = column["type"]
    if isinstance(kind, ScaledInteger):
        kind = Money()
    elif isinstance(kind, (JsonText, sa.JSON)):
        kind = JsonMap()
    default = column["default"] if not column.get("identity") else None
    if default and "nextval(" in default:
        default = None
    return FoundColumn(column["name"], kind, column["nullable"], plain_default(default))


def _numbered(connection: Connection, names: list[str]) -> set[str]:
    """The tables whose ids the database numbers for good."""
    if connection.dialect.name == "postgresql":
        return set(names)
    return {name for name, text in _texts(connection, names).items() if "AUTOINCREMENT" in text.upper()}


def _texts(connection: Connection, names: list[str]) -> dict[str, str]:
    master = sa.table("sqlite_master", sa.column("name"), sa.column("sql"), sa.column("type"))
    query = sa.select(master.c.name, master.c.sql).where(master.c.type == "table", master.c.name.in_(names))
    return {name: text or "" for name, text in connection.execute(query)}


def _find_checks(connection: Connection, inspector: sa.Inspector, tables: dict[str, FoundTable]) -> None:
    if connection.dialect.name == "sqlite":
        for name, text in _texts(connection, list(tables)).items():
            tables[name].checks = tables[name].check_texts = checks_in(text)
        return
    for (_, name), checks in inspector.get_multi_check_constraints(filter_names=list(tables)).items():
        for check in checks:
            key = str(check["name"])
            tables[name].checks[key] = check.get("comment") or ""
            tables[name].check_texts[key] = check["sqltext"]


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
