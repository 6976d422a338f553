"""The matrix by the doors of the network: pages, files and exports, and the calls of programs in every dialect."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xmlrpc.client import Fault, dumps, loads

import pytest
from werkzeug.test import Client

from core.server.app import Application
from core.testing.clients import WebClient
from core.testing.databases import Databases
from core.testing.records import Database
from tests.security.permits import (
    MAY_READ,
    NOBODY,
    OPEN,
    PAPER,
    PERMIT,
    ROLES,
    SCORE,
    SHUT,
    Scene,
    build,
    contents,
    shown,
    without_ids,
)

PASSWORD = "a password of the matrix"


@pytest.fixture(scope="module")
def world(databases: Databases, application: Application) -> Iterator[tuple[Application, Database, Scene]]:
    """One database with the scene for all roles, with keys to log in with."""
    database = Database(databases, databases.copy("gate_demo"))
    with database.transaction() as env:
        scene = build(env, PASSWORD)
    yield application, database, scene
    databases.drop(database.name)


World = tuple[Application, Database, Scene]


def client_of(world: World, role: str) -> WebClient:
    application, database, _ = world
    return WebClient(application, database.name, "" if role == "anonymous" else f"the-{role}")


def pages(scene: Scene, one: int, file: int) -> dict[str, str]:
    """Addresses that name the permit, or lead to it."""
    return {
        "list": f"/web/{PERMIT}?view=list",
        "list by group": f"/web/{PERMIT}?view=list&group=name&open=1",
        "list sorted": f"/web/{PERMIT}?view=list&sort=parent_id",
        "search": f"/web/{PERMIT}?view=list&q={OPEN}",
        "form": f"/web/{PERMIT}/{one}",
        "form to edit": f"/web/{PERMIT}/{one}?edit=1",
        "form of the linked one": f"/web/{PERMIT}/{scene.own}",
        "form of the paper": f"/web/{PAPER}/{scene.paper if one == scene.hidden else NOBODY}",
        "papers": f"/web/{PAPER}?view=list",
        "new below": f"/web/{PERMIT}/new?default_parent_id={one}",
        "file": f"/web/content/{PERMIT}/{one}/scan",
        "boss's file": f"/web/content/{PERMIT}/{one}/boss_scan",
        "image": f"/web/image/{PERMIT}/{one}/scan",
        "attachment": f"/web/content/{file}",
        "choosing": f"/web/{PERMIT}/m2o?field=parent_id&q={OPEN}",
        "palette": f"/web/palette?q={OPEN}",
        "export": f"/web/export/{PERMIT}?ids={one}",
    }


@pytest.mark.case("B06", "B26", "C11", "G09")
@pytest.mark.parametrize("role", ROLES)
def test_pages_show_what_is_open_and_nothing_else(world: World, role: str) -> None:
    _, _, scene = world
    client = client_of(world, role)
    answers = {name: client.get(url) for name, url in pages(scene, scene.hidden, scene.file).items()}
    texts = {name: answer.get_data(as_text=True) for name, answer in answers.items()}
    if role != "boss":
        assert not [name for name, text in texts.items() if SHUT in text or re.search(r"7.?654.?321", text)]
    if role in MAY_READ:
        shows = {name for name, text in texts.items() if OPEN in text and answers[name].status_code == 200}
        assert shows >= {"list", "form", "form to edit", "file", "attachment", "search", "form of the paper"}
        assert (SHUT in texts["boss's file"]) == (role == "boss")
        return
    asked = {"search": OPEN, "palette": OPEN, "choosing": OPEN}  # the page says what one has typed
    unasked = {name: text.replace(asked.get(name, "nothing"), "") for name, text in texts.items()}
    assert not [name for name, text in unasked.items() if OPEN in text or scene.number in text]
    nobody = {name: client.get(url) for name, url in pages(scene, NOBODY, NOBODY).items()}
    for name, answer in nobody.items():
        assert answers[name].status_code == answer.status_code, name
        assert even(texts[name], scene) == even(answer.get_data(as_text=True), scene), name


def even(text: str, scene: Scene) -> str:
    """A page without what differs each time: tokens, request numbers, and the ids that were asked for."""
    text = re.sub(r"[A-Za-z0-9_-]{80,}", "token", text)
    text = re.sub(r"(reference|administrator)[^<]{0,40}[0-9a-f-]{8,}", r"\1", text)
    text = re.sub(rf"(content/|{PAPER}/|Attachment )({scene.file}|{scene.paper}|{NOBODY})\b", r"\1#", text)
    return without_ids(text, scene.hidden, NOBODY)


@pytest.mark.case("B06", "C41")
@pytest.mark.parametrize("role", [role for role in ROLES if role != "anonymous"])
def test_an_export_holds_what_is_open(world: World, role: str) -> None:
    _, _, scene = world
    client = client_of(world, role)
    for fields in (["name", "note"], ["name", "verdict"], ["name", "score"], ["name", "parent_id/verdict"]):
        for mode in ("read", "import"):
            form = {"field": fields, "as": "csv", "mode": mode, "_query": f"ids={scene.hidden}"}
            answer = client.post(f"/web/export/{PERMIT}", data={**form, "csrf_token": client.csrf_token})
            text = answer.get_data(as_text=True)
            assert (OPEN in text and answer.status_code == 200) == (role in MAY_READ and _open(fields, role)), fields
            assert (SHUT in text or str(SCORE) in text) == (role == "boss" and fields[1] in ("verdict", "score")), (
                fields
            )


def _open(fields: list[str], role: str) -> bool:
    return role == "boss" or fields == ["name", "note"]


@pytest.mark.case("B07", "B09", "G02")
@pytest.mark.parametrize("role", ["colleague", "stranger", "admin", "anonymous"])
def test_posts_of_pages_change_nothing_that_is_hidden(world: World, role: str) -> None:
    _, database, scene = world
    client = client_of(world, role)
    with database.transaction(write=False) as env:
        before = contents(env)
    posts: list[tuple[str, dict[str, Any]]] = [
        (f"/web/{PERMIT}/{scene.hidden}", {"note": "changed", "_id": scene.hidden, "_original": "{}"}),
        (f"/web/{PERMIT}/{scene.hidden}/delete", {}),
        (f"/web/{PERMIT}/{scene.hidden}/copy", {}),
        (f"/web/{PERMIT}/{scene.hidden}/archive", {}),
        (f"/web/{PERMIT}/{scene.hidden}/set/owner_id", {"value": scene.users["colleague"]}),
        (f"/web/{PERMIT}/bulk", {"do": "delete", "id": scene.hidden, "query": f"/web/{PERMIT}?view=list"}),
        (f"/web/{PERMIT}/bulk", {"do": "write", "id": scene.hidden, "set": "note", "note": "changed"}),
        (f"/web/{PERMIT}/onchange", {"_id": scene.hidden, "_do": "name", "name": "x", "_original": "{}"}),
        (f"/web/{PERMIT}/onchange", {"_id": "", "_do": "parent_id", "parent_id": scene.hidden, "_original": "{}"}),
        (f"/web/{PAPER}/{scene.paper}/delete", {}),
    ]  # fmt: skip
    for url, form in posts:
        answer = client.post(url, data={**form, "csrf_token": client.csrf_token})
        assert answer.status_code in (302, 303, 400, 401, 403, 404, 405, 409, 422), (url, answer.status_code)
        assert OPEN not in answer.get_data(as_text=True), url
    with database.transaction(write=False) as env:
        assert contents(env) == before


# Programs.


def xmlrpc(path: str) -> Callable[..., Any]:
    def call(world: World, role: str, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        application, database, scene = world
        sent = (database.name, scene.users[role], PASSWORD, model, method, args, kwargs)
        body = dumps(sent, "execute_kw", allow_none=True)
        answer = Client(application).post(path, data=body, content_type="text/xml")
        try:
            return loads(answer.data)[0][0]
        except Fault as fault:
            raise Told(fault.faultString) from None

    return call


def jsonrpc(world: World, role: str, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    application, database, scene = world
    sent = [database.name, scene.users[role], PASSWORD, model, method, args, kwargs]
    params = {"service": "object", "method": "execute_kw", "args": sent}
    return _unwrapped(Client(application).post("/jsonrpc", json={"jsonrpc": "2.0", "params": params}))


def dataset(world: World, role: str, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
    body = {"jsonrpc": "2.0", "params": params}
    return _unwrapped(client_of(world, role).post(f"/web/dataset/call_kw/{model}/{method}", json=body))


def json2(world: World, role: str, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    application, database, _ = world
    names = {
        "search_count": ["domain"],
        "search": ["domain", "offset", "limit", "order"],
        "search_read": ["domain", "fields"],
    }
    named = dict(zip(names.get(method, ["ids", "fields"]), args, strict=False))
    headers = {"Authorization": f"Bearer {key_of(world, role)}", "X-Odoo-Database": database.name}
    answer = Client(application).post(f"/json/2/{model}/{method}", json={**named, **kwargs}, headers=headers)
    if answer.status_code != 200:
        raise Told(answer.get_json()["message"])
    return answer.get_json()


class Told(Exception):
    """What a program reads of a refusal."""


def _unwrapped(answer: Any) -> Any:
    body = answer.get_json()
    if "error" in body:
        raise Told(body["error"]["data"]["message"])
    return body["result"]


def key_of(world: World, role: str) -> str:
    """A key of the role, made once."""
    _, database, scene = world
    kept = database.__dict__.setdefault("keys", {})
    if role not in kept:
        with database.transaction(scene.users[role]) as env:
            keys: Any = env["res.users.apikeys"]
            kept[role] = keys.make("matrix", 1)
    key: str = kept[role]
    return key


DIALECTS: dict[str, Callable[..., Any]] = {
    "XML-RPC 2": xmlrpc("/xmlrpc/2/object"),
    "XML-RPC": xmlrpc("/xmlrpc/object"),
    "JSON-RPC": jsonrpc,
    "the web's": dataset,
    "JSON-2": json2,
}


def calls(one: int, guess: str) -> list[tuple[str, str, list[Any], dict[str, Any]]]:
    return [
        (PERMIT, "read", [[one], ["name", "note", "paper_ids"]], {}),
        (PERMIT, "read", [[one], ["verdict"]], {}),
        (PERMIT, "search_read", [[], ["name", "parent_id", "other_ids"]], {}),
        (PERMIT, "search_count", [[["name", "=", guess]]], {}),
        (PERMIT, "search_count", [[["verdict", "=", guess]]], {}),
        (PERMIT, "search", [[["parent_id.name", "=", guess]]], {}),
        (PERMIT, "search", [[], 0, False, "score"], {}),
        (PERMIT, "export_data", [[one], ["name", "note"]], {}),
        (PERMIT, "unlink", [[one]], {}),
        (PERMIT, "issue", [[one]], {}),
        (PERMIT, "_compute_followers", [[one]], {}),
        (PAPER, "search_read", [[], ["name", "permit_id"]], {}),
    ]  # fmt: skip


def answers_of(world: World, dialect: str, role: str, one: int, guess: str) -> list[str]:
    found = []
    for model, method, args, kwargs in calls(one, guess):
        if role in MAY_READ and method in ("unlink", "issue"):
            continue  # they may
        try:
            found.append(shown(DIALECTS[dialect](world, role, model, method, args, kwargs)))
        except Told as told:
            found.append(f"refused: {told}")
    return found


@pytest.mark.case("B01", "B06", "B12", "B13")
@pytest.mark.parametrize("role", [role for role in ROLES if role != "anonymous"])
def test_every_dialect_tells_the_same(world: World, role: str) -> None:
    _, database, scene = world
    with database.transaction(write=False) as env:
        before = contents(env)
    right, wrong = f"{OPEN} permit", "quaver-idle permit"
    told = {dialect: answers_of(world, dialect, role, scene.hidden, right) for dialect in DIALECTS}
    first = told["JSON-RPC"]
    assert all(answers == first for answers in told.values()), json.dumps(told, indent=1)
    text = "\n".join(first)
    assert (SHUT in text) == (role == "boss")
    assert (OPEN in text) == (role in MAY_READ)
    assert (scene.number in text) == (role in MAY_READ)
    assert sum(answer.startswith("refused: ") for answer in first) >= 1
    if role not in MAY_READ:
        other = answers_of(world, "JSON-RPC", role, NOBODY, wrong)
        assert [without_ids(one, scene.hidden) for one in first] == [without_ids(one, NOBODY) for one in other]
    with database.transaction(write=False) as env:
        assert contents(env) == before


@pytest.mark.case("A01", "A02", "B04")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_without_a_login_no_dialect_says_anything(world: World, dialect: str) -> None:
    application, database, scene = world
    headers = {"X-Odoo-Database": database.name}
    for uid, password in (
        (scene.users["owner"], "wrong"),
        (scene.users["anonymous"], PASSWORD),
        (0, ""),
        (1, PASSWORD),
    ):
        sent = (database.name, uid, password, PERMIT, "search_read", [[]], {})
        params = {"service": "object", "method": "execute_kw", "args": list(sent)}
        client = Client(application)
        answer = {
            "XML-RPC 2": lambda c=client, s=sent: c.post("/xmlrpc/2/object", data=dumps(s, "execute_kw")),
            "XML-RPC": lambda c=client, s=sent: c.post("/xmlrpc/object", data=dumps(s, "execute_kw")),
            "JSON-RPC": lambda c=client, p=params: c.post("/jsonrpc", json={"params": p}),
            "the web's": lambda c=client: c.post(
                f"/web/dataset/call_kw/{PERMIT}/search_read",
                json={"params": {"model": PERMIT, "method": "search_read"}},
            ),
            "JSON-2": lambda c=client, p=password: c.post(
                f"/json/2/{PERMIT}/search_read", json={}, headers={**headers, "Authorization": f"Bearer {p}"}
            ),
        }[dialect]()
        text = answer.get_data(as_text=True)
        assert OPEN not in text
        assert "fault" in text or "error" in text or answer.status_code in (401, 403)
