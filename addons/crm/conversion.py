"""Turns leads into opportunities, finds or makes the partner, and takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

from addons.base.models.partner import Partner
from addons.crm.hookspecs import lead_converted
from addons.crm.pipeline import first_stage
from core.errors import GrialError, UserError

if TYPE_CHECKING:
    from addons.crm.models.lead import Lead

ADDRESS = ("phone", "mobile", "fax", "website", "street", "street2", "zip", "city")


def find_partner(lead: Lead) -> Partner:
    """The partner that the lead is probably about: the linked one, one with its e-mail, or one with its name."""
    partners = lead.env[Partner]
    if lead.partner_id:
        return lead.partner_id
    if lead.email_from:
        return partners.search([("email", "=ilike", _escaped(lead.email_from.strip()))], limit=1)
    names = [name for name in (lead.partner_name, lead.contact_name) if name]
    for name in names:
        found = partners.search([("name", "=ilike", _escaped(name))], limit=1)
        if found:
            return found
    return partners.browse([])


def make_partner(lead: Lead) -> Partner:
    """New partners of what the lead says: the company where it is not known yet, and the person in it."""
    partners = lead.env[Partner]
    made = partners.browse([])
    company = partners.browse([])
    if lead.partner_name:
        company = partners.search([("name", "=ilike", _escaped(lead.partner_name)), ("is_company", "=", True)], limit=1)
        if not company:
            company = made = partners.create(
                {**_details(lead, person=False), "name": lead.partner_name, "is_company": True}
            )
    if lead.contact_name or not company:
        name = lead.contact_name or lead.email_from or lead.name
        person = {**_details(lead, person=True), "name": name, "parent_id": company.id or False}
        return made | partners.create(person)
    return made | company


def convert(leads: Lead, partner: Partner, user_ids: Sequence[int] = (), section_id: int | bool = False) -> None:
    """Make `leads` opportunities of `partner` (none where it is empty), shared out in turn among `user_ids`."""
    turns = cycle(user_ids) if user_ids else None
    for lead in leads:
        _convert_one(lead, partner, partner.browse([]), next(turns) if turns else 0, int(section_id))


def convert_each(
    leads: Lead, action: str, partner: Partner, user_ids: Sequence[int] = (), section_id: int | bool = False
) -> None:
    """Convert each lead with a partner of its own: `exist` (given, found, or else new), `create` or `nothing`."""
    turns = cycle(user_ids) if user_ids else None
    for lead in leads:
        linked, made = partner, partner.browse([])
        if action == "create" or (action == "exist" and not linked and not find_partner(lead)):
            made = make_partner(lead)
            linked = made.filtered(lambda one: not one.is_company)[:1] or made[:1]
        elif action == "exist" and not linked:
            linked = find_partner(lead)
        elif action == "nothing":
            linked = partner.browse([])
        _convert_one(lead, linked, made, next(turns) if turns else 0, int(section_id))


def _convert_one(lead: Lead, partner: Partner, made: Partner, user_id: int, section_id: int) -> None:
    if lead.type == "opportunity":
        raise UserError("{lead} is an opportunity already.", lead=lead.name)
    if lead.state in ("done", "cancel"):
        raise UserError("{lead} is closed. Reset it before you convert it.", lead=lead.name)
    team = section_id or lead.section_id.id
    values: dict[str, Any] = {
        "type": "opportunity",
        "date_converted": lead.env.now(),
        "section_id": team or False,
        "stage_id": first_stage(lead, "opportunity", team or 0).id or lead.stage_id.id,
    }
    if partner:
        values["partner_id"] = partner.id
    if user_id:
        values["user_id"] = user_id
    undo = {
        "stage_id": lead.stage_id.id,
        "partner_id": lead.partner_id.id or False,
        "user_id": lead.user_id.id or False,
        "section_id": lead.section_id.id or False,
        "probability": str(lead.probability),
        "made": made.ids,
    }
    lead.write(values)
    with lead.env.elevated("remember how to undo a conversion", type(lead)) as su_env:
        su_env[type(lead)].browse(lead.ids).write({"conversion_undo": undo})
    lead.env.fire(lead_converted, lead, partner)


def undo(leads: Lead) -> None:
    """Make opportunities leads again. Partners made by the conversion go, unless they are in use by now."""
    for lead in leads:
        with lead.env.elevated("undo a conversion", type(lead)) as su_env:
            before = su_env[type(lead)].browse(lead.ids).conversion_undo
            if lead.type != "opportunity" or not before:
                raise UserError("{lead} was not converted from a lead.", lead=lead.name)
            made = lead.env[Partner].browse(before["made"]).exists()
            names = ("stage_id", "user_id", "section_id", "probability")
            lead.write({"type": "lead", "date_converted": False, **{name: before[name] for name in names}})
            # The customer may be one that the caller does not see: it was the lead's, and is so again.
            su_env[type(lead)].browse(lead.ids).write({"partner_id": before["partner_id"], "conversion_undo": False})
        _remove_unused(lead, made)


def _remove_unused(lead: Lead, made: Partner) -> None:
    """Delete partners, contacts before their company; one that is in use stays in the address book."""
    for partner in made.sorted(lambda one: one.is_company):
        in_use = lead.search_count([("partner_id", "=", partner.id)]) or partner.child_ids
        if in_use:
            continue
        try:
            with lead.env.savepoint():
                partner.unlink()
        except GrialError:
            continue


def _details(lead: Lead, *, person: bool) -> dict[str, Any]:
    """The fields of a new partner."""
    values: dict[str, Any] = {name: getattr(lead, name) for name in ADDRESS}
    values |= {
        "user_id": lead.user_id.id or False,
        "comment": lead.description,
        "country_id": lead.country_id.id or False,
        "state_id": lead.state_id.id or False,
        "company_id": False,
    }
    if person:
        values |= {"email": lead.email_from, "function": lead.function, "title": lead.title.id or False}
    elif not lead.contact_name:
        values["email"] = lead.email_from
    return values


def _escaped(text: str) -> str:
    """The text for `=ilike`, in which % and _ stand for anything."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
