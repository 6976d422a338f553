import pytest

from addons.base.models.module import Module
from addons.base.models.module_upgrade import ModuleUpgrade
from core import Env
from core.errors import AccessError, UserError
from core.testing.records import Database


def addon(env: Env, name: str) -> Module:
    return env[Module].search([("name", "=", name)])


def test_every_addon_on_disk_has_a_row(env: Env) -> None:
    base = addon(env, "base")
    assert (base.state, base.latest_version) == ("installed", base.installed_version)
    assert addon(env, "crm").dependencies_id.mapped("name") == ["base"]
    assert addon(env, "crm").dependencies_id.state == "installed"


def test_a_mark_is_listed_and_taken_away(env: Env) -> None:
    crm = addon(env, "crm")
    crm.write({"state": "uninstalled"})
    crm.button_install()
    dialog = env[ModuleUpgrade].create({})
    assert dialog.module_info == "crm: To be installed"
    dialog.upgrade_module_cancel()
    assert crm.state == "uninstalled"


def test_base_stays(env: Env) -> None:
    with pytest.raises(UserError, match="everything else stands on it"):
        addon(env, "base").button_uninstall()


def test_only_administrators_change_addons(env: Env) -> None:
    user = env["res.users"].create({"name": "Eva", "login": "eva"})
    with pytest.raises(AccessError, match="administrators"):
        env.with_user(user.id)[Module].browse(addon(env, "crm").ids).button_immediate_install()


def test_a_button_installs_an_addon_at_once(database: Database) -> None:
    with database.transaction(uid=2) as env:
        addon(env, "crm").button_immediate_install()
    assert "crm.lead" in database.registry.models
    with database.transaction(uid=2) as env:
        assert addon(env, "crm").state == "installed"


def test_marked_changes_are_carried_out_together(database: Database) -> None:
    with database.transaction(uid=2) as env:
        addon(env, "crm").button_install()
    with database.transaction(uid=2) as env:
        env[ModuleUpgrade].create({}).upgrade_module()
    assert "crm.lead" in database.registry.models
