"""Goes where an action leads: what a button answers, or an action of another kind than a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.errors import MissingError, UserError
from core.http.request import Request, Response, redirect
from core.http.web.page import close_dialog, go
from core.http.web.query import link
from core.http.web.window import Window, action_url, find_action

if TYPE_CHECKING:
    from core.orm.env import Env


def form_url(window: Window, *, dialog: bool = False) -> str:
    """The address of the form that a window opens."""
    path = f"/web/{window.model}/{window.res_id or 'new'}"
    kept = dict(window.kept)
    return link(
        path,
        **{
            "from": window.path.removeprefix("/web/"),
            "view": window.view_id("form") or "",
            **kept,
            "dialog": "1" if dialog else "",
        },
    )


def stored(request: Request, action: Any) -> Response:
    """Run an action of the database that is no window."""
    if action._name == "ir.actions.act_url":
        return outside(request, action.url)
    if action._name == "ir.actions.report.xml":
        ids = request.args.get("active_ids") or request.args.get("active_id", "")
        return away(request, f"/web/report/{action.report_name}/{ids}")
    if action._name == "ir.actions.client":
        return client(request, action.tag)
    if action._name == "ir.actions.server":
        raise UserError("Press the button of this action; an address alone changes nothing.")
    return redirect("/web")


def client(request: Request, tag: str) -> Response:
    """A part of the client that is no view."""
    if tag in ("reload", "reload_context"):
        return redirect("/web")
    pages = {
        "apps": "/web/apps",
        "home": "/web",
        "preferences": "/web/preferences",
        "change_password": "/web/preferences",
    }
    return redirect(pages.get(tag, "/web"))


def away(request: Request, url: str) -> Response:
    """Let the browser itself fetch an address of ours, since it is a file and no page."""
    if not request.from_script:
        return redirect(url)
    response = Response(status=200)
    response.headers["HX-Redirect"] = url
    return response


def outside(request: Request, url: str) -> Response:
    """Send the browser to an address that an administrator or an addon has written down."""
    if url.startswith("/"):
        return redirect(url)
    if not url.lower().startswith(("http://", "https://")):
        raise UserError("This address cannot be opened: {url}", url=url[:100])
    response = Response(status=200 if request.from_script else 303)
    response.headers["HX-Redirect" if request.from_script else "Location"] = url
    return response


def answered(request: Request, env: Env, answer: Any, back: str, notice: str = "") -> Response:
    """Go where the answer of a button says; back to the record when it says nothing.

    Args:
        env: with the context of the button.
        answer: an action as values, or anything else.
        back: the address of the record.
        notice: what to say when it goes back.
    """
    in_dialog = "_dialog" in request.form and request.from_script
    if not isinstance(answer, Mapping) or not answer.get("type"):
        return close_dialog(request, notice) if in_dialog else go(request, back, notice)
    kind = answer["type"]
    if kind in ("ir.actions.act_window_close", "ir.actions.client"):
        if kind == "ir.actions.client" and answer.get("tag") not in ("reload", "reload_context"):
            return client(request, str(answer.get("tag")))
        return close_dialog(request, notice) if in_dialog else go(request, back, notice)
    if kind == "ir.actions.act_url":
        return outside(request, str(answer.get("url", "")))
    if kind == "ir.actions.report.xml":
        ids = (answer.get("datas") or {}).get("ids") or answer.get("ids") or env.context.get("active_ids", [])
        return away(request, f"/web/report/{answer.get('report_name')}/{','.join(map(str, ids))}")
    if kind == "ir.actions.server" and answer.get("id"):
        action = find_action(env, f"server,{answer['id']}")
        return answered(request, env, action.with_env(env).run(), back, notice)
    if kind != "ir.actions.act_window":
        raise MissingError("There is no action {name}.", name=str(kind))
    dialog = answer.get("target") == "new" and request.from_script
    url = action_url(env, answer, dialog="1" if dialog else "")
    if in_dialog and not dialog:
        # The dialog goes with the page below it.
        return away(request, url)
    return redirect(url)
