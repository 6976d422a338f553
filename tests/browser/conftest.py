"""What the browser tests share: pages that obey the content policy, checked with axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from core.testing.browser import OpenPage

expect.set_options(timeout=15_000)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def open_screen(open_page: OpenPage) -> Iterator[Callable[..., Page]]:
    """`open_screen("/web/res.partner", color_scheme="dark")`: a page; a breach of the content policy fails the test."""
    breaches: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            breaches.append(message.text[:200])

    def make(address: str, login: str = "admin", **context: Any) -> Page:
        page = open_page(login, **{"viewport": {"width": 1400, "height": 900}, **context})
        page.set_default_timeout(15_000)
        page.on("console", note)
        page.goto(address)
        until(page, "window.htmx && window.grial")
        return page

    yield make
    assert not breaches, breaches


def saved(page: Page) -> None:
    """Wait until a form has been saved and is shown to read again."""
    expect(page.locator("#notices .success").last).to_be_visible()
    expect(page.locator("form.record.editing")).to_have_count(0)


def until(page: Page, script: str) -> None:
    """Wait until the page says yes; the browser itself may not evaluate texts, by the policy of our pages."""
    for _ in range(200):
        if page.evaluate(f"!!({script})"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {script}")
