"""`/web/wake`: an administrator wakes a database that is a copy."""

from __future__ import annotations

from typing import Any

from core.http.request import Request, Response
from core.http.web.page import go, say
from core.http.web.refusal import screen


@screen("/web/wake", methods=("POST",))
def wake(request: Request) -> Response:
    """Scheduled jobs run from now on, and messages are sent."""
    crons: Any = request.env["ir.cron"]
    crons.wake_database()
    return go(request, "/web", say(request, "The database is awake: scheduled jobs run, and messages are sent."))
