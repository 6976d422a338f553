"""What crm adds to partners: their opportunities."""

from __future__ import annotations

from typing import Any

from addons.base.models.partner import Partner
from addons.crm.models import case_section, lead
from core import api, fields


class CrmPartner(Partner, extend=True):
    """A partner with its leads and opportunities."""

    section_id = fields.Many2one(lambda: case_section.CaseSection, "Sales Team")
    opportunity_ids = fields.One2many(
        lambda: lead.Lead, "partner_id", "Opportunities", domain=[("type", "=", "opportunity")]
    )
    lead_ids = fields.One2many(lambda: lead.Lead, "partner_id", "Leads", domain=[("type", "=", "lead")])
    opportunity_count = fields.Integer("Number of Opportunities", readonly=True)

    @opportunity_count.compute("opportunity_ids", "child_ids.opportunity_ids", store=False)
    def _compute_opportunity_count(self) -> None:
        for partner in self:
            partner.opportunity_count = len(partner.opportunity_ids) + len(
                CrmPartner.of(partner.child_ids).opportunity_ids
            )

    @api.action
    def action_opportunities(self) -> dict[str, Any]:
        """Open the opportunities of the partner and its contacts."""
        action = self.env.ref("crm.action_opportunities").read([])[0]
        return {
            **action,
            "domain": [("type", "=", "opportunity"), ("partner_id", "child_of", self.ids)],
            "context": {"default_type": "opportunity", "default_partner_id": self[:1].id},
        }
