"""What an older file brings may be here already, under another id or another name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.data import LoadOutcome, load_file
from core.errors import DataFileError
from core.orm.env import Env

pytestmark = pytest.mark.addons("crm")

Load = Callable[..., LoadOutcome]


@pytest.fixture
def load(env: Env, tmp_path: Path) -> Load:
    """Loads a file as `server.py import --addon base` does."""

    def load(text: str, name: str = "old.xml", addon: str = "base", strict: bool = True) -> LoadOutcome:
        path = tmp_path / name
        inside = text if name.endswith(".csv") else f"<openerp><data>{text}</data></openerp>"
        path.write_text(inside, encoding="utf-8")
        outcome = load_file(env, addon, path, "init", strict=strict, imported=True)
        env.flush()
        return outcome

    return load


def test_a_record_that_is_here_under_another_id_is_the_same_record(env: Env, load: Load) -> None:
    spain, states = env.ref("base.es"), env["res.country.state"].search_count([])
    outcome = load(
        """<record id="spain_of_old" model="res.country"><field name="name">Spain</field>
             <field name="code">ES</field><field name="phone_code">34</field></record>
           <record id="child" model="res.partner"><field name="name">C</field>
             <field name="country_id" ref="spain_of_old"/></record>"""
    )
    assert [verdict.kind for verdict in outcome.verdicts] == ["updated", "ok"]
    assert env.ref("base.spain_of_old") == spain
    assert env.ref("base.child").country_id == spain
    rows = "id,name,code,country_id:id\nstate_x,Madrid,M,es\nstate_y,Atlantis,ZZ,es\n"
    outcome = load(rows, name="res.country.state.csv")
    assert [verdict.kind for verdict in outcome.verdicts] == ["updated", "ok"]
    assert env["res.country.state"].search_count([]) == states + 1
    assert env.ref("base.state_x").country_id == spain


def test_the_files_of_an_addon_take_over_nothing(env: Env, load: Load, tmp_path: Path) -> None:
    path = tmp_path / "own.xml"
    path.write_text(
        """<openerp><data><record id="spain_of_old" model="res.country"><field name="name">Spain</field>
             <field name="code">ES</field></record></data></openerp>""",
        encoding="utf-8",
    )
    with pytest.raises(DataFileError, match="has this code already"):
        load_file(env, "base", path, "init")


def test_a_record_is_loaded_without_the_part_that_is_refused(env: Env, load: Load) -> None:
    outcome = load(
        """<record id="old_user" model="res.users"><field name="name">Old User</field>
             <field name="login">old.user</field><field name="password">demo</field></record>"""
    )
    assert [verdict.kind for verdict in outcome.verdicts] == ["partial"]
    assert "password: A password has at least" in outcome.messages[0]
    assert env.ref("base.old_user").login == "old.user"


def test_what_is_not_known_here_is_dropped_with_its_reason(env: Env, load: Load) -> None:
    outcome = load(
        """<record id="a" model="mail.server.of.old"><field name="name">A</field></record>
           <function model="res.lang" name="method_of_old"/>
           <function model="mail.server.of.old" name="x" eval="[ref('a')]"/>
           <act_window id="b" name="B" res_model="mail.server.of.old"/>
           <record id="c" model="res.partner"><field name="name">C</field><field name="user_id" ref="a"/></record>"""
    )
    assert [verdict.kind for verdict in outcome.verdicts] == ["dropped"] * 4 + ["partial"]
    assert all(verdict.message for verdict in outcome.verdicts)
    assert env.ref("base.c").name == "C"


def test_what_is_wrong_is_not_only_unknown(load: Load) -> None:
    with pytest.raises(DataFileError, match=r"old\.xml:2: .*credit_limit"):
        load(
            """<record id="a" model="res.partner"><field name="name">A</field>
                 <field name="credit_limit">x</field></record>"""
        )


def test_older_names_of_fields_and_ids(env: Env, load: Load) -> None:
    system, admin = env.ref("base.user_root"), env.ref("base.user_admin")
    load(
        """<record id="main_company" model="res.company"><field name="rml_header1">We sell it all</field></record>
           <record id="base.user_root" model="res.users"><field name="signature">The boss</field>
             <field name="groups_id" eval="[(4, ref('base.group_sale_manager'))]"/></record>
           <record id="lead" model="crm.lead"><field name="name">L</field>
             <field name="user_id" ref="user_root"/></record>"""
    )
    assert env.ref("base.main_company").report_header == "We sell it all"
    assert env.ref("base.lead").user_id == admin
    assert "The boss" in admin.signature
    assert system.id != admin.id
    assert env.ref("crm.group_sale_manager") in admin.groups_id


def test_a_move_that_the_state_does_not_allow_leaves_the_record(env: Env, load: Load) -> None:
    outcome = load(
        """<record id="open_one" model="crm.lead"><field name="name">Open</field></record>
           <record id="dead_one" model="crm.lead"><field name="name">Dead</field>
             <field name="stage_id" ref="crm.stage_lead8"/></record>
           <function model="crm.lead" name="case_cancel" eval="[ref('open_one'), ref('dead_one')], {'x': True}"/>"""
    )
    assert [verdict.kind for verdict in outcome.verdicts] == ["ok", "ok", "partial"]
    assert "Dead" in outcome.verdicts[2].message
    assert {env.ref("base.open_one").state, env.ref("base.dead_one").state} == {"cancel"}


def test_an_extension_for_another_model_is_a_view_of_its_own(env: Env, load: Load) -> None:
    load(
        """<record id="wide" model="ir.ui.view"><field name="name">wide</field><field name="model">res.partner</field>
             <field name="arch" type="xml"><form string="P"><field name="name"/></form></field></record>
           <record id="wide_bank" model="ir.ui.view"><field name="name">bank</field><field name="model">res.bank</field>
             <field name="inherit_id" ref="wide"/><field name="arch" type="xml">
             <field name="name" position="after"><field name="bic"/></field></field></record>"""
    )
    from core.view.resolve import resolve

    assert [field.get("name") for field in resolve(env, "res.partner", "form", "base.wide").arch] == ["name"]
    assert [field.get("name") for field in resolve(env, "res.bank", "form", "base.wide_bank").arch] == ["name", "bic"]
