"""Groups of users, which rights, menus and views name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from addons.base.models import menu, model_access, module_category, rule, user, view
from core import Domain, Model, fields


class Group(Model):
    """A group of users. Its members are members of every group that it implies."""

    _name = "res.groups"
    _description = "Group"
    _order = "category_id, sequence, name"

    name = fields.Char("Name", required=True, translate=True)
    full_name = fields.Char("Full Name", readonly=True)
    category_id = fields.Many2one(
        lambda: module_category.ModuleCategory,
        "Application",
        help="Groups of one application that imply each other show as one choice in the form of a user.",
    )
    sequence = fields.Integer("Sequence", default=10)
    comment = fields.Text("Description", translate=True)
    share = fields.Boolean("External Users", help="Members are customers or the public, not employees.")
    users = fields.Many2many(lambda: user.User, "Users", relation="res_groups_users_rel", column1="gid", column2="uid")
    implied_ids = fields.Many2many(
        lambda: Group, "Inherits", relation="res_groups_implied_rel", column1="gid", column2="hid",
        help="Members of this group belong to these groups too.",
    )  # fmt: skip
    trans_implied_ids = fields.Many2many(lambda: Group, "Inherits, Directly or Not", readonly=True)
    model_access = fields.One2many(lambda: model_access.ModelAccess, "group_id", "Access Rights")
    rule_groups = fields.Many2many(
        lambda: rule.Rule, "Record Rules", relation="rule_group_rel", column1="group_id", column2="rule_group_id"
    )
    menu_access = fields.Many2many(
        lambda: menu.Menu, "Menus", relation="ir_ui_menu_group_rel", column1="gid", column2="menu_id"
    )
    view_access = fields.Many2many(
        lambda: view.View, "Views", relation="ir_ui_view_group_rel", column1="group_id", column2="view_id"
    )

    @full_name.compute("name", "category_id.name", store=False)
    def _compute_full_name(self) -> None:
        for group in self:
            group.full_name = f"{group.category_id.name} / {group.name}" if group.category_id else group.name

    @trans_implied_ids.compute("implied_ids.trans_implied_ids", store=False)
    def _compute_trans_implied_ids(self) -> None:
        for group in self:
            group.trans_implied_ids = group.implied_closure() - group

    def implied_closure(self) -> Group:
        """These groups and all that they imply."""
        found = waiting = self
        while waiting:
            waiting = waiting.mapped("implied_ids") - found
            found = found | waiting
        return found

    def _compute_display_name(self) -> None:
        for group in self:
            group.display_name = group.full_name

    def _name_domain(self, operator: str, text: str) -> Domain:
        """`Sales / Manager` names the group of an application; a bare name any group or application."""
        application, slash, name = text.rpartition(" / ")
        if slash:
            return Domain.parse([("category_id.name", operator, application), ("name", operator, name)])
        return Domain.parse(["|", ("name", operator, text), ("category_id.name", operator, text)])

    def copy(self, default: Mapping[str, Any] | None = None) -> Self:
        """A copy has no members and a name of its own."""
        values = {"name": self.env._("{name} (copy)", name=self.name), "users": [(6, 0, [])], **(default or {})}
        return super().copy(values)
