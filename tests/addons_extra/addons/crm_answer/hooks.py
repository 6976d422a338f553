"""What crm_answer does when others tell of something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addons.crm.hookspecs import lead_converted
from core import hookimpl

if TYPE_CHECKING:
    from addons.base.models.partner import Partner
    from addons.crm.models.lead import Lead


@hookimpl(lead_converted)
def plan_welcome_call(lead: Lead, partner: Partner) -> None:
    """Put a call of welcome on the agenda of whoever looks after the new opportunity."""
    if partner and not lead.title_action:
        lead.write({"title_action": f"Welcome {partner.name}", "date_action": lead.env.today()})
