"""`grial access`: what a user may do with a model or one record, and which right or rule decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.cli.options import database_option, json_option, registries
from core.cli.output import show_json
from core.cli.records import user_of
from core.errors import MissingError

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.security.access import Gate

Facts = dict[str, Any]  # Any: JSON


@click.command(short_help="Explain rule by rule what a user may do.")
@click.argument("login", metavar="USER")
@click.argument("model")
@click.argument("record", type=int, required=False, metavar="[ID]")
@json_option
@database_option
@click.pass_context
def command(ctx: click.Context, database: str, login: str, model: str, record: int | None, as_json: bool) -> None:
    """Explain what the user with the login USER may do with MODEL, or with its record ID, rule by rule."""
    facts = registries().run(database, lambda env: explain(env, login, model, record), write=False)
    if as_json:
        show_json(facts)
    else:
        for line in lines(facts):
            click.echo(line)


def explain(env: Env, login: str, model: str, record: int | None = None) -> Facts:
    """By operation: whether it is allowed, the groups that grant it, and each rule with what it says of the record.

    Raises UnknownName for a user or model that does not exist, MissingError for a record.
    """
    from core.security import rights
    from core.security.access import Gate

    user = user_of(env, login)
    reader = env.with_user(user.id)
    env.registry[model]
    if record is not None and not env[model].with_context(active_test=False).browse(record).exists():
        raise MissingError("There is no record {record} of {model}.", record=record, model=model)
    if reader.super_models:
        return {"user": login, "model": model, "record": record, "superuser": True, "operations": {}}
    gate = Gate(reader)
    granted = rights.access_rows(env).get(model, {})
    return {
        "user": login,
        "model": model,
        "record": record,
        "superuser": False,
        "operations": {
            operation: _operation(env, gate, model, operation, granted.get(operation, frozenset()), record)
            for operation in rights.OPERATIONS
        },
    }


def _operation(env: Env, gate: Gate, model: str, operation: str, granted: frozenset[int], record: int | None) -> Facts:
    from core.security import rights

    rules = [
        _rule(env, gate, model, rule, record) for rule in rights.rules_of(env, model) if operation in rule.operations
    ]
    holds = 0 in granted or not gate.groups.isdisjoint(granted)
    facts: Facts = {
        "right": holds,
        "granted_to": (["everybody"] if 0 in granted else []) + rights.group_names(env, granted),
        "held": rights.group_names(env, granted & gate.groups),
        "rules": rules,
        "allowed": holds,
    }
    if record is not None:
        facts["allowed"] = holds and _fits(env, model, gate.rule_domain(model, operation), record)
    return facts


def _rule(env: Env, gate: Gate, model: str, rule: Any, record: int | None) -> Facts:
    """One rule. Any: `core.security.rights.Rule`."""
    from core.security import rights

    applies = not rule.groups or not gate.groups.isdisjoint(rule.groups)
    facts: Facts = {
        "name": rule.name,
        "groups": rights.group_names(env, rule.groups),
        "domain": rule.domain,
        "applies": applies,
    }
    if applies and record is not None:
        facts["lets_through"] = _fits(env, model, gate.evaluate(rule)[0], record)
    return facts


def _fits(env: Env, model: str, domain: Any, record: int) -> bool:
    """Is the record among those of the domain? Any: `core.orm.domain.Domain`."""
    from core.orm.domain import Leaf

    table = env.super_env[model].with_context(active_test=False)
    return bool(table.search_count(domain & Leaf("id", "=", record)))


def lines(facts: Facts) -> list[str]:
    """The explanation for people."""
    what = facts["model"] + (f" {facts['record']}" if facts["record"] is not None else "")
    if facts["superuser"]:
        return [f"{facts['user']} is the superuser: no right and no rule is asked."]
    found = []
    for operation, one in facts["operations"].items():
        found.append(f"{operation} {what}: {'yes' if one['allowed'] else 'no'}")
        if one["right"]:
            found.append(f"  right: yes, {', '.join(one['held']) or 'everybody'} may {operation}")
        else:
            groups = ", ".join(one["granted_to"])
            found.append(f"  right: no; members of {groups} may" if groups else "  right: no; no group has it")
        for rule in one["rules"]:
            found.append(f"  rule {rule['name']} for {', '.join(rule['groups']) or 'everybody'}: {_verdict(rule)}")
            found.append(f"    {rule['domain']}")
    return found


def _verdict(rule: Facts) -> str:
    if not rule["applies"]:
        return "is not about this user"
    if "lets_through" not in rule:
        return "limits the records to"
    return "lets the record through" if rule["lets_through"] else "keeps the record out"
