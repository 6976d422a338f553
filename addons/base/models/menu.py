"""Menus: the way to every screen."""

from __future__ import annotations

from addons.base.models import group
from core import Model, fields

ACTION_MODELS = [
    "ir.actions.act_window",
    "ir.actions.report.xml",
    "ir.actions.server",
    "ir.actions.act_url",
    "ir.actions.client",
]


class Menu(Model):
    """An entry of the menu. Without an action it is a folder."""

    _name = "ir.ui.menu"
    _description = "Menu"
    _order = "sequence, id"
    _rec_name = "complete_name"
    _parent_name = "parent_id"

    name = fields.Char("Menu", required=True, translate=True)
    complete_name = fields.Char("Full Path", readonly=True)
    active = fields.Boolean("Active", default=True)
    sequence = fields.Integer("Sequence", default=10)
    parent_id = fields.Many2one(lambda: Menu, "Parent Menu", ondelete="cascade", index=True)
    child_id = fields.One2many(lambda: Menu, "parent_id", "Child Menus")
    groups_id = fields.Many2many(
        lambda: group.Group, "Groups", relation="ir_ui_menu_group_rel", column1="menu_id", column2="gid",
        help="Only members of one of these groups see the menu. Empty: everybody who may read what it opens.",
    )  # fmt: skip
    action = fields.Reference("Action", ACTION_MODELS)
    icon = fields.Char("Icon", help="The name of an icon of the icon set, such as people.")
    web_icon = fields.Char("Icon File")

    @complete_name.compute("name", "parent_id.complete_name", store=False)
    def _compute_complete_name(self) -> None:
        for menu in self:
            menu.complete_name = f"{menu.parent_id.complete_name}/{menu.name}" if menu.parent_id else menu.name
