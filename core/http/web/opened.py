"""One record as it is opened: its model and form, and the list it came from, whose search the address carries on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from core.errors import MissingError
from core.http.web.pages.shell import Link
from core.http.web.query import Query
from core.http.web.window import Window, opened_from
from core.view import nodes
from core.view.resolve import Resolved, resolve

if TYPE_CHECKING:
    from core.http.request import Request
    from core.orm.env import Env
    from core.orm.model import Model

DROPPED = ("edit", "focus", "dialog")
"""Parameters that say how a record is shown now, not where it was opened from."""

QUERY_FIELD = "_query"


@dataclass(frozen=True)
class Opened:
    """A record, or a new one, in its form.

    Attributes:
        env: with the context of what it was opened from.
        args: the parameters of its address.
        dialog: it is shown in a dialog above another page.
    """

    env: Env
    model: str
    record_id: int
    args: MultiDict[str, str]
    window: Window
    resolved: Resolved
    dialog: bool

    @property
    def view(self) -> nodes.FormView:
        """The form."""
        assert isinstance(self.resolved.view, nodes.FormView)
        return self.resolved.view

    @property
    def query(self) -> Query:
        """The parameters that every link of the page carries on."""
        pairs = ((key, value) for key, value in self.args.items(multi=True) if key not in DROPPED)
        return Query.of(f"/web/{self.model}/{self.record_id or 'new'}", pairs)

    def record(self) -> Model:
        """The stored record. Raises MissingError where there is none, or none the reader may see."""
        found = self.env[self.model].browse(self.record_id).exists()
        if not found:
            raise MissingError("This record does not exist any more, or it is not for you.")
        return found

    def address(self, record_id: int | str, **changes: Any) -> str:
        """The address of a record opened from the same list."""
        return self.query.at(f"/web/{self.model}/{record_id}").with_(**changes).url

    @property
    def list_url(self) -> str:
        """Back to where the record was opened from."""
        place = self.args.get("at", "")
        query = self.query.without("from", "at", "view").at(self.window.path)
        if place.isdigit() and int(place) > self.window.limit:
            query = query.with_(page=str((int(place) - 1) // self.window.limit + 1))
        return query.url

    @property
    def crumbs(self) -> tuple[Link, ...]:
        """The way back."""
        return (Link(self.window.title, self.list_url),)


def open_record(request: Request, model: str, record_id: int = 0) -> Opened:
    """What a request about a record is about; a posted form says it in its own field."""
    env = request.env
    env.registry[model]
    if request.method in ("GET", "HEAD"):
        args: MultiDict[str, str] = request.args
    else:
        # What a form carries along comes first; the address of a button may say more.
        args = MultiDict([*parse_qsl(request.form.get(QUERY_FIELD, "")), *only(request.args, ("kind", "dialog"))])
        if "view" not in args and request.args.get("view"):
            args["view"] = request.args["view"]
    window = opened_from(env, args, model)
    context = {
        key: value
        for key, value in window.context.items()
        if not key.startswith("search_default_") and key != "group_by"
    }
    env = env.with_context(**context)
    view = args.get("view", "")
    dialog = "dialog" in args or (request.method == "POST" and "_dialog" in request.form)
    chosen: int | None = int(view) if view.isdigit() else window.view_id("form") or None
    return Opened(env, model, record_id, args, window, form_of(env, model, chosen), dialog)


def form_of(env: Env, model: str, view_id: int | None) -> Resolved:
    """The form to show; a view of another type or model that an address names is passed over."""
    if view_id:
        try:
            found = resolve(env, model, "form", view_id)
        except MissingError:
            found = None
        if found is not None and isinstance(found.view, nodes.FormView):
            return found
    return resolve(env, model, "form")


def only(args: MultiDict[str, str], names: Iterable[str]) -> list[tuple[str, str]]:
    """Some of the parameters."""
    wanted = frozenset(names)
    return [(key, value) for key, value in args.items(multi=True) if key in wanted]
