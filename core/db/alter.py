"""Gives a table another shape: step by step on PostgreSQL, by adding or copying on SQLite."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.naming import conv

from core.db import statements
from core.db.columns import FOLDED
from core.db.ids import last_id, set_last_id
from core.db.shape import ColumnShape, KeyShape, TableShape, to_column, to_table
from core.errors import ValidationError

if TYPE_CHECKING:
    from alembic.operations import Operations

ChangeKind = Literal[
    "table", "column", "type", "required", "default", "index", "unique", "check", "foreign key", "rename", "dangling"
]
LONGEST_NAME = 63
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One thing that was changed: a kind, the table, and which column, rule or index of it."""

    kind: ChangeKind
    table: str
    name: str = ""
    detail: str = ""

    def __str__(self) -> str:
        return " ".join(
            filter(None, (self.kind, f"{self.table}.{self.name}" if self.name else self.table, self.detail))
        )


@dataclass(slots=True)
class Difference:
    """What leads from one shape of a table to another."""

    found: TableShape
    target: TableShape
    added: list[ColumnShape] = field(default_factory=list)
    removed: list[ColumnShape] = field(default_factory=list)
    altered: list[ColumnShape] = field(default_factory=list)
    rules_added: set[str] = field(default_factory=set)
    rules_dropped: set[str] = field(default_factory=set)
    indexes_added: set[str] = field(default_factory=set)
    indexes_dropped: set[str] = field(default_factory=set)
    keys_added: list[KeyShape] = field(default_factory=list)
    keys_dropped: list[KeyShape] = field(default_factory=list)

    def __bool__(self) -> bool:
        columns = self.added or self.removed or self.altered
        rules = self.rules_added or self.rules_dropped or self.keys_added or self.keys_dropped
        return bool(columns or rules or self.indexes_added or self.indexes_dropped)

    def changes(self) -> list[SchemaChange]:
        """The same for people."""
        name, before = self.target.name, self.found.columns
        told = [SchemaChange("column", name, c.name) for c in self.added]
        told += [SchemaChange("column", name, c.name, "dropped") for c in self.removed]
        for column in self.altered:
            old = before[column.name]
            if old.type is not column.type:
                told.append(SchemaChange("type", name, column.name, f"{old.type!r} -> {column.type!r}"))
            if old.nullable != column.nullable:
                told.append(SchemaChange("required", name, column.name, "no" if column.nullable else "yes"))
            if old.default != column.default:
                told.append(SchemaChange("default", name, column.name, column.default))
        for rule in sorted(self.rules_added | self.rules_dropped):
            kind: ChangeKind = "unique" if rule in self.target.uniques or rule in self.found.uniques else "check"
            told.append(SchemaChange(kind, name, rule, "" if rule in self.rules_added else "dropped"))
        for index in sorted(self.indexes_added | self.indexes_dropped):
            told.append(SchemaChange("index", name, index, "" if index in self.indexes_added else "dropped"))
        told += [SchemaChange("foreign key", name, ",".join(k.columns), k.target) for k in self.keys_added]
        added = {key.columns for key in self.keys_added}
        told += [
            SchemaChange("foreign key", name, ",".join(k.columns), "dropped")
            for k in self.keys_dropped
            if k.columns not in added
        ]
        return told


def differences(found: TableShape, target: TableShape) -> Difference:
    """What has to be done to a table; nothing is done yet."""
    diff = Difference(found, target)
    diff.added = [c for name, c in target.columns.items() if name not in found.columns]
    diff.removed = [c for name, c in found.columns.items() if name not in target.columns]
    diff.altered = [c for name, c in target.columns.items() if name in found.columns and c != found.columns[name]]
    have, want = _rules(found), _rules(target)
    diff.rules_dropped = {name for name, rule in have.items() if want.get(name) != rule}
    diff.rules_added = {name for name, rule in want.items() if have.get(name) != rule}
    diff.indexes_dropped = {name for name, index in found.indexes.items() if target.indexes.get(name) != index}
    diff.indexes_added = {name for name, index in target.indexes.items() if found.indexes.get(name) != index}
    linked, wanted = {key.link for key in found.foreign_keys}, {key.link for key in target.foreign_keys}
    diff.keys_dropped = [key for key in found.foreign_keys if key.link not in wanted]
    diff.keys_added = [key for key in target.foreign_keys if key.link not in linked]
    return diff


def _rules(shape: TableShape) -> dict[str, object]:
    checks = {name: shape.marks.get(name) or text for name, text in shape.checks.items()}
    return {**shape.uniques, **checks}


def mark_of(check: str) -> str:
    """What is noted about a CHECK on PostgreSQL, which writes its text in another way."""
    return blake2b(check.encode(), digest_size=8).hexdigest()


@contextmanager
def checked_now(connection: Connection) -> Iterator[None]:
    """A block that changes tables: PostgreSQL changes none while checks of its rows wait for the transaction's end."""
    if connection.dialect.name == "postgresql":
        statements.run(connection, statements.CONSTRAINTS_IMMEDIATE)
    yield
    if connection.dialect.name == "postgresql":
        statements.run(connection, statements.CONSTRAINTS_DEFERRED)


def operations(connection: Connection) -> Operations:
    """Alembic's operations on this connection."""
    # Only changes of tables need it, and a server should start quickly.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    return Operations(MigrationContext.configure(connection))


@contextmanager
def _together(connection: Connection) -> Iterator[Operations]:
    """Operations that PostgreSQL gets as one text at the end of the block: hundreds of them cost as many journeys."""
    if connection.dialect.name == "sqlite":
        yield operations(connection)
        return
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written}
    yield Operations(MigrationContext.configure(dialect=connection.dialect, opts=options))
    if written.getvalue().strip():
        statements.run(connection, written.getvalue())


def create_tables(connection: Connection, shapes: Iterable[TableShape]) -> None:
    """Make tables that do not exist. On PostgreSQL foreign keys come with `add_keys`, when all tables are there."""
    sqlite = connection.dialect.name == "sqlite"
    with _together(connection) as op:
        for shape in shapes:
            op.execute(sa.schema.CreateTable(to_table(shape, keys=sqlite)))
            _mark(op, shape, shape.checks)
            _create_indexes(connection, op, shape, shape.indexes)


def change_table(connection: Connection, diff: Difference) -> None:
    """Change a table in all but, on PostgreSQL, new foreign keys; those come with `add_keys`.

    Raises ValidationError where rows break a new rule, naming some.
    """
    for rule in sorted(diff.rules_added):
        _refuse_broken(connection, diff, rule)
    if connection.dialect.name == "sqlite":
        _change_on_sqlite(connection, diff)
    else:
        _change_on_postgresql(connection, diff)


def add_keys(connection: Connection, diffs: Iterable[Difference]) -> None:
    """Add the new foreign keys, where `change_table` has not done it."""
    if connection.dialect.name == "postgresql":
        with _together(connection) as op:
            for diff in diffs:
                for key in diff.keys_added:
                    op.create_foreign_key(
                        key.name or None, diff.target.name, key.target, list(key.columns), list(key.target_columns),
                        deferrable=True, initially="DEFERRED", ondelete=key.ondelete or None,
                    )  # fmt: skip


def cut_danglers(connection: Connection, diff: Difference) -> list[SchemaChange]:
    """Empty the links that lead nowhere, before a foreign key forbids them; rows that are nothing but a link go."""
    told: list[SchemaChange] = []
    for key in diff.keys_added:
        if len(key.columns) != 1 or key.columns[0] not in diff.found.columns:
            continue
        (name,), (there,) = key.columns, key.target_columns
        place, target = sa.column(name, sa.Integer()), sa.column(there, sa.Integer())
        table = sa.table(diff.found.name, place)
        lost = sa.and_(place.is_not(None), place.not_in(sa.select(target).select_from(sa.table(key.target))))
        required = name in diff.target.key or not diff.target.columns[name].nullable
        statement = sa.delete(table).where(lost) if required else sa.update(table).where(lost).values({name: None})
        count = connection.execute(statement).rowcount
        if count:
            told.append(SchemaChange("dangling", diff.found.name, name, f"{count} -> {key.target}"))
    return told


def rename(connection: Connection, found: TableShape, name: str) -> None:
    """Give a table another name, and its key a fitting one: keys have an index, whose name no second one may have."""
    operations(connection).rename_table(found.name, name)
    if connection.dialect.name == "postgresql" and found.key_name:
        connection.execute(statements.RenameConstraint(name, found.key_name, f"pk_{name}"[:LONGEST_NAME]))


def _refuse_broken(connection: Connection, diff: Difference, rule: str) -> None:
    table = to_table(diff.found, keys=False)
    columns = diff.target.uniques.get(rule)
    used = columns or re.findall(r"\w+", diff.target.checks[rule])
    if any(column.name in used for column in diff.added):
        return
    if columns is None:
        query: sa.Select[Any] = statements.rows_against(table, diff.target.checks[rule])
        text = "Rows {rows} of table {table} break the new rule {rule}."
    else:
        places = [table.c[name] for name in columns]
        query = sa.select(*places).where(*(p.is_not(None) for p in places)).group_by(*places)
        query = query.having(sa.func.count() > 1)
        text = "The new rule {rule} wants {columns} of table {table} to be unique, but several rows have: {rows}."
    rows = connection.execute(query.limit(_SHOWN)).all()
    if rows:
        shown = [" ".join(map(str, row)) for row in rows]
        raise ValidationError(text, table=table.name, rule=rule, columns=columns, rows=shown)


def _change_on_postgresql(connection: Connection, diff: Difference) -> None:
    op, table = operations(connection), diff.target.name
    for key in diff.keys_dropped:
        op.drop_constraint(key.name, table)
    for rule in sorted(diff.rules_dropped):
        op.drop_constraint(rule, table)
    for index in sorted(diff.indexes_dropped):
        op.drop_index(index, table)
    for column in diff.added:
        op.add_column(table, to_column(column))
    for column in diff.altered:
        old = diff.found.columns[column.name]
        if old.type is not column.type:
            op.alter_column(table, column.name, type_=column.type, existing_type=old.type)
        if old.default != column.default:
            default: Any = statements.fragment(column.default) if column.default else None
            op.alter_column(table, column.name, server_default=default)
        if old.nullable and not column.nullable:
            place: Any = sa.column(column.name)
            fill = sa.update(sa.table(table, place)).where(place.is_(None))
            connection.execute(fill.values({column.name: statements.fragment(column.default)}))
        if old.nullable != column.nullable:
            op.alter_column(table, column.name, nullable=column.nullable)
    for column in diff.removed:
        op.drop_column(table, column.name)
    for rule in sorted(diff.rules_added):
        if rule in diff.target.uniques:
            op.create_unique_constraint(rule, table, list(diff.target.uniques[rule]))
        else:
            op.create_check_constraint(rule, table, statements.fragment(diff.target.checks[rule]))
    _mark(op, diff.target, diff.rules_added & set(diff.target.checks))
    _create_indexes(connection, op, diff.target, diff.indexes_added)


def _mark(op: Operations, shape: TableShape, rules: Iterable[str]) -> None:
    if op.get_context().dialect.name == "postgresql":
        for name in sorted(rules):
            mark = shape.marks.get(name) or mark_of(shape.checks[name])
            rule = sa.CheckConstraint(sa.true(), name=conv(name), comment=mark)
            sa.Table(shape.name, sa.MetaData(), rule)
            op.execute(sa.schema.SetConstraintComment(rule))


def _create_indexes(connection: Connection, op: Operations, shape: TableShape, names: Iterable[str]) -> None:
    for name in sorted(names):
        columns, unique = shape.indexes[name]
        op.create_index(name, shape.name, [_indexed(connection, column) for column in columns], unique=unique)


def _indexed(connection: Connection, column: str) -> Any:  # Any: a name or an expression
    """A column as an index has it: folded texts in the order in which lists are sorted, so that the index serves it."""
    if connection.dialect.name == "postgresql" and column.endswith(FOLDED):
        return sa.collate(sa.column(column, sa.Text()), "C").nulls_first()
    return column


def _change_on_sqlite(connection: Connection, diff: Difference) -> None:
    keys = {key.columns: key for key in diff.keys_added}
    new = {column.name for column in diff.added}
    if (
        diff.removed
        or diff.altered
        or diff.rules_added
        or diff.rules_dropped
        or diff.keys_dropped
        or any(len(columns) != 1 or columns[0] not in new for columns in keys)
    ):
        _rebuild(connection, diff)
        return
    op = operations(connection)
    for index in sorted(diff.indexes_dropped):
        op.drop_index(index, diff.target.name)
    for column in diff.added:
        key = keys.get((column.name,))
        target = (key.target, key.target_columns[0], key.ondelete) if key else None
        connection.execute(statements.AddSqliteColumn(diff.target.name, to_column(column), target))
    _create_indexes(connection, operations(connection), diff.target, diff.indexes_added)


def _rebuild(connection: Connection, diff: Difference) -> None:
    """Copy the rows into a new table that takes the old one's name; its next id stays what it was."""
    if statements.run(connection, statements.FOREIGN_KEYS).scalar():
        raise RuntimeError("a table can be rebuilt only in begin(…, schema=True): it would empty its children")
    name, target = diff.target.name, diff.target
    copy = f"zz_new_{name}"
    last = last_id(connection, name, target.key[0]) if target.numbered else 0
    connection.execute(statements.CreateSqliteCopy(to_table(target), copy))
    kept = [c for c in target.columns.values() if c.name in diff.found.columns]
    values: list[Any] = []
    for column in kept:
        place: Any = sa.column(column.name, column.type)
        fills = column.default and not column.nullable
        values.append(sa.func.coalesce(place, statements.fragment(column.default)) if fills else place)
    into = sa.insert(sa.table(copy, *(sa.column(c.name) for c in kept)))
    connection.execute(into.from_select([c.name for c in kept], sa.select(*values).select_from(sa.table(name))))
    op = operations(connection)
    op.drop_table(name)
    op.rename_table(copy, name)
    if last:
        set_last_id(connection, name, target.key[0], last)
    _create_indexes(connection, operations(connection), target, target.indexes)
