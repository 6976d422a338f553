"""The short `<workflow>` tag: a state machine over a selection field, written as the records of `workflow.*`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from core.data.short_tags import group_commands
from core.data.xml import children, known_attributes, line_of, truth, whole_number, words
from core.errors import UserError
from core.kernel.finding import suggestion

if TYPE_CHECKING:
    from core.data.session import Session

WORKFLOW_OWN = frozenset({"id", "model", "field", "start", "name", "on_create", "running"})
EXTENSION_OWN = frozenset({"id", "inherit"})
MOVED_OWN = frozenset({"from", "to"})
STATE_OWN = frozenset({"name", "action", "kind", "split", "join", "stop", "label", "subflow"})
TRANSITION_OWN = frozenset(
    {"name", "from", "to", "groups", "condition", "label", "sequence", "trigger_model", "trigger"}
)
ANY = "*"

_PLAIN = re.compile(r"[^A-Za-z0-9_]")


def load_workflow(session: Session, element: etree._Element) -> None:
    """`<workflow id model field start>` with `<state>` and `<transition name from to groups condition>` inside.

    Each state becomes an activity that writes the field; a state that nothing leaves ends the workflow. `from` may list
    several states, or be `*` for every other one. Raises UserError for a state that the field does not have.
    """
    known_attributes(element, WORKFLOW_OWN)
    xmlid, model, name = (element.get("id") or "").strip(), element.get("model") or "", element.get("field") or "state"
    if not xmlid:
        raise UserError("<workflow> needs an id.")
    field = session.env.registry[model].field(name)
    if field.type != "selection":
        raise UserError("{field} of {model} is no selection.", field=name, model=model)
    labels = _labels(session, model, name)
    start = element.get("start") or ""
    states = _states(element, labels, start)
    transitions = [child for child in children(element) if child.tag == "transition"]
    values: dict[str, Any] = {
        "name": element.get("name") or xmlid,
        "osv": model,
        "field": name,
        "on_create": truth(element.get("on_create"), True),
        "moves": {
            child.get("from") or "": child.get("to") or "" for child in children(element) if child.tag == "moved"
        },
    }
    if element.get("running"):
        values["running"] = element.get("running")
    session.put(line_of(element), "workflow", xmlid, values)
    leaving = {state for one in transitions for state in _from(one, states)}
    for state, described in states.items():
        values = _activity(session, described, labels[state])
        values |= {"wkf_id": session.id_of(xmlid), "state": state, "flow_start": state == start}
        if "flow_stop" not in values:
            values["flow_stop"] = state not in leaving
        session.put(_line(described, element), "workflow.activity", f"{xmlid}_{_slug(state)}", values)
    for one in transitions:
        _transition(session, xmlid, one, states)


def extend_workflow(session: Session, element: etree._Element) -> None:
    """`<workflow id inherit>`: adds states and transitions to the workflow of another addon.

    Raises UserError for a workflow that is not there or not one over a selection field, and for an unknown state.
    """
    known_attributes(element, EXTENSION_OWN)
    xmlid, base = (element.get("id") or "").strip(), (element.get("inherit") or "").strip()
    if not xmlid or not base:
        raise UserError("<workflow inherit=…> needs an id of its own.")
    workflow: Any = session.env["workflow"].browse(session.id_of(base))
    if not workflow.field:
        raise UserError("{workflow} is no workflow over a selection field; extend it with records.", workflow=base)
    labels = _labels(session, workflow.osv, workflow.field)
    described = _states(element, labels, "")
    present = {activity.state: activity for activity in workflow.activities}
    places: dict[str, int] = {state: activity.id for state, activity in present.items()}
    transitions = [child for child in children(element) if child.tag == "transition"]
    for state, told in described.items():
        if state in present and told is None:
            continue
        values = _activity(session, told, labels[state])
        if state in present:
            raise UserError("<state> at line {line}: {state} belongs to {workflow}, and cannot be changed from here.",
                            line=_line(told, element), state=state, workflow=base)  # fmt: skip
        leaves = any(state in _from(one, described) for one in transitions)
        values |= {"wkf_id": workflow.id, "state": state, "flow_stop": values.get("flow_stop", not leaves)}
        name = f"{xmlid}_{_slug(state)}"
        session.put(_line(told, element), "workflow.activity", name, values)
        places[state] = session.id_of(name)
    for one in transitions:
        _transition(session, xmlid, one, dict.fromkeys(places), places)


def _labels(session: Session, model: str, field: str) -> dict[str, str]:
    described = session.env[model].fields_get([field], ["selection"])[field]
    return {str(key): str(label) for key, label in described["selection"]}


def _states(element: etree._Element, labels: dict[str, str], start: str) -> dict[str, etree._Element | None]:
    """The states in the order of the selection, with their `<state>` elements where they have one."""
    described: dict[str, etree._Element] = {}
    used = {start: element} if start else {}
    for child in children(element):
        if child.tag == "state":
            known_attributes(child, STATE_OWN)
            described[child.get("name") or ""] = child
            used[child.get("name") or ""] = child
        elif child.tag == "transition":
            known_attributes(child, TRANSITION_OWN)
            for state in [*words(child.get("from") or ""), child.get("to") or ""]:
                used.setdefault(state, child)
        elif child.tag == "moved":
            known_attributes(child, MOVED_OWN)
        else:
            raise UserError("A workflow holds <state>, <transition> and <moved>, not <{tag}>.", tag=str(child.tag))
    for state, place in used.items():
        if state != ANY and state not in labels:
            hint = suggestion(state, labels)
            raise UserError(
                "<{tag}> at line {line} names the state {state}, which the field does not have.{hint}",
                tag=str(place.tag), line=line_of(place), state=repr(state), hint=hint,
            )  # fmt: skip
    return {state: described.get(state) for state in labels if state in used or ANY in used}


def _activity(session: Session, described: etree._Element | None, label: str) -> dict[str, Any]:
    values: dict[str, Any] = {"name": label, "kind": "dummy"}
    if described is None:
        return values
    for attribute, field in (("kind", "kind"), ("action", "action"), ("split", "split_mode"), ("join", "join_mode")):
        if described.get(attribute):
            values[field] = described.get(attribute)
    if described.get("action") and not described.get("kind"):
        values["kind"] = "function"
    if described.get("label"):
        values["name"] = described.get("label")
    if described.get("subflow"):
        values["subflow_id"] = session.id_of(described.get("subflow") or "")
        values["kind"] = "subflow"
    if described.get("stop") is not None:
        values["flow_stop"] = truth(described.get("stop"))
    return values


def _from(transition: etree._Element, states: dict[str, etree._Element | None]) -> list[str]:
    names = words(transition.get("from") or "")
    return [state for state in states if state != transition.get("to")] if ANY in names else names


def _transition(
    session: Session, xmlid: str, element: etree._Element, states: dict[str, etree._Element | None],
    places: dict[str, int] | None = None,
) -> None:  # fmt: skip
    target = element.get("to") or ""
    signal = element.get("name") or ""
    sources = _from(element, states)
    if not sources or not target:
        raise UserError("A <transition> needs from and to.")
    for source in sources:
        values: dict[str, Any] = {
            "act_from": places[source] if places else session.id_of(f"{xmlid}_{_slug(source)}"),
            "act_to": places[target] if places else session.id_of(f"{xmlid}_{_slug(target)}"),
            "signal": signal,
            "condition": element.get("condition") or "True",
        }
        if element.get("label"):
            values["label"] = element.get("label")
        if element.get("sequence"):
            values["sequence"] = whole_number(element, "sequence")
        if element.get("trigger_model"):
            values["trigger_model"] = element.get("trigger_model")
            values["trigger_expr_id"] = element.get("trigger") or ""
        if element.get("groups"):
            values["groups_id"] = group_commands(session, element.get("groups") or "")
        name = f"{xmlid}_{_slug(signal) or 'auto'}_{_slug(source)}_{_slug(target)}"
        session.put(line_of(element), "workflow.transition", name, values)


def _line(described: etree._Element | None, workflow: etree._Element) -> int:
    return line_of(described if described is not None else workflow)


def _slug(text: str) -> str:
    return _PLAIN.sub("_", text)
