"""Models backed by a query over other models: declared with fields, joins and groups, so that addons write no SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.errors import ValidationError
from core.orm.domain import Domain
from core.orm.domain_sql import Scope, column_of, condition
from core.orm.fields.to_one import model_name

if TYPE_CHECKING:
    from core.orm.registry import ModelInfo, Registry

AGGREGATES = ("sum", "avg", "min", "max", "count")


class Query:
    """What a query model reads; its fields say with `source=` which value each shows.

    A source is a dotted path from the main model (`"partner_id.country_id"`), or such a path with an aggregate
    (`"planned_revenue:sum"`, `"id:count"`). With any aggregate, the rows are grouped by all other sources, and the id
    of a row is the smallest id in its group.

    Args:
        model: the main model, as class, lambda or name.
        where: a domain on the main model.
    """

    def __init__(self, model: Any, where: Domain | Sequence[Any] = ()) -> None:
        self.model = model
        self.where = where


def build_query(registry: Registry, info: ModelInfo) -> None:
    """Make the subquery that stands for the table of a query model.

    Raises:
        ValidationError: a field without a usable source.
    """
    query: Query = info.cls._query
    main = registry[model_name(query.model)]
    if main.table is None:
        raise ValidationError("{model} reads {main}, which has no table.", model=info.name, main=main.name)
    from core.orm.transaction import Transaction

    env: Any = registry.env_on(None, 1, {}, False)  # type: ignore[arg-type]  # only compiles, never executes
    assert isinstance(env.tx, Transaction)
    scope = Scope(env, main, main.table.alias())
    columns: list[Any] = []
    keys: list[Any] = []
    aggregated = False
    for field in info.fields.values():
        if field.name == "id" or not field.source:
            continue
        path, _, function = field.source.partition(":")
        column = _path(scope, path, info)
        if function:
            if function not in AGGREGATES:
                raise ValidationError(
                    "{model}.{name}: {f} is not an aggregate.", model=info.name, name=field.name, f=function
                )
            aggregated = True
            column = getattr(sa.func, function)(column)
        else:
            keys.append(column)
        columns.append(column.label(field.name))
    main_id = scope.table.c.id
    identity = sa.func.min(main_id) if aggregated else main_id
    statement = sa.select(identity.label("id"), *columns).select_from(scope.joins)
    where = Domain.parse(query.where)
    if where.as_list():
        statement = sa.select(identity.label("id"), *columns)
        clause = condition(scope, where)
        statement = statement.select_from(scope.joins).where(clause)
    if aggregated:
        statement = statement.group_by(*keys)
    info.query = True
    info.table = statement.subquery(info.name.replace(".", "_"))
    registry.query_sources[info.name] = scope.models
    for field in info.fields.values():
        if field.name != "id" and not field.source and not field.computed:
            field.store = False
        elif field.source:
            field.column = info.table.c[field.name]


def _path(scope: Scope, path: str, info: ModelInfo) -> Any:
    names = path.split(".")
    for position, name in enumerate(names):
        field = scope.info.field(name)
        if position == len(names) - 1:
            if name == "id":
                return scope.table.c.id
            if not field.stored or not field.has_column:
                raise ValidationError("{model}: {path} is not stored.", model=info.name, path=path)
            return column_of(scope, field)
        if field.type != "many2one":
            raise ValidationError(
                "{model}: {path} goes through {name}, which is no many2one.", model=info.name, path=path, name=name
            )
        scope = scope.joined(field)
    raise ValidationError("{model}: an empty source.", model=info.name)
