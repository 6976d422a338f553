"""Arches of both dialects become the same typed parts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from core.kernel.expression import expression_helpers
from core.view import nodes
from core.view.arch import parse
from core.view.modifiers import ALWAYS, NEVER, condition, names_of
from core.view.nodes import walk

ENVIRONMENT: dict[str, Any] = {
    **expression_helpers(datetime(2024, 5, 17, 12, 0), "Europe/Madrid"),
    "context": {"flag": True},
    "uid": 7,
}


def form(arch: str) -> nodes.FormView:
    view = parse(arch).view
    assert isinstance(view, nodes.FormView)
    return view


def only(arch: str, kind: type[nodes.Node] = nodes.FieldNode) -> Any:
    view = form(f"<form><group>{arch}</group></form>")
    return next(node for node in walk(view.children) if isinstance(node, kind))


def hidden(field: nodes.Node, **values: Any) -> bool:
    return field.modifiers.invisible.holds(names_of(values, {}, ENVIRONMENT))


def test_a_whole_form() -> None:
    view = form("""<form string="Claim" create="false" delete="0">
      <header>
        <button name="open" string="Open" states="draft" class="oe_highlight" groups="base.group_user"/>
        <button name="action_close" type="object" string="Close" confirm="Sure?" invisible="state != 'open'"/>
        <field name="state" widget="statusbar" statusbar_visible="draft, open" options="{'clickable': true}"/>
      </header>
      <sheet>
        <div class="oe_title"><label for="name"/><h1><field name="name" placeholder="Subject"/></h1></div>
        <group col="4" string="Main"><field name="partner_id" domain="[('customer', '=', True)]"/><newline/></group>
        <notebook><page string="Lines"><field name="line_ids" mode="tree,form">
          <tree editable="bottom"><field name="product_id" invisible="parent.kind == 'x'"/></tree>
          <form><field name="product_id"/></form>
        </field></page></notebook>
        <separator string="Notes" orientation="vertical"/>
      </sheet>
      <footer><button special="cancel" string="Cancel"/></footer>
      <chatter/>
    </form>""")
    assert (view.title, view.create, view.edit, view.delete) == ("Claim", False, True, False)
    assert view.header is not None
    assert view.footer is not None
    send, close, status = view.header.children
    assert isinstance(send, nodes.ButtonNode)
    assert send.kind == "workflow"
    assert send.primary
    assert hidden(send, state="open")
    assert not hidden(send, state="draft")
    assert isinstance(close, nodes.ButtonNode)
    assert (close.kind, close.confirm) == ("object", "Sure?")
    assert hidden(close, state="draft")
    assert not hidden(close, state="open")
    assert isinstance(status, nodes.FieldNode)
    assert status.statusbar_visible == ("draft", "open")
    assert status.options == {"clickable": True}
    lines = next(n for n in walk(view.children) if isinstance(n, nodes.FieldNode) and n.name == "line_ids")
    assert list(lines.views) == ["list", "form"]
    assert lines.mode == ("list", "form")
    inner = lines.views["list"]
    assert isinstance(inner, nodes.ListView)
    assert inner.editable == "bottom"
    assert view.reads == {"state", "name", "partner_id", "line_ids", "kind"}
    cancel = view.footer.children[0]
    assert isinstance(cancel, nodes.ButtonNode)
    assert cancel.kind == "cancel"
    assert isinstance(view.children[-1], nodes.WidgetNode)
    assert view.children[-1].name == "chatter"
    assert not parse("<form/>").findings


@pytest.mark.parametrize(
    ("attributes", "values", "expected"),
    [
        ("attrs=\"{'invisible': [('state', '=', 'draft')]}\"", {"state": "draft"}, True),
        ("attrs=\"{'invisible': [('state', '=', 'draft')]}\"", {"state": "open"}, False),
        ("attrs=\"{'invisible': ['|', ('a', '&lt;', 3), ('b', '!=', False)]}\"", {"a": 5, "b": False}, False),
        ("attrs=\"{'invisible': ['|', ('a', '&lt;', 3), ('b', '!=', False)]}\"", {"a": 5, "b": 1}, True),
        ("attrs=\"{'invisible': ['!', ('a', 'in', [1, 2])]}\"", {"a": 3}, True),
        ("attrs=\"{'invisible': [('tags', 'in', [2])]}\"", {"tags": [1, 2]}, True),
        ("attrs=\"{'invisible': [('user_id', '!=', uid)]}\"", {"user_id": 7}, False),
        ("attrs=\"{'invisible': [('date', '&lt;', time.strftime('%Y-%m-%d'))]}\"", {"date": date(2024, 5, 1)}, True),
        ("attrs=\"{'invisible': [('lines', '=', [])]}\"", {"lines": []}, True),
        ("attrs=\"{'invisible': True}\"", {}, True),
        ("attrs=\"{'invisible': [('a', '=', 1), ('b', '=', 2)]}\"", {"a": 1, "b": 3}, False),
        ("invisible=\"state in ('a', 'b') and not partner_id\"", {"state": "a", "partner_id": None}, True),
        ("invisible=\"context.get('flag')\"", {}, True),
        ("invisible=\"not context.get('missing', False)\"", {}, True),
        ('invisible="1"', {}, True),
        ('invisible="False"', {}, False),
        ('invisible="date &lt; current_date"', {"date": date(2024, 5, 18)}, False),
        ('states="draft,open"', {"state": "done"}, True),
        ('invisible="tag_ids"', {"tag_ids": [4, 5]}, True),
        ('invisible="tag_ids"', {"tag_ids": []}, False),
        ("attrs=\"{'invisible': context.get('x') or [('a', '=', 1)]}\"", {"a": 1}, True),
        ("states=\"draft\" attrs=\"{'invisible': [('a', '=', 1)]}\"", {"state": "draft", "a": 1}, True),
        ('invisible="missing_name == 3"', {}, False),
    ],
)
def test_conditions_of_both_dialects(attributes: str, values: dict[str, Any], expected: bool) -> None:
    field = only(f'<field name="x" {attributes}/>')
    assert hidden(field, **values) is expected


def test_readonly_and_required_are_left_to_the_field_unless_said() -> None:
    plain = only('<field name="x"/>').modifiers
    assert plain.readonly is None
    assert plain.required is None
    assert plain.invisible == NEVER
    said = only('<field name="x" readonly="0" required="1"/>').modifiers
    assert said.readonly == NEVER
    assert said.required == ALWAYS


def test_parent_is_read_through_the_names() -> None:
    names = names_of({"a": 1}, {}, ENVIRONMENT, parent={"state": "open"})
    assert condition("parent.state == 'open'").holds(names)
    field = only("""<field name="x" attrs="{'readonly': [('parent.state', '!=', 'open')]}"/>""")
    assert field.modifiers.readonly is not None
    assert not field.modifiers.readonly.holds(names)


def test_a_list_of_both_dialects() -> None:
    old = parse("""<tree string="Claims" colors="red:date&lt;current_date;grey:state in ('done','cancel');#00ff00:a"
        fonts="bold:unread==True" editable="top" default_order="date desc" toolbar="True" field_parent="child_ids">
        <field name="date"/><field name="state" invisible="1"/><field name="amount" sum="Total" on_change="x(amount)"/>
        <field name="cost" invisible="kind == 'free'"/><button name="go" string="Go" type="object" icon="gtk-ok"/>
      </tree>""").view
    new = parse("""<list decoration-danger="date &lt; current_date" decoration-bf="unread" limit="20">
        <header><button name="mass" type="object" string="All"/></header>
        <field name="date" optional="hide"/><field name="state" column_invisible="True"/></list>""").view
    assert isinstance(old, nodes.ListView)
    assert isinstance(new, nodes.ListView)
    assert [d.kind for d in old.decorations] == ["danger", "muted", "success", "bf"]
    names = names_of({"date": date(2024, 5, 1), "state": "open", "unread": True}, {}, ENVIRONMENT)
    assert [d.kind for d in old.decorations if d.when.holds(names)] == ["danger", "bf"]
    assert old.editable == "top"
    assert old.parent_field == "child_ids"
    assert old.type == new.type == "list"
    hidden_column = old.columns[1].modifiers
    assert hidden_column.column_invisible == ALWAYS
    assert hidden_column.invisible == NEVER
    per_cell = old.columns[3].modifiers
    assert per_cell.column_invisible == NEVER
    assert per_cell.invisible.reads == {"kind"}
    amount = old.columns[2]
    assert isinstance(amount, nodes.FieldNode)
    assert amount.aggregates == {"sum": "Total"}
    assert not amount.extra
    assert old.reads == {"date", "state", "amount", "cost", "kind", "unread", "child_ids", "a"}
    assert new.columns[1].modifiers.column_invisible == ALWAYS
    assert len(new.buttons) == 1
    assert new.limit == 20


def test_a_search_view() -> None:
    view = parse("""<search string="Leads">
        <field name="name" filter_domain="['|', ('name', 'ilike', self), ('email', 'ilike', self)]"/>
        <filter string="Mine" name="mine" domain="[('user_id', '=', uid)]"/>
        <filter string="Theirs" domain="[('user_id', '!=', uid)]"/>
        <separator/>
        <filter name="month" date="create_date" string="Created"/>
        <group expand="0" string="Group By">
          <filter string="Team" context="{'group_by': 'section_id'}"/>
          <filter string="Both" context="{'group_by': ['stage_id', 'date:month'], 'x': active_id}"/>
        </group>
        <searchpanel><field name="categ_id"/></searchpanel>
      </search>""").view
    assert isinstance(view, nodes.SearchView)
    assert [f.section for f in view.filters] == [0, 0, 1, 2, 2]
    assert [f.group_by for f in view.filters] == [(), (), (), ("section_id",), ("stage_id", "date:month")]
    assert view.filters[2].date_field == "create_date"
    assert view.filters[0].name == "mine"
    domain = view.fields[0].filter_domain
    assert domain is not None
    assert domain.evaluate({"self": "x"})[1] == ("name", "ilike", "x")
    assert view.reads == {"name", "create_date", "section_id", "stage_id", "date"}
    assert [field.name for field in view.panel] == ["categ_id"]


def test_a_board_in_the_old_template_language() -> None:
    parsed = parse("""<kanban default_group_by="stage_id" quick_create="false">
        <field name="color"/><field name="stage_id"/>
        <templates><t t-name="kanban-box">
          <div t-attf-class="oe_card #{kanban_color(record.color.raw_value)}">
            <a type="open"><field name="name"/></a>
            <img t-att-src="kanban_image('res.partner', 'image_small', record.id.value)"/>
            <t t-if="record.probability.raw_value &gt; 0 &amp;&amp; record.state.raw_value !== 'lost'">
              <t t-esc="record.planned_revenue.value"/></t>
            <span t-else="">Lost</span>
            <script>alert(1)</script>
            <t t-foreach="record.tags.raw_value" t-as="tag">never</t>
          </div></t></templates></kanban>""")
    view = parsed.view
    assert isinstance(view, nodes.KanbanView)
    assert (view.default_group_by, view.quick_create, view.color_field) == ("stage_id", False, "color")
    inside = list(walk(view.card))
    assert [n.name for n in inside if isinstance(n, nodes.FieldNode)] == ["name", "image_small", "planned_revenue"]
    opener = next(n for n in inside if isinstance(n, nodes.ButtonNode))
    assert opener.kind == "open"
    assert opener.children
    money = next(n for n in inside if isinstance(n, nodes.FieldNode) and n.name == "planned_revenue")
    lost = next(n for n in inside if isinstance(n, nodes.HtmlNode) and n.tag == "span")
    for values, shown in (({"probability": 5, "state": "open"}, True), ({"probability": 5, "state": "lost"}, False)):
        assert hidden(money, **values) is not shown
        assert hidden(lost, **values) is shown
    assert view.reads >= {"color", "stage_id", "name", "image_small", "planned_revenue", "probability", "state"}
    codes = [finding.code for finding in parsed.findings]
    assert "view-html" in codes
    assert "view-script" in codes
    assert not any(isinstance(n, nodes.TextNode) and "never" in n.text for n in inside)


@pytest.mark.parametrize(
    ("arch", "roles"),
    [
        (
            '<graph type="bar"><field name="month"/><field name="total" operator="+"/>'
            '<field name="state" group="True"/></graph>',
            ["row", "measure", "col"],
        ),
        (
            '<graph type="line"><field name="date" interval="month" type="row"/><field name="user_id" type="col"/>'
            '<field name="total" type="measure"/></graph>',
            ["row", "col", "measure"],
        ),
        ('<pivot><field name="user_id" type="row"/><field name="total" type="measure"/></pivot>', ["row", "measure"]),
    ],
)
def test_graphs_and_pivots(arch: str, roles: list[str]) -> None:
    view = parse(arch).view
    assert isinstance(view, (nodes.GraphView, nodes.PivotView))
    assert [axis.role for axis in view.axes] == roles


def test_a_calendar_and_a_gantt() -> None:
    for tag in ("calendar", "gantt"):
        view = parse(f"""<{tag} date_start="date" date_delay="duration" color="user_id" mode="week">
            <field name="name"/></{tag}>""").view
        assert isinstance(view, nodes.CalendarView)
        assert view.type == tag
        assert view.reads == {"date", "duration", "user_id", "name"}
    assert [f.code for f in parse("<calendar/>").findings] == ["view-attribute"]


def test_a_custom_root_is_a_view_type_of_its_own() -> None:
    view = parse('<account_reconcile_view color="x"><field name="a"/></account_reconcile_view>').view
    assert isinstance(view, nodes.OtherView)
    assert view.type == "account_reconcile_view"
    assert view.reads == {"a"}


@pytest.mark.case("C27")
def test_html_is_allowed_by_list() -> None:
    parsed = parse("""<form><div onclick="x()" style="color:red" class="ok" id="z">
        <a href="javascript:x()">a</a><a href="https://example.com" target="_blank">b</a><a href="//evil">c</a>
        <img src="/shop/static/x.png" onerror="x()"/><img src="https://evil/x.png"/>
        <iframe src="x"/><style>*{}</style><form action="x"/><marquee>text</marquee><font color="red">f</font>
      </div></form>""")
    html = [node for node in walk(form_children(parsed.view)) if isinstance(node, nodes.HtmlNode)]
    assert [(node.tag, dict(node.attributes)) for node in html] == [
        ("div", {}),
        ("a", {}),
        ("a", {"href": "https://example.com", "target": "_blank", "rel": "noopener noreferrer"}),
        ("a", {}),
        ("img", {"src": "/shop/static/x.png"}),
        ("img", {}),
        ("span", {}),
    ]
    assert html[0].css == "ok"
    assert {f.severity for f in parsed.findings if "onclick" in f.message} == {"error"}
    texts = [node.text.strip() for node in walk(form_children(parsed.view)) if isinstance(node, nodes.TextNode)]
    assert texts == ["a", "b", "c", "text", "f"]


def form_children(view: nodes.View) -> tuple[nodes.Node, ...]:
    assert isinstance(view, nodes.FormView)
    return view.children


@pytest.mark.parametrize(
    ("arch", "code"),
    [
        ("<form><field/></form>", "view-field"),
        ("<form><field name='a' attrs=\"{'invisible': [('a', 'nope', 1)]}\"/></form>", "view-attrs"),
        ("<form><field name='a' attrs=\"{'hidden': 1}\"/></form>", "view-attrs"),
        ("<form><field name='a' invisible='__import__(1)'/></form>", "view-expression"),
        ("<form><field name='a' domain='[('/></form>", "view-expression"),
        ("<form><field name='a' options='[1]'/></form>", "view-options"),
        ("<form><button type='script' name='x'/></form>", "view-button"),
        ("<form><button type='object'/></form>", "view-button"),
        ("<tree decoration-huge='a'><field name='a'/></tree>", "view-decoration"),
    ],
)
def test_faults_are_findings_with_lines_and_leave_a_view(arch: str, code: str) -> None:
    from core.view.markup import Origin

    parsed = parse("\n\n" + arch, Origin("a.b", "a/views/b.xml", 10))
    assert [(f.code, f.file, f.line) for f in parsed.findings] == [(code, "a/views/b.xml", 12)]
    assert parsed.view.type in ("form", "list")


def test_the_old_layout_has_labels_in_columns() -> None:
    assert form("<form><field name='a'/></form>").columns == 4
    assert form("<form col='6'><field name='a'/></form>").columns == 6
    assert form("<form version='7.0'><field name='a'/></form>").columns == 0
    assert form("<form><sheet><field name='a'/></sheet></form>").columns == 0
