"""`/web/enter/…`: the link that the server prints when it starts, which logs in once."""

from __future__ import annotations

from core.errors import AccessDenied
from core.http.request import Request, Response, redirect
from core.http.routing import route
from core.orm.registry import Registry
from core.security import login_link
from core.security import session as sessions

PATH = "/web/enter/"


@route(f"{PATH}<token>", auth="none")
def enter(request: Request, token: str) -> Response:
    """Open a session for whom the link was made, and go to the first page; the login says why an old link fails."""
    ticket = None if request.method == "HEAD" else login_link.redeem(request.site.settings.data_dir, token)
    if ticket is None:
        return redirect("/web/login?spent=1")

    def work(registry: Registry) -> str:
        agent = request.headers.get("User-Agent", "")
        try:
            return registry.run(
                lambda env: sessions.open_session(env, ticket.uid, network=request.peer.address, agent=agent)
            )
        except LookupError:
            raise AccessDenied from None

    session = request.site.work(ticket.database, work)
    response = redirect("/web")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.set_session(request, ticket.database, session)
    return response
