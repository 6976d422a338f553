"""How leads move through stages: which stage comes first, what a move changes, and the history of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from addons.crm.models import stage_history
from addons.crm.models.case_stage import CaseStage, State
from core import Model
from core.errors import UserError

if TYPE_CHECKING:
    from addons.base.models.partner import Partner
    from addons.crm.models.lead import Lead

# In the context of a write: the workflow is moving the lead, and sets the status itself.
IN_TRANSITION = "crm_in_transition"

CLOSED = ("done", "cancel")
SECONDS_OF_DAY = 86_400

# The transition that takes a lead to a status.
SIGNALS: dict[str, str] = {
    "draft": "case_reset",
    "open": "case_open",
    "pending": "case_pending",
    "done": "case_mark_won",
    "cancel": "case_cancel",
}


def days_between(start: datetime | None, end: datetime | None) -> float:
    """Days from `start` to `end`; 0 where one of them is missing."""
    return round((end - start).total_seconds() / SECONDS_OF_DAY, 2) if start and end else 0.0


def contact_details(partner: Partner) -> dict[str, Any]:
    """What a lead takes over from the partner it is linked to."""
    company = partner.commercial_partner_id
    details: dict[str, Any] = {
        "partner_name": company.name if company.is_company else "",
        "contact_name": "" if partner.is_company else partner.name,
        "title": partner.title,
        "email_from": partner.email,
        "state_id": partner.state_id,
        "country_id": partner.country_id,
    }
    names = ("function", "phone", "mobile", "fax", "website", "street", "street2", "zip", "city")
    return details | {name: getattr(partner, name) for name in names}


def find_stage(lead: Lead, state: State) -> CaseStage:
    """The stage of the lead's team, or of all teams, for a status.

    Raises UserError where neither has one: the person is told where to add it.
    """
    kinds = [lead.type, "both"]
    stages = lead.env[CaseStage].search([("state", "=", state), ("type", "in", kinds)])
    own = stages.filtered(lambda stage: lead.section_id in stage.section_ids)
    shared = stages.filtered(lambda stage: not stage.section_ids)
    found = own or shared
    if not found:
        label = lead.env._(dict(CaseStage.state.options)[state])
        raise UserError(
            "{team} has no stage with the status {status}. Add one under Stages.",
            team=lead.section_id.name or lead.env._("No team"),
            status=label,
        )
    # A deal that is closed goes to the stage made for closing: the likeliest one when won, the unlikeliest when lost.
    if state in CLOSED:
        found = found.sorted(lambda stage: stage.probability, reverse=state == "done")
    return found[:1]


def first_stage(lead: Lead, kind: str, section_id: int) -> CaseStage:
    """Where a new lead of this kind begins."""
    stages = lead.env[CaseStage].search([("type", "in", [kind, "both"]), ("state", "not in", CLOSED)])
    team = stages.filtered(lambda stage: section_id in stage.section_ids.ids)
    return (team or stages.filtered(lambda stage: not stage.section_ids))[:1]


def with_first_stages(leads: Lead, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The values of new leads, completed by their stages and what those bring along."""
    defaults = leads.default_get(["type", "section_id", "stage_id", "user_id"])
    known: dict[tuple[str, int], CaseStage] = {}
    completed = []
    for row in rows:
        values = {**defaults, **row}
        kind, section_id = values.get("type") or "lead", id_of(values.get("section_id"))
        stage = leads.env[CaseStage].browse(id_of(values.get("stage_id")) or ())
        if not stage:
            if (kind, section_id) not in known:
                known[kind, section_id] = first_stage(leads, kind, section_id)
            stage = known[kind, section_id]
        completed.append(_in_stage(leads, stage, values) if stage else values)
    return completed


def id_of(value: Any) -> int:  # Any: a record or its id
    """The database id that a value for a link means: a record, an id, an id with its name; 0 for none."""
    found = value.id if isinstance(value, Model) else value[0] if isinstance(value, (list, tuple)) else value
    return int(found or 0)


def _in_stage(lead: Lead, stage: CaseStage, values: dict[str, Any]) -> dict[str, Any]:
    values["stage_id"] = stage.id
    if stage.on_change:
        values.setdefault("probability", stage.probability)
    now = lead.env.now()
    values.setdefault("date_last_stage_update", now)
    if values.get("user_id"):
        values.setdefault("date_open", now)
    if stage.state in CLOSED:
        values.setdefault("date_closed", now)
    return values


def with_stage_values(leads: Lead, stage: CaseStage, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a write that moves leads to `stage`."""
    if not leads:
        return values
    now = leads.env.now()
    brought = {"probability": stage.probability} if stage.on_change else {}
    closed = now if stage.state in CLOSED else False
    return {**brought, **values, "date_last_stage_update": now, "date_closed": closed}


def with_dates(leads: Lead, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a write, with the day on which a lead got its salesperson."""
    if values.get("user_id") and any(not lead.date_open for lead in leads):
        return {**values, "date_open": leads.env.now()}
    return values


def take_states(leads: Lead) -> None:
    """Give new leads the status of the stage they begin in, as the workflow does when they move."""
    behind: dict[tuple[State, State], list[int]] = {}
    for lead in leads:
        if lead.stage_id and lead.state != lead.stage_id.state:
            behind.setdefault((lead.state, lead.stage_id.state), []).append(lead.id)
    for (before, after), ids in behind.items():
        leads.browse(ids).compare_and_set("state", before, after)


def open_history(leads: Lead) -> None:
    """Begin the history of new leads."""
    _enter(leads, {})


def note_move(leads: Lead, before: dict[int, int], stage: CaseStage) -> None:
    """Close the stay in the stage that was left and open one in the new stage."""
    if not leads:
        return
    now = leads.env.now()
    with leads.env.elevated("keep the stage history", stage_history.StageHistory) as su_env:
        here = [("lead_id", "in", leads.ids), ("date_left", "=", False)]
        su_env[stage_history.StageHistory].search(here).write({"date_left": now})
    _enter(leads, before)


def _enter(leads: Lead, before: dict[int, int]) -> None:
    rows = [
        {
            "lead_id": lead.id,
            "from_stage_id": before.get(lead.id, 0) or False,
            "stage_id": lead.stage_id.id,
            "section_id": lead.section_id.id or False,
            "user_id": lead.env.uid,
            "date_entered": lead.date_last_stage_update or lead.env.now(),
        }
        for lead in leads
        if lead.stage_id
    ]
    if rows:
        with leads.env.elevated("keep the stage history", stage_history.StageHistory) as su_env:
            su_env[stage_history.StageHistory].create(rows)


def enter_stage(leads: Lead, state: State, probability: Decimal | None = None) -> None:
    """Put leads into a stage with this status, unless they are in one."""
    shared: dict[str, Any] = {} if probability is None else {"probability": probability}
    entering: dict[int, list[int]] = {}
    known: dict[tuple[str, int], CaseStage] = {}
    for lead in leads:
        stage = lead.stage_id
        if stage.state != state:
            key = (lead.type, lead.section_id.id)
            if key not in known:
                known[key] = find_stage(lead, state)
            stage = known[key]
        entering.setdefault(stage.id, []).append(lead.id)
    for stage_id, ids in entering.items():
        group = leads.browse(ids).with_context(**{IN_TRANSITION: True})
        group.write({**shared, "stage_id": stage_id})


def follow_state(leads: Lead, stage: CaseStage) -> None:
    """Send the signal that takes leads to the status of the stage they were moved to."""
    moving = leads.filtered(lambda lead: lead.state != stage.state)
    if moving:
        getattr(moving, SIGNALS[stage.state])()
