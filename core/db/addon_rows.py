"""Reads and writes the rows that say which addons a database has, before any model of it is loaded.

Three tables must exist before `base` is installed: the addons and their states, external ids, and the versions that
tell workers to rebuild their registry or to forget what they worked out. `base` describes the first two as models and
adds columns of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Connection

from core.db.engine import notify
from core.db.types import id_column

CHANNEL = "grial_addons"
"""PostgreSQL tells those who listen here that addons have changed."""

ARCHIVED = "zz_archive."
"""Stands before the addon in the external ids of archived records; no addon's name holds a dot."""

_CHUNK = 500
_FIRST_NUMBERS = 1 << 30

metadata = sa.MetaData()

addons = sa.Table(
    "ir_module_module",
    metadata,
    id_column(),
    sa.Column("name", sa.Text()),
    sa.Column("state", sa.String()),
    sa.Column("latest_version", sa.Text()),
    sa.Column("demo", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("enabled", sa.Boolean(), nullable=False, server_default=sa.true()),
    sa.Column("message", sa.Text()),
)

external_ids = sa.Table(
    "ir_model_data",
    metadata,
    id_column(),
    sa.Column("module", sa.Text()),
    sa.Column("name", sa.Text()),
    sa.Column("model", sa.Text()),
    sa.Column("res_id", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("noupdate", sa.Boolean(), nullable=False, server_default=sa.false()),
)

registry = sa.Table(
    "ir_registry",
    metadata,
    sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("caches", sa.Integer(), nullable=False, server_default="0"),
)


@dataclass(frozen=True, slots=True)
class AddonRow:
    """What a database knows of one addon."""

    name: str
    state: str = "uninstalled"
    version: str = ""
    demo: bool = False
    enabled: bool = True
    message: str = ""

    @property
    def installed(self) -> bool:
        """Are its tables and records in the database? So it is with a broken one too."""
        return self.state in INSTALLED


INSTALLED = ("installed", "to upgrade", "to remove", "broken")
"""The states in which an addon's tables and records are in the database."""


@dataclass(frozen=True, slots=True)
class ExternalId:
    """One external id: `module.name` stands for record `record` of `model`."""

    id: int
    module: str
    name: str
    model: str
    record: int
    noupdate: bool


def exists(connection: Connection) -> bool:
    """Is this a database of ours, with the three tables in it?"""
    return sa.inspect(connection).has_table(registry.name)


def bootstrap(connection: Connection) -> None:
    """Make the three tables in a new database."""
    metadata.create_all(connection)
    if connection.execute(sa.select(registry.c.version)).first() is None:
        connection.execute(registry.insert().values(id=1, version=1, caches=1))
        renew(connection)


def renew(connection: Connection) -> None:
    """Give a database that was made, copied or restored numbers that none had which was called like it before."""
    numbers = {"version": secrets.randbelow(_FIRST_NUMBERS), "caches": secrets.randbelow(_FIRST_NUMBERS)}
    connection.execute(registry.update().where(registry.c.id == 1).values(numbers))


def lock(connection: Connection) -> None:
    """Hold the one lock under which addons are installed, upgraded and removed, until the transaction ends.

    Call it first. Whoever had to wait for another change sees the database as it was before that change: the row is
    changed then, so that PostgreSQL refuses and the work is done again (`with_retry`). On SQLite the writing
    transaction itself is the lock. The lock belongs to the connection: it goes when its process dies.
    """
    connection.execute(_VERSIONS.with_for_update())


def versions(connection: Connection) -> tuple[int, int]:
    """Two numbers that every transaction compares: one grows when addons change, one when rights or views do."""
    found = connection.execute(_VERSIONS).first()
    return (found.version, found.caches) if found else (0, 0)


_VERSIONS = sa.select(registry.c.version, registry.c.caches).where(registry.c.id == 1)


def bump_registry_version(connection: Connection) -> int:
    """Tell every worker to rebuild once this transaction has ended; gives the new version."""
    connection.execute(registry.update().where(registry.c.id == 1).values(version=registry.c.version + 1))
    notify(connection, CHANNEL)
    return versions(connection)[0]


def bump_caches(connection: Connection) -> None:
    """Tell every worker to forget what it worked out from rows, once this transaction has ended."""
    connection.execute(registry.update().where(registry.c.id == 1).values(caches=registry.c.caches + 1))


def read_addons(connection: Connection) -> dict[str, AddonRow]:
    """Every addon the database knows, by name."""
    c = addons.c
    rows = connection.execute(sa.select(c.name, c.state, c.latest_version, c.demo, c.enabled, c.message))
    return {
        row.name: AddonRow(
            row.name, row.state or "uninstalled", row.latest_version or "", row.demo, row.enabled, row.message or ""
        )
        for row in rows
        if row.name
    }


def set_addon(connection: Connection, name: str, **values: Any) -> None:  # Any: a column has its own type
    """Change the row of one addon, which is made where it is missing."""
    done = connection.execute(addons.update().where(addons.c.name == name).values(**values))
    if not done.rowcount:
        connection.execute(addons.insert().values(name=name, **values))


def read_external_ids(connection: Connection, module: str, models: Collection[str] = ()) -> list[ExternalId]:
    """The external ids of an addon, oldest first; only those of `models` when any are given."""
    c = external_ids.c
    query = sa.select(c.id, c.module, c.name, c.model, c.res_id, c.noupdate).where(c.module == module).order_by(c.id)
    if models:
        query = query.where(c.model.in_(sorted(models)))
    return [ExternalId(*row) for row in connection.execute(query)]


def owners(connection: Connection, model: str, records: Iterable[int]) -> dict[int, set[str]]:
    """By record, the addons that gave it an external id; archived ones do not count."""
    c = external_ids.c
    found: dict[int, set[str]] = {}
    for chunk in _chunks(sorted(records)):
        query = sa.select(c.res_id, c.module).where(c.model == model, c.res_id.in_(chunk))
        for record, module in connection.execute(query.where(c.module.not_like(ARCHIVED + "%"))):
            found.setdefault(record, set()).add(module)
    return found


def add_external_ids(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:  # Any: as in set_addon
    """Insert external ids: mappings of module, name, model, res_id and noupdate."""
    for chunk in _chunks(rows):
        connection.execute(external_ids.insert(), [dict(row) for row in chunk])


def delete_external_ids(connection: Connection, ids: Iterable[int]) -> None:
    """Delete rows of external ids; the records stay."""
    for chunk in _chunks(sorted(ids)):
        connection.execute(external_ids.delete().where(external_ids.c.id.in_(chunk)))


def forget_records(connection: Connection, model: str, records: Iterable[int]) -> list[tuple[str, str]]:
    """Delete the external ids of records that were deleted; gives them as addon and name."""
    c = external_ids.c
    found: list[tuple[str, str]] = []
    for chunk in _chunks(sorted(records)):
        gone = external_ids.delete().where(c.model == model, c.res_id.in_(chunk)).returning(c.module, c.name)
        found += [(row.module, row.name) for row in connection.execute(gone)]
    return found


def archive_external_ids(connection: Connection, module: str, ids: Iterable[int]) -> None:
    """Put external ids of an addon aside while its records are archived."""
    c = external_ids.c
    for chunk in _chunks(sorted(ids)):
        names = sa.select(c.name).where(c.id.in_(chunk)).scalar_subquery()
        connection.execute(external_ids.delete().where(c.module == ARCHIVED + module, c.name.in_(names)))
        connection.execute(external_ids.update().where(c.id.in_(chunk)).values(module=ARCHIVED + module))


def restore_external_ids(connection: Connection, module: str, ids: Iterable[int]) -> None:
    """Give archived external ids back to their addon."""
    for chunk in _chunks(sorted(ids)):
        connection.execute(external_ids.update().where(external_ids.c.id.in_(chunk)).values(module=module))


def _chunks(items: Sequence[Any]) -> list[Sequence[Any]]:  # Any: ids or rows
    return [items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK)]
