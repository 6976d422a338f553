"""Cases of markup: whatever people write, a page has the elements and attributes that it has with harmless words."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html

from core import Env
from core.errors import GrialError
from core.testing.clients import WebClient
from core.testing.records import Database
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")

BENIGN = "benign"
MARKERS = [
    "<script>x()</script>",
    "<img src=x onerror=x()>",
    '"><svg/onload=x()>',
    "' onfocus=x() autofocus '",
    "</script><script>x()",
    "</textarea><script>",
    "<!--><img src onerror=x()>",
    '<math><mtext><style><img title="</style><img src onerror=x()>">',
    "{{7*7}}",
    "${7*7}",
    '<a href="//evil">',
    "<form action=//evil><input name=csrf>",
    "<base href=//evil>",
    "<meta http-equiv=refresh content=0>",
    "<iframe srcdoc=x>",
    '<style>@import "//evil"</style>',
    "\u2028\u202e",
    "javascript:x()",
    "&lt;b&gt;",
]
MARKUP = " ".join(MARKERS)
"""All of them in one value: what escapes one of them escapes them all."""

PAGES = (
    "/web/crm.lead?view=list",
    "/web/crm.lead?view=kanban",
    "/web/crm.lead?view=list&group=partner_id&open=1",
    "/web/crm.lead?view=graph&group=partner_id",
    "/web/crm.lead?view=pivot&group=partner_id",
    "/web/crm.lead?view=calendar",
    "/web/crm.lead/{lead}",
    "/web/crm.lead/{lead}?edit=1",
    "/web/res.partner/{partner}",
    "/web/res.partner/{partner}?edit=1",
    "/web/res.partner?view=list",
    "/web/res.partner?view=kanban",
    "/web/export/crm.lead",
    "/web/import/crm.lead",
    "/web/crm.case.section?view=list",
    "/web/res.groups?view=list",
    "/web/apps",
    "/web?apps",
    "/web/access?model=crm.lead&user=2",
    "/web/ir.ui.menu?view=list",
    "/web/crm.lead/new?default_partner_id={partner}",
)


def build(database: Database, text: str) -> dict[str, int]:
    """Records whose every text is this one: names, notes, labels of menus, groups, stages, views, filters."""
    with database.transaction() as env:
        company: Any = env["res.company"].browse(1)
        company.partner_id.write({"name": text})
        partner = env["res.partner"].create(
            {"name": text, "comment": text, "street": text, "function": text, "city": text}
        )
        stage = env["crm.case.stage"].search([], limit=1)
        stage.write({"name": text})
        tag = env["crm.case.categ"].create({"name": text})
        team = env["crm.case.section"].create({"name": text})
        lead = env["crm.lead"].create(
            {"name": text, "partner_id": partner.id, "contact_name": text, "description": text, "section_id": team.id,
             "categ_ids": [(4, tag.id)], "user_id": env.ref("base.user_admin").id, "type": "opportunity"}
        )  # fmt: skip
        env.ref("base.user_admin").write({"signature": text})
        env["ir.ui.menu"].search([("parent_id", "!=", False)], limit=3).write({"name": text})
        env["res.groups"].create({"name": text})
        env["ir.filters"].create({"name": text[:64], "model_id": "crm.lead", "user_id": False, "domain": "[]"})
        lead.write({"name": f"{text} again"})
        return {"lead": lead.id, "partner": partner.id}


def shape(text: str) -> Counter[str]:
    """Elements with the names of their attributes, and the schemes of their addresses."""
    found: Counter[str] = Counter()
    for element in html.fromstring(text).iter():
        if not isinstance(element.tag, str):
            continue
        names = sorted(name for name in element.attrib if name not in ("class", "selected", "title"))
        found[f"{element.tag} {names}"] += 1
        for name in ("href", "src", "action", "formaction", "data", "srcdoc", "xlink:href"):
            address = element.get(name)
            if address is not None:
                scheme = re.match(r"\s*([a-zA-Z][a-zA-Z0-9+.\-\s]*):|//", address)
                found[f"address {scheme[0] if scheme else 'own'}"] += 1
    return found


@pytest.mark.case("C13", "C14", "C16", "C25", "C24")
def test_markup_of_people_makes_no_elements(database: Database, new_client: Callable[..., WebClient]) -> None:
    ids = build(database, BENIGN)
    client = new_client()
    before = {page: client.get(page.format(**ids)) for page in PAGES}
    ids = build_again(database, ids)
    for page in PAGES:
        answer = client.get(page.format(**ids))
        assert answer.status_code == before[page].status_code == 200, page
        assert shape(answer.text) == shape(before[page].text), page
        assert "<script>x()" not in answer.text
    text = client.get(f"/web/crm.lead/{ids['lead']}").text
    assert "{{7*7}}" in text
    assert "49" not in html.fromstring(text).xpath("string(//h1)")


def build_again(database: Database, ids: dict[str, int]) -> dict[str, int]:
    """The same records, with the markers in the place of the harmless words."""
    with database.transaction() as env:
        for model in (
            "res.partner",
            "crm.lead",
            "crm.case.stage",
            "crm.case.categ",
            "crm.case.section",
            "ir.ui.menu",
            "res.groups",
        ):
            for record in env[model].with_context(active_test=False).search([("name", "like", BENIGN)]):
                texts = [
                    f.name
                    for f in record._info.fields.values()
                    if f.type in ("char", "text") and f.stored and f.writable
                ]
                values = {
                    n: v.replace(BENIGN, MARKUP)
                    for n, v in record.read(texts)[0].items()
                    if n != "id" and v and BENIGN in v
                }
                record.write(values)
        env["ir.filters"].search([("name", "=", BENIGN)]).write({"name": MARKUP[:64]})
        env["ir.change"].search([]).unlink()
    return ids


@pytest.mark.case("C15")
@pytest.mark.parametrize(
    "marker",
    [
        *MARKERS,
        "<p style='background:url(//evil)'>x</p>",
        "<p id=x name=y>z</p>",
        "<a href='JaVa\tScRiPt:x()'>x</a>",
        "<a href='data:text/html,<script>x()</script>'>x</a>",
        "<b onclick=x()>x</b>",
        "<noscript><p title='</noscript><img src=x onerror=x()>'>",
        "<svg><p><style><g title='</style><img src onerror=x()>'>",
    ],
)
def test_formatted_text_is_sanitised_when_it_is_written(env: Env, marker: str) -> None:
    """And a second time changes nothing."""
    models = [
        (info.name, field.name)
        for info in env.registry.models.values() if info.stored and not info.transient
        for field in info.fields.values() if field.type == "html" and field.writable
    ]  # fmt: skip
    assert models
    clean = env.registry.ports.clean_html
    once = clean(f"<p>kept</p>{marker}")
    assert clean(once) == once
    for element in html.fragment_fromstring(once, create_parent="div").iter():
        assert element.tag not in (
            "script",
            "style",
            "iframe",
            "form",
            "input",
            "base",
            "meta",
            "svg",
            "math",
            "object",
            "link",
        )
        for name, value in element.attrib.items():
            assert not name.startswith("on"), once
            assert name not in ("srcdoc", "formaction"), once
            assert not re.match(
                r"\s*(java|data|vb)", value.replace("\t", "").replace("\n", "").lower()
            ) or name not in ("href", "src")
    assert "kept" in once


@pytest.mark.case("C19")
@pytest.mark.parametrize(
    "address", ["javascript:x()", "JaVa\tScRiPt:x()", " javascript:x()", "data:text/html,x", "vbscript:x"]
)
def test_an_address_that_is_a_script_is_no_link(
    database: Database, new_client: Callable[..., WebClient], address: str
) -> None:
    with database.transaction() as env:
        values = {"name": "x", "website": address}
        partner = env["res.partner"].create(values).id
    text = new_client().get(f"/web/res.partner/{partner}").text
    for found in html.fromstring(text).xpath("//@href"):
        assert not re.match(r"\s*(java|data|vb)", re.sub(r"\s", "", found).lower()), found


@pytest.mark.case("C20", "C21")
def test_messages_and_suggestions_are_escaped(database: Database, new_client: Callable[..., WebClient]) -> None:
    evil = "<img src=x onerror=x()>"
    with database.transaction() as env:
        partner = env["res.partner"].create({"name": evil}).id
    client = new_client()
    asked = [
        f"/web/{evil}",
        f"/web/res.partner/{evil}",
        f"/web/res.partner?q={evil}",
        f"/web/palette?q={evil}",
        "/web/palette?q=img",
        f"/web/crm.lead/m2o?field=partner_id&q={evil}",
        f"/web/access?model={evil}&user=2",
        f"/web/action/{evil}",
        f"/web/res.partner?view=list&sort={evil}",
        f"/web/res.partner?view=list&group={evil}",
        f"/web/login?redirect={evil}",
    ]
    for address in asked:
        text = client.get(address).text
        assert evil not in text, address
    answer = client.post(f"/web/res.partner/{partner}/delete", data={"csrf_token": client.csrf_token})
    assert evil not in client.get(answer.headers["Location"]).text
    refused = client.post("/web/res.partner/new", data={"csrf_token": client.csrf_token, "name": "", "email": evil})
    assert evil not in refused.text
    found = client.call("res.partner", "name_search", evil)
    assert evil not in client.post("/web/dataset/call_kw", data=json.dumps({"params": found})).text


@pytest.mark.case("C27", "C24")
@pytest.mark.parametrize(
    "arch",
    [
        "<form><script>x()</script><field name='name'/></form>",
        "<form><field name='name' onclick='x()'/></form>",
        "<form><img src='x' onerror='x()'/></form>",
        "<form><a href='javascript:x()'>x</a></form>",
        "<form><div style='background:url(//evil)' class='\"&gt;&lt;script&gt;'>x</div><field name='name'/></form>",
        "<form><iframe src='//evil'/></form>",
        "<form><label string='&lt;script&gt;x()&lt;/script&gt;'/></form>",
        "<list class='x\" onload=\"x()'><field name='name' width='1px;x:expression(x())'/></list>",
        "<kanban><templates><t t-name='kanban-box'><div t-raw='record.name.raw_value'/></t></templates></kanban>",
    ],
)
def test_a_view_of_an_administrator_runs_nothing(
    database: Database, new_client: Callable[..., WebClient], arch: str
) -> None:
    kind = arch[1:].partition(">")[0].partition(" ")[0]
    with database.transaction() as env:
        partner = env["res.partner"].create({"name": "<script>x()</script>"}).id
        try:
            with env.savepoint():
                values = {"name": "x", "model": "res.partner", "type": kind, "arch": arch, "priority": 0}
                env["ir.ui.view"].create(values)
                env.flush()
        except GrialError:  # refused where it is written
            return
    client = new_client()
    address = f"/web/res.partner/{partner}" if kind == "form" else f"/web/res.partner?view={kind}"
    text = client.get(address).text
    assert "<script>x()" not in text
    tree = html.fromstring(text)
    assert not [name for name in tree.xpath("//@*") if getattr(name, "attrname", "").startswith("on")]
    assert not [found for found in tree.xpath("//@href | //@src") if re.match(r"\s*(javascript:|//)", found)]
    assert not tree.xpath("//iframe")


def test_programs_get_markup_as_it_is(env: Env) -> None:
    """What is escaped is pages; data stay what they were."""
    one = rpc(env, "res.partner", "create", {"name": MARKUP})
    assert rpc(env, "res.partner", "read", [one], ["name"])[0]["name"] == MARKUP
