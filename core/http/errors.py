"""Turns any error into an answer: a page for people, JSON for programs; never a traceback, always a number to quote."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, Template
from werkzeug.exceptions import HTTPException

from core.errors import Busy, GrialError, Throttled, TookTooLong
from core.http.request import Response, json_response
from core.http.static import static_url
from core.kernel.i18n import mark

if TYPE_CHECKING:
    from core.http.request import Request

_log = logging.getLogger(__name__)

Translate = Callable[[str], str]

HTTPError = HTTPException
"""What werkzeug raises for 404, 405, 413 and the like."""

_TITLES = {
    400: mark("This request cannot be understood"),
    401: mark("Please log in"),
    403: mark("You may not do this"),
    404: mark("Not found"),
    405: mark("Not possible here"),
    409: mark("Somebody else was faster"),
    413: mark("Too large"),
    415: mark("Wrong kind of content"),
    422: mark("This is not possible"),
    429: mark("Too many tries"),
    503: mark("One moment, please"),
    504: mark("This took too long"),
}
_MESSAGES = {
    400: mark("The address or the form is damaged. Go back and try again."),
    404: mark("There is no such page, or it is not for you."),
    405: mark("The page exists, but not for this kind of request."),
    413: mark("What you sent is larger than this server accepts."),
    415: mark("This address does not take content of that kind."),
}
_FAILURE = mark("Something went wrong on the server. Give the number below to your administrator.")


class LoginRequired(GrialError):
    """Nobody is logged in, or the session has ended."""

    status = 401

    def __init__(self) -> None:
        super().__init__(mark("Your session has ended. Please log in again."))


class ForeignRequest(GrialError):
    """An unsafe request that does not come from one of our own pages."""

    status = 403

    def __init__(self) -> None:
        super().__init__(mark("This request did not come from a page of this server. Reload the page and try again."))


@dataclass(frozen=True, slots=True)
class Problem:
    """What may be told about an error.

    Attributes:
        unexpected: nobody foresaw it.
        logged: the log has it, under the number of the request, which is told too.
    """

    status: int
    title: str
    message: str
    name: str
    unexpected: bool = False
    retry_after: int = 0
    logged: bool = False


def problem_of(error: BaseException, translate: Translate) -> Problem:
    """What an error means for the outside."""
    if isinstance(error, GrialError):
        status = error.status if error.status != 500 else 422
        title = translate(_TITLES.get(status, "This is not possible"))
        wait = max(1, round(error.retry_after)) if isinstance(error, (Busy, Throttled)) else 0
        message, slow = error.translated(translate), isinstance(error, TookTooLong)
        return Problem(status, title, message, type(error).__name__, retry_after=wait, logged=slow)
    if isinstance(error, HTTPException) and error.code is not None and error.code < 500:
        title = translate(_TITLES.get(error.code, "This is not possible"))
        message = translate(_MESSAGES.get(error.code, "The server refuses this request."))
        return Problem(error.code, title, message, type(error).__name__)
    return Problem(500, translate("An error"), translate(_FAILURE), "InternalError", unexpected=True, logged=True)


def note(error: BaseException, request: Request) -> None:
    """Write an error to the log, under the number that the caller is told."""
    if isinstance(error, TookTooLong):
        _log.warning("request %s: %s %r took too long and was stopped", request.number, request.method, request.path)
    else:
        _log.error("request %s: %s %r failed", request.number, request.method, request.path, exc_info=error)


def render(request: Request, error: BaseException, translate: Translate) -> Response:
    """The usual answer for an error: JSON for programs, a page for people."""
    problem = problem_of(error, translate)
    if problem.logged:
        note(error, request)
    if request.wants_json:
        response = json_response(
            {"name": problem.name, "message": problem.message, "number": request.number}, problem.status
        )
    else:
        shown = traceback.format_exception(error) if problem.unexpected and request.site.settings.dev else []
        response = Response(_page(request, problem, translate, "".join(shown)), status=problem.status)
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name.lower() == "allow":
                response.headers["Allow"] = value
    return response


def _page(request: Request, problem: Problem, translate: Translate, trace: str) -> str:
    return _template().render(
        lang=request.lang.partition("_")[0],
        title=problem.title,
        message=problem.message,
        status=problem.status,
        stylesheet=static_url("web/error.css"),
        number=request.number if problem.logged else "",
        number_label=translate("Number:"),
        home_label=translate("Go to the start page"),
        trace=trace,
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True).get_template("error.html")
