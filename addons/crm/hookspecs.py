"""What other addons may answer to in crm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import hookspec

if TYPE_CHECKING:
    from addons.base.models.partner import Partner
    from addons.crm.models.lead import Lead


@hookspec
def lead_converted(lead: Lead, partner: Partner) -> None:
    """A lead has become an opportunity; `partner` is its customer, or an empty set where none was linked."""
