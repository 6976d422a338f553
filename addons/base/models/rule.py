"""Record rules: which records of a model a user meets."""

from __future__ import annotations

from addons.base.models import group, model
from core import Model, api, fields
from core.errors import ExpressionError, ValidationError
from core.kernel.expression import compile_expression


class Rule(Model):
    """A condition on records. Rules without groups hold for everybody; of those of a user's groups one must hold."""

    _name = "ir.rule"
    _description = "Record Rule"
    _order = "model_id, id"

    name = fields.Char("Name", index=True)
    active = fields.Boolean("Active", default=True)
    model_id = fields.Many2one(lambda: model.ModelRow, "Model", required=True, ondelete="cascade")
    groups = fields.Many2many(
        lambda: group.Group, "Groups", relation="rule_group_rel", column1="rule_group_id", column2="group_id"
    )
    domain_force = fields.Text("Domain", default="[]", help="May name user, company_id, company_ids and time.")
    perm_read = fields.Boolean("For Reading", default=True)
    perm_write = fields.Boolean("For Writing", default=True)
    perm_create = fields.Boolean("For Creating", default=True)
    perm_unlink = fields.Boolean("For Deleting", default=True)

    _some_operation = fields.Check(
        "perm_read or perm_write or perm_create or perm_unlink", "A rule holds for at least one operation."
    )

    @api.constrains("domain_force")
    def _check_domain(self) -> None:
        for rule in self:
            if not rule.domain_force:
                continue
            try:
                compile_expression(rule.domain_force.strip())
            except ExpressionError as error:
                raise ValidationError(
                    "The domain of the rule {rule} cannot be read: {error}",
                    fields=["domain_force"],
                    rule=rule.name,
                    error=error,
                ) from error
