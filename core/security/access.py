"""The access gate: what one user may do with models, fields and records. Every door asks it through the ORM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.errors import AccessError, ExpressionError
from core.kernel.expression import compile_expression, expression_helpers
from core.orm.domain import FALSE, TRUE, Domain, Leaf, conjunction, disjunction
from core.security import rights
from core.security.record_view import RecordView

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field

MOMENTS = frozenset({"time", "datetime", "DateTime", "context_today", "today", "now"})


class Gate:
    """The gate of one environment."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.groups = rights.groups_of(env, env.uid)
        self._lasting: dict[tuple[str, str], Domain] = {}

    def may(self, model: str, operation: str) -> bool:
        """May the user do `operation` on records of the model?"""
        granted = rights.access_rows(self.env).get(model, {}).get(operation, frozenset())
        return 0 in granted or not self.groups.isdisjoint(granted)

    def refuse_model(self, model: str, operation: str) -> Exception:
        """The error for a model that is shut to the user; it names the groups that may."""
        if operation not in VERBS:
            return AccessError("There is no right to {operation}.", operation=repr(operation)[:40])
        granted = rights.access_rows(self.env).get(model, {}).get(operation, frozenset())
        info = self.env.registry.models[model]
        names = rights.group_names(self.env, granted)
        message = (
            "You may not {what} {model}; members of {groups} may."
            if names
            else "You may not {what} {model}; no group has been given this right."
        )
        return AccessError(
            message,
            what=self.env._(VERBS[operation]),
            model=self.env.translate_term(info.description, info.addon),
            operation=operation,
            groups=names,
        )

    def field_open(self, field: Field[Any, Any]) -> bool:
        """May the user read and write a field limited to groups? `.` as group means nobody from outside."""
        if field.groups == ".":
            return False
        return not self.groups.isdisjoint(rights.group_ids(self.env, field.groups))

    def rule_domain(self, model: str, operation: str) -> Domain:
        """What the rules ask of records: all rules for everybody, and one of those for the user's groups.

        A rule that cannot be evaluated denies.
        """
        held = self._lasting.get((model, operation))
        if held is not None:
            return held
        env = self.env
        kept = env.tx.rights()
        key = ("domain", model, operation, env.uid, env.company_id, env.companies_ids)
        found: Domain | None = kept.get(key)
        if found is None:
            found, lasting = self._combine(model, operation)
            if not lasting:
                return found
            kept[key] = found
        self._lasting[model, operation] = found
        return found

    def _combine(self, model: str, operation: str) -> tuple[Domain, bool]:
        everybody: list[Domain] = []
        grouped: list[Domain] = []
        lasting = True
        for rule in rights.rules_of(self.env, model):
            if operation not in rule.operations or (rule.groups and self.groups.isdisjoint(rule.groups)):
                continue
            domain, steady = self.evaluate(rule)
            lasting = lasting and steady
            (grouped if rule.groups else everybody).append(domain)
        if grouped:
            everybody.append(disjunction(grouped))
        own = Domain.parse(self.env[model]._rule_domain(operation))
        if own is not TRUE:
            everybody.append(own)
            lasting = False
        info = self.env.registry.models[model]
        if info.transient:
            everybody.append(Leaf("create_uid", "=", self.env.uid))
        for parent, link in info.inherits.items():
            above = self.rule_domain(parent, operation)
            if above is not TRUE:
                everybody.append(Leaf(link, "any", above))
        return conjunction(everybody), lasting

    def evaluate(self, rule: rights.Rule) -> tuple[Domain, bool]:
        """The rule's domain for this user, and whether it stays the same until somebody changes rights."""
        env = self.env
        if not rule.domain.strip():
            return TRUE, True
        try:
            expression = compile_expression(rule.domain.strip())
            company, allowed = env.company_id, list(env.companies_ids)
            noted: set[tuple[str, str]] = set()
            names = {
                **expression_helpers(env.now(), env.tz),
                "user": RecordView(env.user, noted),
                "uid": env.uid,
                "company_id": company,
                "company_ids": allowed,
            }
            domain = Domain.parse(expression.evaluate(names))
            return domain, expression.names.isdisjoint(MOMENTS) and all(rights.watched(*seen) for seen in noted)
        except ExpressionError:
            return FALSE, True

    def refuse_records(self, model: str, operation: str, ids: Sequence[int]) -> Exception:
        """The error for records that a rule keeps from the user; admins are told which rule."""
        env = self.env
        info = env.registry.models[model]
        admin = not self.groups.isdisjoint(rights.group_ids(env, "base.group_system,base.group_erp_manager"))
        rules = [r.name for r in rights.rules_of(env, model) if operation in r.operations] if admin else []
        message = (
            "The rules {rules} do not let you {what} {model} {ids}."
            if rules
            else "The rules of your company do not let you {what} these records of {model}."
        )
        return AccessError(
            message,
            what=env._(VERBS[operation]),
            model=env.translate_term(info.description, info.addon),
            operation=operation,
            rules=rules,
            ids=list(ids)[:10],
        )


VERBS = {"read": "read", "write": "change", "create": "create", "unlink": "delete"}
