"""A browser without a screen: a client of the WSGI application that is logged in, posts forms and calls methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import Client, TestResponse

from core.testing.users import ADMIN_LOGIN

if TYPE_CHECKING:
    from core.server.app import Application
    from core.testing.databases import Databases
    from core.testing.records import Database

HOST = "localhost"


class Refused(Exception):
    """A call that the server refused; `data` is what a program gets to read, `message` what a person does."""

    def __init__(self, error: dict[str, Any]) -> None:  # Any: JSON
        self.data: dict[str, Any] = error["data"]
        self.message = str(self.data["message"])
        super().__init__(self.message)


class WebClient(Client):
    """Requests of one person who is logged in; forms carry the token that the pages would give them."""

    def __init__(self, application: Application, database: str, login: str = ADMIN_LOGIN) -> None:
        super().__init__(application)
        self.app = application
        self.database = database
        self.token = ""
        if login:
            self.log_in(login)

    def log_in(self, login: str) -> None:
        """Become another user, without typing a password. Raises MissingError when nobody has this login."""
        from core.http.request import SESSION_COOKIE, session_identifier

        self.token = session_token(self.app, self.database, login)
        self.set_cookie(SESSION_COOKIE, session_identifier(self.database, self.token), domain=HOST)

    @property
    def csrf_token(self) -> str:
        """The token that forms carry."""
        from core.security import csrf

        return csrf.token(self.app.site.csrf_key, self.token)

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:  # Any: as werkzeug takes them
        """Send a request; with the token of its forms, unless the test gives a header of its own."""
        headers = Headers(kwargs.pop("headers", None))
        headers.setdefault("X-CSRF-Token", self.csrf_token)
        return super().open(*args, headers=headers, **kwargs)

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:  # Any: JSON
        """What a method answers over JSON-RPC. Raises Refused with the server's error."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}
        answer = self.post("/web/dataset/call_kw", json=body).get_json()
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]


def session_token(application: Application, database: str, login: str) -> str:
    """The token of a new session of this user. Raises MissingError when nobody has this login."""
    from core.security.session import open_session
    from core.testing.users import find_user

    return application.registries.run(database, lambda env: open_session(env, find_user(env, login).id))


@pytest.fixture(scope="session")
def application(databases: Databases) -> Application:
    """The WSGI application over the databases of this run."""
    from core.server.app import Application

    made = Application(databases.settings)
    databases.others.append(made.registries)
    return made


@pytest.fixture
def new_client(application: Application, database: Database) -> Callable[..., WebClient]:
    """`new_client("ana@example.com")`: a client logged in as this user; with an empty login: a visitor."""

    def make(login: str = ADMIN_LOGIN) -> WebClient:
        return WebClient(application, database.name, login)

    return make


@pytest.fixture
def client(new_client: Callable[..., WebClient]) -> WebClient:
    """A client of the application, logged in as admin; what it does stays in `database`."""
    return new_client()
