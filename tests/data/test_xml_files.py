"""XML data files, by the door that an installation takes: every tag and every way to give a value."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def test_the_short_tags(load: Loader) -> None:
    load(
        """<data>
      <view id="a_form" model="res.partner.category" type="form"><field name="name"/></view>
      <view id="a_list" model="res.partner.category" type="list" editable="bottom" priority="3">
        <field name="name"/><field name="parent_id"/></view>
      <view id="a_search" model="res.partner.category"><search><field name="name"/></search></view>
      <view id="a_more" inherit="a_form" groups="base.group_user"><field name="name"><newline/></field></view>
      <action id="act" model="res.partner.category" views="tree, form" search="a_search" target="current" limit="20"
              domain="[('parent_id', '=', ref('tag'))]" context="{'default_active': active_id}" binding="res.partner"
              groups="base.group_user"><p>Make a <b>tag</b>.</p></action>
      <menu id="top" name="Shop" sequence="7" icon="shop"><menu id="sub" action="act" groups="base.group_user"/></menu>
      <report id="letter" model="res.partner" string="Letter" template="reports/letter.html" multi="1"/>
    </data>""".replace("ref('tag')", "ref('base.es')")
    )
    assert load.ref("a_form").arch == '<form><field name="name"/></form>'
    assert load.ref("a_list").arch.startswith('<list editable="bottom">')
    assert (load.ref("a_list").priority, load.ref("a_search").type) == (3, "search")
    more = load.ref("a_more")
    assert (more.mode, more.inherit_id, more.model) == ("extension", load.ref("a_form"), "res.partner.category")
    assert more.groups_id == load.ref("base.group_user")
    act = load.ref("act")
    assert (act.view_mode, act.limit, act.src_model) == ("list,form", 20, "res.partner")
    assert act.domain == f"[('parent_id', '=', {load.ref('base.es').id})]"
    assert act.context == "{'default_active': active_id}"
    assert act.search_view_id == load.ref("a_search")
    assert "<b>tag</b>" in act.help
    menu = load.ref("sub")
    assert (menu.name, menu.parent_id, menu.action) == (act.name, load.ref("top"), act)
    report = load.ref("letter")
    assert (report.name, report.report_name, report.template) == ("Letter", "shop.letter", "shop/reports/letter.html")


def test_openerps_own_tags(load: Loader) -> None:
    outcome = load.old("""
      <act_window id="act" name="Tags" res_model="res.partner.category" view_mode="tree,form" src_model="res.partner"
         domain="[('id', '=', active_id)]" context="{'x': ref('base.es')}" groups="base.group_user" limit="5"/>
      <act_window id="rel" name="Related" res_model="res.partner.category" src_model="res.partner"
         key2="client_action_relate"/>
      <menuitem id="m_top" name="Old"/>
      <menuitem id="m_sub" parent="m_top" action="act" icon="STOCK_X" sequence="4" groups="base.group_user"/>
      <menuitem id="m_path" name="Old/Deep/Leaf" action="act"/>
      <menuitem id="m_sub" parent="m_top" action="act" groups="-base.group_user"/>
      <report id="rep" model="res.partner" name="old.report" string="Old Report" rml="old/x.rml" menu="False"/>
      <url id="page" name="Page" url="https://example.com" target="new"/>
      <wizard id="wiz" name="x" model="res.partner" string="W"/>
      <ir_set><field name="key" eval="'action'"/><field name="key2">client_action_multi</field>
        <field name="name">Bound</field><field name="models" eval="['res.country']"/>
        <field name="value" eval="'ir.actions.act_window,' + str(act)"/></ir_set>
      <template id="tpl" name="T"><p t-esc="x"/></template>""")
    act = load.ref("act")
    assert act.domain == "[('id', '=', active_id)]"
    assert act.context == f"{{'x': {load.ref('base.es').id}}}"
    assert (act.src_model, load.ref("rel").src_model) == ("res.partner", "")
    values: Any = load.env["ir.values"]
    assert [name for _, name, _ in values.get_actions("client_action_relate", "res.partner")] == ["Related"]
    assert [name for _, name, _ in values.get_actions("client_action_multi", "res.country")] == ["Bound"]
    assert load.ref("m_sub").name == "Tags"
    assert not load.ref("m_sub").groups_id
    assert load.ref("m_path").complete_name == "Old/Deep/Leaf"
    assert load.ref("m_path").parent_id.parent_id == load.ref("m_top")
    report = load.ref("rep")
    assert (report.name, report.report_name, report.binding) == ("Old Report", "old.report", False)
    assert load.ref("page").url == "https://example.com"
    assert load.ref("tpl").type == "qweb"
    kept = [verdict for verdict in outcome.verdicts if verdict.kind == "partial"]
    assert {verdict.xmlid for verdict in kept} == {"rep", "wiz"}


def test_functions_deletions_and_nested_calls(load: Loader) -> None:
    load.old("""
      <record id="a" model="res.partner.category"><field name="name">a</field></record>
      <record id="b" model="res.partner.category"><field name="name">b</field></record>
      <record id="c" model="res.partner.category"><field name="name">c</field></record>
      <function model="res.partner.category" name="write" eval="([ref('a')], {'name': 'A!'})"/>
      <function model="res.partner.category" name="write">
        <value eval="[ref('b')]"/><value eval="{'name': 'B!'}"/><value eval="{'lang': 'en_US'}"/></function>
      <function model="res.partner.category" name="write">
        <function model="res.partner.category" name="search" eval="[[('name', '=', 'c')]]"/>
        <value eval="{'name': 'C!'}"/></function>
      <delete model="res.partner.category" id="a"/>
      <delete model="res.partner.category" id="never_there"/>
      <delete model="res.partner.category" search="[('name', '=', 'B!')]"/>""")
    assert load.ref("c").name == "C!"
    assert not load.env["res.partner.category"].search([("name", "in", ["A!", "B!"])])
    assert not load.env.ref("shop.a", raise_missing=False)


def test_functions_of_noupdate_blocks_run_once(load: Loader) -> None:
    call = """<function model="res.partner.category" name="create" eval="[{'name': 'made'}]"/>"""
    load.old(call, noupdate="1")
    load.old(call, noupdate="1", mode="update")
    assert load.env["res.partner.category"].search_count([("name", "=", "made")]) == 1


def test_obj_walks_links_of_records(load: Loader) -> None:
    load.old("""<record id="x" model="res.partner"><field name="name">X</field>
        <field name="country_id" model="res.company"
               eval="obj(ref('base.main_company')).currency_id.id and ref('base.es')"/>
        <field name="ref" model="res.country" eval="obj(ref('base.es')).code"/></record>""")
    assert (load.ref("x").country_id.code, load.ref("x").ref) == ("ES", "ES")


def test_assertions_report_and_stop_nothing(load: Loader) -> None:
    outcome = load.old("""
      <record id="a" model="res.partner"><field name="name">A</field><field name="credit_limit">3.1</field></record>
      <assert model="res.partner" id="a" string="good"><test expr="name == 'A' and country_id.id == False"/>
        <test expr="floatEqual(float(credit_limit), 3.1)"/><test expr="name">A</test></assert>
      <assert model="res.partner" id="a" string="wrong"><test expr="name == 'B'"/></assert>
      <assert model="res.partner" search="[('name', '=', 'A')]" count="7" string="few"/>
      <assert model="res.partner" id="a" string="broken"><test expr="nothing_here"/></assert>
      <record id="b" model="res.partner"><field name="name">B</field></record>""")
    assert [verdict.kind for verdict in outcome.verdicts] == ["ok", "ok", "rejected", "rejected", "rejected", "ok"]
    assert "wrong" in outcome.rejected[0].message
    assert "1 records, not 7" in outcome.rejected[1].message


def test_signals_go_to_the_workflow(load: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.data import ROOMS

    sent: list[tuple[int, str, int, str]] = []
    monkeypatch.setattr(
        ROOMS, "signal", lambda env, model, record, signal: sent.append((env.uid, model, record, signal))
    )
    load.old("""<record id="a" model="res.partner"><field name="name">A</field></record>
      <workflow model="res.partner" ref="a" action="confirm"/>
      <workflow model="res.partner" action="confirm" uid="base.user_admin"><value eval="ref('a')"/></workflow>""")
    partner, admin = load.ref("a").id, load.ref("base.user_admin").id
    assert sent == [(1, "res.partner", partner, "confirm"), (admin, "res.partner", partner, "confirm")]


def test_a_legacy_file_drops_unknown_fields_with_a_note(load: Loader) -> None:
    outcome = load.old("""<record id="a" model="res.partner.category"><field name="name">A</field>
       <field name="colour_of_1999">7</field></record>""")
    assert outcome.verdicts[0].kind == "partial"
    assert "colour_of_1999" in outcome.messages[0]
    assert load.ref("a").name == "A"


def test_a_tolerant_load_gives_each_element_its_verdict(load: Loader) -> None:
    outcome = load(
        """<data>
      <record id="good" model="res.partner.category"><field name="name">good</field></record>
      <record id="bad" model="res.partner.category"/>
      <record id="odd" model="res.bank"><field name="name">odd</field><field name="country" ref="base.esx"/></record>
      <record id="worse" model="res.nothing"/>
      <record id="lost" model="ir.ui.view"><field name="name">l</field><field name="inherit_id" ref="base.gone"/>
        <field name="arch" type="xml"><field name="name"/></field></record>
      <menu id="menu" name="M" action="missing_action"/>
      <record id="last" model="res.partner.category"><field name="name">last</field></record></data>""",
        strict=False,
    )
    assert [(v.kind, v.xmlid, v.line) for v in outcome.verdicts] == [
        ("ok", "good", 2), ("rejected", "bad", 3), ("partial", "odd", 4), ("rejected", "worse", 5),
        ("rejected", "lost", 6),
        ("rejected", "menu", 8),
        ("ok", "last", 9),
    ]  # fmt: skip
    assert "base.es" in outcome.verdicts[2].message
    assert load.ref("last").name == "last"
    assert not load.env.ref("shop.bad", raise_missing=False)


def test_contexts_of_blocks_and_records_reach_the_model(load: Loader) -> None:
    load(
        """<data context="{'default_color': 3}">
      <record id="a" model="res.partner.category"><field name="name">A</field></record>
      <record id="b" model="res.partner.category" context="{'default_color': 5}"><field name="name">B</field></record>
    </data>""".replace("default_color", "default_active")
        .replace("3", "False")
        .replace("5", "True")
    )
    assert (load.ref("a").active, load.ref("b").active) == (False, True)


def test_lines_written_as_records(load: Loader) -> None:
    load("""<data><record id="firm" model="res.partner"><field name="name">Firm</field>
      <field name="child_ids"><record id="person"><field name="name">Person</field></record>
        <record><field name="name">Nameless</field></record></field></record></data>""")
    assert load.ref("person").parent_id == load.ref("firm")
    assert sorted(load.ref("firm").child_ids.mapped("name")) == ["Nameless", "Person"]


def test_loading_costs_statements_by_model_not_by_record(load: Loader) -> None:
    import sqlalchemy as sa

    def statements(count: int) -> int:
        record = '<record id="t{0}_{1}" model="res.partner.category"><field name="name">{0}/{1}</field></record>'
        rows = "".join(record.format(count, i) for i in range(count))
        seen: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        sa.event.listen(load.env.registry.engine, "before_cursor_execute", note)
        load(f"<data>{rows}</data>")
        sa.event.remove(load.env.registry.engine, "before_cursor_execute", note)
        return len(seen)

    small, large = statements(5), statements(200)
    assert large <= small + 6, (small, large)
