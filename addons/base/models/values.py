"""Bindings of actions to models, and defaults, in the form that older data files write."""

from __future__ import annotations

from typing import Any, Literal

from addons.base.models import company, default, user
from core import Model, api, fields
from core.security.rights import groups_open

Kind = Literal["action", "default"]

SLOTS = ("client_action_multi", "client_print_multi", "client_action_relate", "tree_but_open")


class Values(Model):
    """An action that forms and lists of a model offer, or a default value."""

    _name = "ir.values"
    _description = "Binding"
    _order = "model, name, id"

    name = fields.Char("Name", required=True, translate=True)
    key: fields.Selection[Kind] = fields.Selection(
        "Kind", {"action": "Action", "default": "Default"}, required=True, default="action"
    )
    key2 = fields.Char("Slot", index=True, help="Where the action is offered, or the condition of the default.")
    model = fields.Char("Model", required=True, index=True)
    res_id = fields.Integer("Record ID", index=True)
    value = fields.Text("Value", help="model,id of the action, or the default value.")
    user_id = fields.Many2one(lambda: user.User, "User", ondelete="cascade")
    company_id = fields.Many2one(lambda: company.Company, "Company", ondelete="cascade")

    @api.exported
    def set_action(self, name: str, action_slot: str, model: str, action: str, res_id: int | bool = False) -> int:
        """Offer `action` (`model,id`) in a slot of a model, in place of the same binding made before."""
        same = [("key", "=", "action"), ("key2", "=", action_slot), ("model", "=", model), ("value", "=", action)]
        self.search(same).unlink()
        values = {"name": name, "key": "action", "key2": action_slot, "model": model, "value": action}
        return int(self.create({**values, "res_id": res_id or 0}).id)

    @api.exported
    def get_actions(
        self, action_slot: str, model: str, res_id: int | bool = False
    ) -> list[tuple[int, str, dict[str, Any]]]:
        """Id of the binding, its name and the action, for every action bound to the slot that the caller may run."""
        domain = [("key", "=", "action"), ("key2", "=", action_slot), ("model", "=", model)]
        found = []
        for row in self.search([*domain, ("res_id", "in", [0, res_id or 0])]):
            action_model, _, action_id = row.value.partition(",")
            if action_model in self.env.registry.models and action_id.isdigit():
                action = self.env[action_model].search([("id", "=", int(action_id))])
                if action and groups_open(self.env, action):
                    found.append((row.id, row.name, action.read([])[0]))
        return found

    @api.exported
    def set_default(
        self, model: str, field_name: str, value: Any, for_all_users: bool = True, company_id: int | bool = False
    ) -> bool:
        """Make `value` the default of a field."""
        return self.env[default.Default].set(model, field_name, value, not for_all_users, company_id)

    @api.exported
    def get_defaults(self, model: str, condition: str | bool = False) -> list[tuple[int, str, Any]]:
        """(0, field, value) for every default that holds for the caller."""
        return [(0, name, value) for name, value in self.env[default.Default].get_model_defaults(model).items()]
