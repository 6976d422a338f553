"""The Apps page: what is installed, install and upgrade with one press, uninstall after showing what goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import MissingError, UserError
from core.http.language import addon_texts, translator
from core.http.request import Request, Response, redirect
from core.http.web.page import go, note, page, say
from core.http.web.pages.admin import App, AppsPage, Removal
from core.http.web.pages.field import Choice
from core.http.web.query import link
from core.http.web.refusal import screen
from core.kernel.text import fold
from core.module import buttons
from core.module.finder import find_addons
from core.module.state import catch_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.module.operation import Outcome
    from core.orm.env import Env

MODEL = "ir.module.module"
_CHANGES = {
    "install": (buttons.install_after, "{name} was installed."),
    "upgrade": (buttons.upgrade_after, "{name} was upgraded."),
    "try": (buttons.try_upgrade_after, "{name} can be upgraded: every view still works."),
    "enable": (buttons.enable_after, "{name} was switched on."),
    "disable": (buttons.disable_after, "{name} was switched off."),
    "uninstall": (buttons.uninstall_after, "{name} was uninstalled; its data is archived."),
}


@screen("/web/apps")
def show_apps(request: Request) -> Response:
    """All addons on disk, the applications first; those that came to the disk since are added to the list."""
    env = request.env
    env.check(MODEL, "read")
    text = request.args.get("q", "").strip()
    which = request.args.get("show", "apps")
    modules: Any = env.super_env[MODEL].with_context(lang=env.lang)
    translate = addon_texts(request.lang)
    listed = modules.search([])
    unknown = not set(find_addons().manifests) <= set(listed.mapped("name"))
    if unknown and _may_manage(env) and "updated" not in request.args:
        catch_up(env.registry)
        return redirect(link("/web/apps", **request.args.to_dict(), updated="1"))
    found = [_app(module, translate) for module in listed]
    if text:
        wanted = fold(text)
        shown = [app for app in found if wanted in fold(f"{app.name} {app.label} {app.summary}")]
    elif which == "installed":
        shown = [app for app in found if app.state not in ("uninstalled", "uninstallable")]
    elif which == "all":
        shown = found
    else:
        shown = [app for app in found if app.is_app or app.state == "broken"]
    filters = (
        Choice("apps", say(request, "Apps"), which == "apps" and not text, url="/web/apps"),
        Choice(
            "installed", say(request, "Installed"), which == "installed" and not text, url="/web/apps?show=installed"
        ),
        Choice("all", say(request, "All"), which == "all" and not text, url="/web/apps?show=all"),
    )
    title = say(request, "Apps")
    view = AppsPage(tuple(shown), text=text, filters=filters, can_manage=_may_manage(env))
    return page(request, "apps.html", view, title, here="/web/apps")


def _app(module: Any, translate: Callable[[str, str], str]) -> App:
    state: Any = "disabled" if module.state == "installed" and not module.enabled else module.state
    if state == "installed" and module.installed_version and module.latest_version != module.installed_version:
        state = "to upgrade"
    return App(
        module.name, translate(module.shortdesc, module.name) or module.name, translate(module.summary, module.name),
        state, category=module.category_id.name or "",
        version=module.installed_version, icon=module.icon or "puzzle",
        needs=tuple(module.dependencies_id.mapped("name")),
        message=module.message, is_app=module.application, installed_version=module.latest_version,
    )  # fmt: skip


def _may_manage(env: Env) -> bool:
    return env.has_group("base.group_system")


def _module(request: Request, name: str) -> Any:
    env = request.env
    env.check(MODEL, "write")
    found: Any = env[MODEL].search([("name", "=", name)], limit=1)
    if not found:
        raise MissingError("There is no app called {name}.", name=name)
    return found


@screen("/web/apps/<name>", methods=("POST",))
def change_app(request: Request, name: str) -> Response:
    """Install, upgrade, switch on or off, or uninstall one addon; the answer comes when it is done."""
    module = _module(request, name)
    wish = request.form.get("do", "")
    if wish not in _CHANGES:
        raise MissingError("There is no such button.")
    change, notice = _CHANGES[wish]
    done = say(request, notice, name=module.shortdesc or name)
    response = go(request, "/web/apps", done)

    def tell(outcome: Outcome) -> None:
        translate = translator(request)
        messages = [message.translated(translate) for message in outcome.messages]
        if outcome.faults:
            listed = "\n".join(str(fault) for fault in outcome.faults)
            raise UserError(
                "{name} cannot be upgraded until these views are mended: {faults}",
                name=module.shortdesc or name,
                faults=listed,
            )
        if messages:
            note(response, request, " ".join([*([done] if outcome.changed else []), *messages]), "info")

    change(request.env, [module.name], tell)
    return response


@screen("/web/apps/<name>/remove")
def show_removal(request: Request, name: str) -> Response:
    """What uninstalling would take away."""
    module = _module(request, name)
    env = request.env
    plan = buttons.plan_for(env, [module.name])

    def title(model: str) -> str:
        info = env.registry.models.get(model)
        return env.translate_term(info.description, info.addon) if info else model

    removal = Removal(
        module.name, module.shortdesc or module.name, also=plan.dependants, tables=tuple(plan.tables.items()),
        columns=tuple(f"{table}.{column} ({rows})" for (table, column), rows in plan.columns.items()),
        records=tuple((title(model), rows) for model, rows in plan.deleted.items()), url=f"/web/apps/{module.name}",
    )  # fmt: skip
    heading = say(request, "Uninstall {name}", name=removal.label)
    return page(request, "removal.html", removal, heading, here="/web/apps")
