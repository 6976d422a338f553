"""`/web/preferences`: what people set for themselves, in the form that base has for it; their password."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from core.errors import AccessDenied, GrialError, ValidationError
from core.http.language import translator
from core.http.request import LANGUAGE_COOKIE, Request, Response
from core.http.web.drafting import fresh
from core.http.web.form import changed_page, posted_of
from core.http.web.opened import Opened
from core.http.web.page import go, page, reading, say
from core.http.web.pages.form import FormPage
from core.http.web.record import draft_page
from core.http.web.refusal import screen
from core.http.web.saving import save
from core.http.web.window import Window
from core.security import session as sessions
from core.view.resolve import resolve

USERS, PARTNERS = "res.users", "res.partner"
VIEW = "base.user_preferences_form"
_URL = "/web/preferences"


@screen(_URL, write=False)
def show(request: Request) -> Response:
    """The form."""
    opened = _opened(request)
    with reading(request):
        shown = draft_page(opened, fresh(opened))
    return _answer(request, shown)


@screen(_URL, methods=("POST",))
def keep(request: Request) -> Response:
    """Save them. The page that follows speaks the new language."""
    opened = _opened(request)
    spoken = request.lang
    if request.form.get("_do"):
        with reading(request):
            shown = changed_page(request, opened)
        return _answer(request, shown)
    with reading(request):
        posted = posted_of(request, opened)
        saved = save(opened, posted, translator(request), _write)
        if saved.draft is not None:
            shown = draft_page(opened, saved.draft, posted, error=saved.error, conflicts=saved.conflicts)
            return _answer(request, shown, 422)
    request.lang = request.env.user.lang or spoken
    response = go(request, _URL, say(request, "Saved."))
    if request.lang != spoken and request.from_script:  # the frame around the form speaks the old language still
        response.status_code = 200
        response.headers["HX-Redirect"] = response.headers.pop("Location")
    response.set_cookie(
        LANGUAGE_COOKIE, request.env.user.lang or "", path="/", httponly=True, samesite="Lax", secure=request.https
    )
    return response


@screen(f"{_URL}/password", methods=("POST",))
def password(request: Request) -> Response:
    """Change the password; every other session of the user ends."""
    env, form = request.env, request.form
    try:
        with env.savepoint():
            if form.get("new_password", "") != form.get("again", ""):
                raise ValidationError("The new password was not written twice in the same way.")
            users: Any = env[USERS]
            users.change_password(form.get("old_password", ""), form.get("new_password", ""))
            env.flush()
    except AccessDenied:
        return go(request, _URL, say(request, "The old password is wrong."), "danger")
    except GrialError as error:
        return go(request, _URL, error.translated(translator(request)), "danger")
    token = sessions.open_session(
        env, env.uid, network=request.peer.address, agent=request.headers.get("User-Agent", "")
    )
    response = go(request, _URL, say(request, "The password is changed. You were signed out everywhere else."))
    response.set_session(request, env.registry.name, token)
    return response


def _opened(request: Request) -> Opened:
    """The reader's own user record. They may see and change what the form holds, whatever their rights on users are."""
    env = request.env
    resolved = resolve(env, USERS, "form", VIEW)
    with env.elevated("people see their own preferences", USERS, PARTNERS) as su:
        window = Window(_URL, say(request, "Preferences"), USERS, (("form", 0),))
        return Opened(su, USERS, env.uid, MultiDict(), window, resolved, False)


def _write(opened: Opened, values: dict[str, Any]) -> int:
    users: Any = opened.env[USERS]
    if values:
        users.save_preferences(values)
    return opened.record_id


def _answer(request: Request, shown: FormPage, status: int = 200) -> Response:
    title = say(request, "Preferences")
    return page(request, "preferences.html", replace(shown, title=title), title, here=_URL, status=status)
