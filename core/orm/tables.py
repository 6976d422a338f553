"""The tables and columns that the stored models of a registry want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import JsonMap, id_column
from core.errors import ValidationError
from core.orm.check_sql import check_clause
from core.orm.fields.constraint import Check, Unique

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.fields.to_many import Many2many
    from core.orm.registry import ModelInfo, Registry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(constraint_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
LONGEST_NAME = 63
_ACTIONS = {"cascade": "CASCADE", "set null": "SET NULL"}
"""The ORM does this itself, with all rights and reactions; the database does it for addons that are switched off."""


def table_name(model: str) -> str:
    """The table of a model: dots become underscores."""
    return model.replace(".", "_")


def build_tables(registry: Registry) -> None:
    """Describe one table for each stored model and one for each many2many relation, in the registry's metadata."""
    registry.metadata = sa.MetaData(naming_convention=NAMING)
    tabled = [i for i in registry.models.values() if not i.abstract and getattr(i.cls, "_query", None) is None]
    names = {info.name for info in tabled}
    for info in tabled:
        columns: list[Any] = []
        for field in info.fields.values():
            if field.name == "id":
                columns.append(id_column())
            elif field.stored and field.has_column:
                columns += _columns(field, names)
        info.table = sa.Table(table_name(info.name), registry.metadata, *columns)
        for field in info.fields.values():
            if field.stored and field.has_column:
                field.column = info.table.c[field.name]
        _add_constraints(info)
    for info in tabled:
        for field in info.fields.values():
            if field.type == "many2many" and field.stored:
                _relation(registry, info, field, names)  # type: ignore[arg-type]  # by its type


def is_mapped(field: Field[Any, Any]) -> bool:
    """Does the column hold one value a language or company?"""
    return field.mapped


def _columns(field: Field[Any, Any], names: set[str]) -> list[Any]:
    if is_mapped(field):
        return [sa.Column(field.name, JsonMap())]
    arguments: list[Any] = [field.name, field.column_type()]
    if field.type == "many2one" and field.name not in ("create_uid", "write_uid"):
        target: str = field.comodel  # type: ignore[attr-defined]  # a many2one
        if target in names:
            action = _ACTIONS.get(field.ondelete)  # type: ignore[attr-defined]  # a many2one
            arguments.append(
                sa.ForeignKey(f"{table_name(target)}.id", deferrable=True, initially="DEFERRED", ondelete=action)
            )
    default = field.server_default
    options: dict[str, Any] = {"nullable": default is None}
    if default is not None:
        options["server_default"] = sa.text(default)
    if field.index and field.name not in ("create_uid", "write_uid"):
        options["index"] = True
    columns: list[Any] = [sa.Column(*arguments, **options)]
    if field.folded:
        columns.append(sa.Column(f"{field.name}_fold", sa.Text(), index=field.index))
    return columns


def _add_constraints(info: ModelInfo) -> None:
    for name, constraint in info.constraints.items():
        short = name[: LONGEST_NAME - len(info.table.name) - 4]
        if isinstance(constraint, Unique):
            for wanted in constraint.fields:
                if not info.field(wanted).stored or is_mapped(info.field(wanted)):
                    raise ValidationError(
                        "{model}.{name}: {field} is not a plain stored field.", model=info.name, name=name, field=wanted
                    )
            info.table.append_constraint(
                sa.UniqueConstraint(*[info.table.c[wanted] for wanted in constraint.fields], name=short)
            )
        elif isinstance(constraint, Check):
            info.table.append_constraint(sa.CheckConstraint(check_clause(info, constraint.condition), name=short))


def _relation(registry: Registry, info: ModelInfo, field: Many2many[Any], names: set[str]) -> None:
    if field.comodel not in names:
        raise ValidationError(
            "{model}.{name}: {target} has no table to link to.", model=info.name, name=field.name, target=field.comodel
        )
    table, here, there = field.names()
    registry.relation_fields.setdefault(table, []).append(field)
    found = registry.relations.get(table)
    if found is not None:
        if {here, there} != {column.name for column in found.columns}:
            raise ValidationError(
                "{model}.{name}: relation {table} is used by another field with other columns; name it differently.",
                model=info.name, name=field.name, table=table,
            )  # fmt: skip
        return
    registry.relations[table] = sa.Table(
        table,
        registry.metadata,
        _link_column(here, table_name(info.name), primary=True),
        _link_column(there, table_name(field.comodel), primary=True, index=True),
    )


def _link_column(name: str, target: str, primary: bool, index: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(f"{target}.id", deferrable=True, initially="DEFERRED", ondelete="CASCADE")
    return sa.Column(name, sa.Integer(), key, primary_key=primary, autoincrement=False, index=index, nullable=False)
