"""Opens and ends the session of a browser; the sign-in page and the session endpoints of RPC both call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from core.errors import AccessDenied, UnknownName
from core.http.dispatch import who
from core.http.errors import LoginRequired
from core.http.request import split_session_identifier
from core.security import session as sessions
from core.security.authenticate import authenticate

if TYPE_CHECKING:
    from core.http.request import Request
    from core.orm.env import Env
    from core.orm.registry import Registry

R = TypeVar("R")


def open_session(
    request: Request, database: object, login: object, password: object, then: Callable[[Env], R]
) -> tuple[str, R]:
    """Check login and password, end the browser's earlier session and open a new one; gives its token.

    Args:
        request: of the person who logs in.
        database: its name.
        login: of the user.
        password: or an API key.
        then: run in the same transaction, on behalf of the user; its answer is given back, too.

    Raises:
        AccessDenied: wrong database, login or password; never says which.
        Throttled: too many failures.
    """

    def work(registry: Registry) -> tuple[str, R]:
        uid = authenticate(registry, login, password, request.peer.address)
        if uid is None:
            raise AccessDenied
        request.registry = registry

        def enter(env: Env) -> tuple[str, R]:
            name, earlier = split_session_identifier(request.session_id)
            if name == registry.name:
                sessions.close(env, earlier)
            agent = request.headers.get("User-Agent", "")
            return sessions.open_session(env, uid, network=request.peer.address, agent=agent), then(env)

        return registry.run(enter, uid=uid)

    try:
        return request.site.work(database, work)
    except UnknownName:
        raise AccessDenied from None


def end_session(request: Request) -> None:
    """Close the session of a request, when it has one."""
    name, token = split_session_identifier(request.session_id)
    if not name or not request.site.exists(name):
        return

    def work(registry: Registry) -> None:
        try:
            uid = who(registry, request, required=True)
        except LoginRequired:
            return
        registry.run(lambda env: sessions.close(env, token), uid=uid)

    request.site.work(name, work)
