"""The dialog that carries out the changes of addons that are marked."""

from __future__ import annotations

from typing import Any

from addons.base.models.module import MARKS, Module
from core import Model, api, fields


class ModuleUpgrade(Model):
    """Installs, upgrades and removes the addons that are marked for it."""

    _name = "base.module.upgrade"
    _description = "Apply Scheduled Changes"
    _transient = True

    module_info = fields.Text("Addons", readonly=True)

    @module_info.default_from
    def _default_module_info(self) -> str:
        marked = self.env[Module].search([("state", "in", list(MARKS))])
        labels = Module.state.labels(self.env)
        return "\n".join(f"{row.name}: {labels.get(row.state, row.state)}" for row in marked)

    @api.action
    def upgrade_module(self) -> dict[str, Any]:
        """Carry out all marked changes."""
        self.env[Module].browse([]).carry_out()
        return {"type": "ir.actions.act_window_close"}

    @api.action
    def upgrade_module_cancel(self) -> dict[str, Any]:
        """Take all marks away."""
        modules = self.env[Module].search([("state", "in", list(MARKS))])
        modules.button_install_cancel()
        modules.button_upgrade_cancel()
        modules.button_uninstall_cancel()
        return {"type": "ir.actions.act_window_close"}
