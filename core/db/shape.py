"""The shape of a table: what the models want and what a database has are both told in it, and compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.naming import conv
from sqlalchemy.types import TypeEngine

from core.db.columns import id_column
from core.db.money import Money
from core.db.scaled import scale
from core.db.statements import fragment
from core.errors import ValidationError

_CAST = re.compile(r"::[a-z ]+(\(\d+(,\s*\d+)?\))?(\[\])?$")
_QUOTED_NUMBER = re.compile(r"'(-?\d+(\.\d+)?)'")

Type = TypeEngine[Any]  # Any: a column has its own type


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column; `default` is SQL without casts, "" for none."""

    name: str
    type: Type
    nullable: bool = True
    default: str = ""


@dataclass(frozen=True, slots=True)
class KeyShape:
    """A foreign key. SQLite has some without a name, so that `name` does not count in a comparison.

    `ondelete` is CASCADE or SET NULL; empty where the other row must stay.
    """

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    ondelete: str = ""

    @property
    def link(self) -> tuple[tuple[str, ...], str, tuple[str, ...], str]:
        """What it links and how, whatever it is called."""
        return self.columns, self.target, self.target_columns, self.ondelete


@dataclass(slots=True)
class TableShape:
    """A table.

    Attributes:
        key: the columns of the primary key.
        numbered: the database numbers the ids, and never gives one twice.
        uniques: columns by the name of a unique constraint.
        indexes: columns, and whether the index is unique, by its name.
        checks: SQL by the name of a CHECK constraint.
        marks: on PostgreSQL, which rewrites that SQL, what we noted about the original.
    """

    name: str
    columns: dict[str, ColumnShape]
    key: tuple[str, ...] = ()
    key_name: str = ""
    numbered: bool = False
    foreign_keys: list[KeyShape] = field(default_factory=list)
    uniques: dict[str, tuple[str, ...]] = field(default_factory=dict)
    indexes: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)


def shape_of(table: sa.Table, dialect: Dialect) -> TableShape:
    """The shape that a described table wants on this backend."""
    writer: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # it needs no statement for parts of one

    def called(item: Any) -> str:
        # Long names are shortened here as in CREATE.
        return str(writer.preparer.format_constraint(item)).strip('"') if item.name else ""

    def default(column: sa.Column[Any]) -> str:
        text = plain_default(writer.get_column_default_string(column))
        # What is written as a plain number stands for an amount.
        return str(scale(text)) if text and dialect.name == "sqlite" and isinstance(column.type, Money) else text

    columns = {c.name: ColumnShape(c.name, c.type, bool(c.nullable), default(c)) for c in table.columns}
    shape = TableShape(table.name, columns, tuple(c.name for c in table.primary_key), called(table.primary_key))
    shape.numbered = any(c.identity is not None for c in table.primary_key)
    shape.indexes = {called(i): (tuple(c.name for c in i.columns), bool(i.unique)) for i in table.indexes}
    for rule in table.constraints:
        if isinstance(rule, sa.UniqueConstraint):
            shape.uniques[called(rule)] = tuple(c.name for c in rule.columns)
        elif isinstance(rule, sa.CheckConstraint):
            text = writer.sql_compiler.process(rule.sqltext, include_table=False, literal_binds=True)
            # Written for a driver that fills in values; it is written out again later.
            shape.checks[called(rule)] = plain_check(text.replace("%%", "%") if dialect.paramstyle != "qmark" else text)
        elif isinstance(rule, sa.ForeignKeyConstraint):
            target = rule.elements[0].target_fullname.rpartition(".")[0]
            there = tuple(e.target_fullname.rpartition(".")[2] for e in rule.elements)
            here = tuple(c.name for c in rule.columns)
            shape.foreign_keys.append(KeyShape(called(rule), here, target, there, rule.ondelete or ""))
    shape.foreign_keys.sort(key=lambda key: key.link)
    return shape


def to_table(shape: TableShape, metadata: sa.MetaData | None = None, keys: bool = True) -> sa.Table:
    """A table object of this shape, without indexes. Foreign keys only with `keys`, to stubs of their targets."""
    metadata = sa.MetaData() if metadata is None else metadata
    numbered = shape.key[0] if shape.numbered and len(shape.key) == 1 else ""
    columns: list[Any] = [
        id_column(c.name) if c.name == numbered else to_column(c, primary_key=c.name in shape.key)
        for c in shape.columns.values()
    ]
    rules: list[Any] = [sa.UniqueConstraint(*names, name=conv(name)) for name, names in shape.uniques.items() if name]
    rules += [sa.CheckConstraint(fragment(text), name=conv(name)) for name, text in shape.checks.items()]
    for key in shape.foreign_keys if keys else ():
        if key.target != shape.name and key.target not in metadata.tables:
            sa.Table(
                key.target, metadata, *(sa.Column(name, sa.Integer(), primary_key=True) for name in key.target_columns)
            )
        there = [f"{key.target}.{name}" for name in key.target_columns]
        rules.append(
            sa.ForeignKeyConstraint(
                key.columns,
                there,
                name=conv(key.name) if key.name else None,
                deferrable=True,
                initially="DEFERRED",
                ondelete=key.ondelete or None,
            )
        )
    table = sa.Table(shape.name, metadata, *columns, *rules)
    if shape.key_name:
        table.primary_key.name = conv(shape.key_name)
    return table


def to_column(shape: ColumnShape, primary_key: bool = False) -> sa.Column[Any]:
    """A column object of this shape."""
    default: Any = fragment(shape.default) if shape.default else None
    return sa.Column(
        shape.name, shape.type, nullable=shape.nullable, server_default=default, primary_key=primary_key,
        autoincrement=False,
    )  # fmt: skip


def plain_default(text: str | None) -> str:
    """The SQL of a default in one spelling: PostgreSQL adds casts, and quotes around numbers."""
    text = (text or "").strip()
    while (shorter := _CAST.sub("", text)) != text:
        text = shorter
    number = _QUOTED_NUMBER.fullmatch(text)
    if number:
        return number[1]
    return text.lower() if text.lower() in ("true", "false") else text


def plain_check(text: str) -> str:
    """The SQL of a check on one line."""
    return " ".join(text.split())


def must_widen(table: str, found: ColumnShape, wanted: ColumnShape, dialect: Dialect) -> bool:
    """Has the type of a column to be widened?

    Raises ValidationError, naming the column, where values could be lost.
    """
    here, there = (column.type.compile(dialect).upper() for column in (found, wanted))
    if here == there:
        return False
    if isinstance(found.type, sa.String) and isinstance(wanted.type, sa.String):
        have, want = _length(found.type), _length(wanted.type)
        if have == want:
            return False
        if want == 0 or 0 < have < want:
            return True
    elif (here, there) in (("INTEGER", "BIGINT"), ("SMALLINT", "INTEGER"), ("SMALLINT", "BIGINT")):
        return True
    raise ValidationError(
        "Column {column} of table {table} is {found} in the database, and its model wants {wanted}: values could be "
        "lost. Convert it in a migration script.",
        table=table,
        column=found.name,
        found=here,
        wanted=there,
    )


def _length(kind: Type) -> int:
    return getattr(kind, "length", None) or 0


def without_columns(shape: TableShape, names: Iterable[str]) -> None:
    """Take away every rule and index that one of these columns takes part in; the columns stay."""
    gone = set(names)
    shape.foreign_keys = [key for key in shape.foreign_keys if not gone & set(key.columns)]
    shape.uniques = {name: columns for name, columns in shape.uniques.items() if not gone & set(columns)}
    shape.indexes = {name: found for name, found in shape.indexes.items() if not gone & set(found[0])}
    shape.checks = {name: text for name, text in shape.checks.items() if not gone & set(re.findall(r"\w+", text))}
