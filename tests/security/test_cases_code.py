"""Cases of expressions and templates: no door lets a text run, and a stored one that no longer fits is left out."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core import Env
from core.errors import GrialError
from core.report.pdf import to_pdf
from core.report.template import render
from core.testing.clients import WebClient
from core.testing.records import AsUser, Database
from tests.security.doors import rpc

MODEL = "res.partner"
PAYLOADS = [
    "().__class__.__bases__[0].__subclasses__()",
    "(lambda: 0).__globals__",
    "__import__('os').system('touch CANARY')",
    "exec('import os')",
    "open('CANARY','w')",
    "'{r.env}'.format(r=object)",
    "user.password_hash",
    "user.sudo().unlink()",
    "object.env.cr.execute('DROP TABLE res_users')",
    "object.write({'active': False})",
    "object.unlink()",
    "[object.unlink() for object in [object]]",
    "time.__loader__.load_module('os')",
    "9**9**9**9",
    "'a'*10**10",
    "range(10**12)",
    "(" * 300 + "1" + ")" * 300,
    "-" * 20000 + "1",
    "0x" + "f" * 100000,
    "ｇｌｏｂａｌｓ()",
    "import os",
    "(object := 1)",
    "{**object.__dict__}",
    "[(x, '=', 1) for x in ['id']]",
    "user.env['res.users'].browse(1).password",
]


def domain_of(payload: str) -> str:
    return f"[('id', '=', {payload})]"


DOORS: dict[str, Callable[[Env, str], object]] = {
    "rule": lambda env, p: env["ir.rule"].create({"name": "x", "model_id": _model(env),
    "domain_force": domain_of(p)}),
    "server action's condition": lambda env, p: _action(env, condition=p).run([1]),
    "server action's value": lambda env, p: _action(env, value=p).run([1]),
    "view": lambda env, p: _view(env, f'<form><field name="name" invisible="{_quoted(p)}"/></form>'),
    "old view": lambda env, p: _view(env, f'<form><field name="name" attrs="{{\'invisible\': {_quoted(p)}}}"/></form>'),
    "context of a view": lambda env, p: _view(env, _with_context(p)),
    "workflow": lambda env, p: _transition(env, p),
}  # fmt: skip


def _model(env: Env) -> int:
    return env["ir.model"].search([("model", "=", MODEL)]).id


def _with_context(payload: str) -> str:
    return f'<form><field name="parent_id" context="{{\'a\': {_quoted(payload)}}}"/></form>'


def _quoted(payload: str) -> str:
    return payload.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _action(env: Env, condition: str = "True", value: str = "") -> Any:
    field = env["ir.model.fields"].search([("model", "=", MODEL), ("name", "=", "comment")]).id
    line = {"field_id": field, "type": "equation", "value": value or "'x'"}
    step = {"kind": "write", "value_ids": [(0, 0, line)]}
    values = {"name": "x", "model_id": _model(env), "condition": condition, "step_ids": [(0, 0, step)]}
    return env["ir.actions.server"].create(values)


def _view(env: Env, arch: str) -> object:
    view = env["ir.ui.view"].create({"name": "x", "model": MODEL, "type": "form", "arch": arch, "priority": 1})
    env.flush()
    return rpc(env, MODEL, "fields_view_get", view.id, "form")


def _transition(env: Env, payload: str) -> object:
    flow = env["workflow"].create({"name": "x", "osv": "res.bank", "on_create": True})
    first, second = env["workflow.activity"].create(
        [{"name": "a", "wkf_id": flow.id, "flow_start": True}, {"name": "b", "wkf_id": flow.id}]
    )
    env["workflow.transition"].create({"act_from": first.id, "act_to": second.id, "condition": payload})
    return env["res.bank"].create({"name": "x"})


@pytest.mark.case("C28", "C32")
@pytest.mark.parametrize("door", DOORS)
def test_no_door_lets_a_text_run(
    env: Env, door: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_user: AsUser
) -> None:
    monkeypatch.chdir(tmp_path)
    users, partners = env["res.users"].search_count([]), env[MODEL].search_count([])
    for payload in PAYLOADS:
        try:
            with env.savepoint():
                DOORS[door](env, payload)
                env.flush()
                if door == "rule":  # a rule that cannot be evaluated denies
                    assert rpc(as_user(), MODEL, "search_count", []) == 0
                raise _Undone
        except (GrialError, _Undone):
            pass
        env.tx.invalidate()
        assert env["res.users"].search_count([]) == users, payload
        assert env[MODEL].search_count([]) == partners, payload
    assert list(tmp_path.iterdir()) == []


class _Undone(Exception):
    """Ends the try of one text."""


@pytest.mark.case("C36", "K24")
def test_a_saved_search_of_a_field_that_is_gone_leaves_the_list_open(
    database: Database, new_client: Callable[..., WebClient]
) -> None:
    with database.transaction() as env:
        admin = env.ref("base.user_admin").id
        filters: Any = env["ir.filters"]
        rows = ["[('gone_field', '=', 1)]", "[('name', '=', nobody_knows)]", "not a domain at all", "[("]
        ids = []
        for number, text in enumerate(rows):
            try:
                with env.savepoint():
                    values = {"name": f"f{number}", "model_id": MODEL, "domain": text, "user_id": admin}
                    values["is_default"] = number == 0
                    ids.append(filters.create(values).id)
            except GrialError:
                continue
    client = new_client()
    assert ids
    for one in ids:
        answer = client.get(f"/web/{MODEL}?view=list&fav={one}")
        assert answer.status_code == 200, one
    for address in (f"/web/{MODEL}?view=list", "/web/action/base.action_partner_form"):
        assert client.get(address).status_code == 200, address


TEMPLATES = [
    "{{ lipsum.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('touch CANARY').read() }}",
    "{{ ().__class__.__bases__ }}",
    "{{ object.__class__ }}",
    "{{ object._records }}",
    "{{ object._records.env }}",
    "{{ object.env }}",
    "{{ object.unlink() }}",
    "{{ object.user_id.password_hash }}",
    "{{ object.create_uid.unlink() }}",
    "{{ user.password_hash }}",
    "{{ [object]|map(attribute='_records')|list }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../core/kernel/config.py' %}",
    "{{ '{0.__class__}'.format(object) }}",
    "{{ _('{x.__class__}', x=object)[40] }}",
    "{% set x = object.__dict__ %}",
    "{{ self.__init__ }}",
    "{{ request }}",
    "{{ config }}",
    "{{ namespace.__init__ }}",
    "{{ [].append(1) }}",
    "{% do [] %}",
    "{{ object['_records'] }}",
    "{{ object|attr('_records') }}",
]


@pytest.mark.case("C29", "C28")
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_reaches_nothing_but_what_it_is_shown(
    env: Env, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "evil"
    (folder / "reports").mkdir(parents=True)
    (folder / "reports" / "x.html").write_text(f"<p>{template}</p>", encoding="utf-8")
    monkeypatch.setattr(env.registry.ports, "addon_folder", lambda addon: folder)
    monkeypatch.chdir(tmp_path)
    kept = env.registry.cache("reports")
    kept.pop("sandbox", None)
    partner = env[MODEL].create({"name": "Ana"})
    try:
        html = render(env, "evil/reports/x.html", "evil", partner, "x")
    except GrialError:
        html = ""
    finally:
        kept.pop("sandbox", None)
    body = html.partition("<p>")[2].partition("</p>")[0]
    told = ("class", "object at", "module", "root:", "Env", "def ", "argon2", "built-in")
    assert not any(word in body for word in told)
    assert partner.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["evil"]


@pytest.mark.case("C29")
def test_a_translation_does_not_reach_into_what_it_is_filled_with(
    env: Env, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The texts of a report are translated by people of the database, who are not those of the machine."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "x.html").write_text("<p>{{ _('For {name}', name=object) }}</p>", encoding="utf-8")
    monkeypatch.setattr(env.registry.ports, "addon_folder", lambda addon: tmp_path)
    evil = "{name._records.env.uid} {name.name} {name}"
    monkeypatch.setattr(env.registry.ports, "translate", lambda env, text, addon: evil)
    kept = env.registry.cache("reports")
    kept.pop("sandbox", None)
    partner = env[MODEL].create({"name": "Ana"})
    html = render(env.with_context(lang="es_ES"), "evil/reports/x.html", "evil", partner, "x")
    kept.pop("sandbox", None)
    assert "<p>{name._records.env.uid} {name.name} Ana</p>" in html


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and what was asked of it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.case("C23", "F01", "F04")
def test_a_printed_document_fetches_nothing(canary: tuple[str, list[str]], tmp_path: Path) -> None:
    url, asked = canary
    secret = tmp_path / "secret.txt"
    secret.write_text("canary of the disk", encoding="utf-8")
    parts = [
        f'<img src="{url}/img">',
        f'<link rel="stylesheet" href="{url}/css">',
        f'<style>@import "{url}/import";</style>',
        f'<p style="background:url({url}/bg)">x</p>',
        f'<iframe src="{url}/frame"></iframe>',
        f'<script src="{url}/js"></script>',
        f'<object data="{url}/object"></object>',
        f'<img src="file://{secret}">',
        f'<iframe src="file://{secret}"></iframe>',
        f'<object data="{secret}"></object>',
        f'<svg><image href="{url}/svg"/></svg>',
        f'<base href="{url}/"><img src="b">',
        f"<style>@font-face{{font-family:x;src:url({url}/font)}} p{{font-family:x}}</style><p>x</p>",
        '<img src="gopher://x/">',
    ]
    for part in parts:
        try:
            printed = to_pdf(f"<html><body>{part}<p>text</p></body></html>")
        except GrialError:
            continue
        assert printed.startswith(b"%PDF-")
        assert b"canary of the disk" not in printed
    assert asked == []


@pytest.mark.case("C32")
def test_no_column_of_the_database_holds_code(env: Env) -> None:
    """Actions are declared steps; what programs of old send as `code` is not taken."""
    assert "code" not in env.registry["ir.actions.server"].fields
    assert "code" not in env.registry["ir.actions.server.step"].fields
    values = {"name": "x", "model_id": _model(env), "state": "code", "code": "record.unlink()"}
    with pytest.raises(GrialError):
        rpc(env, "ir.actions.server", "create", values)
