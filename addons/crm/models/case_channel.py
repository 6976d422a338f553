"""Channels: the way a lead came in."""

from __future__ import annotations

from core import Model, fields


class CaseChannel(Model):
    """The way a lead came in: telephone, web, fair."""

    _name = "crm.case.channel"
    _description = "Channel"
    _order = "name, id"

    name = fields.Char("Channel Name", required=True, translate=True)
    active = fields.Boolean("Active", default=True)
