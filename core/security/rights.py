"""The rights of a database as plain sets: groups of users, access rows, rules; kept until somebody changes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.db import addon_rows
from core.errors import AccessError

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

OPERATIONS = ("read", "write", "create", "unlink")
WATCHED = {
    "res.users": frozenset({"groups_id", "company_id", "company_ids", "active"}),
    "res.groups": frozenset({"implied_ids", "users", "rule_groups"}),
    "ir.model.access": None,
    "ir.rule": None,
    "res.company": frozenset({"parent_id", "active", "user_ids"}),
}


@dataclass(frozen=True)
class Rule:
    """One record rule.

    Attributes:
        groups: ids of its groups; empty for a rule that holds for everybody.
        operations: what it limits.
        domain: its condition, as written.
    """

    id: int
    name: str
    groups: frozenset[int]
    operations: frozenset[str]
    domain: str


def watched(model: str, field: str) -> bool:
    """Does a change of this field make everybody forget kept rights?"""
    if field == "id":
        return True
    if model not in WATCHED:
        return False
    fields = WATCHED[model]
    return fields is None or field in fields


def changed(env: Env, model: str, fields: Iterable[str] | None) -> None:
    """Forget kept rights when records that decide them were written."""
    if model not in WATCHED:
        return
    if fields is not None and not any(watched(model, name) for name in fields):
        return
    tx = env.tx
    tx.forget_rights()
    if "rights announced" not in tx.flags:
        tx.flags.add("rights announced")
        tx.on_before_commit(lambda: addon_rows.bump_caches(tx.connection))
        tx.on_commit(env.registry.clear_caches)


def groups_of(env: Env, uid: int) -> frozenset[int]:
    """Ids of all groups of a user, implied ones included."""
    kept = env.tx.rights()
    key = ("groups", uid)
    if key not in kept:
        su: Any = env.super_env.with_context(active_test=False)
        user = su["res.users"].browse(uid)
        held = user.groups_id.ids if user.exists() else []
        kept[key] = frozenset(closure(env, held))
    return kept[key]  # type: ignore[no-any-return]  # the cache holds anything


def closure(env: Env, groups: Iterable[int]) -> set[int]:
    """The groups and all that they imply."""
    kept = env.tx.rights()
    if "implied" not in kept:
        su: Any = env.super_env
        kept["implied"] = {group.id: tuple(group.implied_ids.ids) for group in su["res.groups"].search([])}
    implied: dict[int, tuple[int, ...]] = kept["implied"]
    found: set[int] = set()
    waiting = list(groups)
    while waiting:
        group = waiting.pop()
        if group not in found:
            found.add(group)
            waiting += implied.get(group, ())
    return found


def access_rows(env: Env) -> dict[str, dict[str, frozenset[int]]]:
    """By model and operation, the ids of the groups that may; 0 stands for everybody."""
    kept = env.tx.rights()
    if "access" not in kept:
        rows: dict[str, dict[str, set[int]]] = {}
        su: Any = env.super_env
        for row in su["ir.model.access"].search([]):
            granted = rows.setdefault(row.model_id.model, {})
            for operation in OPERATIONS:
                if getattr(row, f"perm_{operation}"):
                    granted.setdefault(operation, set()).add(row.group_id.id or 0)
        kept["access"] = {m: {op: frozenset(g) for op, g in ops.items()} for m, ops in rows.items()}
    return kept["access"]  # type: ignore[no-any-return]  # the cache holds anything


def rules_of(env: Env, model: str) -> tuple[Rule, ...]:
    """The active rules on a model."""
    kept = env.tx.rights()
    if "rules" not in kept:
        found: dict[str, list[Rule]] = {}
        su: Any = env.super_env
        for rule in su["ir.rule"].search([("active", "=", True)]):
            operations = frozenset(op for op in OPERATIONS if getattr(rule, f"perm_{op}"))
            row = Rule(rule.id, rule.name, frozenset(rule.groups.ids), operations, rule.domain_force)
            found.setdefault(rule.model_id.model, []).append(row)
        kept["rules"] = {name: tuple(rules) for name, rules in found.items()}
    rules: dict[str, tuple[Rule, ...]] = kept["rules"]
    return rules.get(model, ())


def group_names(env: Env, ids: Iterable[int]) -> list[str]:
    """What the groups are called, in the reader's language."""
    su: Any = env.super_env
    return [group.display_name for group in su["res.groups"].browse([i for i in ids if i]).exists()]


def group_ids(env: Env, xmlids: str) -> frozenset[int]:
    """Ids of comma-separated external ids of groups; unknown ones are left out."""
    kept = env.tx.rights()
    key = ("xmlids", xmlids)
    if key not in kept:
        found = (env.ref(name.strip().lstrip("!"), False) for name in xmlids.split(",") if "." in name.strip(". "))
        kept[key] = frozenset(group.id for group in found if group)
    return kept[key]  # type: ignore[no-any-return]  # the cache holds anything


def groups_open(env: Env, action: Any) -> bool:
    """Is an action, of whatever kind, for the user's groups? Any: a model of an addon."""
    if env.is_super(action._name) or "groups_id" not in action._info.fields:
        return True
    with env.elevated("an action is open to everybody in its groups", action._name, "res.groups") as su:
        groups = action.with_env(su).groups_id.ids
    return not groups or not groups_of(env, env.uid).isdisjoint(groups)


def check_groups(env: Env, action: Any) -> None:
    """Raise AccessError where an action is for other people's groups. Any: a model of an addon."""
    if not groups_open(env, action):
        with env.elevated("a refusal names what is refused", action._name) as su:
            name = action.with_env(su).name
        raise AccessError(
            "The action {name} is for other people's groups.", name=name, operation="read", model=action._name
        )


def records_created(records: Model) -> None:
    """Told by the ORM of new records."""
    changed(records.env, records._name, None)


def records_written(records: Model, fields: frozenset[str]) -> None:
    """Told by the ORM of a write."""
    changed(records.env, records._name, fields)


def records_unlinked(env: Env, model: str, _ids: object) -> None:
    """Told by the ORM of a deletion."""
    changed(env, model, None)
