"""Tables follow their models: added to, widened, never dropped; on both databases alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from core.db.engine import begin
from core.db.found import find_tables
from core.db.schema import fingerprint, rename_table, sync
from core.db.types import JsonMap, Money, UtcDateTime, id_column, insert_rows, next_ids
from core.errors import ValidationError
from tests.db.conftest import undone

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(constraint_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def link(target: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{target}.id", deferrable=True, initially="DEFERRED")


def first_version() -> sa.MetaData:
    metadata = sa.MetaData(naming_convention=NAMING)
    sa.Table(
        "claim",
        metadata,
        id_column(),
        sa.Column("name", sa.String(20)),
        sa.Column("count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("stage_id", sa.Integer(), link("stage"), index=True),
    )
    sa.Table(
        "stage", metadata, id_column(), sa.Column("name", sa.Text()), sa.Column("claim_id", sa.Integer(), link("claim"))
    )
    return metadata


def second_version() -> sa.MetaData:
    """A column of each kind more, wider types, new rules, a link to the table itself."""
    metadata = sa.MetaData(naming_convention=NAMING)
    table = sa.Table(
        "claim",
        metadata,
        id_column(),
        sa.Column("name", sa.Text(), index=True),
        sa.Column("count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("stage_id", sa.Integer(), link("stage"), index=True),
        sa.Column("parent_id", sa.Integer(), link("claim"), index=True),
        sa.Column("cost", Money(), server_default=sa.text("0"), nullable=False),
        sa.Column("open", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("at", UtcDateTime()),
        sa.Column("day", sa.Date()),
        sa.Column("labels", JsonMap()),
        sa.Column("state", sa.String(), server_default=sa.text("'it''s new'"), nullable=False),
    )
    table.append_constraint(sa.UniqueConstraint(table.c.name, table.c.stage_id, name="name_stage"))
    table.append_constraint(sa.CheckConstraint(sa.and_(table.c.cost >= 0, table.c.state != "100%"), name="cost"))
    sa.Table(
        "stage", metadata, id_column(), sa.Column("name", sa.Text()), sa.Column("claim_id", sa.Integer(), link("claim"))
    )
    return metadata


def migrate(engine: Engine, metadata: sa.MetaData, **options: Any) -> list[str]:
    with begin(engine, write=True, schema=True) as connection:
        return [str(change) for change in sync(connection, metadata, metadata.tables, **options)]


def add_claims(engine: Engine, metadata: sa.MetaData, *names: str) -> list[int]:
    table = metadata.tables["claim"]
    with begin(engine, write=True) as connection:
        ids = next_ids(connection, table, len(names))
        insert_rows(connection, table, ["id", "name"], list(zip(ids, names, strict=True)))
        return ids


def rows(connection: Connection, query: str) -> list[Any]:
    return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_new_tables_are_made_with_links_in_a_circle(engine: Engine) -> None:
    metadata = first_version()
    assert migrate(engine, metadata) == ["table claim", "table stage"]
    assert migrate(engine, metadata) == []
    with begin(engine, write=False) as connection:
        found = find_tables(connection, metadata.tables)
    assert [key.target for key in found["claim"].foreign_keys] == ["stage"]
    assert [key.target for key in found["stage"].foreign_keys] == ["claim"]
    assert found["claim"].indexes == {"ix_claim_stage_id": (("stage_id",), False)}


def test_links_are_checked_at_the_end_of_a_transaction(engine: Engine) -> None:
    metadata = first_version()
    migrate(engine, metadata)
    claim, stage = metadata.tables["claim"], metadata.tables["stage"]
    with begin(engine, write=True) as connection:
        insert_rows(connection, claim, ["id", "stage_id"], [(1, 7)])
        insert_rows(connection, stage, ["id", "claim_id"], [(7, 1)])
    with pytest.raises(sa.exc.IntegrityError), begin(engine, write=True) as connection:
        insert_rows(connection, claim, ["id", "stage_id"], [(2, 999)])


def test_an_upgrade_adds_and_widens_and_keeps_every_row(engine: Engine) -> None:
    migrate(engine, first_version())
    metadata = second_version()
    ids = add_claims(engine, metadata, "one", "two")
    done = migrate(engine, metadata)
    kinds = {line.split(" ")[0] for line in done}
    assert kinds == {"column", "type", "index", "unique", "check", "foreign"}
    assert migrate(engine, metadata) == [], "a second run has nothing to do"
    table = metadata.tables["claim"]
    with begin(engine, write=False) as connection:
        found = connection.execute(sa.select(table).order_by(table.c.id)).mappings().all()
    assert [row["id"] for row in found] == ids
    assert [row["name"] for row in found] == ["one", "two"]
    assert (found[0]["cost"], found[0]["open"], found[0]["state"]) == (0, True, "it's new")


def test_a_new_column_must_be_filled_only_with_a_default(engine: Engine) -> None:
    migrate(engine, first_version())
    metadata = first_version()
    metadata.tables["claim"].append_column(sa.Column("day", sa.Date(), nullable=False))
    metadata.tables["claim"].append_column(sa.Column("cost", Money(), nullable=False, server_default=sa.text("1.5")))
    migrate(engine, metadata)
    with begin(engine, write=False) as connection:
        columns = find_tables(connection, ["claim"])["claim"].columns
    assert columns["day"].nullable
    assert not columns["cost"].nullable
    add_claims(engine, metadata, "one")
    with begin(engine, write=False) as connection:
        assert connection.execute(sa.select(metadata.tables["claim"].c.cost)).scalar() == Decimal("1.5")
    assert migrate(engine, metadata) == []


def test_an_empty_column_that_gets_a_default_is_filled(engine: Engine) -> None:
    metadata = first_version()
    migrate(engine, metadata)
    add_claims(engine, metadata, "one", "two")
    metadata = first_version()
    name = metadata.tables["claim"].c.name
    name.nullable, name.server_default = False, sa.DefaultClause(sa.text("'x'"))
    with begin(engine, write=True) as connection:
        connection.execute(metadata.tables["claim"].update().where(name == "two").values(name=None))
    assert migrate(engine, metadata) == ["required claim.name yes", "default claim.name 'x'"]
    assert migrate(engine, metadata) == []
    with begin(engine, write=False) as connection:
        assert rows(connection, "SELECT name FROM claim ORDER BY id") == [("one",), ("x",)]
    assert migrate(engine, first_version()) == ["required claim.name no"]


def test_new_rules_hold(engine: Engine) -> None:
    migrate(engine, first_version())
    metadata = second_version()
    migrate(engine, metadata)
    table = metadata.tables["claim"]
    wrong: list[dict[str, Any]] = [{"cost": -1}, {"parent_id": 99}, {"state": "100%"}]
    for values in wrong:
        with pytest.raises(sa.exc.IntegrityError), begin(engine, write=True) as connection:
            connection.execute(table.insert().values(**values))
    for _ in range(2):
        with begin(engine, write=True) as connection:
            connection.execute(table.insert().values(name="a"))
    with begin(engine, write=True) as connection:
        connection.execute(metadata.tables["stage"].insert().values(id=1))
        connection.execute(table.insert().values(name="a", stage_id=1))
    with pytest.raises(sa.exc.IntegrityError), begin(engine, write=True) as connection:
        connection.execute(table.insert().values(name="a", stage_id=1))


def test_nothing_stays_of_an_upgrade_that_fails(engine: Engine) -> None:
    migrate(engine, first_version())
    with begin(engine, write=False) as connection:
        before = find_tables(connection)
    metadata = second_version()
    with undone(engine, schema=True) as connection:
        assert sync(connection, metadata, metadata.tables)
    with begin(engine, write=False) as connection:
        after = find_tables(connection)
    assert repr(after) == repr(before)


def test_a_rebuilt_table_keeps_its_children_and_its_numbers(engine: Engine) -> None:
    metadata = first_version()
    migrate(engine, metadata)
    claim, stage = metadata.tables["claim"], metadata.tables["stage"]
    ids = add_claims(engine, metadata, "one", "two", "three")
    with begin(engine, write=True) as connection:
        connection.execute(stage.insert().values(claim_id=ids[0]))
        connection.execute(claim.delete().where(claim.c.id == ids[-1]))
    migrate(engine, second_version())
    with begin(engine, write=True) as connection:
        assert connection.execute(sa.select(stage.c.claim_id)).scalars().all() == [ids[0]]
        new = connection.execute(claim.insert().values(name="four")).inserted_primary_key
        assert new is not None
        assert new[0] > ids[-1], "the number of a deleted row is not given again"


def test_what_the_database_has_besides_stays(engine: Engine) -> None:
    migrate(engine, second_version())
    add_claims(engine, second_version(), "one")
    older = first_version()
    older.tables["claim"].c.count.type, older.tables["claim"].c.name.type = sa.BigInteger(), sa.Text()
    assert migrate(engine, older) == []
    with begin(engine, write=False) as connection:
        found = find_tables(connection, ["claim"])["claim"]
    assert "cost" in found.columns
    assert "uq_claim_name_stage" in found.uniques
    assert "ck_claim_cost" in found.checks
    assert [key.columns for key in found.foreign_keys if key.columns == ("parent_id",)] == [("parent_id",)]


def test_rules_that_are_not_wanted_go_on_request(engine: Engine) -> None:
    migrate(engine, second_version())
    metadata = second_version()
    claim = metadata.tables["claim"]
    for rule in [c for c in claim.constraints if isinstance(c, sa.UniqueConstraint | sa.CheckConstraint)]:
        claim.constraints.discard(rule)
    assert migrate(engine, metadata) == []
    assert migrate(engine, metadata, drop_rules=True) == [
        "check claim.ck_claim_cost dropped",
        "unique claim.uq_claim_name_stage dropped",
    ]
    add_claims(engine, metadata, "same", "same")


def test_a_changed_check_replaces_the_old_one(engine: Engine) -> None:
    migrate(engine, second_version())
    metadata = second_version()
    claim = metadata.tables["claim"]
    claim.constraints = {c for c in claim.constraints if not isinstance(c, sa.CheckConstraint)}
    claim.append_constraint(sa.CheckConstraint(claim.c.cost >= -5, name="cost"))
    assert migrate(engine, metadata) == ["check claim.ck_claim_cost"]
    assert migrate(engine, metadata) == []
    with begin(engine, write=True) as connection:
        connection.execute(claim.insert().values(cost=-4))
    with pytest.raises(sa.exc.IntegrityError), begin(engine, write=True) as connection:
        connection.execute(claim.insert().values(cost=-6))


@pytest.mark.parametrize("kind", [sa.String(5), sa.Integer(), sa.Date()])
def test_a_narrower_type_is_refused_and_the_column_named(engine: Engine, kind: Any) -> None:
    migrate(engine, first_version())
    metadata = sa.MetaData(naming_convention=NAMING)
    sa.Table("claim", metadata, id_column(), sa.Column("name", kind))
    with pytest.raises(ValidationError, match="Column name of table claim") as refusal:
        migrate(engine, metadata)
    assert refusal.value.values["found"] == "VARCHAR(20)"


def test_a_new_rule_that_rows_break_is_refused_and_they_are_named(engine: Engine) -> None:
    migrate(engine, first_version())
    metadata = first_version()
    claim = metadata.tables["claim"]
    ids = add_claims(engine, metadata, "same", "same", "other")
    claim.append_constraint(sa.UniqueConstraint(claim.c.name, name="name"))
    with pytest.raises(ValidationError, match="several rows have: same"):
        migrate(engine, metadata)
    metadata = first_version()
    claim = metadata.tables["claim"]
    claim.append_constraint(sa.CheckConstraint(claim.c.name != "other", name="name"))
    with pytest.raises(ValidationError, match=f"Rows {ids[2]} of table claim"):
        migrate(engine, metadata)


def test_links_that_lead_nowhere_are_emptied_and_reported(engine: Engine) -> None:
    metadata = sa.MetaData(naming_convention=NAMING)
    sa.Table("claim", metadata, id_column(), sa.Column("stage_id", sa.Integer()))
    migrate(engine, metadata)
    with begin(engine, write=True) as connection:
        insert_rows(connection, metadata.tables["claim"], ["id", "stage_id"], [(1, 5), (2, None)])
    assert "dangling claim.stage_id 1 -> stage" in migrate(engine, first_version())
    with begin(engine, write=False) as connection:
        assert rows(connection, "SELECT stage_id FROM claim ORDER BY id") == [(None,), (None,)]


def test_a_declared_rename_moves_the_values(engine: Engine) -> None:
    migrate(engine, second_version())
    add_claims(engine, second_version(), "one")
    metadata = second_version().tables
    renamed = sa.MetaData(naming_convention=NAMING)
    for table in metadata.values():
        columns = [
            c._copy(name="title") if c.name == "name" else c._copy() for c in table.columns if c.name != "parent_id"
        ]
        for column in columns:
            column.foreign_keys = set()
        sa.Table("complaint" if table.name == "claim" else table.name, renamed, *columns)
    renames = {"claim": "complaint", "claim.name": "title", "gone": "away", "claim.gone": "away"}
    done = migrate(engine, renamed, renames=renames)
    assert done[:2] == ["rename claim.name title", "rename claim complaint"]
    assert migrate(engine, renamed, renames=renames) == []
    with begin(engine, write=False) as connection:
        assert rows(connection, "SELECT title FROM complaint") == [("one",)]
        found = find_tables(connection)
    assert "claim" not in found
    assert not [name for name in found["complaint"].indexes if "_claim_" in name]


def test_numbers_go_on_after_a_rename(engine: Engine) -> None:
    metadata = first_version()
    migrate(engine, metadata)
    ids = add_claims(engine, metadata, "one", "two")
    with begin(engine, write=True, schema=True) as connection:
        rename_table(connection, "claim", "complaint")
    renamed = sa.Table("complaint", sa.MetaData(), id_column())
    with begin(engine, write=True) as connection:
        assert next_ids(connection, renamed, 2) == [ids[-1] + 1, ids[-1] + 2]


def test_sync_waits_for_no_deferred_check(engine: Engine) -> None:
    """PostgreSQL refuses to alter a table whose rows still have to be checked."""
    metadata = first_version()
    migrate(engine, metadata)
    later = second_version()
    with begin(engine, write=True, schema=True) as connection:
        insert_rows(connection, metadata.tables["stage"], ["id"], [(1,)])
        insert_rows(connection, metadata.tables["claim"], ["id", "stage_id"], [(1, 1)])
        assert sync(connection, later, later.tables)


def test_a_rebuild_outside_of_a_schema_transaction_is_refused(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("only SQLite rebuilds tables")
    migrate(engine, first_version())
    metadata = second_version()
    with pytest.raises(RuntimeError, match="schema=True"), begin(engine, write=True) as connection:
        sync(connection, metadata, metadata.tables)


def test_the_fingerprint_changes_with_the_tables() -> None:
    first, again, second = first_version(), first_version(), second_version()
    assert fingerprint(first.tables.values()) == fingerprint(reversed(list(again.tables.values())))
    assert fingerprint(first.tables.values()) != fingerprint(second.tables.values())
