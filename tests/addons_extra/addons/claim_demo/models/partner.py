"""What claims add to partners."""

from __future__ import annotations

from addons.base.models.partner import Partner
from addons.claim_demo.models.claim import Claim
from core import api, fields


class ClaimPartner(Partner, extend=True):
    """A partner knows the claims it has made."""

    claim_ids = fields.One2many(lambda: Claim, "partner_id", "Claims")
    claim_count = fields.Integer("Number of Claims", readonly=True)

    @claim_count.compute("claim_ids", store=False)
    def _compute_claim_count(self) -> None:
        for partner in self:
            partner.claim_count = len(partner.claim_ids)

    @api.exported
    def address_get(self, types: list[str] | None = None) -> dict[str, int]:
        """Claims are answered at the address of type `contact`, as everything without an address of its own."""
        found = super().address_get(types)
        return {**found, "claim": found.get("contact", found["default"])}
