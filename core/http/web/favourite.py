"""`/web/<model>/favourite`: keep the search of a page under a name, and forget it again."""

from __future__ import annotations

from typing import Any

from core.errors import AccessError, MissingError, UserError
from core.http.request import Request, Response
from core.http.web.page import go, reading, say
from core.http.web.query import Query, pairs_of
from core.http.web.refusal import screen
from core.http.web.searching import search
from core.http.web.window import CARRIED, Window, from_action, from_model

MODEL = "ir.filters"


@screen("/web/<model>/favourite", methods=("POST",))
def keep(request: Request, model: str) -> Response:
    """Save the search as it stands: its filters as one domain, its groupings and its order."""
    env, form = request.env, request.form
    name = form.get("name", "").strip()[:80]
    if not name:
        raise UserError("Give the search a name.")
    pairs = [(k, v) for k, v in pairs_of(form) if k not in ("csrf_token", "name", "default", "shared")]
    window = _window(request, model)
    with reading(request):
        found = search(env, window, Query.of(window.path, pairs))
    if form.get("shared") and not env.has_group("base.group_system"):
        raise AccessError("Searches for everybody are saved by administrators.", model=MODEL, operation="create")
    own = found.domain.as_list()
    base = len(window.domain)
    sort = dict(pairs).get("sort", "")
    values: dict[str, Any] = {
        "name": name,
        "model_id": model,
        "user_id": False if form.get("shared") else env.uid,
        "domain": repr(_without(own, window.domain) if base else own),
        "context": repr({"group_by": list(found.groups)} if found.groups else {}),
        "sort": repr([sort] if sort else []),
        "is_default": bool(form.get("default")),
        "action_id": window.action or False,
    }
    with env.elevated("people save their own searches", MODEL) as su:
        table: Any = su[MODEL]
        kept = table.create_or_replace(values)
    shown = [(k, v) for k, v in pairs if k in ("view", "sort", *CARRIED)]
    url = Query.of(window.path, [*shown, ("fav", str(kept))]).url
    return go(request, url, say(request, "The search “{name}” is saved.", name=name))


def _without(domain: list[Any], base: list[Any]) -> list[Any]:
    """A conjunction without the part that the action brings anyway."""
    plain = [part for part in domain if part != "&"]
    known = [list(part) if isinstance(part, (list, tuple)) else part for part in base]
    if "|" in plain or "!" in plain:
        return domain
    return [part for part in plain if (list(part) if isinstance(part, (list, tuple)) else part) not in known]


def _window(request: Request, model: str) -> Window:
    reference = request.form.get("from", "") or request.args.get("from", "")
    if reference.startswith("action/"):
        return from_action(request.env, request.form, reference.removeprefix("action/"))
    return from_model(request.env, request.form, model)


@screen("/web/<model>/favourite/<int:favourite>/delete", methods=("POST",))
def forget(request: Request, model: str, favourite: int) -> Response:
    """Forget a saved search: one's own, or as an administrator one for everybody."""
    env = request.env
    with env.elevated("people forget their own searches", MODEL) as su:
        found: Any = su[MODEL].browse(favourite).exists()
        if not found or found.model_id != model or (found.user_id and found.user_id.id != env.uid):
            raise MissingError("There is no such search of yours.")
        if not found.user_id and not env.has_group("base.group_system"):
            raise AccessError("Searches for everybody are changed by administrators.", model=MODEL, operation="unlink")
        name, action = found.name, found.action_id
        path = f"/web/action/{action.id}" if action else f"/web/{model}"
        found.unlink()
    return go(request, path, say(request, "The search “{name}” is deleted.", name=name))
