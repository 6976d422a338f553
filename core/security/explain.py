"""Why a user may or may not: rights by group, rules with what each says of a record, fields that are shut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import MissingError
from core.kernel.i18n import mark
from core.orm.domain import TRUE, Domain, Leaf
from core.security import rights
from core.security.access import Gate

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.registry import ModelInfo

_MODELS_OWN = mark("what the model itself asks")
_WIZARDS = mark("only who opened it")
_PARENTS = mark("what {model} asks, of which this is a kind")


@dataclass(frozen=True)
class Ruling:
    """What one rule says.

    Attributes:
        groups: names of its groups; empty for a rule that holds for everybody.
        domain: its condition, as written.
        applies: is it about this user?
        lets_through: does the record meet it? None without a record, or where the rule does not apply.
    """

    name: str
    groups: tuple[str, ...]
    domain: str
    applies: bool
    lets_through: bool | None


@dataclass(frozen=True)
class Verdict:
    """What a user may do, by one operation.

    Attributes:
        allowed: the right and, with a record, the rules together.
        right: has a group of the user the right on the model?
        granted_to: the groups that have it; `everybody`, where that is so, is told by `to_all`.
        held: those among them that the user is in.
        rules: of the operation, in the order in which they are kept. Of several for groups, one is enough.
    """

    operation: str
    allowed: bool
    right: bool
    to_all: bool
    granted_to: tuple[str, ...]
    held: tuple[str, ...]
    rules: tuple[Ruling, ...]


@dataclass(frozen=True)
class ShutField:
    """A field that the user neither reads nor writes; without groups nobody outside of the code does."""

    name: str
    label: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """All of it, for one user and a model, or a record.

    Attributes:
        superuser: no right and no rule is asked.
        active: may the user log in at all?
        companies: in which the user works when nothing else is chosen, as rules see them.
        shut: fields limited to groups that the user is not in.
        passing: stored fields that are worked out of everything there is, also of what the user may not see.
    """

    user: str
    login: str
    model: str
    record: int | None
    superuser: bool
    active: bool
    groups: tuple[str, ...]
    companies: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    shut: tuple[ShutField, ...]
    passing: tuple[ShutField, ...]


def explain(env: Env, user_id: int, model: str, record: int | None = None) -> Explanation:
    """Why a user may or may not; for those who manage rights, which the caller has to check.

    Args:
        env: of the reader; gives the language. What the reader may see does not matter.
        user_id: of the user in question.

    Raises:
        UnknownName: there is no such model.
        MissingError: there is no such user or record.
    """
    su: Any = env.super_env.with_context(active_test=False)
    info = env.registry[model]
    user = su["res.users"].browse(user_id)
    if not user.exists():
        raise MissingError("There is no user {user}.", user=user_id)
    if record is not None and not (info.stored and su[model].browse(record).exists()):
        raise MissingError("There is no record {record} of {model}.", record=record, model=model)
    # Without the companies that the reader has chosen for the moment: the user is to be seen at his own desk.
    reader = env.with_user(user_id).with_context({"lang": env.lang, "tz": user.tz or ""})
    gate = Gate(reader)
    inside = bool(reader.super_models)
    groups = tuple(rights.group_names(env, sorted(gate.groups)))
    return Explanation(
        user=user.name,
        login=user.login,
        model=model,
        record=record,
        superuser=inside,
        active=bool(user.active),
        groups=groups,
        companies=tuple(su["res.company"].browse(reader.companies_ids).mapped("name")),
        verdicts=() if inside else tuple(_verdict(env, gate, info, one, record) for one in rights.OPERATIONS),
        shut=() if inside else _shut(env, gate, info),
        passing=() if inside else _passing(env, info),
    )


def _verdict(env: Env, gate: Gate, info: ModelInfo, operation: str, record: int | None) -> Verdict:
    granted = rights.access_rows(env).get(info.name, {}).get(operation, frozenset())
    right = gate.may(info.name, operation)
    fits = record is None or _fits(env, info.name, gate.rule_domain(info.name, operation), record)
    rules = [
        _ruling(env, gate, info.name, rule, record)
        for rule in rights.rules_of(env, info.name)
        if operation in rule.operations
    ]
    return Verdict(
        operation, right and fits, right, 0 in granted, tuple(rights.group_names(env, sorted(granted))),
        tuple(rights.group_names(env, sorted(granted & gate.groups))),
        (*rules, *_unwritten(env, gate, info, operation, record)),
    )  # fmt: skip


def _ruling(env: Env, gate: Gate, model: str, rule: rights.Rule, record: int | None) -> Ruling:
    applies = not rule.groups or not gate.groups.isdisjoint(rule.groups)
    through = None
    if applies and record is not None:
        through = _fits(env, model, gate.evaluate(rule)[0], record)
    return Ruling(rule.name, tuple(rights.group_names(env, sorted(rule.groups))), rule.domain, applies, through)


def _unwritten(env: Env, gate: Gate, info: ModelInfo, operation: str, record: int | None) -> list[Ruling]:
    """What limits records without a rule that somebody wrote: the model's own code, wizards, parents."""
    found: list[tuple[str, Domain]] = []
    own = Domain.parse(gate.env[info.name]._rule_domain(operation))
    if own is not TRUE:
        found.append((env._(_MODELS_OWN), own))
    if info.transient:
        found.append((env._(_WIZARDS), Leaf("create_uid", "=", gate.env.uid)))
    for parent, link in info.inherits.items():
        above = gate.rule_domain(parent, operation)
        if above is not TRUE:
            told = env.registry[parent]
            name = env._(_PARENTS, model=env.translate_term(told.description, told.addon))
            found.append((name, Leaf(link, "any", above)))
    return [
        Ruling(name, (), "", True, None if record is None else _fits(env, info.name, domain, record))
        for name, domain in found
    ]


def _fits(env: Env, model: str, domain: Domain, record: int) -> bool:
    """Is the record among those of the domain?"""
    table = env.super_env[model].with_context(active_test=False)
    return bool(table.search_count(domain & Leaf("id", "=", record)))


def _shut(env: Env, gate: Gate, info: ModelInfo) -> tuple[ShutField, ...]:
    found = []
    for field in info.fields.values():
        if field.groups and not gate.field_open(field):
            ids = () if field.groups == "." else sorted(rights.group_ids(env, field.groups))
            label = env.translate_term(field.string, field.addon)
            found.append(ShutField(field.name, label, tuple(rights.group_names(env, ids))))
    return tuple(found)


def _passing(env: Env, info: ModelInfo) -> tuple[ShutField, ...]:
    return tuple(
        ShutField(field.name, env.translate_term(field.string, field.addon), ())
        for field in info.fields.values()
        if field.stored and field.computed and any("." in path for path in field.depends)
    )
