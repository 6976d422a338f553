"""XML data files: the tags that are not records, OpenERP's own, and what a legacy file does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.data.database import Loader


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
