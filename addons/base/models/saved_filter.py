"""Saved searches."""

from __future__ import annotations

from typing import Any

from addons.base.models import user
from core import Model, api, fields
from core.errors import UnknownName, ValidationError


class SavedFilter(Model):
    """A search that somebody has saved, for themselves or for everybody."""

    _name = "ir.filters"
    _description = "Saved Filter"
    _order = "model_id, name, id"

    name = fields.Char("Name", required=True)
    model_id = fields.Char("Model", required=True, index=True)
    user_id = fields.Many2one(lambda: user.User, "User", ondelete="cascade", help="Empty: everybody may use it.")
    domain = fields.Text("Domain", required=True, default="[]")
    context = fields.Text("Context", required=True, default="{}")
    sort = fields.Text("Order", required=True, default="[]")
    is_default = fields.Boolean("Default", help="Applied when the list opens.")
    action_id = fields.Reference("Action", ["ir.actions.act_window"], help="Empty: offered in every list of the model.")
    active = fields.Boolean("Active", default=True)

    _unique_name = fields.Unique("model_id", "user_id", "name", message="You have a filter of this name already.")

    @user_id.default_from
    def _default_user_id(self) -> int:
        return self.env.uid

    @api.constrains("model_id")
    def _check_model(self) -> None:
        known = self.env.registry.models
        for saved in self:
            if saved.model_id not in known:
                raise UnknownName("There is no model {name}.", name=saved.model_id, known=known)

    @api.constrains("is_default", "user_id", "model_id")
    def _check_one_default(self) -> None:
        for saved in self.filtered("is_default"):
            others = self.search_count(
                [
                    ("model_id", "=", saved.model_id),
                    ("user_id", "=", saved.user_id.id or False),
                    ("is_default", "=", True),
                    ("id", "!=", saved.id),
                ]
            )
            if others:
                raise ValidationError(
                    "There is another default filter for the same list. Take its mark away first.",
                    fields=["is_default"],
                )

    @api.exported
    def get_filters(self, model: str, action_id: int | bool = False) -> list[dict[str, Any]]:
        """The filters that the calling user may use in lists of `model`: the user's own first."""
        domain: list[Any] = [("model_id", "=", model), ("user_id", "in", [self.env.uid, False])]
        if action_id:
            domain += [("action_id", "in", [f"ir.actions.act_window,{action_id}", False])]
        found = self.search(domain).sorted(lambda saved: (not saved.user_id, saved.name))
        return found.read(["name", "is_default", "domain", "context", "user_id", "sort"])

    @api.exported
    def create_or_replace(self, values: dict[str, Any]) -> int:
        """Save a filter; one of the same name, model and user is replaced."""
        user_id = values.get("user_id", False)
        same = [("name", "=ilike", values["name"]), ("model_id", "=", values["model_id"]), ("user_id", "=", user_id)]
        if values.get("is_default"):
            others = [("model_id", "=", values["model_id"]), ("user_id", "=", user_id), ("is_default", "=", True)]
            self.search(others).write({"is_default": False})
        found = self.search(same, limit=1)
        if found:
            found.write(values)
            return int(found.id)
        return int(self.create(values).id)
