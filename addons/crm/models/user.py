"""What crm adds to users: their sales team."""

from __future__ import annotations

from addons.base.models.user import User
from addons.crm.models import case_section
from core import fields


class CrmUser(User, extend=True):
    """A user who sells."""

    default_section_id = fields.Many2one(lambda: case_section.CaseSection, "Default Sales Team")
