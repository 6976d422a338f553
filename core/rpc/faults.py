"""Describes any error as the kinds of RPC clients know it: a number, a text, a name and a message; no internals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import (
    AccessDenied,
    AccessError,
    Busy,
    ConflictError,
    GrialError,
    MissingError,
    Throttled,
    TookTooLong,
    UserError,
    ValidationError,
)
from core.http.errors import LoginRequired, note, problem_of
from core.http.language import translator
from core.http.request import Request

Translate = Callable[[str], str]

_KINDS: tuple[tuple[type[GrialError], str, str, str], ...] = (
    # the error, its exception name, its type for JSON-RPC, its title for plain XML-RPC
    (AccessDenied, "odoo.exceptions.AccessDenied", "access_denied", "AccessDenied"),
    (AccessError, "odoo.exceptions.AccessError", "access_error", "AccessError"),
    (MissingError, "odoo.exceptions.MissingError", "missing_error", "MissingError"),
    (ValidationError, "odoo.exceptions.ValidationError", "validation_error", "ValidateError"),
    (ConflictError, "odoo.exceptions.UserError", "user_error", "Conflict"),
    (UserError, "odoo.exceptions.UserError", "user_error", "Warning"),
    (Throttled, "odoo.exceptions.AccessDenied", "access_denied", "AccessDenied"),
    (Busy, "odoo.exceptions.UserError", "user_error", "Busy"),
    (TookTooLong, "odoo.exceptions.UserError", "user_error", "Timeout"),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error as it is told outside.

    Attributes:
        code: 1 application, 2 warning, 3 access denied, 4 access error.
        status: the HTTP status of JSON-2.
        name: the exception name of the JSON formats.
        kind: the `exception_type` of JSON-RPC.
        title: what stands after `warning -- ` in the plain XML-RPC fault code.
        message: the text for a person.
        expired: nobody is logged in any more.
    """

    code: int
    status: int
    name: str
    kind: str
    title: str
    message: str
    expired: bool = False
    retry_after: int = 0


def trouble_of(error: BaseException, request: Request) -> Trouble:
    """Describe an error in the caller's language; what the log has of it stands there under the number that is told."""
    problem = problem_of(error, translator(request))
    message = problem.message
    if problem.logged:
        note(error, request)
        message = f"{message} ({request.number})"
    if isinstance(error, LoginRequired):
        return Trouble(
            3, 401, "odoo.http.SessionExpiredException", "access_denied", "AccessDenied", problem.message, expired=True
        )
    for known, name, kind, title in _KINDS:
        if isinstance(error, known):
            code = 3 if kind == "access_denied" else 2 if isinstance(error, (Busy, TookTooLong)) else error.code
            return Trouble(code, problem.status, name, kind, title, message, retry_after=problem.retry_after)
    if problem.unexpected:
        return Trouble(1, 500, "builtins.Exception", "internal_error", "", message)
    return Trouble(1, problem.status, "odoo.exceptions.UserError", "internal_error", "", problem.message)
