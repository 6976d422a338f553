"""What the nursery adds to partners."""

from __future__ import annotations

from addons.base.models.partner import Partner
from addons.nursery.models.plant import Plant
from core import api, fields


class NurseryPartner(Partner, extend=True):
    """A partner knows the plants it owns."""

    plant_ids = fields.One2many(lambda: Plant, "owner_id", "Plants")

    @api.exported
    def address_get(self, kinds: str) -> dict[str, int]:  # mistake: override with another signature
        # right: def address_get(self, types: list[str] | None = None) -> dict[str, int]:
        """Plants are delivered where the partner is."""
        found = super().address_get()
        return {**found, "plants": found["default"]}
