"""Compiles a domain to SQL: dotted paths become joins or semi-joins, under the reader's rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import date_part_sql, id_in, id_list, json_value, text_in
from core.errors import AccessError, UnknownName, ValidationError
from core.orm import hierarchy
from core.orm.compare_sql import bound, compare, compare_plain, like
from core.orm.compare_value import EXACT, LIKES, is_blank, listed, never_empty, split_link_value, value_test
from core.orm.domain import (
    DATE_PARTS,
    MAX_STEPS,
    NEGATIVE,
    TRUE,
    Allowed,
    And,
    Constant,
    Domain,
    Leaf,
    Not,
    Or,
    disjunction,
    mentions_active,
)
from core.orm.fields.base import language_chain

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo

PARTS: dict[str, Any] = {
    "year_number": "year", "quarter_number": "quarter", "month_number": "month", "iso_week_number": "week",
    "day_of_week": "weekday", "day_of_month": "day", "day_of_year": "yearday", "hour_number": "hour",
    "minute_number": "minute", "second_number": "second",
}  # fmt: skip

_NEVER_OF_NOTHING = LIKES | {"=", "in", "<", "<=", ">", ">="}
MOST_JOINS = 50
"""Tables that one statement joins; SQLite reads 64."""


class Scope:
    """One table in a query, and the tables joined to it along many2one links.

    Attributes:
        models: every model the query reads, so that their changes are flushed first.
        joins: the FROM clause.
        taken: by model, how many aliases the whole statement uses.
        binds: of the root: the places of values in a statement that is to be kept, else None.
    """

    def __init__(
        self, env: Env, info: ModelInfo, table: Any = None, root: Scope | None = None, outer: Scope | None = None
    ) -> None:
        self.env = env
        self.info = info
        self.table = info.table if table is None else table
        self.root: Scope = root or self
        above = root or outer
        self.taken: dict[str, int] = above.taken if above is not None else {}
        self.binds: list[Any] | None = None
        self._joined: dict[str, Scope] = {}
        self.steps = self.width = 0
        if root is None:
            self.models: set[str] = set()
            self.joins: Any = self.table
        self.root.models.add(info.name)
        self.root.models |= env.registry.query_sources.get(info.name, set())

    @property
    def optional(self) -> bool:
        """May there be no row of this table: does a link lead to it?"""
        return self.root is not self

    def field(self, name: str) -> Field[Any, Any]:
        """A field of this table that the reader may use. Raises AccessError, UnknownName."""
        field = self.info.field(name)
        if field.groups and not self.env.field_open(field):
            raise AccessError(
                "You may not use {field} of {model} to search or sort.", field=field.string,
                model=self.info.description,
                operation="read", groups=field.groups.split(","),
            )  # fmt: skip
        return field

    def alias(self, info: ModelInfo) -> Any:
        """The table of a model once more. Aliases are kept with the model: making one costs more than a query."""
        number = self.taken.get(info.name, 0)
        self.taken[info.name] = number + 1
        while len(info.aliases) <= number:
            info.aliases.append(info.table.alias())
        return info.aliases[number]

    def joined(self, field: Field[Any, Any]) -> Scope:
        """The table a many2one leads to, joined once; only rows the reader may see take part."""
        found = self._joined.get(field.name)
        if found is None:
            if self.steps >= MAX_STEPS or self.root.width >= MOST_JOINS:
                raise ValidationError("A path has at most {most} steps.", most=MAX_STEPS)
            self.root.width += 1
            target = self.env.registry[field.comodel]  # type: ignore[attr-defined]  # a many2one
            found = self._joined[field.name] = Scope(self.env, target, self.alias(target), self.root)
            found.steps = self.steps + 1
            condition = found.table.c.id == column_of(self, field)
            rule = readable_rule(self.env, target)
            if rule is not TRUE:
                condition = sa.and_(condition, subset(self.env.rule_env, target, rule, found.table.c.id, self.root))
            self.root.joins = self.root.joins.outerjoin(found.table, condition)
        return found

    def through(self, field: Field[Any, Any]) -> Scope:
        """The table a many2many leads to, joined by way of its relation: one row for each linked record."""
        name, here, there = field.names()  # type: ignore[attr-defined]  # of a many2many
        relation = self.env.registry.relations[name].alias()
        target = self.env.registry[field.comodel]  # type: ignore[attr-defined]  # a link
        found = Scope(self.env, target, self.alias(target), self.root)
        condition = relation.c[here] == self.table.c.id
        kept = listed_targets(self.env, field, target)
        if kept is not TRUE:
            condition = sa.and_(condition, subset(self.env, target, kept, relation.c[there], self.root))
        rule = readable_rule(self.env, target)
        if rule is not TRUE:
            condition = sa.and_(condition, subset(self.env.rule_env, target, rule, relation.c[there], self.root))
        joins = self.root.joins.outerjoin(relation, condition)
        self.root.joins = joins.outerjoin(found.table, found.table.c.id == relation.c[there])
        return found


def readable_rule(env: Env, info: ModelInfo) -> Domain:
    """The rule on records of a model for this reader. Raises AccessError when he may not read the model at all."""
    env.check(info.name, "read")
    return env.rule(info.name, "read")


def listed_targets(env: Env, field: Any, target: ModelInfo, archived: bool = False) -> Domain:
    """What records meet that a to-many link lists: its declared domain, and not to be archived."""
    active = target.fields.get("active")
    if archived or active is None or not active.stored or not env.active_test(field):
        return field.limit  # type: ignore[no-any-return]  # of a to-many link
    return field.limit & Leaf("active", "=", True)  # type: ignore[no-any-return]  # as above


def shown_column(scope: Scope, field: Field[Any, Any]) -> Any:
    """The SQL value of a stored field as this reader sees it: a link to a record that is hidden from him is empty.

    Who passes the gate for a model sees its links as they are.
    """
    if scope.env.is_super(scope.info.name):
        return column_of(scope, field)
    if field.type == "reference":
        return _reference_column(scope, field)
    if field.type != "many2one" or readable_rule(scope.env, scope.env.registry[field.comodel]) is TRUE:  # type: ignore[attr-defined]  # a link
        return column_of(scope, field)
    return scope.joined(field).table.c.id


def _reference_column(scope: Scope, field: Any) -> Any:
    """A reference where it leads to a record that the reader may see."""
    env, column = scope.env, scope.table.c[field.name]
    shown: list[Any] = []
    limited = False
    for info in map(env.registry.__getitem__, field.may_lead_to(env)):
        if not env.may(info.name, "read"):
            limited = True
            continue
        rule = env.rule(info.name, "read")
        if rule is TRUE:
            shown.append(column.startswith(f"{info.name},", autoescape=True))
            continue
        limited = True
        inner = Scope(env.rule_env, info, scope.alias(info), outer=scope)
        name = sa.literal(f"{info.name},") + sa.cast(inner.table.c.id, sa.String())
        where = condition(inner, rule)
        shown.append(column.in_(sa.select(name).select_from(inner.joins).where(where)))
        scope.root.models |= inner.models
    return sa.case((sa.or_(sa.false(), *shown), column)) if limited else column


def column_of(scope: Scope, field: Field[Any, Any]) -> Any:
    """The SQL value of a stored field for this reader (its language, its company)."""
    column = scope.table.c[field.name]
    if not field.mapped:
        return column
    if not field.company_dependent:
        return text_in(column, language_chain(scope.env.lang))
    kinds = {"many2one": "integer", "integer": "integer", "boolean": "boolean", "float": "float"}
    kind: Any = kinds.get(field.type, "numeric" if field.type in EXACT else "text")
    value = json_value(column, str(scope.env.company_id), kind)
    if not never_empty(field):
        return sa.func.nullif(value, "") if kind == "text" else value
    value = sa.func.coalesce(value, sa.literal(field.null(), value.type))
    return sa.case((scope.table.c.id.is_not(None), value)) if scope.optional else value


def condition(scope: Scope, domain: Domain) -> Any:
    """The SQL condition of a domain. Every part of it is true or not; NULL counts as not."""
    if isinstance(domain, Leaf):
        return leaf(scope, domain)
    if isinstance(domain, Constant):
        return sa.true() if domain.value else sa.false()
    if isinstance(domain, And):
        return sa.and_(*[condition(scope, part) for part in domain.parts])
    if isinstance(domain, Or):
        return sa.or_(*[condition(scope, part) for part in domain.parts])
    if isinstance(domain, Not):
        return negated(condition(scope, domain.part))
    raise ValidationError("{domain} is not a domain.", domain=repr(domain))


def negated(clause: Any) -> Any:
    """True exactly where `clause` is not, NULL included."""
    return sa.not_(sa.func.coalesce(clause, sa.false()))


def leaf(scope: Scope, item: Leaf) -> Any:
    """The SQL of one condition."""
    if item.operator in NEGATIVE:
        return negated(leaf(scope, Leaf(item.path, NEGATIVE[item.operator], item.value)))
    name, _, rest = item.path.partition(".")
    field = scope.field(name)
    if item.operator == "=?":
        if item.value is None or item.value is False:
            return sa.true()
        return leaf(scope, Leaf(item.path, "=", item.value))
    if field.related and not field.stored:
        return _related(scope, field, rest, item)
    if rest:
        return _through(scope, field, rest, item)
    if not field.stored:
        return _searched(scope, field, item.operator, item.value)
    if field.relational:
        return _link(scope, field, item.operator, item.value)
    return _plain(scope, field, item.operator, item.value)


def _related(scope: Scope, field: Field[Any, Any], rest: str, item: Leaf) -> Any:
    """A field that shows one of a linked record; where there is none, it shows an empty value."""
    path = ".".join(field.related)
    if rest and field.relational:
        return leaf(scope, Leaf(f"{path}.{rest}", item.operator, item.value))
    clause = leaf(scope, Leaf(f"{path}.{rest}" if rest else path, item.operator, item.value))
    if rest or field.given.get("delegated") or not _true_of_empty(scope.env, field, item):
        return clause
    return sa.or_(clause, negated(leaf(scope, Leaf(".".join(field.related[:-1]), "any", TRUE))))


def _true_of_empty(env: Env, field: Field[Any, Any], item: Leaf) -> bool:
    """Does a condition hold for what a field without a value shows?"""
    if field.relational:
        return item.operator in ("=", "in") and split_link_value(item.value)[2]
    return value_test(field, item.operator, item.value, env)(field.to_record(field.null(), env[field.model]))


def _through(scope: Scope, field: Field[Any, Any], rest: str, item: Leaf) -> Any:
    if field.type in ("date", "datetime") and rest in DATE_PARTS:
        tz = scope.env.tz if field.type == "datetime" else None
        part = date_part_sql(column_of(scope, field), PARTS[rest], tz)
        return compare(part, item.operator, item.value, lambda v: int(v))
    if not field.relational:
        raise UnknownName(
            "{model}.{field} is not a link: the path {path} leads nowhere.", model=scope.info.name, field=field.name,
            path=item.path,
        )  # fmt: skip
    if not field.stored:
        return _searched(scope, field, "any", Leaf(rest, item.operator, item.value))
    if field.type != "many2one":
        return _link(scope, field, "any", Leaf(rest, item.operator, item.value))
    there = scope.joined(field)
    clause = leaf(there, Leaf(rest, item.operator, item.value))
    wanted = listed(item.value)
    if wanted and item.operator in _NEVER_OF_NOTHING and not any(map(is_blank, wanted)):
        return clause  # it does not hold for the empty row of a link that leads nowhere
    return sa.and_(there.table.c.id.is_not(None), clause)


def _searched(scope: Scope, field: Field[Any, Any], operator: str, value: Any) -> Any:
    if not field.search_method:
        raise ValidationError(
            "{field} of {model} is worked out when read, so it cannot be searched or sorted.", field=field.string,
            model=scope.info.description,
        )  # fmt: skip
    if operator == "any":
        target = scope.env[field.comodel]  # type: ignore[attr-defined]  # a link
        operator, value = "in", target.search(Domain.parse(value)).ids
    empty = scope.env[scope.info.name]
    domain = Domain.parse(getattr(empty, field.search_method)(operator, value))
    return condition(scope, domain)


def subset(env: Env, info: ModelInfo, domain: Domain, column: Any, root: Scope, target: str = "id") -> Any:
    """`column IN (SELECT target FROM model WHERE domain)`."""
    inner = Scope(env, info, root.alias(info), outer=root)
    where = condition(inner, domain)
    root.models |= inner.models
    value = column_of(inner, info.fields[target]) if target != "id" else inner.table.c.id
    picked = sa.select(value).select_from(inner.joins).where(where)
    if target != "id":
        picked = picked.where(value.is_not(None))
    return column.in_(picked)


def _link(scope: Scope, field: Any, operator: str, value: Any) -> Any:
    target = scope.env.registry[field.comodel]
    if operator in ("child_of", "parent_of"):
        domain: Domain = Leaf("id", "in", hierarchy.expand(scope.env, target, value, operator))
        return _linked_to(scope, field, target, domain)
    if operator == "any":
        return _linked_to(scope, field, target, Domain.parse(value))
    if operator == "in" and isinstance(value, Domain):
        return _linked_to(scope, field, target, value)
    if operator in ("=", "in"):
        ids, texts, empty = split_link_value(value)
        clauses: list[Any] = []
        if ids:
            if field.type == "many2one":
                shown = ids
                if not scope.env.is_super(scope.info.name):
                    readable_rule(scope.env, target)
                    gone = scope.env.hidden(target.name, ids)
                    shown = [i for i in ids if i not in gone]
                column = column_of(scope, field)
                clauses.append(_among(scope, column, shown))
            else:
                clauses.append(_linked_to(scope, field, target, Leaf("id", "in", ids)))
        if texts:
            domains = [name_domain(scope.env, target, "=", text) for text in texts]
            clauses.append(_linked_to(scope, field, target, disjunction(domains)))
        if empty:
            clauses.append(_no_link(scope, field, target))
        return sa.or_(*clauses) if clauses else sa.false()
    if operator in LIKES:
        return _linked_to(scope, field, target, name_domain(scope.env, target, operator, value))
    if operator in ("<", "<=", ">", ">=") and field.type == "many2one":
        return compare(shown_column(scope, field), operator, value, int)
    raise ValidationError(
        "{field} is a link: it cannot be compared with {operator}.", field=field.name, operator=operator
    )


def name_domain(env: Env, info: ModelInfo, operator: str, text: str) -> Domain:
    """What it means that a record of the model is called `text`."""
    return Domain.parse(env[info.name]._name_domain(operator, text))


def _linked_to(scope: Scope, field: Any, target: ModelInfo, domain: Domain) -> Any:
    """The link leads to a record that meets the domain and that the reader may see."""
    rule = readable_rule(scope.env, target)
    if field.type == "many2one":
        column = column_of(scope, field)
        return _subset_under(scope, target, domain, rule, column, "id")
    domain = domain & listed_targets(scope.env, field, target, archived=mentions_active(domain))
    if field.type == "one2many":
        return _subset_under(scope, target, domain, rule, scope.table.c.id, field.inverse_name)
    name, here, there = field.names()
    relation = scope.env.registry.relations[name].alias()
    linked = sa.select(relation.c[here])
    if domain is not TRUE or rule is not TRUE:
        linked = linked.where(_subset_under(scope, target, domain, rule, relation.c[there], "id"))
    scope.root.models.add(target.name)
    return scope.table.c.id.in_(linked)


def _subset_under(scope: Scope, info: ModelInfo, domain: Domain, rule: Domain, column: Any, target: str) -> Any:
    clause = subset(scope.env, info, domain, column, scope.root, target)
    if rule is not TRUE:
        allowed = subset(scope.env.rule_env, info, rule, column, scope.root, target)
        if target == "id":
            return sa.and_(clause, allowed)
        inner = Leaf("id", "in", Allowed(info.name, rule))
        return subset(scope.env, info, domain & inner, column, scope.root, target)
    return clause


def _no_link(scope: Scope, field: Any, target: ModelInfo) -> Any:
    """The link leads to no record; one that the reader may not see is none."""
    if field.type == "many2one":
        return shown_column(scope, field).is_(None)
    return negated(_linked_to(scope, field, target, TRUE))


def _plain(scope: Scope, field: Field[Any, Any], operator: str, value: Any) -> Any:
    column = shown_column(scope, field)
    if isinstance(value, Allowed):
        return subset(scope.env.rule_env, scope.env.registry[value.model], value.rule, column, scope.root)
    if field.name == "id":
        return _identity(scope, column, operator, value)
    if operator in ("child_of", "parent_of", "any"):
        raise ValidationError("{field} is no link: {operator} does not apply.", field=field.name, operator=operator)
    if operator in LIKES:
        return like(scope, field, column, operator, value)
    return compare_plain(scope.env, field, column, operator, value, scope)


def _among(scope: Scope, column: Any, ids: list[int]) -> Any:
    """An id is one of these."""
    if len(ids) == 1:
        return column == bound(scope, ids[0], column.type)
    return id_in(column, bound(scope, ids, id_list(column)))


def _identity(scope: Scope, column: Any, operator: str, value: Any) -> Any:
    if operator in ("child_of", "parent_of"):
        return id_in(column, hierarchy.expand(scope.env, scope.info, value, operator))
    if operator in ("=", "in"):
        if isinstance(value, Domain):
            return subset(scope.env, scope.info, value, column, scope.root)
        ids, texts, _ = split_link_value(value)
        ids += [int(text) for text in texts if text.isdigit()]
        return _among(scope, column, ids) if ids else sa.false()
    return compare(column, operator, value, int)
