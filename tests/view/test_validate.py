"""The check of an arch against models: names that do not exist, with line and the nearest name."""

from __future__ import annotations

from core.view.defaults import default_arch
from core.view.markup import Origin, arch_text, parse_arch
from core.view.validate import FieldFacts, validate

FIELDS = {
    "crm.claim": {
        "name": FieldFacts("char"),
        "state": FieldFacts("selection"),
        "date": FieldFacts("date"),
        "partner_id": FieldFacts("many2one", "res.partner"),
        "line_ids": FieldFacts("one2many", "crm.claim.line"),
    },
    "crm.claim.line": {"amount": FieldFacts("float"), "claim_id": FieldFacts("many2one", "crm.claim")},
    "res.partner": {"name": FieldFacts("char"), "customer": FieldFacts("boolean")},
}


class Models:
    def fields(self, model: str) -> dict[str, FieldFacts] | None:
        return FIELDS.get(model)

    def actions(self, model: str) -> frozenset[str]:
        return frozenset({"action_close"}) if model == "crm.claim" else frozenset()

    def transitions(self, model: str) -> frozenset[str]:
        return frozenset()

    def signals(self, model: str) -> frozenset[str]:
        return frozenset({"signal_reopen"}) if model == "crm.claim" else frozenset()

    def has_id(self, xmlid: str) -> bool | None:
        return {"base.group_user": True, "crm.wrong": False}.get(xmlid)


def problems(arch: str, model: str = "crm.claim") -> list[tuple[int, str]]:
    origin = Origin("crm.claim_form", "crm/views/claim.xml", 5)
    return [(f.line, f.message) for f in validate(parse_arch(arch, origin), model, Models(), origin)]


def test_a_good_view_has_no_findings() -> None:
    assert not problems("""<form>
      <header><button name="action_close" type="object" groups="base.group_user" invisible="state == 'done'"/>
        <button name="signal_reopen"/></header>
      <field name="partner_id" domain="[('customer', '=', True)]" context="{'default_name': name}"/>
      <label for="name"/><field name="create_date"/>
      <field name="line_ids"><tree><field name="amount" invisible="parent.state == 'done'"/></tree></field>
    </form>""")


def test_every_wrong_name_is_found_with_its_line() -> None:
    found = problems("""<form>
      <field name="nmae"/>
      <button name="action_clos" type="object"/>
      <field name="name" groups="crm.wrong" invisible="stat == 'x'"/>
      <field name="partner_id" domain="[('custumer', '=', True)]"/>
      <field name="line_ids"><tree><field name="amonut"/></tree></field>
      <field name="name"><tree/></field>
      <label for="date_x"/>
      <button name="%(crm.wrong)d" type="action"/>
      <button name="signal_reopn"/>
    </form>""")
    assert [line for line, _ in found] == [6, 7, 8, 8, 9, 10, 11, 12, 13, 14]
    text = " ".join(message for _, message in found)
    assert "no field 'nmae'. Did you mean 'name'?" in text
    assert "no action 'action_clos'. Did you mean 'action_close'?" in text
    assert "res.partner has no field 'custumer'. Did you mean 'customer'?" in text
    assert "crm.claim.line has no field 'amonut'" in text
    assert "'crm.wrong'" in text


def test_searches_calendars_and_boards_are_checked() -> None:
    assert problems("<calendar date_start='dat'/>") == [
        (5, "crm.claim_form: crm.claim has no field 'dat'. Did you mean 'date'?")
    ]
    found = problems("""<search><filter name="a" domain="[('stat', '=', 1)]"/>
      <filter name="b" context="{'group_by': 'partner'}"/><filter name="c" date="name"/></search>""")
    assert [line for line, _ in found] == [5, 6, 6]
    assert problems("<kanban default_group_by='stage'/>")[0][0] == 5
    assert "no model" in problems("<form/>", "crm.nothing")[0][1]


def test_default_views_show_the_fields_and_validate() -> None:
    described = {
        name: {"type": facts.type, "string": name.title(), "store": True, "searchable": True}
        for name, facts in FIELDS["crm.claim"].items()
    }
    for kind in ("form", "list", "search", "kanban", "calendar", "graph", "pivot"):
        root = default_arch(kind, described, "name", "Claim")
        assert root is not None
        assert root.get("string") == "Claim"
        assert not validate(root, "crm.claim", Models())
    form = default_arch("form", described, "name", "Claim")
    assert form is not None
    assert all(f'name="{name}"' in arch_text(form) for name in described)
    assert default_arch("diagram", described) is None
    assert default_arch("calendar", {"name": {"type": "char"}}) is None
