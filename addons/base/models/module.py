"""Addons, as this database knows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from addons.base.models import module_category
from core import Env, Model, api, fields
from core.errors import AccessError, UserError
from core.module import buttons, state

State = Literal["uninstallable", "uninstalled", "installed", "to install", "to upgrade", "to remove", "broken"]

# Each mark for a later change, and the state that the addon has meanwhile.
MARKS: dict[str, State] = {"to install": "uninstalled", "to upgrade": "installed", "to remove": "installed"}

CHANGES: dict[str, Callable[[Env, list[str]], None]] = {
    "to remove": buttons.uninstall_after,
    "to upgrade": buttons.upgrade_after,
    "to install": buttons.install_after,
}

RELOAD = {"type": "ir.actions.client", "tag": "reload"}


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

    @api.exported
    def update_list(self) -> list[int]:
        """Look for addons on disk. Answers how many have changed and how many are new."""
        self._check_manager()
        names = ("ir.module.module.dependency", "ir.module.category")
        with self.env.elevated("bring the list of addons up to date", Module, *names) as su_env:
            return list(state.update_list(su_env))

    @api.action
    def button_install(self) -> bool:
        """Mark these addons, and what they need, for installation; `base.module.upgrade` carries it out."""
        return self._mark("to install", ("uninstalled",))

    @api.action
    def button_upgrade(self) -> bool:
        """Mark these addons for an upgrade."""
        return self._mark("to upgrade", ("installed", "broken"))

    @api.action
    def button_uninstall(self) -> bool:
        """Mark these addons for removal."""
        if "base" in self.mapped("name"):
            raise UserError("base cannot be removed: everything else stands on it.")
        return self._mark("to remove", ("installed", "broken"))

    @api.action
    def button_install_cancel(self) -> bool:
        """Take the mark for installation away."""
        return self._unmark("to install", "uninstalled")

    @api.action
    def button_upgrade_cancel(self) -> bool:
        """Take the mark for an upgrade away."""
        return self._unmark("to upgrade", "installed")

    @api.action
    def button_uninstall_cancel(self) -> bool:
        """Take the mark for removal away."""
        return self._unmark("to remove", "installed")

    @api.action
    def button_immediate_install(self) -> dict[str, Any]:
        """Install these addons and what they need, at once."""
        self._check_manager()
        buttons.install_after(self.env, self.mapped("name"))
        return RELOAD

    @api.action
    def button_immediate_upgrade(self) -> dict[str, Any]:
        """Upgrade these addons at once."""
        self._check_manager()
        buttons.upgrade_after(self.env, self.mapped("name"))
        return RELOAD

    @api.action
    def button_immediate_uninstall(self) -> dict[str, Any]:
        """Remove these addons, and those that need them, at once; their data is put aside."""
        self._check_manager()
        buttons.uninstall_after(self.env, self.mapped("name"))
        return RELOAD

    def carry_out(self) -> None:
        """Remove, upgrade and install what is marked, once this transaction has ended."""
        self._check_manager()
        marked = self.search([("state", "in", list(MARKS))])
        by_mark = {mark: marked.filtered([("state", "=", mark)]) for mark in MARKS}
        names = {mark: rows.mapped("name") for mark, rows in by_mark.items()}
        for mark, rows in by_mark.items():
            rows.write({"state": MARKS[mark]})
        for mark, change in CHANGES.items():
            if names[mark]:
                change(self.env, names[mark])

    def _mark(self, mark: str, expected: tuple[str, ...]) -> bool:
        self._check_manager()
        self.filtered(lambda row: row.state in expected).write({"state": mark})
        return True

    def _unmark(self, mark: str, state_before: str) -> bool:
        self._check_manager()
        self.filtered(lambda row: row.state == mark).write({"state": state_before})
        return True

    def _check_manager(self) -> None:
        if not self.env.is_super(self._name) and not self.env.has_group("base.group_system"):
            raise AccessError(
                "Addons are installed and removed by administrators.",
                model=self._name,
                operation="write",
                groups=["base.group_system"],
            )


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
