"""What else is done with one record: choose a step, duplicate, archive, delete."""

from __future__ import annotations

from typing import Any

from core.http.request import Request, Response
from core.http.web.button import attempt
from core.http.web.opened import open_record
from core.http.web.page import go, say
from core.http.web.refusal import screen
from core.http.web.typed import parse


@screen("/web/<model>/<int:record_id>/set/<name>", methods=("POST",))
def choose(request: Request, model: str, record_id: int, name: str) -> Response:
    """A click on a step of the status bar."""
    opened = open_record(request, model, record_id)
    bound: Any = opened.env.registry[model].field(name)
    value = parse(opened.env, bound, request.form.get("_value", ""))
    found = attempt(request, opened, opened.env, lambda: opened.record().write({name: value}), record_id)
    return found if isinstance(found, Response) else go(request, opened.address(record_id))


@screen("/web/<model>/<int:record_id>/copy", methods=("POST",))
def copy(request: Request, model: str, record_id: int) -> Response:
    """A new record like this one, ready to be edited."""
    opened = open_record(request, model, record_id)
    found = attempt(request, opened, opened.env, lambda: opened.record().copy(), record_id)
    if isinstance(found, Response):
        return found
    url = opened.query.without("at").at(f"/web/{model}/{found[0].id}").with_(edit="1").url
    return go(request, url, say(request, "This is the copy."))


@screen("/web/<model>/<int:record_id>/archive", methods=("POST",))
def archive(request: Request, model: str, record_id: int) -> Response:
    """Put a record aside, or bring it back."""
    opened = open_record(request, model, record_id)
    record: Any = opened.record()
    active = not record.active
    found = attempt(request, opened, opened.env, lambda: record.write({"active": active}), record_id)
    if isinstance(found, Response):
        return found
    return go(
        request,
        opened.address(record_id),
        say(request, "Back from the archive.") if active else say(request, "Archived."),
    )


@screen("/web/<model>/<int:record_id>/delete", methods=("POST",))
def delete(request: Request, model: str, record_id: int) -> Response:
    """Delete a record and go back to the list."""
    opened = open_record(request, model, record_id)
    name = opened.record().display_name
    found = attempt(request, opened, opened.env, lambda: opened.record().unlink(), record_id)
    if isinstance(found, Response):
        return found
    return go(request, opened.list_url, say(request, "{name} is deleted.", name=name))
