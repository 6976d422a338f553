"""What a database holds, as checksums: rows by table, and the schema; and whether its files are those its rows name."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from core.db.engine import begin

OWN_LIFE = frozenset({"res_users_session", "ir_job", "ir_cron", "ir_logging", "sqlite_sequence", "sqlite_stat1"})
"""Tables that a server changes while it only runs: sessions, jobs, the clock of scheduled jobs, logs."""

_OWN_COLUMNS = {"ir_registry": {"caches"}, "res_users": {"row_version", "write_uid"}}
_STAMP = re.compile(r"_\d{14}")
"""Archived tables have the moment in their names."""

_FILE = re.compile(r"([0-9a-f]{64}):(\d+)")


@dataclass(frozen=True)
class Snapshot:
    """One checksum for the rows of each table, and one for the schema of each."""

    rows: dict[str, str]
    schema: dict[str, str]

    def differences(self, other: Snapshot, but: frozenset[str] = frozenset()) -> list[str]:
        """What is not the same here and there, leaving some tables' rows out."""
        found = [f"schema of {name}" for name in _differing(self.schema, other.schema)]
        return found + [f"rows of {name}" for name in _differing(self.rows, other.rows) if name not in but]


def _differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def take(engine: Engine) -> Snapshot:
    """The checksums of a database. What the clock writes is left out: columns of time."""
    with begin(engine, write=False) as connection:
        inspector = sa.inspect(connection)
        names = [name for name in inspector.get_table_names() if name not in OWN_LIFE]
        schema = {_STAMP.sub("_", name): _digest(_shape(inspector, name)) for name in names}
        rows = {_STAMP.sub("_", name): _digest(_rows(connection, inspector, name)) for name in names}
    return Snapshot(rows, schema)


def _shape(inspector: Any, table: str) -> list[str]:
    parts = [f"{c['name']} {c['type']} {c['nullable']}" for c in inspector.get_columns(table)]
    parts += [f"key {key['constrained_columns']} {key['referred_table']}" for key in inspector.get_foreign_keys(table)]
    parts += [f"unique {rule['column_names']}" for rule in inspector.get_unique_constraints(table)]
    parts += [f"index {index['name']} {index['column_names']}" for index in inspector.get_indexes(table)]
    parts += [f"check {rule['name']}" for rule in inspector.get_check_constraints(table)]
    return sorted(parts)


def _rows(connection: Connection, inspector: Any, table: str) -> list[str]:
    own = _OWN_COLUMNS.get(table, set())
    columns = [
        sa.column(c["name"])
        for c in inspector.get_columns(table)
        if c["name"] not in own and not isinstance(c["type"], sa.DateTime) and not c["name"].endswith("_date")
    ]
    found = connection.execute(sa.select(*columns).select_from(sa.table(table)))
    return sorted(repr(tuple(row)) for row in found)


def _digest(lines: list[str]) -> str:
    return hashlib.sha256(_STAMP.sub("_", "\n".join(lines)).encode()).hexdigest()


def bad_files(engine: Engine, folder: Path) -> list[str]:
    """The files that rows name and that are missing or other than the row says."""
    found: list[str] = []
    with begin(engine, write=False) as connection:
        table = sa.table("ir_attachment", sa.column("id"), sa.column("datas"))
        rows = connection.execute(sa.select(table.c.id, table.c.datas).where(table.c.datas.is_not(None)))
        for record, value in rows:
            named = _FILE.fullmatch(value)
            if named is None:
                found.append(f"attachment {record} names {value!r}")
                continue
            path = folder / named[1][:2] / named[1]
            data = path.read_bytes() if path.is_file() else None
            if data is None or len(data) != int(named[2]) or hashlib.sha256(data).hexdigest() != named[1]:
                found.append(f"the file of attachment {record}")
    return found
