"""What the board of leads shows beside the groups that have records: the stages that stand empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addons.crm.models.case_stage import CaseStage
from core import Domain

if TYPE_CHECKING:
    from addons.crm.models.lead import Lead


def with_empty_stages(
    leads: Lead, domain: Domain, groups: list[dict[str, Any]], further: list[str]
) -> list[dict[str, Any]]:
    """The groups in the order of the stages, with an empty one for each stage that no record of `domain` is in.

    Which stages belong on the board is read from the conditions on type and team, in the domain or in the context.
    """
    kind, section_id = _asked(leads, domain, "type"), _asked(leads, domain, "section_id")
    wanted = CaseStage.section_ids.is_empty_() | CaseStage.section_ids.contains([section_id or 0])
    if kind:
        wanted = wanted & CaseStage.type.in_([kind, "both"])
    found = {group["stage_id"][0]: group for group in groups if group["stage_id"]}
    stages = leads.env[CaseStage].search(CaseStage.id.in_(found) | wanted)
    zero = {name: value * 0 for group in groups[:1] for name, value in group.items() if isinstance(value, int | float)}
    full = []
    for stage in stages:
        empty = {
            **zero,
            "stage_id": [stage.id, stage.display_name],
            "stage_id_count": 0,
            "__count": 0,
            "__domain": (domain & (type(leads).stage_id == stage.id)).as_list(),
            "__context": {"group_by": further},
        }
        full.append({**found.get(stage.id, empty), "__fold": stage.fold})
    return [*full, *(group for group in groups if not group["stage_id"])]


def _asked(leads: Lead, domain: Domain, name: str) -> Any:
    """The one value that the domain, or else the context, asks a field to have."""
    values = [leaf.value for leaf in domain.leaves() if leaf.path == name and leaf.operator == "="]
    return values[0] if len(values) == 1 else leads.env.context.get(f"default_{name}")
