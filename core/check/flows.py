"""Checks the workflows of data files: every state that they name exists, and every state can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from core.data.workflow_tag import ANY
from core.data.xml import children, line_of, words
from core.kernel.finding import suggestion

if TYPE_CHECKING:
    from core.orm.registry import ModelInfo


def flow_problems(element: etree._Element, info: ModelInfo) -> Iterator[tuple[int, str]]:
    """Line and text of what is wrong with a `<workflow>` of a model."""
    name = element.get("field") or "state"
    field = info.fields.get(name)
    if field is None or field.type != "selection":
        yield line_of(element), f"{info.name} has no selection {name!r}."
        return
    options = getattr(field, "options", None)
    if not isinstance(options, dict):
        return
    used = [(element, element.get("start") or "")]
    for child in children(element):
        if child.tag == "state":
            used.append((child, child.get("name") or ""))
        else:
            used += [(child, state) for state in [*words(child.get("from")), child.get("to") or ""] if state != ANY]
    for place, state in used:
        if state not in options:
            hint = suggestion(state, map(str, options))
            yield line_of(place), f"{name} has no state {state!r}.{hint}"
    own = field.given.get("options", {})  # what other addons add to it, they lead to themselves
    reached = _reached(element)
    for state in own if isinstance(own, dict) else ():
        if state not in reached:
            yield line_of(element), f"Nothing leads to the state {state!r} of {name}: no transition ends there."


def _reached(element: etree._Element) -> set[str]:
    """The states that a record can come to from the start."""
    ways = [
        (set(words(child.get("from"))), child.get("to") or "")
        for child in children(element)
        if child.tag == "transition"
    ]
    reached = {element.get("start") or ""}
    while new := {to for origins, to in ways if to not in reached and (ANY in origins or origins & reached)}:
        reached |= new
    return reached
