"""Addons, as this database knows them."""

from __future__ import annotations

from typing import Literal

from addons.base.models import module_category
from core import Model, fields

State = Literal["uninstallable", "uninstalled", "installed", "to install", "to upgrade", "to remove", "broken"]


class Module(Model):
    """One addon: whether it is installed, and what it says about itself."""

    _name = "ir.module.module"
    _description = "Addon"
    _order = "application desc, sequence, shortdesc, name"
    _rec_name = "shortdesc"

    name = fields.Char("Technical Name", required=True, readonly=True, index=True)
    shortdesc = fields.Char("Name", readonly=True, translate=True)
    summary = fields.Char("Summary", readonly=True, translate=True)
    description = fields.Text("Description", readonly=True, translate=True)
    category_id = fields.Many2one(lambda: module_category.ModuleCategory, "Application", readonly=True)
    author = fields.Char("Author", readonly=True)
    website = fields.Char("Website", readonly=True)
    license = fields.Char("Licence", readonly=True)
    sequence = fields.Integer("Sequence", default=100)
    application = fields.Boolean("Application", readonly=True)
    auto_install = fields.Boolean("Automatic", readonly=True, help="Installed by itself once all it needs is there.")
    installed_version = fields.Char("Version on Disk", readonly=True)
    latest_version = fields.Char("Installed Version", readonly=True)
    icon = fields.Char("Icon", readonly=True)
    demo = fields.Boolean("Demo Data", readonly=True)
    enabled = fields.Boolean("Enabled", default=True, help="A disabled addon keeps its data; its code is not loaded.")
    message = fields.Text("Message", readonly=True, help="Why the addon cannot be loaded.")
    state: fields.Selection[State] = fields.Selection(
        "Status",
        {
            "uninstallable": "Not installable",
            "uninstalled": "Not installed",
            "installed": "Installed",
            "to install": "To be installed",
            "to upgrade": "To be upgraded",
            "to remove": "To be removed",
            "broken": "Broken",
        },
        readonly=True,
        default="uninstalled",
        index=True,
    )
    dependencies_id = fields.One2many(lambda: ModuleDependency, "module_id", "Dependencies", readonly=True)

    _unique_name = fields.Unique("name", message="There is a row for this addon already.")


class ModuleDependency(Model):
    """One addon that another one needs."""

    _name = "ir.module.module.dependency"
    _description = "Dependency of an Addon"
    _order = "module_id, name"

    name = fields.Char("Addon", required=True, index=True)
    module_id = fields.Many2one(Module, "Needed by", required=True, ondelete="cascade")
    depend_id = fields.Many2one(Module, "Row of the Addon", readonly=True)
    state = fields.Char("Status", readonly=True)

    @depend_id.compute("name", store=False)
    @state.compute("name", store=False)
    def _compute_depend(self) -> None:
        rows = {row.name: row for row in self.env[Module].search([("name", "in", self.mapped("name"))])}
        for dependency in self:
            found = rows.get(dependency.name)
            dependency.depend_id = found
            dependency.state = found.state if found else "unknown"
