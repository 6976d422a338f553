"""XML data files, by the door that an installation takes: every tag and every way to give a value."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.data import load_file
from core.errors import DataFileError

if TYPE_CHECKING:
    from tests.data.database import Loader


def test_a_record_with_every_way_to_give_a_value(load: Loader, shop: Path) -> None:
    (shop / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n123")
    outcome = load("""<data>
      <record id="tag_a" model="res.partner.category"><field name="name">A</field></record>
      <record id="tag_b" model="res.partner.category"><field name="name">B</field></record>
      <record id="boss" model="res.partner">
        <field name="name"> Boss  SL </field>
        <field name="is_company" eval="True"/>
        <field name="customer">0</field>
        <field name="country_id" ref="base.es"/>
        <field name="state_id" ref=""/>
        <field name="title" ref="null"/>
        <field name="category_id" eval="[(6, 0, [tag_a, ref('tag_b'), ref('shop.tag_a')])]"/>
        <field name="credit_limit">12.5</field>
        <field name="image" type="base64" file="shop/logo.png"/>
        <field name="date" eval="time.strftime('%Y-01-01')"/>
        <field name="comment"><![CDATA[two < three]]></field>
      </record>
      <record id="clerk" model="res.partner">
        <field name="name">Clerk</field>
        <field name="parent_id" search="[('name', 'like', 'Boss')]"/>
        <field name="category_id" search="[('name', 'in', ['A', 'B'])]"/>
        <field name="ref" eval="'C/' + str(boss)"/>
        <field name="lang" search="[('code', '=', 'en_US')]" model="res.lang" use="code"/>
      </record>
    </data>""")
    assert [verdict.kind for verdict in outcome.verdicts] == ["ok"] * 4
    assert outcome.xmlids == {"shop.tag_a", "shop.tag_b", "shop.boss", "shop.clerk"}
    boss, clerk = load.ref("boss"), load.ref("clerk")
    assert boss.name == " Boss  SL "
    assert (boss.is_company, boss.customer, boss.country_id.code) == (True, False, "ES")
    assert boss.category_id == load.ref("tag_a") | load.ref("tag_b")
    assert float(boss.credit_limit) == 12.5
    assert boss.image == b"\x89PNG\r\n\x1a\n123"
    assert boss.date.month == 1
    assert boss.comment == "two < three"
    assert clerk.parent_id == boss
    assert len(clerk.category_id) == 2
    assert clerk.ref == f"C/{boss.id}"
    assert clerk.lang == "en_US"


def test_older_ways_to_write_values(load: Loader) -> None:
    load.old("""<record id="p" model="res.partner"><field name="name">P</field>
        <field name="date" eval="'2024-5-' + '7'"/><field name="country_id" eval=""/></record>
      <record id="c" model="ir.actions.client"><field name="name">C</field><field name="tag">t</field>
        <field name="params" eval="&quot;{\n 'a': [1, True]}&quot;"/></record>
      <record id="a" model="ir.actions.act_window"><field name="name">A</field>
        <field name="res_model">res.partner</field><field name="domain" eval="[('id', '=', ref('p'))]"/></record>""")
    assert load.ref("p").date.isoformat() == "2024-05-07"
    assert not load.ref("p").country_id
    assert load.ref("c").params == {"a": [1, True]}
    assert load.ref("a").domain == f"[('id', '=', {load.ref('p').id})]"


def test_bare_ids_are_names_and_unknown_ones_are_not(load: Loader) -> None:
    load('<data><record id="one" model="res.partner.category"><field name="name">1</field></record></data>')
    load(
        """<data><record id="two" model="res.partner.category"><field name="name">2</field>
      <field name="parent_id" eval="one"/></record></data>""",
        name="other.xml",
    )
    assert load.ref("two").parent_id == load.ref("one")
    with pytest.raises(DataFileError, match=r"shop/third.xml:2: .*three"):
        load(
            """<data><record id="x" model="res.partner.category">
          <field name="name">x</field><field name="parent_id" eval="three"/></record></data>""",
            name="third.xml",
        )


@pytest.mark.case("D09", "K04")
@pytest.mark.parametrize(
    ("inside", "line", "reason"),
    [
        ('<record id="x" model="res.partner"><field name="nmae">x</field></record>', 2, "Did you mean 'name'"),
        ('<record id="x" model="res.partnr"/>', 2, "res.partnr"),
        ('\n<record id="x" model="res.partner">\n<field name="name" ref="base.esp"/></record>', 4, "base.esp"),
        ('<record id="x" model="res.partner"><field name="credit_limit">many</field></record>', 2, "credit_limit"),
        ('<record id="x" model="res.partner"><field name="country_id">Spain</field></record>', 2, "write ref="),
        ('<record id="x" model="res.partner"><field name="name" eval="__import__(1)"/></record>', 2, "name"),
        ('<record id="x" model="res.partner"><field name="name" type="nope"/></record>', 2, "There is no type"),
        ('\n\n<record id="x" model="res.partner.category"/>', 4, "must be filled in"),
        ('<record id="gone.x" model="res.partner"><field name="name">x</field></record>', 2, "gone"),
        ('<record id="base.es" model="res.partner"><field name="name">x</field></record>', 2, "res.country"),
        ('<recrod id="x" model="res.partner"/>', 2, "Did you mean record"),
        ('<menu id="x" nmae="y"/>', 2, "Did you mean 'name'"),
        ('<menu id="x"/>', 2, "name"),
        ('<action id="x" model="res.partner" views="lst"/>', 2, "Did you mean 'list'"),
        ('<view id="x" model="res.partner" type="frm"/>', 2, "Did you mean 'form'"),
        ('<function model="res.partner" name="_secret"/>', 2, "_secret"),
        ('<function model="res.partner" name="unlink" eval="[1, 2, 3, 4]"/>', 2, "arguments"),
        (
            '<record id="x" model="res.partner"><field name="image" type="base64" file="../../x"/></record>',
            2,
            "no file",
        ),
    ],
)
def test_errors_name_file_line_and_reason(load: Loader, inside: str, line: int, reason: str) -> None:
    with pytest.raises(DataFileError) as caught:
        load(f"<data>\n{inside}\n</data>")
    assert str(caught.value).startswith(f"shop/data.xml:{line}: "), str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.case("D01", "D02", "D03")
@pytest.mark.parametrize(
    "text",
    [
        "<data",
        "<html/>",
        '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]><data>&a;</data>',
        '<data xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/hostname"/></data>',
        '<?xml version="1.0" encoding="utf-16"?><data/>',
        '<data><record id="a" id="b" model="x"/></data>',
    ],
)
def test_what_is_no_plain_xml_is_refused(load: Loader, text: str) -> None:
    with pytest.raises(DataFileError, match=r"shop/data\.xml:1: "):
        load(text)


@pytest.mark.case("D08")
def test_other_bytes_than_utf8_are_refused(load: Loader, shop: Path) -> None:
    (shop / "bad.xml").write_bytes("<data>\n<menu id='a' name='ñ'/></data>".encode("cp1252"))
    with pytest.raises(DataFileError, match=r"bad\.xml:2: .*UTF-8"):
        load_file(load.env, "shop", "bad.xml")


@pytest.mark.case("K19")
def test_an_upgrade_follows_noupdate_and_forcecreate(load: Loader) -> None:
    def text(name: str) -> str:
        return f"""<data>
          <data><record id="free" model="res.partner.category"><field name="name">{name}</field></record></data>
          <data noupdate="1">
            <record id="fixed" model="res.partner.category"><field name="name">{name}</field></record>
            <record id="late" model="res.partner.category"><field name="name">{name}</field></record>
            <record id="once" model="res.partner.category" forcecreate="0"><field name="name">{name}</field></record>
            <record model="res.partner.category"><field name="name">nameless</field></record>
          </data></data>"""

    load(text("first"))
    load.env.flush()
    load.ref("late").unlink()
    load.ref("once").unlink()
    outcome = load(text("second"), mode="update")
    assert [verdict.kind for verdict in outcome.verdicts] == ["updated", "skipped", "ok", "skipped", "skipped"]
    assert load.ref("free").name == "second"
    assert load.ref("fixed").name == "first"
    assert load.ref("late").name == "second"
    assert not load.env.ref("shop.once", raise_missing=False)
    assert "shop.fixed" in outcome.xmlids
    assert load.env["res.partner.category"].search_count([("name", "=", "nameless")]) == 1


def test_an_upgrade_without_a_change_changes_nothing(load: Loader) -> None:
    text = """<data>
      <record id="p" model="res.partner"><field name="name">P</field><field name="credit_limit">2.50</field>
        <field name="is_company">1</field><field name="date">2024-01-02</field><field name="country_id" ref="base.es"/>
        <field name="category_id" eval="[(6, 0, [ref('t')])]"/></record>
      <view id="v" model="res.partner" type="form"><field name="name"/></view>
      <action id="a" model="res.partner" name="A" groups="base.group_user"/>
      <menu id="m" name="M" action="a" groups="base.group_user"/></data>"""
    load('<data><record id="t" model="res.partner.category"><field name="name">T</field></record></data>', name="t.xml")
    load(text)
    load.env.flush()
    before = {name: load.ref(name).row_version for name in "pvam"}
    outcome = load(text, mode="update")
    load.env.flush()
    load.env.tx.invalidate()
    assert outcome.count("updated") == 4
    assert {name: load.ref(name).row_version for name in "pvam"} == before


def test_texts_are_source_texts_whatever_the_caller_reads(load: Loader, shop: Path) -> None:
    (shop / "t.xml").write_text('<data><menu id="m" name="Claims"/></data>', encoding="utf-8")
    load_file(load.env.with_context(lang="es_ES"), "shop", "t.xml")
    assert load.ref("m").name == "Claims"


def test_a_demo_file_is_never_updated(load: Loader) -> None:
    text = '<data><record id="d" model="res.partner.category"><field name="name">{}</field></record></data>'
    load(text.format("a"), kind="demo")
    outcome = load(text.format("b"), kind="demo", mode="update")
    assert outcome.count("skipped") == 1
    assert load.ref("d").name == "a"


def test_the_same_id_twice_is_an_update(load: Loader) -> None:
    outcome = load("""<data>
      <record id="a" model="res.partner.category"><field name="name">first</field></record>
      <record id="a" model="res.partner.category"><field name="name">second</field></record></data>""")
    assert [verdict.kind for verdict in outcome.verdicts] == ["ok", "updated"]
    assert load.ref("a").name == "second"


def test_a_record_of_another_addon_is_written_and_stays_its_own(load: Loader) -> None:
    outcome = load("""<data><record id="base.es" model="res.country"><field name="name">España</field></record>
      <record id="base.title_new" model="res.partner.title"><field name="name">Captain</field></record></data>""")
    assert [verdict.kind for verdict in outcome.verdicts] == ["updated", "ok"]
    assert load.ref("base.es").name == "España"
    assert load.ref("base.title_new").name == "Captain"


def test_generated_ids_and_parents_of_delegating_records(load: Loader) -> None:
    load("""<data>
      <record id="rule" model="ir.model.access"><field name="name">x</field>
        <field name="model_id" ref="model_res_partner_category"/></record>
      <record id="ann" model="res.users"><field name="login">ann</field><field name="name">Ann</field></record>
      <record id="ann_res_partner" model="res.partner"><field name="city">Cuenca</field></record>
    </data>""")
    assert load.ref("rule").model_id.model == "res.partner.category"
    assert load.ref("ann").partner_id == load.ref("ann_res_partner")
    assert load.ref("ann").partner_id.city == "Cuenca"


def test_references_as_text(load: Loader) -> None:
    load("""<data><action id="act" model="res.partner" name="P"/>
      <record id="m1" model="ir.ui.menu"><field name="name">1</field><field name="action" ref="act"/></record>
      <record id="m2" model="ir.ui.menu"><field name="name">2</field>
        <field name="action" eval="'ir.actions.act_window,%d' % ref('act')"/></record>
      <record id="m3" model="ir.ui.menu"><field name="name">3</field>
        <field name="action" eval="'ir.actions.act_window,' + str(act)"/></record>
      <record id="seq" model="ir.sequence"><field name="name">S</field><field name="prefix">%(year)s/</field></record>
      </data>""")
    for menu in ("m1", "m2", "m3"):
        assert load.ref(menu).action == load.ref("act")
    assert load.ref("seq").prefix == "%(year)s/"


def test_arches_have_ids_filled_in_and_keep_their_lines(load: Loader) -> None:
    load("""<data>
      <action id="act" model="res.partner" name="P"/>
      <record id="v" model="ir.ui.view">
        <field name="name">v</field><field name="model">res.partner</field>
        <field name="arch" type="xml">
          <!-- a comment
               of two lines -->
          <form string="50%% of %(act)d">
            <field name="name"
                   required="1"/>
            <!-- more -->
            <button name="%(shop.act)d" type="action"/>
          </form>
        </field>
      </record>
      <record id="w" model="ir.ui.view"><field name="name">w</field><field name="inherit_id" ref="v"/>
        <field name="arch" type="xml">
          <field name="name" position="after"><field name="city"/></field>
          <xpath expr="//button[@name='%(act)d']" position="replace"/></field></record></data>""")
    view, extension, act = load.ref("v"), load.ref("w"), load.ref("act").id
    assert f"50% of {act}" in view.arch
    assert f'name="{act}"' in view.arch
    assert view.type == "form"
    assert view.arch.split("\n")[4].strip().startswith("<button")
    assert view.arch_fs == "shop/data.xml:8"
    assert extension.mode == "extension"
    assert (extension.model, extension.type) == ("res.partner", "form")
    assert extension.arch.startswith("<data>")
    assert f"@name='{act}'" in extension.arch
