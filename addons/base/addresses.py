"""Addresses as their countries write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addons.base.models.partner import Partner

ADDRESS_FIELDS = ("street", "street2", "zip", "city", "state_id", "country_id")
USUAL_LAYOUT = "%(street)s\n%(street2)s\n%(zip)s %(city)s %(state_name)s"


def address_text(partner: Partner) -> str:
    """The address as it is written on an envelope of its country; empty lines are left out."""
    pieces = {
        "street": partner.street,
        "street2": partner.street2,
        "zip": partner.zip,
        "city": partner.city,
        "state_name": partner.state_id.name,
        "state_code": partner.state_id.code,
        "country_name": partner.country_id.name,
        "country_code": partner.country_id.code,
    }
    layout = partner.country_id.address_format or USUAL_LAYOUT
    for name, value in pieces.items():
        layout = layout.replace(f"%({name})s", value or "")
    return "\n".join(" ".join(line.split()) for line in layout.splitlines() if line.strip())
