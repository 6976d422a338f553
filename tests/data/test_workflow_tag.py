"""The short `<workflow>` tag, and extensions of a workflow by another addon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.errors import DataFileError
from core.workflow import engine, explain, versions

if TYPE_CHECKING:
    from tests.data.database import Loader

FLOW = """<data><workflow id="flow" model="ir.actions.todo" field="state" start="open">
  <transition name="finish" from="open" to="done"/></workflow></data>"""


def test_the_short_workflow_becomes_records(load: Loader) -> None:
    load("""<data><workflow id="flow" model="ir.actions.todo" field="state" start="open">
        <state name="done" action="write({'note': 'x'})"/>
        <transition name="finish" from="open" to="done" groups="base.group_user" condition="sequence > 1"/>
        <transition name="reopen" from="*" to="open"/>
      </workflow></data>""")
    flow, start, end = load.ref("flow"), load.ref("flow_open"), load.ref("flow_done")
    assert (flow.osv, flow.field, flow.on_create) == ("ir.actions.todo", "state", True)
    assert (start.name, start.state, start.kind) == ("To do", "open", "dummy")
    assert (start.flow_start, start.flow_stop) == (True, False)
    assert (end.kind, end.action, end.flow_start) == ("function", "write({'note': 'x'})", False)
    step = load.ref("flow_finish_open_done")
    assert (step.signal, step.condition, step.act_from, step.act_to) == ("finish", "sequence > 1", start, end)
    assert step.groups_id == load.ref("base.group_user")
    assert load.ref("flow_reopen_done_open").act_from == end
    with pytest.raises(DataFileError, match="Did you mean 'done'"):
        load("""<data><workflow id="f" model="ir.actions.todo" start="open">
          <transition from="open" to="don"/></workflow></data>""")


def signals(record: Any) -> set[str]:
    return {step.signal for step in explain.steps(record)}


def test_another_file_adds_ways_to_a_workflow(load: Loader) -> None:
    loading = load.env.with_context(install_mode=True)
    load.env = loading
    load(FLOW)
    load(
        """<data><workflow id="more" inherit="shop.flow">
      <transition name="reopen" from="done" to="open" label="Open again"/></workflow></data>""",
        "more.xml",
    )
    todo: Any = loading["ir.actions.todo"].create({"note": "x"})
    engine.send(todo, "finish")
    assert signals(todo) == {"reopen"}
    engine.send(todo, "reopen")
    assert todo.state == "open"
    assert load.ref("more_reopen_done_open").act_from == load.ref("flow_done")


def test_an_extension_leaves_the_states_of_others_alone(load: Loader) -> None:
    load(FLOW)
    with pytest.raises(DataFileError, match=r"belongs to shop\.flow"):
        load("""<data><workflow id="more" inherit="shop.flow"><state name="done" action="True"/></workflow></data>""")
    with pytest.raises(DataFileError, match="needs an id"):
        load("""<data><workflow inherit="shop.flow"/></data>""")


def test_what_an_addon_added_to_a_workflow_goes_with_it_and_nobody_is_left_behind(load: Loader) -> None:
    load.env = load.env.with_context(install_mode=True)
    load("""<openerp><data>
      <record id="flow" model="workflow"><field name="name">flow</field><field name="osv">res.partner</field></record>
      <record id="a" model="workflow.activity"><field name="wkf_id" ref="flow"/><field name="name">a</field>
        <field name="flow_start" eval="True"/></record>
      <record id="between" model="workflow.activity"><field name="wkf_id" ref="flow"/>
        <field name="name">between</field></record>
      <record id="b" model="workflow.activity"><field name="wkf_id" ref="flow"/><field name="name">b</field></record>
      <record id="t1" model="workflow.transition"><field name="act_from" ref="a"/><field name="act_to" ref="between"/>
        <field name="signal">go</field></record>
      <record id="t2" model="workflow.transition"><field name="act_from" ref="between"/><field name="act_to" ref="b"/>
        <field name="signal">on</field></record>
    </data></openerp>""")
    partner = load.env["res.partner"].create({"name": "Ana"})
    engine.send(partner, "go")
    load.ref("between").with_context(uninstall=True).unlink()
    versions.publish_waiting(load.env)
    assert [step.source for step in explain.steps(partner, automatic=True)] == []
    [(_, place)] = explain.standing(partner, versions.definitions(load.env, "res.partner")[0])
    assert place.name == "b"
