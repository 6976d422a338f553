"""`core.check.run`: each fault of an addon or a data file is found at its line, and a good addon has none."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.check import Finding, run
from core.errors import UnknownName
from core.module import finder, importer

GOOD = {
    "__manifest__.py": """
        {"name": "Workshop", "depends": ["base"],
         "data": ["security/ir.model.access.csv", "views/job.xml"], "demo": ["demo/job.xml"]}
    """,
    "__init__.py": "",
    "models/__init__.py": "",
    "models/job.py": """
        from core import Model, api, fields
        from addons.base.models.partner import Partner

        class Job(Model):
            _name = "workshop.job"
            _description = "Job"

            name = fields.Char("Subject", required=True)
            cost = fields.Decimal("Cost")
            customer_id = fields.Many2one(Partner, "Customer")
            state = fields.Selection("State", {"draft": "Draft", "done": "Done"}, default="draft")

            @api.transition
            def action_finish(self) -> None:
                self.cost = 0
    """,
    "security/ir.model.access.csv": """
        id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink
        job_user,job,model_workshop_job,base.group_user,1,1,1,1
    """,
    "views/job.xml": """
        <data>
          <view id="job_form" model="workshop.job" type="form">
            <header><button name="action_finish" type="object" invisible="state == 'done'"/></header>
            <field name="name"/>
          </view>
          <view id="job_form_more" inherit="job_form">
            <field name="name" position="after"><field name="customer_id" groups="base.group_user"/></field>
          </view>
          <view id="job_search" model="workshop.job" type="search">
            <filter name="mine" domain="[('create_uid', '=', uid)]"/>
          </view>
          <view id="partner_form" inherit="base.partner_form">
            <field name="name" position="after"><field name="customer"/></field>
          </view>
          <action id="action_job" model="workshop.job" name="Jobs" search="job_search"/>
          <menu id="menu_job" name="Jobs" action="action_job"/>
          <workflow id="flow" model="workshop.job" start="draft">
            <transition name="action_finish" from="draft" to="done"/>
          </workflow>
        </data>
    """,
    "demo/job.xml": """
        <openerp><data noupdate="1">
          <record id="job_1" model="workshop.job"><field name="name">One</field><field name="cost">3.5</field>
            <field name="customer_id" ref="base.main_partner"/></record>
          <record id="job_2" model="workshop.job"><field name="name">Two</field>
            <field name="cost" eval="job_1 and 2.5"/></record>
        </data></openerp>
    """,
}

Check = Callable[[dict[str, str]], list[Finding]]


@pytest.fixture
def check(tmp_path: Path) -> Iterator[Check]:
    """Writes the addon `workshop` with some files changed, and checks it."""
    before = list(finder.namespace().__path__)
    folder = tmp_path / "addons" / "workshop"

    def check(changed: dict[str, str]) -> list[Finding]:
        for name, text in {**GOOD, **changed}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
        importer.forget("workshop")
        return run([folder])

    yield check
    importer.forget("workshop")
    finder.namespace().__path__ = before


def test_a_good_addon_has_no_findings(check: Check) -> None:
    assert check({}) == []


def view(text: str) -> dict[str, str]:
    """The view file with one more element on line 2."""
    return {"views/job.xml": textwrap.dedent(GOOD["views/job.xml"]).replace("<data>", f"<data>\n{text}", 1)}


def data(text: str) -> dict[str, str]:
    """The demo file with one more element on line 2."""
    return {"demo/job.xml": f"<data>\n{text}\n</data>\n"}


@pytest.mark.parametrize(
    ("changed", "file", "line", "code", "says"),
    [
        (view("<viw/>"), "views/job.xml", 2, "schema", "Did you mean 'view'"),
        (view('\n<menu id="m" nmae="x"/>'), "views/job.xml", 3, "schema", "nmae"),
        (view('<menu id="m" name="M" sequence="high"/>'), "views/job.xml", 2, "schema", "sequence"),
        (view('<menu id="m" name="M" action="action_job"/>'), "views/job.xml", 2, "reference", "only later, at"),
        (view('<menu id="m" name="M" parent="base.menu_contcts"/>'), "views/job.xml", 2, "reference", "base.menu_con"),
        (view('<menu id="m" name="M" groups="base.group_usr"/>'), "views/job.xml", 2, "reference", "base.group_user"),
        (view('<action id="a" model="workshop.jb"/>'), "views/job.xml", 2, "model", "workshop.job"),
        (view('<action id="a" model="workshop.job" views="lst"/>'), "views/job.xml", 2, "view-type", "'list'"),
        (view('<action id="a" model="workshop.job" domain="[("/>'), "views/job.xml", 2, "expression", "domain"),
        (view('<report id="r" model="workshop.job" template="r/x.html"/>'), "views/job.xml", 2, "report", "r/x.html"),
        (
            view('<view id="v" model="workshop.job" type="form">\n<field name="nme"/></view>'),
            "views/job.xml", 3, "view-field", "'name'",
        ),
        (
            view('<view id="v" model="workshop.job" type="form">\n\n<button name="action_end" type="object"/></view>'),
            "views/job.xml", 4, "view-button", "action_end",
        ),
        (
            view('<view id="v" model="workshop.job" type="form">\n<button name="action_finsh"/></view>'),
            "views/job.xml", 3, "view-button", "Did you mean 'action_finish'",
        ),
        (
            {"views/job.xml": GOOD["views/job.xml"].replace('<transition name="action_finish"', "<transition")},
            "views/job.xml", 3, "view-button", "No workflow of workshop.job has a transition 'action_finish'",
        ),
        (
            {"models/job.py": GOOD["models/job.py"].replace("@api.transition", "@api.action")},
            "models/job.py", 14, "transition", "views/job.xml:18), but without @api.transition",
        ),
        (
            view('<view id="v" inherit="base.partner_form">\n<field name="nobody" position="after"/></view>'),
            "views/job.xml", 3, "view-inherit", "nobody",
        ),
        (
            view('<workflow id="w" model="workshop.job" start="draft">\n<transition from="*" to="dne"/></workflow>'),
            "views/job.xml", 3, "workflow", "'done'",
        ),
        (
            data('<record id="j" model="workshop.job"><field name="nme">x</field></record>'),
            "demo/job.xml", 2, "field", "'name'",
        ),
        (
            data("<record id='j' model='workshop.job'>\n<field name='customer_id' eval='nobody_here'/></record>"),
            "demo/job.xml", 3, "reference", "nobody_here",
        ),
        (data('<record id="j" model="workshop.jb"/>'), "demo/job.xml", 2, "model", "workshop.job"),
        (
            data('<record id="j" model="workshop.job">\n<field name="cost">much</field></record>'),
            "demo/job.xml", 3, "value", "much",
        ),
        (
            data('<record id="j" model="workshop.job">\n<field name="state">doen</field></record>'),
            "demo/job.xml", 3, "value", "'done'",
        ),
        (
            data('<record id="j" model="workshop.job">\n<field name="customer_id" ref="base.es"/></record>'),
            "demo/job.xml", 3, "reference", "res.country",
        ),
        (
            data("<record id='j' model='workshop.job'>\n<field name='cost' eval='2 ** 9'/></record>"),
            "demo/job.xml", 3, "expression", "eval",
        ),
        (
            data("<record id='j' model='workshop.job'>\n<field name='customer_id' eval=\"ref('nobody')\"/></record>"),
            "demo/job.xml", 3, "reference", "nobody",
        ),
        ({"demo/job.xml": "<data>\n<record>\n</data>"}, "demo/job.xml", 3, "xml", "well-formed"),
        ({"demo/job.xml": "<!DOCTYPE x>\n<data/>"}, "demo/job.xml", 1, "xml", "DOCTYPE"),
        (
            {"security/ir.model.access.csv": "id,name,model_id:id\na,a,model_workshop_jb\n"},
            "security/ir.model.access.csv", 2, "reference", "model_workshop_job",
        ),
        (
            {"security/ir.model.access.csv": "id,name\n"},
            "models/job.py", 4, "access", "workshop.job",
        ),
        (
            {"security/ir.model.access.csv": "id,name,group\na,b,c\n"},
            "security/ir.model.access.csv", 1, "field", "'group'",
        ),
        ({"data/late.xml": "<data/>"}, "data/late.xml", 1, "manifest-unlisted", "never loaded"),
        (
            {"__manifest__.py": '{"name": "W",\n "data": ["security/ir.model.access.csv", "gone.xml", "views/job.xml"],'
             ' "demo": ["demo/job.xml"]}'},
            "__manifest__.py", 2, "manifest-file", "gone.xml",
        ),
        ({"__manifest__.py": '{"name": "W",\n "depnds": []}'}, "__manifest__.py", 2, "manifest", "depends"),
        ({"models/job.py": "import nothing_of_that_name\n"}, "models/job.py", 1, "python", "nothing_of_that_name"),
        (
            {"models/job.py": "import pickle\n" + textwrap.dedent(GOOD["models/job.py"]).lstrip()},
            "models/job.py", 1, "lint-code", "use JSON",
        ),
    ],
)  # fmt: skip
def test_each_fault_is_found_at_its_line(
    check: Check, changed: dict[str, str], file: str, line: int, code: str, says: str
) -> None:
    found = check(changed)
    same = [f for f in found if (f.file, f.line, f.code) == (f"workshop/{file}", line, code)]
    assert same, [str(f) for f in found]
    assert any(says in f.message for f in same), [str(f) for f in same]


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        ("due = fields.Integer('Due')\n    @due.compute('csot')\n    def _due(self): ...", 11, "Did you mean cost"),
        ("due = fields.Related('customer_id.nmae', string='Due')", 10, "Did you mean name"),
        ("due = fields.Integer('Due'", 10, "SyntaxError"),
    ],
    ids=["compute", "related", "syntax"],
)
def test_python_that_does_not_fit_is_one_finding_at_its_line(check: Check, wrong: str, line: int, says: str) -> None:
    lines = textwrap.dedent(GOOD["models/job.py"]).lstrip().splitlines()
    lines.insert(9, f"    {wrong}")
    (found,) = check({"models/job.py": "\n".join(lines)})
    assert (found.file, found.line) == ("workshop/models/job.py", line)
    assert says in found.message


def test_every_shipped_addon_is_good() -> None:
    assert [str(finding) for finding in run() if finding.severity == "error"] == []


def test_what_a_legacy_file_outside_of_addons_speaks_of_may_be_unknown(tmp_path: Path) -> None:
    (tmp_path / "old.xml").write_text(
        """<?xml version="1.0" encoding="utf-8"?>
<openerp>
  <data>
    <record id="x" model="vanished.model" Name="X">
      <field name="code" eval="ref('other.id') ** 2"/>
      <field name="arch" type="xml"><form string="A"><field name="a" attrs="{'x': 1}"/></form></field>
    </record>
    <record id="v" model="ir.ui.view"><field name="model">vanished.model</field><field name="name">v</field>
      <field name="arch" type="xml">
        <form string="A"><field name="a" attrs="{'invsible': []}"/>
          <script>x()</script></form>
      </field></record>
    <wizard id="w" string="W" model="x" name="y"/>
    <act_window id="a" name="A" res_model="vanished.model" domain="[('x', '=', active_id)] + [("/>
  </data>
</openerp>""",
        encoding="utf-8",
    )
    (tmp_path / "broken.xml").write_text("<openerp>\n<data>", encoding="utf-8")
    found = run([str(tmp_path)])
    places = {(Path(f.file).name, f.line, f.code, f.severity) for f in found}
    assert places == {
        ("broken.xml", 2, "xml", "error"),
        ("old.xml", 4, "model", "warning"),
        ("old.xml", 4, "schema", "warning"),
        ("old.xml", 5, "expression", "error"),
        ("old.xml", 10, "view-attrs", "error"),
        ("old.xml", 11, "view-html", "warning"),
        ("old.xml", 14, "expression", "warning"),
        ("old.xml", 14, "model", "warning"),
    }


def test_a_file_outside_of_addons_is_checked_against_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "data.xml").write_text(
        """<data>
  <record id="a" model="crm.leed"/>
  <record id="b" model="crm.lead"><field name="planned_revenu">3</field>
    <field name="country_id" ref="base.esp"/>
    <field name="partner_id" ref="sale.nothing"/>
    <field name="user_id" ref="b"/>
    <field name="section_id" ref="somebody"/>
    <field name="partner_id" ref="base.main_partner"/></record>
  <record id="c" model="mrp.bom"/>
  <view id="v" model="crm.lead" type="form">
    <form><field name="nmae"/><button name="case_opn"/></form></view>
  <view id="w" inherit="base.partner_form">
    <field name="nmae" position="after"/></view>
</data>""",
        encoding="utf-8",
    )
    found = {
        (f.line, f.code, f.severity, f.message.rpartition("Did you mean ")[2]) for f in run([tmp_path / "data.xml"])
    }
    assert {one for one in found if one[2] == "error"} >= {
        (2, "model", "error", "'crm.lead'?"),
        (3, "field", "error", "'planned_revenue'?"),
        (4, "reference", "error", "'base.es'?"),
        (11, "view-field", "error", "'name'?"),
        (11, "view-button", "error", "'case_open'?"),
    }
    assert {one[:3] for one in found} == {
        (2, "model", "error"),
        (3, "field", "error"),
        (4, "reference", "error"),
        (5, "reference", "warning"),
        (6, "reference", "error"),
        (7, "reference", "warning"),
        (9, "model", "warning"),
        (11, "view-field", "error"),
        (11, "view-button", "error"),
        (13, "view-inherit", "error"),
    }


def test_an_unknown_argument_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnknownName):
        run([str(tmp_path / "nothing")])
