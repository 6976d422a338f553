"""Tables and columns are put aside, come back with what they held, and go only when somebody says so."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from core.db.engine import begin
from core.db.found import find_tables
from core.db.schema import Archive, archive_column, archive_table, list_archives, purge, restore_archived, sync
from core.db.types import Money, id_column
from core.errors import UnknownName
from tests.db.conftest import undone

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(constraint_name)s",
}


def link(target: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{target}.id", deferrable=True, initially="DEFERRED")


def described() -> sa.MetaData:
    metadata = sa.MetaData(naming_convention=NAMING)
    sa.Table(
        "lead",
        metadata,
        id_column(),
        sa.Column("name", sa.Text(), index=True),
        sa.Column("score", Money(), nullable=False, server_default=sa.text("0")),
        sa.Column("stage_id", sa.Integer(), link("stage"), index=True),
        sa.UniqueConstraint("name", "score", name="name"),
        sa.CheckConstraint("score >= 0", name="ck_lead_score"),
    )
    sa.Table("stage", metadata, id_column(), sa.Column("lead_id", sa.Integer(), link("lead"), index=True))
    return metadata


@pytest.fixture
def filled(engine: Engine) -> sa.MetaData:
    metadata = described()
    with begin(engine, write=True, schema=True) as connection:
        sync(connection, metadata, metadata.tables)
        connection.execute(metadata.tables["stage"].insert().values(lead_id=None))
        connection.execute(metadata.tables["lead"].insert().values(name="one", score=3, stage_id=1))
        connection.execute(metadata.tables["stage"].update().values(lead_id=1))
    return metadata


def put_aside(engine: Engine, *names: str) -> Archive:
    with begin(engine, write=True, schema=True) as connection:
        archive = archive_table if len(names) == 1 else archive_column
        return archive(connection, *names, module="crm")


def test_an_archived_table_is_out_of_the_way(engine: Engine, filled: sa.MetaData) -> None:
    archive = put_aside(engine, "lead")
    assert re.fullmatch(r"zz_lead_\d{14}", archive.archived_name)
    with begin(engine, write=True) as connection:
        found = find_tables(connection)
        assert "lead" not in found
        assert found["stage"].foreign_keys == []
        assert found[archive.archived_name].foreign_keys == []
        connection.execute(filled.tables["stage"].delete())
        connection.execute(filled.tables["stage"].insert().values(lead_id=77))
        assert list_archives(connection, "crm") == [archive]
        assert list_archives(connection, "sale") == []


def test_a_table_of_the_same_name_can_be_made_beside_an_archived_one(engine: Engine, filled: sa.MetaData) -> None:
    first = put_aside(engine, "lead")
    with begin(engine, write=True, schema=True) as connection:
        changes = [str(change) for change in sync(connection, filled, filled.tables)]
        assert "table lead" in changes
        assert "dangling stage.lead_id 1 -> lead" in changes
    second = put_aside(engine, "lead")
    assert first.archived_name != second.archived_name
    with begin(engine, write=True, schema=True) as connection:
        assert [archive.id for archive in list_archives(connection)] == [first.id, second.id]


def test_a_restored_table_has_its_rows_rules_and_numbers(engine: Engine, filled: sa.MetaData) -> None:
    archive = put_aside(engine, "lead")
    with begin(engine, write=True, schema=True) as connection:
        assert restore_archived(connection, archive)
        sync(connection, filled, filled.tables)
        assert list_archives(connection) == []
        assert not restore_archived(connection, archive)
    with begin(engine, write=True) as connection:
        lead = filled.tables["lead"]
        row = connection.execute(sa.select(lead)).one()
        assert (row.name, row.score, row.stage_id) == ("one", 3, 1)
        new = connection.execute(lead.insert().values(name="two")).inserted_primary_key
        assert new is not None
        assert new[0] == 2
    for values in ({"name": "one", "score": 3}, {"score": -1}, {"stage_id": 9}):
        with pytest.raises(sa.exc.IntegrityError), begin(engine, write=True) as connection:
            connection.execute(filled.tables["lead"].insert().values(**values))


def test_links_of_a_restored_table_that_lead_nowhere_are_reported(engine: Engine, filled: sa.MetaData) -> None:
    archive = put_aside(engine, "lead")
    with begin(engine, write=True) as connection:
        connection.execute(filled.tables["stage"].delete())
    with begin(engine, write=True, schema=True) as connection:
        restore_archived(connection, archive)
        changes = [str(change) for change in sync(connection, filled, filled.tables)]
    assert "dangling lead.stage_id 1 -> stage" in changes


@pytest.mark.parametrize("column", ["score", "stage_id", "name"])
def test_an_archived_column_never_blocks_and_comes_back(engine: Engine, filled: sa.MetaData, column: str) -> None:
    with begin(engine, write=False) as connection:
        before = find_tables(connection)["lead"]
    archive = put_aside(engine, "lead", column)
    with begin(engine, write=True) as connection:
        found = find_tables(connection)["lead"]
        assert column not in found.columns
        assert found.columns[archive.archived_name].nullable
        assert not [key for key in found.foreign_keys if archive.archived_name in key.columns]
        assert not [name for name, (columns, _) in found.indexes.items() if archive.archived_name in columns]
        connection.exec_driver_sql("INSERT INTO lead (id) VALUES (5)")
        connection.exec_driver_sql(f"UPDATE lead SET {archive.archived_name} = NULL WHERE id = 5")
    with begin(engine, write=True, schema=True) as connection:
        assert restore_archived(connection, archive)
        sync(connection, filled, filled.tables)
        after = find_tables(connection)["lead"]
        assert sorted(after.columns) == sorted(before.columns)
        assert (after.uniques, after.indexes, list(after.checks)) == (
            before.uniques,
            before.indexes,
            list(before.checks),
        )
        assert {key.link for key in after.foreign_keys} == {key.link for key in before.foreign_keys}
        assert {c.name: c.nullable for c in after.columns.values()} == {
            c.name: c.nullable for c in before.columns.values()
        }
        kept = connection.execute(sa.select(filled.tables["lead"].c[column]).order_by(filled.tables["lead"].c.id))
        assert kept.scalars().first() == {"score": 3, "stage_id": 1, "name": "one"}[column]


def test_a_column_does_not_take_the_place_of_a_new_one(engine: Engine, filled: sa.MetaData) -> None:
    archive = put_aside(engine, "lead", "name")
    with begin(engine, write=True, schema=True) as connection:
        sync(connection, filled, filled.tables)
        assert not restore_archived(connection, archive)
        assert list_archives(connection) == [archive]


def test_only_purge_drops(engine: Engine, filled: sa.MetaData) -> None:
    column = put_aside(engine, "lead", "name")
    table = put_aside(engine, "stage")
    with begin(engine, write=True, schema=True) as connection:
        purge(connection, [column, table])
        found = find_tables(connection)
        assert set(found) == {"lead", "ir_archive"}
        assert set(found["lead"].columns) == {"id", "score", "stage_id"}
        assert list_archives(connection) == []
        purge(connection, [column, table])


def test_what_is_not_there_cannot_be_archived(engine: Engine, filled: sa.MetaData) -> None:
    for names in (["leads"], ["lead", "nam"], ["lead", "id"]):
        with pytest.raises(UnknownName):
            put_aside(engine, *names)


def test_a_failed_removal_leaves_everything(engine: Engine, filled: sa.MetaData) -> None:
    with begin(engine, write=False) as connection:
        before = repr(find_tables(connection))
    with undone(engine, schema=True) as connection:
        archive_column(connection, "lead", "score", module="crm")
        archive_table(connection, "stage", module="crm")
    with begin(engine, write=False) as connection:
        assert repr(find_tables(connection)) == before
