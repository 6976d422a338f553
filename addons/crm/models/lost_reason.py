"""Reasons why deals are lost."""

from __future__ import annotations

from core import Model, fields


class LostReason(Model):
    """Why a deal was lost."""

    _name = "crm.lost.reason"
    _description = "Lost Reason"
    _order = "sequence, name, id"

    name = fields.Char("Reason", required=True, translate=True)
    sequence = fields.Integer("Sequence", default=10)
    active = fields.Boolean("Active", default=True)
