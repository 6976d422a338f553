"""The actions and reports that forms and lists of a model offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.view.resolve import group_ids

if TYPE_CHECKING:
    from core.orm.env import Env

SLOTS = {"client_action_multi": "action", "client_print_multi": "print", "client_action_relate": "relate"}
_SHOWN = {
    "ir.actions.act_window": ["name", "type", "res_model", "view_mode", "domain", "context", "target", "multi"],
    "ir.actions.report.xml": ["name", "type", "model", "report_name", "report_type", "multi"],
}


def action_models(env: Env) -> list[str]:
    """The models of actions that are installed."""
    return [name for name in env.registry.models if name.startswith("ir.actions.")]


def bound_actions(env: Env, model: str) -> dict[str, list[dict[str, Any]]]:
    """The actions bound to a model that the reader may run, by slot: `action`, `print` and `relate`."""
    found: dict[str, dict[tuple[str, int], dict[str, Any]]] = {"action": {}, "print": {}, "relate": {}}
    groups = group_ids(env)
    everything = env.uid == env.registry.superuser_id

    def add(slot: str, actions: Any) -> None:
        for action in actions:
            if everything or not action.groups_id or groups & set(action.groups_id.ids):
                name = action._name
                values = action.read(_SHOWN.get(name, ["name", "type"]))[0]
                found[slot].setdefault((name, action.id), {**values, "type": name})

    with env.elevated(
        "the actions of a model are offered to all who may run them", "ir.values", "res.groups", *action_models(env)
    ) as su_env:
        if "ir.actions.act_window" in su_env:
            add("action", su_env["ir.actions.act_window"].search([("src_model", "=", model)]))
        if "ir.actions.report.xml" in su_env:
            add("print", su_env["ir.actions.report.xml"].search([("model", "=", model), ("binding", "=", True)]))
        if "ir.values" in su_env:
            rows: Any = su_env["ir.values"].search([("key", "=", "action"), ("model", "=", model)])
            for row in rows:
                kind, _, number = (row.value or "").partition(",")
                if row.key2 in SLOTS and kind in su_env and number.isdigit():
                    add(SLOTS[row.key2], su_env[kind].browse(int(number)).exists())
    return {slot: list(actions.values()) for slot, actions in found.items()}
