"""Makes the answer of a page: the frame of menus around it, messages, dialogs, and where to go next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import quote, unquote

from core.db.resting import is_resting
from core.errors import GrialError
from core.http.language import translator
from core.http.request import Request, Response, redirect
from core.http.web import menus, render
from core.http.web.pages.shell import Link, Notice, Shell, Tone
from core.kernel.formats import format_number
from core.view.resolve import left_out_of

MOST_WARNINGS = 3
NOTICE_COOKIE = "notice"
THEME_COOKIE = "theme"


@contextmanager
def reading(request: Request) -> Iterator[None]:
    """Draw templates for the reader of this request."""
    lang = request.lang
    with render.reader(translator(request), lambda value: format_number(value, 0, lang), request.csrf_token):
        yield


def say(request: Request, text: str, /, **values: object) -> str:
    """A text of the client in the reader's language."""
    with render.reader(translator(request)):
        return render.say(text, **values)


def told(request: Request, error: GrialError) -> str:
    """What an error says to the reader."""
    return error.translated(translator(request))


def shell_of(request: Request, title: str, here: str = "", crumbs: Sequence[Link] = ()) -> Shell:
    """The frame of a page; `here` is the address of the menu entry it belongs to."""
    env = request.env
    roots, app = menus.placed(menus.apps(env), here)
    face = request.session.face if request.session is not None else None
    company = face.company_name if face is not None and face.company == env.company_id else env.company.name
    picture = face.picture if face is not None else 0
    theme = request.cookies.get(THEME_COOKIE, "auto")
    shown: Literal["auto", "light", "dark"] = "light" if theme == "light" else "dark" if theme == "dark" else "auto"
    return Shell(
        title=title,
        csrf=request.csrf_token,
        lang=request.lang.partition("_")[0],
        theme=shown,
        database=env.registry.name,
        user=face.name if face is not None else env.user.name,
        user_image=f"/web/image/res.users/{env.uid}/image?v={picture}" if picture else "",
        company=company,
        app=app,
        apps=roots,
        crumbs=tuple(crumbs),
        notices=(*_waiting(request), *_broken_views(request)),
        resting=env.has_group("base.group_system") and is_resting(env.tx.connection),
    )


def page(
    request: Request,
    template: str,
    page: Any,
    title: str,
    *,
    here: str = "",
    crumbs: Sequence[Link] = (),
    status: int = 200,
) -> Response:
    """A whole page in its frame."""
    shell = shell_of(request, title, here, crumbs)
    with reading(request):
        response = Response(render.render(template, page=page, shell=shell), status=status)
    if NOTICE_COOKIE in request.cookies:
        response.delete_cookie(NOTICE_COOKIE, path="/web")
    return response


def plain(request: Request, template: str, page: Any, *, status: int = 200) -> Response:
    """A page without the frame: sign-in and the database manager."""
    with reading(request):
        text = render.render(template, page=page, lang=request.lang.partition("_")[0])
    return Response(text, status=status)


def fragment(request: Request, template: str, macro: str, *arguments: Any, status: int = 200) -> Response:
    """A part of a page."""
    with reading(request):
        return Response(render.fragment(template, macro, *arguments), status=status)


def dialog(request: Request, template: str, macro: str, *arguments: Any, status: int = 200) -> Response:
    """A part of a page that opens as a dialog, whatever the link or button was aimed at."""
    response = fragment(request, template, macro, *arguments, status=status)
    response.set_data(f'<div class="dialog-content">{response.get_data(as_text=True)}</div>')
    response.headers["HX-Retarget"] = "#dialog-body"
    response.headers["HX-Reswap"] = "innerHTML"
    response.headers["HX-Reselect"] = ".dialog-content"
    response.headers["HX-Push-Url"] = "false"
    response.headers["HX-Trigger"] = "grial:dialog"
    return response


def go(request: Request, location: str, notice: str = "", tone: Tone = "success") -> Response:
    """Go to another page of ours, with a message that it shows once."""
    response = redirect(location)
    if notice:
        note(response, request, notice, tone)
    return response


def trigger(response: Response, **events: Any) -> Response:
    """Let our script hear of something when it gets this answer."""
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


def close_dialog(
    request: Request,
    notice: str = "",
    tone: Tone = "success",
    *,
    reload: bool = True,
    made: tuple[int, str] | None = None,
) -> Response:
    """Close the dialog that a script has opened, and show the page below it again.

    Args:
        made: id and name of the record made in it, for the field that asked for one.
    """
    events: dict[str, Any] = {"grial:close": {}}
    if notice:
        events["grial:notice"] = {"text": notice, "tone": tone}
    if made:
        events["grial:made"] = {"value": str(made[0]), "text": made[1]}
    if reload:
        events["grial:reload"] = {}
    return _unmoved(trigger(Response(status=200), **events))


def refusal_notice(request: Request, error: GrialError) -> Response:
    """A refusal told in the corner of the page that asked, which stays as it is."""
    response = trigger(
        Response(status=error.status), **{"grial:notice": {"text": told(request, error), "tone": "danger"}}
    )
    return _unmoved(response)


def _unmoved(response: Response) -> Response:
    response.headers["HX-Reswap"] = "none"
    response.headers["HX-Push-Url"] = "false"
    return response


def note(response: Response, request: Request, text: str, tone: Tone) -> None:
    """Leave a message for the next page; a later one takes its place."""
    value = quote(json.dumps({"text": text[:600], "tone": tone}, ensure_ascii=False), safe="")
    response.set_cookie(
        NOTICE_COOKIE, value, max_age=60, path="/web", httponly=True, samesite="Lax", secure=request.https
    )


def _broken_views(request: Request) -> Iterator[Notice]:
    """For administrators: extensions of views that the screen has to do without, and what to do about them."""
    errors = left_out_of(request.env)
    if errors and request.env.has_group("base.group_system"):
        for error in errors[:MOST_WARNINGS]:
            text = say(request, "A part of this screen is missing. {reason}", reason=error)
            yield Notice(text, "warning")


def _waiting(request: Request) -> tuple[Notice, ...]:
    """The message that the last page left for this one."""
    value = request.cookies.get(NOTICE_COOKIE, "")
    if not value:
        return ()
    try:
        found = json.loads(unquote(value))
        tone: Tone = found["tone"] if found["tone"] in ("info", "success", "warning", "danger") else "info"
        return (Notice(str(found["text"])[:600], tone),)
    except (ValueError, KeyError, TypeError):
        return ()
