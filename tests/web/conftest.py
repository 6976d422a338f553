"""What the tests of the web client share: pages as trees, and forms filled in as a browser without script does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from core.testing.clients import WebClient


@dataclass
class Screen:
    """A page that a client got."""

    client: WebClient
    response: TestResponse
    root: html.HtmlElement

    def texts(self, path: str) -> list[str]:
        """The texts of the elements that an XPath finds."""
        return [" ".join(found.text_content().split()) for found in self.root.xpath(path)]

    def values(self, form: str) -> MultiDict[str, str]:
        """What a browser would send of a form, by its id."""
        found = self.root.xpath(f"//form[@id='{form}']")[0]
        sent: MultiDict[str, str] = MultiDict()
        for control in found.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
            kind = control.get("type", "")
            if kind in ("checkbox", "radio") and control.get("checked") is None:
                continue
            if kind == "file":
                continue
            if control.tag == "select":
                chosen = control.xpath("./option[@selected]") or control.xpath("./option[1]")
                value = (
                    (chosen[0].get("value") if chosen[0].get("value") is not None else chosen[0].text) if chosen else ""
                )
            elif control.tag == "textarea":
                value = (control.text or "").removeprefix("\n")
            else:
                value = control.get("value", "on" if kind in ("checkbox", "radio") else "")
            sent.add(control.get("name"), value)
        return sent

    def submit(self, form: str = "record", to: str = "", **changes: str | list[str]) -> Screen:
        """Send a form with some inputs changed; the dots of a name are written as `__` (`child_ids__0__name`)."""
        values = self.values(form)
        for name, value in changes.items():
            values.setlist(name.replace("__", "."), value if isinstance(value, list) else [value])
        action = to or self.root.xpath(f"//form[@id='{form}']/@action")[0]
        return screen_of(self.client, self.client.post(action, data=values))


def screen_of(client: WebClient, response: TestResponse) -> Screen:
    """An answer as a page, or the page that it leads to."""
    while response.status_code == 303:
        response = client.get(response.headers["Location"])
    return Screen(client, response, html.fromstring(response.text or "<html></html>"))


@pytest.fixture
def visit(client: WebClient) -> Callable[[str], Screen]:
    """`visit("/web/res.partner")`: the page at an address, as admin."""

    def go(address: str) -> Screen:
        return screen_of(client, client.get(address))

    return go
