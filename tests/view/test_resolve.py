"""The view a reader gets: the right one, extended, in his language, without what he may not see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from core.data import load_file
from core.errors import MissingError, UnknownName
from core.view import bound_actions, fields_view_get, forget, nodes, resolve
from core.view.nodes import walk

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.view.resolve import Resolved

MODEL = "res.partner.title"


@pytest.fixture
def load(env: Env, shop: Path) -> Any:
    def load(text: str) -> None:
        (shop / "views.xml").write_text(f"<data>{text}</data>", encoding="utf-8")
        load_file(env, "shop", "views.xml")
        env.registry.addons = (*before, "shop")
        forget(env)

    before = env.registry.addons
    yield load
    env.registry.addons = before


def names(found: Resolved) -> list[str]:
    view = found.view
    assert isinstance(view, nodes.FormView)
    return [node.name for node in walk(view.children) if isinstance(node, nodes.FieldNode)]


def employee(env: Env, *groups: str) -> Env:
    links = [(4, env.ref(group).id) for group in groups]
    user = env["res.users"].create({"name": "E", "login": f"e{len(groups)}", "groups_id": links})
    env.flush()
    return env.with_user(user.id)


def test_the_lowest_priority_wins_and_extensions_apply_in_order(env: Env, load: Any) -> None:
    load(f"""
      <view id="first" model="{MODEL}" type="form" priority="1"><field name="name"/></view>
      <view id="second" model="{MODEL}" type="form" priority="2"><field name="shortcut"/></view>
      <view id="late" inherit="first" priority="20">
        <field name="shortcut" position="after"><label string="late"/></field></view>
      <view id="early" inherit="first" priority="5">
        <field name="name" position="after"><field name="shortcut"/></field></view>
      <view id="nested" inherit="early"><label string="never" position="replace"/></view>
      <view id="deeper" inherit="late">
        <field name="shortcut" position="attributes"><attribute name="nolabel">1</attribute></field></view>""")
    found = resolve(env, MODEL)
    assert found.view_id == env.ref("shop.first").id
    assert names(found) == ["name", "shortcut"]
    assert 'nolabel="1"' in etree.tostring(found.arch, encoding="unicode")
    assert [finding.code for finding in found.findings] == ["view-inherit"]
    assert "shop.nested" in found.findings[0].message
    assert names(resolve(env, MODEL, view_id=env.ref("shop.second").id)) == ["shortcut"]
    assert resolve(env, MODEL, view_id="shop.late").view_id == found.view_id


def test_a_primary_view_that_inherits_is_a_changed_copy(env: Env, load: Any) -> None:
    load(f"""
      <view id="base" model="{MODEL}" type="form"><field name="name"/></view>
      <view id="copy" inherit="base" mode="primary" priority="99"><field name="name"><newline/></field>
        <field name="name" position="after"><field name="domain"/></field></view>
      <view id="ext" inherit="base"><field name="name" position="before"><field name="shortcut"/></field></view>""")
    assert names(resolve(env, MODEL, view_id="shop.base")) == ["shortcut", "name"]
    assert names(resolve(env, MODEL, view_id="shop.copy")) == ["shortcut", "name", "domain"]


def test_the_context_names_a_view(env: Env, load: Any) -> None:
    load(f"""
      <view id="one" model="{MODEL}" type="list" priority="1"><field name="name"/></view>
      <view id="two" model="{MODEL}" type="list" priority="2"><field name="shortcut"/></view>""")
    for key in ("list_view_ref", "tree_view_ref"):
        found = resolve(env.with_context(**{key: "shop.two"}), MODEL, "tree")
        assert (found.view_id, found.type) == (env.ref("shop.two").id, "list")
    for value in ("two", "shop.nothing", "base.es", 7):
        assert resolve(env.with_context(tree_view_ref=value), MODEL, "list").view_id == env.ref("shop.one").id


def test_a_model_without_views_gets_default_ones(env: Env) -> None:
    for kind in ("form", "list", "search", "kanban"):
        found = resolve(env, "res.partner.title", kind) if not _has(env, kind) else resolve(env, "ir.logging", kind)
        assert (found.type, found.findings) == (kind, ())
        assert found.view.title
    with pytest.raises(MissingError):
        resolve(env, "ir.logging", "calendar_of_saints")


def _has(env: Env, kind: str) -> bool:
    return bool(env["ir.ui.view"].search([("model", "=", MODEL), ("type", "=", kind)]))


def test_unknown_models_and_views(env: Env) -> None:
    with pytest.raises(UnknownName):
        resolve(env, "res.nothing")
    with pytest.raises(MissingError):
        resolve(env, MODEL, view_id=987654)
    with pytest.raises(MissingError):
        resolve(env, MODEL, view_id="base.partner_form")


@pytest.mark.case("B16")
def test_a_reader_sees_what_his_groups_allow(env: Env, load: Any) -> None:
    load(f"""
      <view id="v" model="{MODEL}" type="form" priority="1"><field name="name"/>
        <field name="shortcut" groups="base.group_system"/><label string="not for admins" groups="!base.group_system"/>
        <group groups="base.group_system,base.group_user"><field name="domain"/></group></view>
      <view id="for_admins" inherit="v" groups="base.group_system"><field name="name" position="after">
        <separator string="admins"/></field></view>""")
    plain = resolve(employee(env, "base.group_user"), MODEL)
    admin = resolve(employee(env, "base.group_user", "base.group_system"), MODEL)
    assert names(plain) == ["name", "domain"]
    assert names(admin) == ["name", "shortcut", "domain"]
    text = [etree.tostring(found.arch, encoding="unicode") for found in (plain, admin)]
    assert ["not for admins" in one for one in text] == [True, False]
    assert ['"admins"' in one for one in text] == [False, True]


def test_rights_switch_buttons_off(env: Env) -> None:
    reader = employee(env, "base.group_user")
    view = resolve(reader, "res.country").view
    assert (view.create, view.edit, view.delete) == (False, False, False)
    assert resolve(env, "res.country").view.create


@pytest.mark.case("K24")
def test_a_field_that_is_gone_is_left_out_with_a_finding(env: Env, load: Any) -> None:
    load(f"""<record id="v" model="ir.ui.view"><field name="name">v</field><field name="model">{MODEL}</field>
       <field name="priority">1</field><field name="arch" type="xml">
         <form><label for="gone"/><field name="gone"/>text<field name="name"/></form></field></record>""")
    found = resolve(env, MODEL)
    assert names(found) == ["name"]
    assert "text" in etree.tostring(found.arch, encoding="unicode")
    assert {finding.code for finding in found.findings} == {"view-field"}


def test_texts_are_in_the_readers_language(env: Env, load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    load(f"""<view id="v" model="{MODEL}" type="form" priority="1"><group string="Address"><p> Hello <b>you</b></p>
      <field name="name" placeholder="Address"/></group></view>""")
    words = {"Address": "Dirección", "Hello": "Hola", "you": "tú"}
    monkeypatch.setattr(env.registry.ports, "translate", lambda env, text, addon: words.get(text, text))
    spanish = etree.tostring(resolve(env.with_context(lang="es_ES"), MODEL).arch, encoding="unicode")
    english = etree.tostring(resolve(env, MODEL).arch, encoding="unicode")
    assert 'string="Dirección"' in spanish
    assert 'placeholder="Dirección"' in spanish
    assert "<p> Hola <b>tú</b></p>" in spanish
    assert 'string="Address"' in english


def test_the_cache_spares_queries(env: Env, load: Any) -> None:
    import sqlalchemy as sa

    load(f'<view id="v" model="{MODEL}" type="form" priority="1"><field name="name"/></view>')
    resolve(env, MODEL)
    env.flush()
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(env.registry.engine, "before_cursor_execute", note)
    again = resolve(env, MODEL)
    sa.event.remove(env.registry.engine, "before_cursor_execute", note)
    assert not seen
    assert again is resolve(env, MODEL)


def test_fields_view_get_speaks_openerp(env: Env, load: Any) -> None:
    load("""<view id="v" model="res.partner" type="form" priority="0">
        <field name="name" attrs="{'readonly': [('is_company', '=', True)]}" required="1"/>
        <button name="go" states="draft" attrs="{'invisible': [('name', '=', 'x')]}"/>
        <field name="child_ids"><tree editable="top"><field name="name"/><field name="email"/></tree></field>
      </view>
      <view id="l" model="res.partner" type="list" priority="0"><field name="name"/></view>
      <action id="act" model="res.partner" name="Mail" binding="res.partner"/>""")
    answer = fields_view_get(env, "res.partner", False, "form", toolbar=True)
    assert (answer["type"], answer["model"], answer["view_id"]) == ("form", "res.partner", env.ref("shop.v").id)
    arch = etree.fromstring(answer["arch"])
    name, button, lines = (
        arch.findall(".//field[@name='name']")[0],
        arch.find(".//button"),
        arch.findall(".//field")[-1],
    )
    assert json.loads(name.get("modifiers") or "") == {"readonly": [["is_company", "=", True]], "required": True}
    assert button is not None
    assert json.loads(button.get("modifiers") or "") == {
        "invisible": ["|", ["name", "=", "x"], ["state", "not in", ["draft"]]]
    }
    assert len(lines) == 0
    inner = answer["fields"]["child_ids"]["views"]["tree"]
    assert sorted(inner["fields"]) == ["email", "name"]
    assert inner["arch"].startswith('<tree editable="top">')
    assert "_origin" not in answer["arch"]
    assert "Mail" in [action["name"] for action in answer["toolbar"]["action"]]
    assert fields_view_get(env, "res.partner", view_type="tree")["arch"].startswith("<tree")
    assert fields_view_get(env, "res.partner", view_type="list")["arch"].startswith("<list")
    assert "<list" not in fields_view_get(env, "res.partner", env.ref("shop.l").id, "tree")["arch"]


def test_bound_actions_are_those_the_reader_may_run(env: Env, load: Any) -> None:
    load("""<action id="all" model="res.partner" name="For all" binding="res.country"/>
      <action id="few" model="res.partner" name="For few" binding="res.country" groups="base.group_system"/>
      <report id="rep" model="res.country" string="Map" template="reports/x.html"/>""")
    found = bound_actions(employee(env, "base.group_user"), "res.country")
    assert [action["name"] for action in found["action"]] == ["For all"]
    assert [report["name"] for report in found["print"]] == ["Map"]
