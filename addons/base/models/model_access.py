"""Access rights: what a group may do with the records of a model."""

from __future__ import annotations

from addons.base.models import group, model
from core import Model, api, fields
from core.errors import UnknownName

OPERATIONS = ("read", "write", "create", "unlink")


class ModelAccess(Model):
    """Grants a group up to four operations on a model. Where no row names a group of the user, nothing is granted."""

    _name = "ir.model.access"
    _description = "Access Right"
    _order = "model_id, group_id, name, id"

    name = fields.Char("Name", required=True, index=True)
    active = fields.Boolean("Active", default=True)
    model_id = fields.Many2one(lambda: model.ModelRow, "Model", required=True, ondelete="cascade")
    group_id = fields.Many2one(lambda: group.Group, "Group", ondelete="cascade", help="Empty: every user.")
    perm_read = fields.Boolean("Read")
    perm_write = fields.Boolean("Write")
    perm_create = fields.Boolean("Create")
    perm_unlink = fields.Boolean("Delete")

    @api.exported
    def check(self, model_name: str, mode: str = "read", raise_exception: bool = True) -> bool:
        """Whether the calling user may do `mode` (read, write, create, unlink) with records of the model."""
        if mode not in OPERATIONS:
            raise UnknownName("There is no operation {name}.", name=mode, known=OPERATIONS)
        if model_name not in self.env.registry.models:
            raise UnknownName("There is no model {name}.", name=model_name, known=self.env.registry.models)
        if raise_exception:
            self.env.check(model_name, mode)
        return self.env.may(model_name, mode)
