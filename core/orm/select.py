"""Searches: a domain, an order and a page of a model's records, as this reader may see them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import collate_c, fold_sql, id_in
from core.errors import ValidationError
from core.orm import shape
from core.orm.domain import TRUE, Domain, Leaf, mentions_active
from core.orm.domain_sql import Scope, column_of, condition, readable_rule, shown_column

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo

_TERM = re.compile(r"^\s*([a-z_][a-z0-9_.]*)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?\s*$", re.IGNORECASE)


class Query:
    """A search that may be counted, paged or joined.

    Args:
        env: the reader; his rules are part of the query.
        info: the model.
        domain: what to find.
        active_test: leave out archived records, unless the domain mentions `active`; the context's choice when None.
    """

    def __init__(self, env: Env, info: ModelInfo, domain: Domain, active_test: bool | None = None) -> None:
        self.env, self.info = env, info
        self._rule = readable_rule(env, info)
        active = info.fields.get("active")
        if active_test is None:
            active_test = bool(env.context.get("active_test", True))
        if active is not None and active.stored and active_test and not mentions_active(domain):
            domain = domain & Leaf("active", "=", True)
        self._domain = domain
        self._built: tuple[Scope, list[Any]] | None = None

    @property
    def scope(self) -> Scope:
        """The tables of the query, to be joined further."""
        return self._parts()[0]

    def _parts(self) -> tuple[Scope, list[Any]]:
        if self._built is None:
            self._built = self._compiled(None)
        return self._built

    def _compiled(self, binds: list[Any] | None) -> tuple[Scope, list[Any]]:
        """The tables and the conditions; with `binds` for a statement that is kept."""
        scope = Scope(self.env, self.info)
        scope.binds = binds
        where: list[Any] = []
        if self._domain is not TRUE:
            where.append(condition(scope, self._domain))
        if self._rule is not TRUE:
            where.append(condition(Scope(self.env.rule_env, self.info, scope.table, scope), self._rule))
        return scope, where

    def _select(self, *columns: Any) -> Any:
        scope, where = self._parts()
        self.env.tx.flush_for(scope.models)
        return sa.select(*columns).select_from(scope.joins).where(*where)

    def _kept(self, *which: Any, order: str | None = None) -> tuple[shape.Kept, dict[str, Any]] | None:
        """The statement of this shape, and the values for it; None for a search that has no shape.

        Args:
            which: `ids`, whether there is a limit, and whether there is an offset; or `count`.
        """
        env, info = self.env, self.info
        values: list[Any] = []
        if order is not None and not shape.steady_order(env, info, order):
            return None
        key = shape.key_of(env, info, self._domain, values)
        rule = None if key is None else shape.key_of(env.rule_env, info, self._rule, values)
        if rule is None:
            return None

        def build() -> shape.Kept:
            binds: list[Any] = []
            scope, where = self._compiled(binds)
            assert len(binds) == len(values), "a shape has a place for each of its values"
            column = sa.func.count() if which[0] == "count" else scope.table.c.id
            statement = sa.select(column).select_from(scope.joins).where(*where)
            if order is not None:
                statement = statement.order_by(*order_terms(scope, order))
            if which[1:2] == (True,):
                statement = statement.limit(sa.bindparam("most", type_=sa.Integer()))
            if which[2:3] == (True,):
                statement = statement.offset(sa.bindparam("skipped", type_=sa.Integer()))
            return shape.Kept(statement, frozenset(scope.models))

        return shape.kept_statement(info, (which, order, key, rule), build), shape.named(values)

    def ids(self, offset: int = 0, limit: int | None = None, order: str | None = None) -> list[int]:
        """Ids of the records, in order."""
        kept = self._kept("ids", limit is not None, bool(offset), order=order)
        if kept is not None:
            self.env.tx.flush_for(kept[0].models)
            page = {
                name: number for name, number in (("most", limit), ("skipped", offset or None)) if number is not None
            }
            return list(self.env.tx.execute(kept[0].statement, {**kept[1], **page}).scalars())
        terms = order_terms(self.scope, order) if order is not None else []
        statement = self._select(self.scope.table.c.id).order_by(*terms)
        if limit is not None:
            statement = statement.limit(limit)
        if offset:
            statement = statement.offset(offset)
        return list(self.env.tx.execute(statement).scalars())

    def count(self) -> int:
        """How many records there are."""
        kept = self._kept("count")
        if kept is not None:
            self.env.tx.flush_for(kept[0].models)
            return int(self.env.tx.execute(kept[0].statement, kept[1]).scalar_one())
        return int(self.env.tx.execute(self._select(sa.func.count())).scalar_one())

    def rows(self, fields: Sequence[Field[Any, Any]]) -> list[Any]:
        """Ids with columns as they are stored, in no order."""
        table = self.scope.table
        return list(self.env.tx.execute(self._select(table.c.id, *[table.c[field.name] for field in fields])))

    def pairs(self, field: Field[Any, Any]) -> tuple[Sequence[int], Sequence[int]]:
        """Ids, and the values of a many2one beside them, in the model's own order."""
        terms = order_terms(self.scope, self.info.order)
        statement = self._select(self.scope.table.c.id, column_of(self.scope, field)).order_by(*terms)
        rows = self.env.tx.execute(statement).all()
        ids, values = zip(*rows, strict=True) if rows else ((), ())
        return ids, values

    def linked(self, here: Any, there: Any, owners: Sequence[int]) -> list[tuple[int, int]]:
        """Ids with the owner that a relation table links them to, in the model's own order."""
        terms = order_terms(self.scope, self.info.order)
        self.scope.joins = self.scope.joins.join(here.table, there == self.scope.table.c.id)
        statement = self._select(self.scope.table.c.id, here).where(id_in(here, list(owners))).order_by(*terms)
        return [tuple(row) for row in self.env.tx.execute(statement)]


def order_terms(scope: Scope, order: str, depth: int = 0) -> list[Any]:
    """SQL order terms of `name desc, partner_id.city`.

    Empty values come first going up and last going down, and texts are ordered without regard to case and accents,
    on every database. The id is always the last term, so that pages never overlap.

    Raises:
        ValidationError: when the order is not a list of fields.
    """
    terms: list[Any] = []
    final = False
    for part in order.split(","):
        if not part.strip():
            continue
        match = _TERM.match(part)
        if match is None:
            raise ValidationError(
                "{order} is not an order: write field names with asc or desc.", order=repr(order)[:80]
            )
        terms += _term(scope, match[1], _is_descending(match), depth)
        final = final or match[1] == "id"
    if not final and depth == 0:
        terms.append(scope.table.c.id)
    return terms


def _is_descending(match: re.Match[str]) -> bool:
    return (match[2] or "").lower() == "desc"


def _term(scope: Scope, path: str, descending: bool, depth: int) -> list[Any]:
    name, _, rest = path.partition(".")
    field = scope.field(name)
    if field.related and not field.stored:
        return _term(scope, ".".join((*field.related, rest) if rest else field.related), descending, depth)
    if not field.stored or (field.relational and field.type != "many2one"):
        raise ValidationError(
            "{field} of {model} cannot be sorted by.", field=field.string, model=scope.info.description
        )
    if field.type == "many2one":
        if rest == "id":
            return [_directed(shown_column(scope, field), descending, nullable=True)]
        target = scope.joined(field)
        if rest:
            return _term(target, rest, descending, depth + 1)
        if depth > 2:
            return [_directed(shown_column(scope, field), descending, nullable=True)]
        inner = target.info.order if depth == 0 else target.info.rec_name
        parts = _parts(inner)
        terms: list[Any] = []
        if _is_descending(parts[0]) or not _always_filled(target, parts[0][1]):
            # The target's own terms would put the empty link at the other end, or among targets with an empty name.
            empty = shown_column(scope, field).is_(None)
            terms.append(empty.asc() if descending else empty.desc())
        return terms + _terms_of(target, parts, descending, depth + 1)
    if rest:
        raise ValidationError("{field} is not a link: it cannot be sorted through.", field=field.name)
    column = shown_column(scope, field)
    if field.type in ("char", "text", "html", "selection"):
        folded = scope.table.c[f"{field.name}_fold"] if field.folded else fold_sql(column)
        column = collate_c(folded)
    elif field.type == "reference":
        column = collate_c(column)
    return [_directed(column, descending, nullable=scope.optional or not _always_filled(scope, field.name))]


def _always_filled(scope: Scope, path: str) -> bool:
    """Has every row of the table a value in this column?"""
    field = scope.info.fields.get(path)
    return path == "id" or (field is not None and field.stored and field.server_default is not None)


def _parts(order: str) -> list[re.Match[str]]:
    return [match for part in order.split(",") if (match := _TERM.match(part)) is not None]


def _terms_of(scope: Scope, parts: Sequence[re.Match[str]], descending: bool, depth: int) -> list[Any]:
    return [t for match in parts for t in _term(scope, match[1], descending != _is_descending(match), depth)]


def target_terms(scope: Scope, field: Field[Any, Any], descending: bool) -> list[Any]:
    """The order terms of the records that a link leads to.

    Args:
        scope: where a many2one is, or the target itself of a many2many.
    """
    if field.type == "many2one":
        return _term(scope, field.name, descending, 0)
    return _terms_of(scope, _parts(scope.info.order), descending, 1)


def _directed(column: Any, descending: bool, nullable: bool) -> Any:
    if descending:
        return column.desc().nulls_last() if nullable else column.desc()
    return column.asc().nulls_first() if nullable else column.asc()
