"""The menus that a reader sees: the tree is read once for everybody, rights and groups decide what is left of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.errors import AccessError
from core.http.web.pages.shell import Menu
from core.view.bindings import action_models
from core.view.resolve import group_ids

if TYPE_CHECKING:
    from core.http.web.window import Window
    from core.orm.env import Env

_CACHE = "web.menus"
_APP_ICONS = {
    "sales": "briefcase",
    "crm": "briefcase",
    "settings": "gear",
    "configuration": "gear",
    "accounting": "receipt",
    "invoicing": "receipt",
    "warehouse": "boxes",
    "purchases": "cart3",
    "project": "kanban",
    "human resources": "people",
    "marketing": "graph-up",
    "knowledge": "folder",
    "documents": "folder",
    "reporting": "bar-chart",
    "messaging": "envelope",
    "calendar": "calendar3",
    "contacts": "people",
    "address book": "people",
    "after-sale": "headset",
    "helpdesk": "headset",
    "tools": "sliders",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A menu as the database has it."""

    id: int
    parent: int
    name: str
    source: str
    icon: str
    action: str
    model: str
    groups: frozenset[int]
    action_groups: frozenset[int]


def entries(env: Env) -> tuple[Entry, ...]:
    """All menus in the reader's language, in order; kept with the registry."""
    cache = env.registry.cache(_CACHE)
    key = ("entries", env.lang)
    if key not in cache:
        with env.elevated("menus are shown by their own groups", "ir.ui.menu", "res.groups", *action_models(env)) as su:
            cache[key] = tuple(_read(su))
    found: tuple[Entry, ...] = cache[key]
    return found


def _read(su: Env) -> list[Entry]:
    menus: Any = su["ir.ui.menu"].search([("active", "=", True)])
    sources = {menu.id: menu.name for menu in menus.with_context(lang="en_US")}
    found: list[Entry] = []
    for menu in menus:
        action = menu.action
        model = getattr(action, "res_model", "") or getattr(action, "model", "") if action else ""
        found.append(
            Entry(
                menu.id,
                menu.parent_id.id if menu.parent_id else 0,
                menu.name,
                sources.get(menu.id, ""),
                menu.icon or "",
                f"{action._name},{action.id}" if action else "",
                str(model or ""),
                frozenset(menu.groups_id.ids),
                frozenset(action.groups_id.ids) if action and "groups_id" in action._info.fields else frozenset(),
            )
        )
    return found


def apps(env: Env) -> tuple[Menu, ...]:
    """The root menus, with everything below them that the reader may open."""
    cache = env.registry.cache(_CACHE)
    key = ("apps", env.lang, env.uid, group_ids(env))
    if key not in cache:
        cache[key] = _tree(env)
    found: tuple[Menu, ...] = cache[key]
    return found


def _tree(env: Env) -> tuple[Menu, ...]:
    groups = group_ids(env)
    everything = env.uid == env.registry.superuser_id
    below: dict[int, list[Entry]] = {}
    for entry in entries(env):
        below.setdefault(entry.parent, []).append(entry)

    def open_to_reader(entry: Entry) -> bool:
        if everything:
            return True
        if (entry.groups and not entry.groups & groups) or (entry.action_groups and not entry.action_groups & groups):
            return False
        return not entry.model or (entry.model in env.registry and env.may(entry.model, "read"))

    def build(entry: Entry, depth: int) -> Menu | None:
        if depth > 8 or not open_to_reader(entry):
            return None
        children = tuple(filter(None, (build(child, depth + 1) for child in below.get(entry.id, ()))))
        if not entry.action and not children:
            return None
        icon = (entry.icon or _APP_ICONS.get(entry.source.lower(), "puzzle")) if depth == 0 else entry.icon
        if entry.action and children:
            children = (Menu(entry.name, address(entry.action)), *children)
        return Menu(entry.name, "" if children else address(entry.action), icon, children=children)

    return tuple(filter(None, (build(entry, 0) for entry in below.get(0, ()))))


def address(action: str) -> str:
    """Where an action (`model,id`) is opened."""
    kind, _, number = action.partition(",")
    plain = "" if kind == "ir.actions.act_window" else f"{kind.removeprefix('ir.actions.')},"
    return f"/web/action/{plain}{number}"


def placed(menus: tuple[Menu, ...], here: str) -> tuple[tuple[Menu, ...], Menu | None]:
    """The root menus with the address of their first entry, and the one below which an entry leads `here`."""
    marked = tuple(_mark(menu, here) for menu in menus)
    app = next((menu for menu in marked if menu.holds_current), None)
    roots = tuple(Menu(m.label, m.url or first_url(m), m.icon, m is app) for m in marked)
    return roots, app


def place_of(env: Env, window: Window) -> str:
    """The address of the menu entry that a window belongs to: the one of its action, else the first of its model."""
    shown = {menu.url for menu, _ in leaves(apps(env))}
    own = address(window.action) if window.action else window.path
    of_model = (address(entry.action) for entry in entries(env) if entry.action and entry.model == window.model)
    return own if own in shown else next((url for url in of_model if url in shown), own)


def _mark(menu: Menu, here: str) -> Menu:
    if menu.children:
        return replace(menu, children=tuple(_mark(child, here) for child in menu.children))
    return replace(menu, current=True) if here and menu.url == here else menu


def first_url(menu: Menu) -> str:
    """The first entry below a menu that opens something."""
    if menu.url:
        return menu.url
    return next(filter(None, map(first_url, menu.children)), "")


def leaves(menus: tuple[Menu, ...], path: tuple[str, ...] = ()) -> list[tuple[Menu, str]]:
    """Every entry that opens something, with the names above it."""
    found: list[tuple[Menu, str]] = []
    for menu in menus:
        if menu.children:
            found += leaves(menu.children, (*path, menu.label))
        elif menu.url:
            found.append((menu, " › ".join(path)))
    return found


def home_url(env: Env) -> str:
    """Where the reader starts: their home action; empty for the start page."""
    try:
        action = env.user.action_id
    except AccessError:
        return ""
    return address(f"{action._name},{action.id}") if action else ""
