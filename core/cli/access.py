"""`grial access`: what a user may do with a model or one record, and which right or rule decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.cli.options import database_option, json_option, registries
from core.cli.output import show_json
from core.cli.records import user_of

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.security.explain import Explanation, Ruling, ShutField, Verdict

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
    from core.security.explain import explain

    def work(env: Env) -> Explanation:
        return explain(env, user_of(env, login).id, model, record)

    found = registries().run(database, work, write=False)
    if as_json:
        show_json(facts(found))
    else:
        for line in lines(found):
            click.echo(line)


def facts(found: Explanation) -> Facts:
    """The explanation for programs."""
    return {
        "user": found.login,
        "active": found.active,
        "model": found.model,
        "record": found.record,
        "superuser": found.superuser,
        "groups": list(found.groups),
        "companies": list(found.companies),
        "operations": {one.operation: _operation(one) for one in found.verdicts},
        "shut_fields": [{"name": field.name, "groups": list(field.groups)} for field in found.shut],
        "worked_out_of_everything": [field.name for field in found.passing],
    }


def _operation(one: Verdict) -> Facts:
    return {
        "allowed": one.allowed,
        "right": one.right,
        "granted_to": [*(["everybody"] if one.to_all else []), *one.granted_to],
        "held": list(one.held),
        "rules": [_rule(rule) for rule in one.rules],
    }


def _rule(rule: Ruling) -> Facts:
    told = {"name": rule.name, "groups": list(rule.groups), "domain": rule.domain, "applies": rule.applies}
    return told if rule.lets_through is None else {**told, "lets_through": rule.lets_through}


def lines(found: Explanation) -> list[str]:
    """The explanation for people."""
    what = found.model + (f" {found.record}" if found.record is not None else "")
    if found.superuser:
        return [f"{found.login} is the superuser: no right and no rule is asked."]
    told = [] if found.active else [f"{found.login} is archived and cannot log in."]
    told.append(f"groups: {', '.join(found.groups) or 'none'}")
    told.append(f"companies: {', '.join(found.companies) or 'none'}")
    for one in found.verdicts:
        told.append(f"{one.operation} {what}: {'yes' if one.allowed else 'no'}")
        if one.right:
            told.append(f"  right: yes, {', '.join(one.held) or 'everybody'} may {one.operation}")
        else:
            groups = ", ".join(one.granted_to)
            told.append(f"  right: no; members of {groups} may" if groups else "  right: no; no group has it")
        for rule in one.rules:
            told.append(f"  rule {rule.name} for {', '.join(rule.groups) or 'everybody'}: {_says(rule)}")
            if rule.domain:
                told.append(f"    {rule.domain}")
    told += [f"field {field.name}: shut; {_who(field)}" for field in found.shut]
    if found.passing:
        names = ", ".join(field.name for field in found.passing)
        told.append(f"worked out of everything, hidden records included: {names}")
    return told


def _who(field: ShutField) -> str:
    return f"members of {', '.join(field.groups)} see it" if field.groups else "nobody outside of the code sees it"


def _says(rule: Ruling) -> str:
    if not rule.applies:
        return "is not about this user"
    if rule.lets_through is None:
        return "limits the records"
    return "lets the record through" if rule.lets_through else "keeps the record out"
