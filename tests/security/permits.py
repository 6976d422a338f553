"""The scene of the matrix: permits of two people, of which each sees their own, with what bosses alone see."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from core import Env
from core.orm import xmlids
from core.testing.users import new_user

PERMIT, PAPER = "demo.permit", "demo.paper"
OPEN = "canary-open"
"""Stands in every field of Ana's permit that she and bosses may see."""
SHUT = "canary-shut"
"""Stands in every field that bosses alone see."""
SCORE = 7_654_321
NOBODY = 987_654
"""The id of no record."""

ROLES = {
    "owner": ["gate_demo.group_owner"],
    "colleague": ["gate_demo.group_owner"],
    "boss": ["gate_demo.group_boss"],
    "stranger": ["base.group_user"],
    "admin": ["base.group_system"],
    "anonymous": ["base.group_public"],
}
MAY_READ = frozenset({"owner", "boss"})


@dataclass(frozen=True)
class Scene:
    """Ids of everything.

    Attributes:
        users: by role.
        hidden: Ana's permit, full of canaries.
        own: a permit of the colleague, linked to hers in every way.
        paper, own_paper: their papers.
        file: an attachment of hers.
    """

    users: dict[str, int]
    hidden: int
    own: int
    paper: int
    own_paper: int
    number: str
    file: int


def build(env: Env, password: str = "") -> Scene:
    """Make it, as the superuser; with a password, users who log in as `the-owner` and so on."""
    users = {}
    for role, groups in ROLES.items():
        values = {"name": f"The {role}", "login": f"the-{role}", **({"password": password} if password else {})}
        users[role] = new_user(env, groups, values).id
    secret = {"verdict": SHUT, "score": SCORE, "boss_scan": encoded(SHUT)}
    rows = [
        {"name": f"{OPEN} permit", "owner_id": users["owner"], "note": OPEN, "scan": encoded(OPEN), **secret},
        {"name": "colleague's permit", "owner_id": users["colleague"], "verdict": "plain", "score": 1},
        {"name": "another permit", "owner_id": users["owner"], "verdict": "a", "score": 2},
    ]
    permits: Any = env[PERMIT]
    permits.create([{"name": "filler", "owner_id": 1}] * 1300).unlink()  # ids that stand out in a page
    permits = permits.create(rows)
    hidden, own, _ = permits.ids
    permits.browse(own).write({"parent_id": hidden, "other_ids": [(4, hidden)]})
    number = permits.browse(hidden).issue()
    permits.browse(own).issue()
    paper, own_paper = (env[PAPER].search([("permit_id", "=", one)]).id for one in (hidden, own))
    file = {"name": f"{OPEN}.txt", "datas": encoded(OPEN), "res_model": PERMIT, "res_id": hidden}
    kept = env["ir.attachment"].create(file).id
    xmlids.assign(env, "__export__.canary_permit", PERMIT, hidden)
    env.flush()
    env.tx.invalidate()
    return Scene(users, hidden, own, paper, own_paper, number, kept)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def shown(answer: object) -> str:
    """An answer as text, with what is in files readable."""
    text = answer if isinstance(answer, str) else json.dumps(answer, default=str, ensure_ascii=False)
    for canary in (OPEN, SHUT):
        text = text.replace(encoded(canary), canary)
    return text


def without_ids(text: str, *ids: int) -> str:
    """The text with these ids looking alike."""
    return re.sub(rf"(?<![0-9])({'|'.join(map(str, ids))})(?![0-9])", "#", text)


def contents(env: Env) -> str:
    """Everything that the doors could change, as the superuser sees it."""
    names = ["name", "owner_id", "note", "verdict", "score", "parent_id", "other_ids", "row_version"]
    permits = env[PERMIT].search([], order="id").read(names)
    papers = env[PAPER].search([], order="id").read(["name", "permit_id"])
    files = env["ir.attachment"].search([("res_model", "=", PERMIT)], order="id").read(["name", "res_id"])
    numbers = env["ir.sequence"].search([("code", "=", "demo.paper")]).read(["number_next"])
    return json.dumps([permits, papers, files, numbers], default=str)
