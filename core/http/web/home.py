"""`/web`: the start page with every app; `/web/palette`: go anywhere by typing a part of its name."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import NotFound

from core.errors import GrialError
from core.http.request import Request, Response, redirect
from core.http.web import menus
from core.http.web.page import fragment, page, reading
from core.http.web.pages.admin import HomePage
from core.http.web.pages.shell import Link, Menu
from core.http.web.query import link
from core.http.web.refusal import screen
from core.http.web.render import say
from core.kernel.text import fold
from core.kernel.zones import to_local

MOST = 12
_EVERYWHERE = (
    "res.partner",
    "crm.lead",
    "sale.order",
    "account.invoice",
    "product.product",
    "crm.claim",
    "project.issue",
)
"""Models whose records the palette finds by name, where they are installed."""


@screen("/", auth="public", write=False)
def root(request: Request) -> Response:
    """The address alone leads to the start page."""
    return redirect("/web")


@screen("/web/<path:rest>", write=False, last=True)
def unknown(request: Request, rest: str) -> Response:
    """An address of the client that leads nowhere; what is asked for is told among the menus."""
    raise NotFound


@screen("/web", write=False)
def home(request: Request) -> Response:
    """Every app the reader may open; their home action instead when they have one."""
    env = request.env
    start = menus.home_url(env)
    if start and "apps" not in request.args:
        return redirect(start)
    roots, _ = menus.placed(menus.apps(env), "")
    hour = to_local(env.now(), env.tz).hour
    with reading(request):
        words = (
            say("Good morning, {name}")
            if hour < 13
            else say("Good afternoon, {name}")
            if hour < 20
            else say("Good evening, {name}")
        )
        shown = HomePage(words.replace("{name}", env.user.name.partition(" ")[0]), roots, _recent(request))
        title = say("Start page")
    return page(request, "home.html", shown, title)


def _recent(request: Request) -> tuple[Menu, ...]:
    """Records the reader changed last, where changes are noted."""
    env = request.env
    if "ir.change" not in env:
        return ()
    with env.elevated("people see what they changed themselves", "ir.change") as su:
        rows: Any = su["ir.change"].search([("user_id", "=", env.uid)], limit=60)
        seen = list(dict.fromkeys((row.model, row.res_id) for row in rows))[:8]
    found: list[Menu] = []
    for model, record_id in seen:
        if model not in env or not env.may(model, "read"):
            continue
        record: Any = env[model].browse(record_id).exists()
        if record:
            found.append(Menu(record.display_name, f"/web/{model}/{record_id}", "clock-history"))
    return tuple(found[:6])


@screen("/web/palette", write=False)
def palette(request: Request) -> Response:
    """Menus and records whose name contains the typed text."""
    text = request.args.get("q", "").strip()[:100]
    with reading(request):
        found = _menus(request, text) + (_records(request, text) if len(text) > 1 else [])
    if request.from_script:
        return fragment(request, "palette.html", "results", found, text)
    with reading(request):
        title = say("Go to…")
    return page(request, "found.html", (found, text), title)


def _menus(request: Request, text: str) -> list[Link]:
    words = fold(text).split()
    found: list[Link] = []
    for menu, path in menus.leaves(menus.apps(request.env)):
        where = fold(f"{path} {menu.label}")
        if all(word in where for word in words):
            found.append(Link(menu.label, menu.url, menu.icon or "arrow-right", hint=path))
    found.append(Link(say("Preferences"), "/web/preferences", "sliders"))
    if words:
        last = found.pop()
        if all(word in fold(last.label) for word in words):
            found.append(last)
        found.sort(key=lambda item: not fold(item.label).startswith(words[0]))
    return found[:MOST]


def _records(request: Request, text: str) -> list[Link]:
    env = request.env
    found: list[Link] = []
    for model in _EVERYWHERE:
        if model not in env or not env.may(model, "read"):
            continue
        info = env.registry[model]
        title = env.translate_term(info.description, info.addon)
        try:
            names = env[model].name_search(text, limit=4)
        except GrialError:
            continue
        found += [Link(name, f"/web/{model}/{key}", "file-earmark-text", hint=title) for key, name in names]
        if len(names) == 4:
            found.append(
                Link(say("All that contain “{text}”", text=text), link(f"/web/{model}", q=text), "search", hint=title)
            )
    return found[: 2 * MOST]
