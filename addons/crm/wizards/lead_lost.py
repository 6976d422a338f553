"""The dialog that asks why a deal was lost."""

from __future__ import annotations

from typing import Any

from addons.crm.models.lead import Lead
from addons.crm.models.lost_reason import LostReason
from core import Model, api, fields


class LeadLost(Model):
    """Takes the reason of a loss and closes the deals."""

    _name = "crm.lead.lost"
    _description = "Mark as Lost"
    _transient = True

    lost_reason_id = fields.Many2one(LostReason, "Lost Reason", required=True, ondelete="cascade")
    note = fields.Text("Notes on the Loss")

    @api.action
    def action_apply(self) -> dict[str, Any]:
        """Store reason and notes, and mark the selected deals as lost."""
        self.ensure_one()
        leads = self.env[Lead].browse(list(self.env.context.get("active_ids") or ())).exists()
        leads.write({"lost_reason_id": self.lost_reason_id.id, "lost_note": self.note})
        leads.case_mark_lost()
        return {"type": "ir.actions.act_window_close"}
