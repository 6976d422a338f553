"""Chromium for tests: pages of a running server, logged in; an error of a page's script fails its test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import pytest

from core.testing.users import ADMIN_LOGIN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from core.server.app import Application
    from core.testing.serving import RunningServer

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class OpenPage(Protocol):
    """What the fixture `open_page` gives."""

    def __call__(self, login: str = ADMIN_LOGIN, **context: Any) -> Page:  # Any: options of playwright's new_context
        """A page of a browser of its own, logged in as this user; with an empty login, as a visitor."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started when the first test asks for it."""
    sync = pytest.importorskip("playwright.sync_api", reason="browser tests need the package playwright")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("browser tests need Chromium")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, application: Application, server: RunningServer) -> Iterator[OpenPage]:
    """`open_page("ana@example.com", locale="es-ES", color_scheme="dark")`: a page of the running `server`."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def make(login: str = ADMIN_LOGIN, **context: Any) -> Page:
        made = chromium.new_context(**{"base_url": server.url, "locale": "en-US", "timezone_id": "UTC", **context})
        opened.append(made)
        if login:
            made.add_cookies([session_cookie(application, server, login)])
        page = made.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield make
    for one in opened:
        one.close()
    assert not errors, f"scripts of the pages failed: {errors}"


@pytest.fixture
def browser_page(open_page: OpenPage) -> Page:
    """A page of the running `server`, logged in as admin: `browser_page.goto("/web")`."""
    return open_page()


def session_cookie(application: Application, server: RunningServer, login: str) -> Any:
    """The cookie with which a browser is logged in. Any: playwright's own type of dictionary."""
    from core.http.request import SESSION_COOKIE, session_identifier
    from core.testing.clients import session_token

    value = session_identifier(server.database, session_token(application, server.database, login))
    host = urlsplit(server.url).hostname
    return {"name": SESSION_COOKIE, "value": value, "domain": host, "path": "/", "httpOnly": True}
