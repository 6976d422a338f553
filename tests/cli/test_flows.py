"""`grial flows` walks and draws the workflows in data files."""

import json

FLOW = """<openerp><data>
  <record id="wkf" model="workflow"><field name="name">bill</field><field name="osv">old.bill</field>
    <field name="on_create">True</field></record>
  <record id="draft" model="workflow.activity"><field name="wkf_id" ref="wkf"/><field name="name">draft</field>
    <field name="flow_start">True</field></record>
  <record id="open" model="workflow.activity"><field name="wkf_id" ref="wkf"/><field name="name">open</field>
    <field name="kind">function</field><field name="action">write({'state': 'open'})</field></record>
  <record id="paid" model="workflow.activity"><field name="wkf_id" ref="wkf"/><field name="name">paid</field>
    <field name="flow_stop" eval="True"/></record>
  <record id="t1" model="workflow.transition"><field name="act_from" ref="draft"/><field name="act_to" ref="open"/>
    <field name="signal">bill_open</field></record>
  <record id="t2" model="workflow.transition"><field name="act_from" ref="open"/><field name="act_to" ref="paid"/>
    <field name="condition">residual &lt;&gt; 1 and test_paid()</field></record>
</data></openerp>"""
MORE = """<openerp><data>
  <record id="late" model="workflow.activity"><field name="wkf_id" ref="old_bill.wkf"/>
    <field name="name">late</field></record>
  <record id="t3" model="workflow.transition"><field name="act_from" ref="old_bill.open"/>
    <field name="act_to" ref="late"/>
    <field name="signal">remind</field></record>
</data></openerp>"""


def addon(folder, name, flow):
    (folder / name).mkdir()
    (folder / name / "__openerp__.py").write_text(f"{{'name': '{name}', 'data': ['flow.xml']}}")
    (folder / name / "flow.xml").write_text(flow)


def test_every_path_is_walked_over_the_files_of_several_addons(grial, tmp_path):
    addon(tmp_path, "old_bill", FLOW)
    addon(tmp_path, "old_reminders", MORE)
    answer = grial("flows", str(tmp_path), "--json")
    assert answer.exit_code == 0, answer.stderr
    [row] = json.loads(answer.stdout)
    assert row == {
        "workflow": "old_bill.wkf", "model": "old.bill", "activities": 4, "transitions": 3, "taken": 3, "states": 4,
        "ends": 1, "remarks": 2,
    }  # fmt: skip
    assert "The workflow bill never ends in late" in answer.stderr
    assert "A record is stuck in late." in answer.stderr


def test_pictures_are_written(grial, tmp_path):
    addon(tmp_path, "old_bill", FLOW)
    assert grial("flows", str(tmp_path), "--draw", str(tmp_path / "drawn")).exit_code == 0
    assert "bill_open" in (tmp_path / "drawn" / "old_bill.wkf.svg").read_text()


def test_what_cannot_be_read_is_told_with_file_and_line(grial, tmp_path):
    addon(tmp_path, "old_bill", FLOW.replace("and test_paid()", "and"))
    answer = grial("flows", str(tmp_path))
    assert answer.exit_code == 1
    assert "flow.xml:12" in answer.stderr
