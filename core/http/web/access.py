"""`/web/access`: who manages rights asks why somebody may or may not do something with a record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import AccessError, UserError
from core.http.request import Request, Response
from core.http.web.page import page, say
from core.http.web.pages.access import AccessPage
from core.http.web.pages.field import Choice
from core.http.web.pages.shell import Link
from core.http.web.query import link
from core.http.web.refusal import screen
from core.http.web.render import say as text
from core.kernel.text import fold
from core.security.access import VERBS
from core.security.explain import explain

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.security.explain import Explanation

USERS = "res.users"
MANAGERS = ("base.group_system", "base.group_erp_manager")
MOST_USERS = 1000
_URL = "/web/access"


@screen(_URL)
def show_access(request: Request) -> Response:
    """The question as a form, and the answer below it."""
    env, args = request.env, request.args
    if not may_ask(env):
        raise AccessError("Only who manages rights is told why somebody may or may not.", operation="read", model="")
    user, record = _number(request, "user"), _number(request, "id")
    model, operation = args.get("model", ""), args.get("operation", "read")
    if operation not in VERBS:
        raise UserError("There is no right to {operation}.", operation=operation[:40])
    shown = AccessPage(
        say(request, "Access explained"), _people(env, user), _models(env, model),
        tuple(Choice(key, _verb(request, key), key == operation) for key in VERBS), str(record or ""),
    )  # fmt: skip
    if user and model:
        shown = _answered(request, shown, explain(env, user, model, record or None), operation, user)
    return page(request, "access.html", shown, shown.title, here=_URL)


def links_of(env: Env, model: str, record: int) -> tuple[Link, ...]:
    """What the menu of a record offers to who manages rights."""
    if not may_ask(env) or not env.registry[model].stored:
        return ()
    found: tuple[Link, ...] = (Link(text("Who may see this?"), link(_URL, model=model, id=record), "shield-lock"),)
    if model == USERS:
        found += (Link(text("What may this person do?"), link(_URL, user=record), "shield-lock"),)
    return found


def may_ask(env: Env) -> bool:
    """Is the reader one of those who manage rights?"""
    return any(env.has_group(group) for group in MANAGERS)


def _number(request: Request, name: str) -> int:
    given = request.args.get(name, "").strip()
    if given and not (given.isdecimal() and len(given) < 10):
        raise UserError("{text} is not the number of a record.", text=given[:40])
    return int(given or 0)


def _verb(request: Request, operation: str) -> str:
    return say(request, VERBS[operation])


def _people(env: Env, chosen: int) -> tuple[Choice, ...]:
    users: Any = env[USERS].with_context(active_test=False)
    found = users.search([("id", "!=", env.registry.superuser_id)], order="name, id", limit=MOST_USERS)
    if chosen and chosen not in found.ids:
        found |= users.browse(chosen).exists()
    return tuple(Choice(str(one.id), f"{one.name} ({one.login})", one.id == chosen) for one in found)


def _models(env: Env, chosen: str) -> tuple[Choice, ...]:
    found = [
        Choice(info.name, f"{env.translate_term(info.description, info.addon)} ({info.name})", info.name == chosen)
        for info in env.registry.models.values()
        if not info.abstract
    ]
    return tuple(sorted(found, key=lambda choice: fold(choice.label)))


def _answered(request: Request, shown: AccessPage, found: Explanation, operation: str, user: int) -> AccessPage:
    env = request.env
    what, back = _what(env, found)
    verdict = next((one for one in found.verdicts if one.operation == operation), None)
    allowed = verdict.allowed and found.active if verdict else found.superuser
    said = "{user} may {verb} {what}." if allowed else "{user} may not {verb} {what}."
    others = tuple(
        Choice(
            one.operation, _verb(request, one.operation), one.allowed,
            url=link(_URL, user=user, model=found.model, id=found.record or "", operation=one.operation),
        )
        for one in found.verdicts
    )  # fmt: skip
    return replace(
        shown, found=found, verdict=verdict, others=others, person_url=f"/web/{USERS}/{user}", back_url=back,
        said=say(request, said, user=found.user, verb=_verb(request, operation), what=what),
    )  # fmt: skip


def _what(env: Env, found: Explanation) -> tuple[str, str]:
    """What the answer is about, by name where the reader may see it, and its address."""
    info = env.registry[found.model]
    kind = env.translate_term(info.description, info.addon)
    if not found.record:
        return kind, ""
    seen = env[found.model].with_context(active_test=False).browse(found.record).readable()
    if not seen:
        return f"{kind} {found.record}", ""
    return f"{kind} {found.record}, {seen.display_name}", f"/web/{found.model}/{found.record}"
