"""May a record take a transition now, and if not, why?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.security import rights
from core.workflow.subject import holds

if TYPE_CHECKING:
    from core.orm.model import Model
    from core.workflow.definition import Transition


def refusal(record: Model, way: Transition) -> str:
    """Why the record cannot take a transition now; empty when it can."""
    env = record.env
    if way.groups and not env.is_super(record._name) and rights.groups_of(env, env.uid).isdisjoint(way.groups):
        return str(env._("only members of {groups} may do this", groups=", ".join(rights.group_names(env, way.groups))))
    if not holds(record, way):
        return str(env._("its condition {condition} does not hold", condition=way.condition.source))
    return ""
