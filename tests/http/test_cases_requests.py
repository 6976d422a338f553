"""Cases of files and requests: names that are paths, archives that grow, thousands of parts, links that change data."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from werkzeug.test import Client

from core import Env
from core.data.sheets.reader import read_sheet
from core.errors import GrialError
from core.server.app import Application
from core.testing.clients import Refused, WebClient
from core.testing.records import Database
from tests.security.doors import rpc
from tests.security.test_cases_rights import contents

pytestmark = pytest.mark.addons("crm")

NAMES = [
    "../../x",
    "..\\..\\x",
    "/etc/passwd",
    "%2e%2e/x",
    "a\0b",
    "x" * 5000,
    "CON",
    ".htaccess",
    "a\u202etxt.exe",
    "",
    "...",
    "x ",
    "a\r\nX: y",
    "~root/x",
    "file:///etc/passwd",
]


@pytest.mark.case("E01", "E02", "C45")
@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:10])
def test_a_name_is_never_part_of_a_path(
    database: Database, new_client: Callable[..., WebClient], name: str, tmp_path: Path
) -> None:
    folder = database.registry.settings.data_dir
    before = set(folder.parent.glob("*")) | set(tmp_path.glob("**/*"))
    client = new_client()
    try:
        kept = client.call("ir.attachment", "create", {"name": name or "x", "datas": "aGVsbG8="})
    except Refused:
        return
    answer = client.get(f"/web/content/{kept}")
    assert answer.status_code == 200
    assert answer.data == b"hello"
    header = answer.headers["Content-Disposition"]
    assert header.startswith("attachment")
    assert "\r" not in header
    assert "\n" not in header
    assert set(folder.parent.glob("*")) | set(tmp_path.glob("**/*")) == before


@pytest.mark.case("E01")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=60))
def test_files_are_called_by_their_content(env: Env, name: str) -> None:
    try:
        with env.savepoint():
            kept = rpc(env, "ir.attachment", "create", {"name": name, "datas": "aGVsbG8="})
            env.flush()
    except GrialError:
        return
    store = Path(env.registry.settings.data_dir)
    digests = [path.name for path in store.rglob("*") if path.is_file() and path.parent.parent.parent.name == "files"]
    assert all(re.fullmatch(r"[0-9a-f]{64}|\.?[\w.-]+", one) for one in digests)
    assert rpc(env, "ir.attachment", "read", [kept], ["name"])[0]["name"] == name


@pytest.mark.case("E12")
def test_a_range_of_a_file_is_the_whole_file(database: Database, new_client: Callable[..., WebClient]) -> None:
    client = new_client()
    kept = client.call("ir.attachment", "create", {"name": "x", "datas": "aGVsbG8="})
    for ranges in ("bytes=0-1", "bytes=" + ",".join(["0-"] * 1000), "bytes=-1", "lines=1"):
        answer = client.get(f"/web/content/{kept}", headers={"Range": ranges})
        assert (answer.status_code, answer.data) == (200, b"hello")
        assert "multipart" not in answer.content_type


@pytest.mark.case("E05", "H16")
def test_too_many_parts_are_refused(database: Database, new_client: Callable[..., WebClient]) -> None:
    client = new_client()
    parts = b"".join(b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % n for n in range(100_000))
    fields = b"&".join(b"f%d=x" % number for number in range(100_000))
    for data, content_type in (
        (parts + b"--b--\r\n", "multipart/form-data; boundary=b"),
        (fields, "application/x-www-form-urlencoded"),
    ):
        answer = client.post("/web/res.partner/new", data=data, content_type=content_type)
        assert answer.status_code in (400, 413, 422), content_type
    boundary = b"--b\r\n" + b"X: " + b"a" * 1_000_000 + b"\r\n\r\nx\r\n--b--\r\n"
    answer = client.post("/web/res.partner/new", data=boundary, content_type="multipart/form-data; boundary=b")
    assert answer.status_code in (400, 413, 422)
    assert client.post("/web/res.partner/new", data=b"x", content_type="multipart/form-data").status_code < 500


def workbook(**parts: bytes) -> bytes:
    """A workbook with other parts than it should have."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", b'<?xml version="1.0"?><Types/>')
        for name, content in parts.items():
            book.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


@pytest.mark.case("D01", "D02", "D03", "E06")
@pytest.mark.parametrize("kind", ["bomb", "entities", "many", "nested", "cut"])
def test_a_hostile_workbook_is_refused(kind: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary of the disk", encoding="utf-8")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><workbook><sheets>&e;</sheets></workbook>'.encode()
    data = {
        "bomb": workbook(xl__workbook_dot_xml=b"<x>" + b" " * 200_000_000 + b"</x>"),
        "entities": workbook(xl__workbook_dot_xml=entity),
        "many": workbook(**{f"xl__p{number}_dot_xml": b"<x/>" for number in range(5000)}),
        "nested": workbook(xl__workbook_dot_xml=workbook(a=b"x")),
        "cut": workbook(xl__workbook_dot_xml=b"<workbook/>")[:-30],
    }[kind]
    with pytest.raises(GrialError) as refusal:
        read_sheet(data, "x.xlsx")
    assert "canary of the disk" not in str(refusal.value)


@pytest.mark.case("G02", "G09", "G04", "G10")
def test_following_every_link_changes_nothing_and_no_cache_keeps_the_pages(
    database: Database, new_client: Callable[..., WebClient]
) -> None:
    """As an administrator, over two steps from the pages that there are."""
    with database.transaction() as env:
        env["crm.lead"].create({"name": "x", "user_id": env.ref("base.user_admin").id})
    client = new_client()
    for _ in range(2):  # the first visit notes the use of the session, and which addons are on the disk
        client.get("/web/apps?show=all")
    before = contents(database)
    waiting = [
        "/web", "/web?apps", "/web/apps?show=all", "/web/crm.lead?view=list", "/web/crm.lead/1", "/web/res.users/2",
        "/web/res.partner/1", "/web/preferences", "/web/crm.lead/1?edit=1", "/web/ir.rule?view=list",
    ]  # fmt: skip
    seen: set[str] = set()
    for step in range(2):
        found: list[str] = []
        for address in waiting:
            answer = client.get(address)
            assert answer.status_code < 500, address
            if "text/html" in answer.content_type:
                assert "no-store" in answer.headers["Cache-Control"], address
                assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
                assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
                found += html.fromstring(answer.text or "<a/>").xpath("//@href | //@hx-get")
        waiting = [
            one for one in dict.fromkeys(found) if one.startswith("/web") and one not in seen and "static" not in one
        ]
        waiting = [one for one in waiting if "/logout" not in one][: 120 if step == 0 else 0]
        seen |= set(waiting)
    assert len(seen) > 40
    after = contents(database)
    assert {name for name in after if after[name] != before[name]} <= {"res_users_session"}


@pytest.mark.case("D05", "D06", "H16")
@pytest.mark.parametrize(
    "body",
    ["[" * 100_000 + "]" * 100_000, '{"a":' * 1000 + "1" + "}" * 1000, "9" * 200_000, '{"params": NaN}',
     '{"params": 1e400}', '{"params": Infinity}', '{"params": "\\ud800"}', "\ufeff{}", "{}{}", "'", '{"a":1,"a":2'],
)  # fmt: skip
def test_odd_json_is_told_and_never_a_failure(application: Application, database: Database, body: str) -> None:
    for path in ("/jsonrpc", "/web/dataset/call_kw", "/web/session/authenticate", "/json/2/res.partner/read"):
        answer = Client(application).post(
            path, data=body.encode("utf-8", "surrogatepass"), content_type="application/json"
        )
        assert answer.status_code < 500, path
        assert "Traceback" not in answer.text
        json.loads(answer.text or "{}")
