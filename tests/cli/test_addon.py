"""`grial addon`: what it lists, shows before it removes, and says when it cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.module.conftest import own_addons

ROOT = Path(__file__).resolve().parents[2]


def states(grial, name):
    return {row["name"]: row["state"] for row in json.loads(grial("addon", "list", "-d", name, "--json").stdout)}


def test_addons_on_disk_are_listed_without_a_database(grial, backend):
    answer = grial("addon", "list", "--json")
    assert {"base", "crm"} <= {row["name"] for row in json.loads(answer.stdout)}


def test_an_addon_is_installed_disabled_enabled_upgraded_and_uninstalled(grial, database):
    assert states(grial, database.name)["crm"] == "uninstalled"
    installed = grial("addon", "install", "crm", "-d", database.name, "--json")
    assert installed.exit_code == 0, installed.output
    assert "crm" in json.loads(installed.stdout)["installed"]
    assert "Disabled crm" in grial("addon", "disable", "crm", "-d", database.name).stdout
    assert "Enabled crm" in grial("addon", "enable", "crm", "-d", database.name).stdout
    assert "Upgraded crm" in grial("addon", "upgrade", "crm", "-d", database.name).stdout
    plan = grial("addon", "uninstall", "crm", "--dry-run", "-d", database.name, "--json")
    assert "crm_lead" in json.loads(plan.stdout)["tables"]
    assert states(grial, database.name)["crm"] == "installed"
    removed = grial("addon", "uninstall", "crm", "-d", database.name)
    assert "Table to archive: crm_lead" in removed.stdout
    assert states(grial, database.name)["crm"] == "uninstalled"
    assert "crm_lead" in grial("addon", "purge", "crm", "--dry-run", "-d", database.name).stdout
    assert "Deleted." in grial("addon", "purge", "crm", "-d", database.name).stdout
    assert "nothing to delete" in grial("addon", "purge", "crm", "-d", database.name).stdout


def test_a_misspelt_addon_changes_nothing_and_suggests(grial, database):
    answer = grial("addon", "install", "cmr", "-d", database.name)
    assert answer.exit_code == 1
    assert "Did you mean crm?" in answer.stderr


def test_base_stays(grial, database):
    answer = grial("addon", "uninstall", "base", "-d", database.name)
    assert answer.exit_code == 1
    assert "base cannot be uninstalled" in answer.stderr


@pytest.mark.slow
def test_a_process_that_has_loaded_nothing_installs_into_what_is_there(database, environment):
    command = [sys.executable, "-m", "core.cli", "addon", "install", "crm", "-d", database.name]
    answer = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )
    assert answer.returncode == 0, answer.stderr
    assert "Installed crm" in answer.stdout


@pytest.mark.addons("crm")
def test_rights_survive_an_uninstall_and_an_install(grial, database):
    run = database.databases.registries.run
    in_database = ("-d", database.name)

    def prepare(env):
        seller, team = env.ref("crm.group_sale_salesman"), env.ref("crm.group_sale_manager")
        own = env["res.groups"].create({"name": "Own", "implied_ids": [(4, seller.id)]})
        env["res.users"].create({"name": "Lola", "login": "lola", "groups_id": [(4, own.id)]})
        env.ref("base.user_admin").write({"groups_id": [(4, team.id)]})
        env["ir.rule"].create(
            {"name": "Own", "model_id": env["ir.model"].search([("model", "=", "crm.lead")]).id, "domain_force": "[]"}
        )
        return own.id

    own = run(database.name, prepare)

    def rights(env):
        names = {row.res_id: row.name for row in env["ir.model.data"].search([("model", "=", "res.groups")])}
        menus = env["ir.ui.menu"].search([])
        return {
            "users": {
                user.login: sorted(names.get(group.id, "own") for group in user.groups_id)
                for user in env["res.users"].search([])
            },
            "implied": sorted(names[group.id] for group in env["res.groups"].browse(own).implied_ids),
            "menus": sorted((menu.name, *sorted(names[g.id] for g in menu.groups_id)) for menu in menus),
            "rules": sorted(
                (rule.name, *sorted(names[g.id] for g in rule.groups))
                for rule in env["ir.rule"].search([("name", "!=", "Own")])
            ),
        }

    before = run(database.name, rights)
    plan = grial("addon", "uninstall", "crm", "--dry-run", *in_database).stdout
    assert "Links to archive" in plan
    assert "Deleted with them, and not coming back: 1 of ir.rule" in plan
    grial("addon", "uninstall", "crm", "-y", *in_database)
    assert "links to its records are back" in grial("addon", "install", "crm", *in_database).stdout
    assert run(database.name, rights) == before
    assert "read crm.lead: yes" in grial("access", "admin", "crm.lead", *in_database).stdout


def test_an_addon_of_another_folder_tells_what_servers_need(grial, database, tmp_path):
    folder = tmp_path / "addons"
    (folder / "far").mkdir(parents=True)
    (folder / "far" / "__manifest__.py").write_text("{'depends': ['base']}")
    with own_addons():
        answer = grial("addon", "install", "far", "-d", database.name, "--addons-path", folder)
        assert answer.exit_code == 0, answer.output
        assert f"the same --addons-path {folder}" in answer.stderr
        assert "need the same" not in grial("addon", "install", "far", "-d", database.name).stderr
    answer = grial("addon", "upgrade", "far", "-d", database.name)
    assert str(ROOT / "addons") in answer.stderr


def test_an_upgrade_is_tried_and_undone(grial, database):
    grial("addon", "install", "crm", "-d", database.name)
    answer = grial("addon", "upgrade", "crm", "--dry-run", "-d", database.name)
    assert (answer.exit_code, answer.stdout) == (0, "This would upgrade crm.\n")
    with database.transaction() as env:  # crm's extension of a form whose page has another name now
        view = env["ir.ui.view"].create(
            {
                "name": "more",
                "model": "res.partner",
                "type": "form",
                "mode": "extension",
                "inherit_id": env.ref("base.partner_form").id,
                "arch": "<field name='emial' position='after'><field name='fax'/></field>",
            }
        )
        env["ir.model.data"].create(
            {"module": "crm", "name": "more", "model": "ir.ui.view", "res_id": view.id, "noupdate": True}
        )
    answer = grial("addon", "upgrade", "crm", "--dry-run", "-d", database.name)
    assert answer.exit_code == 1, answer.output
    assert """Try <xpath expr="//field[@name='email']" position="after">""" in answer.stdout
    assert "It will be refused until these views are mended (1)." in answer.stdout
    found = json.loads(grial("addon", "upgrade", "crm", "--dry-run", "-d", database.name, "--json").stdout)
    assert (found["upgraded"], [fault["code"] for fault in found["faults"]]) == (["crm"], ["view-inherit"])
    assert grial("addon", "upgrade", "crm", "-d", database.name).exit_code == 1
