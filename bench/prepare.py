"""Makes the databases of a run: the same tables with the same rows for the floors and for Grial."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from bench import data
from bench.place import Place
from bench.sides import ADDONS, Side
from core.db.engine import DatabaseServer, begin
from core.db.ids import set_last_id
from core.db.types import insert_rows
from core.kernel.config import Settings

GROUPS = ("base.group_user", "base.group_partner_manager")


def prepare_floor(place: Place) -> None:
    """The database of the floors."""
    from bench.floor import metadata
    from core.db import admin

    server = DatabaseServer(Settings.from_env({}, data_dir=place.folder, database_url=place.server, time_limit=0.0))
    name = place.name("floor")
    admin.create(server, name)
    with begin(server.engine(name), write=True, schema=True) as connection:
        metadata.create_all(connection)
        _fill(connection, metadata.tables, place.size)
    server.dispose(name)
    _analyse(place, name)


def prepare_grial(place: Place) -> None:
    """The database of Grial, with the plain models of the floors as an addon, and partners of its own."""
    from core.module.create import create_database
    from core.module.registries import Registries

    settings = Settings.from_env(
        {}, data_dir=place.folder, database_url=place.server, addons_path=(ADDONS,), time_limit=0.0
    )
    server = DatabaseServer(settings)
    registries = Registries(server, settings)
    name = place.name("grial")
    create_database(registries, name, addons=["crm", "bench_plain"])
    with registries.transaction(name) as env:
        groups = [env.ref(group).id for group in GROUPS]
        env["res.users"].create({"name": "Bench", "login": "bench", "groups_id": [(6, 0, groups)]})
        env["res.partner"].create([native_partner(i) for i in range(place.size.native)])
    with registries.transaction(name) as env:
        _fill(env.tx.connection, {t: env.registry.metadata.tables[t] for t in data.TABLES}, place.size)
    registries.forget(name)
    _analyse(place, name)


def native_partner(i: int) -> dict[str, object]:
    """A partner as people have them in their address book."""
    return {
        "name": f"Native {i:06}", "email": f"native{i:06}@example.com", "phone": f"+34 91 {i % 1_000_000 + 2_000_000}",
        "street": f"{i} Main Street", "city": f"City {i % 500:03}", "zip": f"{i % 90000:05}", "ref": f"B{i:06}",
        "is_company": True,
    }  # fmt: skip


def _fill(connection: sa.Connection, tables: Mapping[str, sa.Table], size: data.Size) -> None:
    for name, rows in data.TABLES.items():
        made = list(rows(size))
        stamps = {c: v for c, v in (("create_uid", 1), ("create_date", data.STAMP)) if c in tables[name].c}
        names = [*made[0], *stamps]
        insert_rows(connection, tables[name], names, [(*row.values(), *stamps.values()) for row in made])
        set_last_id(connection, name, "id", len(made))


def _analyse(place: Place, name: str) -> None:
    side = Side(place, name)
    side.tell("VACUUM ANALYZE" if side.postgresql else "ANALYZE")
    side.close()
