"""What is opened: a model with its views, domain and context, from a stored action or from an address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import AccessError, ExpressionError, MissingError, UserError
from core.http.web.query import link
from core.kernel.expression import compile_expression, expression_helpers
from core.orm import xmlids
from core.security import rights
from core.security.client_context import client_context
from core.view.bindings import bound_actions
from core.view.reader import view_type
from core.view.resolve import group_ids

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from core.orm.env import Env

    Args = MultiDict[str, str]

SHOWN = ("list", "kanban", "form", "calendar", "graph", "pivot")
"""The views that this client draws; others are left out of the switch until an addon brings them."""

ICONS = {
    "list": "list-ul",
    "kanban": "kanban",
    "form": "card-list",
    "calendar": "calendar3",
    "graph": "bar-chart",
    "pivot": "table",
}

CARRIED = ("active_id", "active_model", "active_ids", "context", "domain", "views", "title", "import")
"""Parameters that belong to what is opened, not to the search in it."""


@dataclass(frozen=True, slots=True)
class Window:
    """A model as it is opened.

    Attributes:
        path: the address without parameters.
        action: the action's `model,id`, or empty.
        views: types with the id of a view each, 0 for the first by priority.
        kept: parameters that every link below it carries on.
    """

    path: str
    title: str
    model: str
    views: tuple[tuple[str, int], ...]
    domain: list[Any] = field(default_factory=list)
    context: Mapping[str, Any] = field(default_factory=dict)
    search_view: int = 0
    limit: int = 80
    help: str = ""
    action: str = ""
    target: str = "current"
    res_id: int = 0
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def reference(self) -> str:
        """How a record's address names what it was opened from."""
        return self.path.removeprefix("/web/")

    def view_id(self, kind: str) -> int:
        """The view to show for a type."""
        return next((number for name, number in self.views if name == kind), 0)


def names_of(env: Env, **more: Any) -> dict[str, Any]:
    """What the expressions of actions, filters and domains may name."""
    context = dict(env.context)
    return {
        **expression_helpers(env.now(), env.tz),
        "uid": env.uid,
        "context": context,
        "active_id": context.get("active_id", False),
        "active_ids": context.get("active_ids", []),
        "active_model": context.get("active_model", False),
        "allowed_company_ids": list(env.companies_ids),
        "company_id": env.company_id,
        **more,
    }


def evaluated(env: Env, source: Any, default: Any, **more: Any) -> Any:
    """The value of an expression of an action; the default for an empty one.

    Raises:
        UserError: it cannot be worked out.
    """
    if not isinstance(source, str):
        return default if source in (None, False) else source
    if not source.strip():
        return default
    try:
        return compile_expression(" ".join(source.split())).evaluate(names_of(env, **more))
    except ExpressionError as error:
        raise UserError("This action cannot be opened: {why}", why=error) from error


def find_action(env: Env, reference: str) -> Any:
    """The action that an address names: a number, `kind,number` or an external id.

    Raises:
        MissingError: there is none.
        AccessError: it is for other people's groups.
    """
    kind, model, number = "act_window", "", 0
    if reference.isdigit():
        number = int(reference)
    elif "," in reference:
        kind, _, text = reference.partition(",")
        number = int(text) if text.isdigit() else 0
    else:
        found = xmlids.resolve(env, reference)
        if found is not None:
            model, number = found
    model = model or f"ir.actions.{kind}"
    if not model.startswith("ir.actions.") or model not in env or not number:
        raise MissingError("There is no action {name}.", name=reference)
    with env.elevated("an action may be opened by everybody in its groups", model) as su:
        action: Any = su[model].browse(number).exists()
        if not action:
            raise MissingError("There is no action {name}.", name=reference)
    rights.check_groups(env, action)
    return action


def carried(args: Args) -> tuple[tuple[tuple[str, str], ...], dict[str, Any]]:
    """The parameters that belong to what is opened, and the context they make."""
    kept: list[tuple[str, str]] = []
    context: dict[str, Any] = {}
    for name in CARRIED:
        value = args.get(name, "")
        if not value:
            continue
        kept.append((name, value[:4000]))
        if name == "context":
            given = _json(value, dict)
            context |= client_context(given)
            if isinstance(given.get("group_by"), (str, list)):
                context["group_by"] = given["group_by"]
        elif name == "active_id" and value.isdigit():
            context |= {"active_id": int(value), "active_ids": context.get("active_ids") or [int(value)]}
        elif name == "active_ids":
            context["active_ids"] = [int(part) for part in value.split(",") if part.isdigit()]
        elif name == "active_model":
            context["active_model"] = value
    for name, value in args.items():
        if name.startswith("default_"):
            kept.append((name, value[:4000]))
            context |= client_context({name: value})
    if context.get("active_ids") and not context.get("active_id"):
        context["active_id"] = context["active_ids"][0]
    return tuple(kept), context


def _json(text: str, kind: type) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        return kind()
    return found if isinstance(found, kind) else kind()


def from_action(env: Env, args: Args, reference: str) -> Window:
    """The window that an action opens."""
    kept, context = carried(args)
    env = env.with_context(**context)
    action = find_action(env, reference)
    if action._name != "ir.actions.act_window":
        raise MissingError("There is no action {name}.", name=reference)
    return of_action(env, action, reference, kept)


def of_action(env: Env, action: Any, reference: str = "", kept: tuple[tuple[str, str], ...] = ()) -> Window:
    """A window action as a window."""
    with env.elevated("the views of an action are its own", *_parts(env)):
        modes = [view_type(part.strip()) for part in action.view_mode.split(",") if part.strip()]
        named: dict[str, int] = {}
        for row in action.view_ids:
            named.setdefault(view_type(row.view_mode), row.view_id.id if row.view_id else 0)
        first = action.view_id
        if first:
            kind = view_type(first.type or "")
            named.setdefault(kind, first.id)
            modes = [kind, *(mode for mode in modes if mode != kind)]
        ordered = [*named, *(mode for mode in modes if mode not in named)] if action.view_ids else modes
        search_view = action.search_view_id.id if action.search_view_id else 0
        title, help_text = action.name, action.help or ""
    extra = evaluated(env, action.context, {})
    return Window(
        path=f"/web/action/{reference or action.id}",
        title=title,
        model=action.res_model,
        views=tuple((mode, named.get(mode, 0)) for mode in dict.fromkeys(ordered)),
        domain=list(evaluated(env, action.domain, [])),
        context={
            **{k: v for k, v in env.context.items() if k.startswith(("active_", "default_"))},
            **(extra if isinstance(extra, dict) else {}),
        },
        search_view=search_view,
        limit=action.limit or 80,
        help=help_text,
        action=f"{action._name},{action.id}",
        target=action.target or "current",
        res_id=action.res_id or 0,
        kept=kept,
    )


def _parts(env: Env) -> list[str]:
    return [name for name in ("ir.actions.act_window", "ir.actions.act_window.view", "ir.ui.view") if name in env]


def from_model(env: Env, args: Args, model: str) -> Window:
    """A window on a model that no action describes; domain, context and views may stand in the address."""
    info = env.registry[model]
    kept, context = carried(args)
    domain = _json(args.get("domain", ""), list)
    if args.get("import", "").isdigit():
        domain = [*domain, ("id", "in", imported(env, model, int(args["import"])))]
    wanted = [view_type(part) for part in args.get("views", "").split(",") if part]
    views = tuple((kind, 0) for kind in wanted) or (("list", 0), ("form", 0))
    title = args.get("title", "")[:100] or env.translate_term(info.description, info.addon)
    return Window(f"/web/{model}", title, model, views, domain, context, kept=kept)


def imported(env: Env, model: str, batch_id: int) -> list[int]:
    """The records that an import of the reader's made or changed; none of those of others."""
    own = [("batch_id", "=", batch_id), ("batch_id.model", "=", model), ("res_id", "!=", 0)]
    return [int(row["res_id"]) for row in env["ir.import.line"].search(own).read(["res_id"])]


def opened_from(env: Env, args: Args, model: str) -> Window:
    """The window that a record's address says it was opened from; the model's own where it says nothing."""
    reference = args.get("from", "")
    if reference.startswith("action/"):
        try:
            found = from_action(env, args, reference.removeprefix("action/"))
        except (MissingError, AccessError, UserError):
            return from_model(env, args, model)
        if found.model == model:
            return found
    return from_model(env, args, model)


def action_url(env: Env, action: Mapping[str, Any], **more: Any) -> str:
    """The address that shows what a window action given as values opens."""
    context = action.get("context") or {}
    if isinstance(context, str):
        context = evaluated(env, context, {})
    domain = action.get("domain") or []
    if isinstance(domain, str):
        domain = evaluated(env, domain, [])
    model = str(action.get("res_model") or "")
    kinds = [view_type(str(kind)) for _, kind in action.get("views") or []] or [
        view_type(part.strip()) for part in str(action.get("view_mode") or "list,form").split(",")
    ]
    shared = {"context": json.dumps(context, default=str) if context else "", **more}
    record = action.get("res_id")
    if isinstance(record, (list, tuple)):
        record = record[0] if record else 0
    if kinds[0] == "form" or record:
        path = f"/web/{model}/{record}" if record else f"/web/{model}/new"
        return link(path, view=_view_of(action, "form"), **shared)
    title = str(action.get("name") or "")
    return link(
        f"/web/{model}",
        domain=json.dumps(domain, default=str) if domain else "",
        views=",".join(kinds),
        title=title,
        **shared,
    )


def bindings(env: Env, model: str) -> dict[str, list[dict[str, Any]]]:
    """The actions and reports that forms and lists of a model offer, kept with the registry."""
    cache = env.registry.cache("web.bindings")
    key = (model, env.lang, env.uid == env.registry.superuser_id, group_ids(env))
    if key not in cache:
        cache[key] = bound_actions(env, model)
    found: dict[str, list[dict[str, Any]]] = cache[key]
    return found


def _view_of(action: Mapping[str, Any], kind: str) -> int:
    for number, mode in action.get("views") or []:
        if view_type(str(mode)) == kind and number:
            return int(number)
    chosen = action.get("view_id")
    if isinstance(chosen, (list, tuple)):
        chosen = chosen[0] if chosen else 0
    return int(chosen or 0)
