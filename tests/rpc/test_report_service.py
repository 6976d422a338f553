"""The old report service: printed at once, or printed now and fetched later, by the same user only."""

from __future__ import annotations

import base64
from typing import Any
from xmlrpc.client import Fault, dumps, loads

import pytest
from werkzeug.test import Client

from core.server.app import Application
from core.testing.records import Database
from core.testing.users import ADMIN_PASSWORD

pytestmark = pytest.mark.addons("crm")

REPORT = "crm.opportunity"


class Printer:
    """Calls the service `report` as one user."""

    def __init__(
        self, application: Application, database: Database, uid: int = 2, password: str = ADMIN_PASSWORD
    ) -> None:
        self.client, self.database = Client(application), database
        self.login = (database.name, uid, password)

    def call(self, service: str, method: str, *args: Any) -> Any:
        body = dumps((*self.login, *args), method, allow_none=True)
        response = self.client.post(f"/xmlrpc/2/{service}", data=body, content_type="text/xml")
        return loads(response.data)[0][0]


@pytest.fixture
def printer(application: Application, database: Database) -> Printer:
    return Printer(application, database)


@pytest.fixture
def lead(printer: Printer) -> int:
    created = printer.call("object", "execute", "crm.lead", "create", {"name": "Muebles", "type": "opportunity"})
    return int(created)


def test_a_report_is_printed_at_once(printer: Printer, lead: int) -> None:
    printed = printer.call("report", "render_report", REPORT, [lead], {}, {"lang": "en_US"})
    assert printed["state"] is True
    assert printed["format"] == "pdf"
    assert base64.b64decode(printed["result"]).startswith(b"%PDF-")
    assert printer.call("report", "render_report", REPORT, lead)["state"] is True


def test_a_report_is_fetched_later_once_and_by_its_user(printer: Printer, lead: int, application: Application) -> None:
    number = printer.call("report", "report", REPORT, [lead], {"model": "crm.lead", "id": lead}, {})
    assert isinstance(number, int)
    with printer.database.transaction() as env:
        values = {"name": "Ana", "login": "ana", "password": "password of Ana"}
        ana = env["res.users"].create(values).id
    other = Printer(application, printer.database, ana, "password of Ana")
    with pytest.raises(Fault):
        other.call("report", "report_get", number)
    fetched = printer.call("report", "report_get", number)
    assert base64.b64decode(fetched["result"]).startswith(b"%PDF-")
    with pytest.raises(Fault):
        printer.call("report", "report_get", number)


@pytest.mark.parametrize("name", ["no.such.report", "", "../x", 5, None])
def test_an_unknown_report_is_a_fault(printer: Printer, lead: int, name: Any) -> None:
    with pytest.raises(Fault) as caught:
        printer.call("report", "render_report", name, [lead])
    assert caught.value.faultCode == 2


def test_only_what_the_reader_may_see_is_printed(printer: Printer, lead: int) -> None:
    with pytest.raises(Fault):
        printer.call("report", "render_report", REPORT, [999_999])


@pytest.mark.case("B25")
def test_files_of_users_are_never_taken_for_kept_reports(printer: Printer, lead: int, application: Application) -> None:
    """A file once counted by its description, which everybody can write: one of them stopped the service for all."""
    with printer.database.transaction() as env:
        ana = env["res.users"].create({"name": "Ana", "login": "ana", "password": "password of Ana"}).id
    other = Printer(application, printer.database, ana, "password of Ana")
    file = {"name": "report.pdf", "datas": base64.b64encode(b"forged").decode()}
    for text in ("report service x", "report service 2 1", "report service 2 99999999999"):
        forged = other.call("object", "execute", "ir.attachment", "create", {**file, "description": text})
        with pytest.raises(Fault):
            printer.call("report", "report_get", forged)
    with pytest.raises(Fault):
        other.call("object", "execute", "ir.attachment", "create", {**file, "res_model": "service report", "res_id": 2})
    number = printer.call("report", "report", REPORT, [lead])
    for user in (other, printer):
        assert user.call("object", "execute", "ir.attachment", "search", [["id", "=", number]]) == []
    assert printer.call("report", "report_get", number)["state"] is True
