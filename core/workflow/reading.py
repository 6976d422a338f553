"""Reads definitions out of data files, without a database: the records that OpenERP's addons write them in."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from core.errors import ExpressionError
from core.kernel.expression import compile_expression, literal
from core.workflow.definition import ALWAYS, Activity, Definition, Transition, lines

Fields = dict[str, etree._Element]
FALSE = frozenset({"", "0", "false", "False", "None"})


class FlowReader:
    """Collects the records of all files first, since one addon adds activities and transitions to another's workflow.

    Attributes:
        definitions: by external id, once `finish` was called.
        problems: what could not be read, each with file and line.
    """

    def __init__(self) -> None:
        self.definitions: dict[str, Definition] = {}
        self.problems: list[str] = []
        self._rows: dict[str, dict[str, tuple[Fields, str]]] = {
            "workflow": {}, "workflow.activity": {}, "workflow.transition": {},
        }  # fmt: skip

    def read(self, root: etree._Element, addon: str, shown: str) -> None:
        """Take the workflow records of a file; a later record of the same id adds to the earlier one."""
        for record in root.iter("record"):
            rows = self._rows.get(record.get("model") or "")
            if rows is not None:
                xmlid = _qualified(record.get("id") or f"line_{record.sourceline}", addon)
                fields = {child.get("name") or "": child for child in record.iterchildren("field")}
                before, _ = rows.get(xmlid, ({}, ""))
                rows[xmlid] = ({**before, **fields}, f"{shown}:{record.sourceline}")

    def finish(self) -> None:
        """Put the records together."""
        flows = {xmlid: number for number, xmlid in enumerate(self._rows["workflow"], 1)}
        numbers = {xmlid: number for number, xmlid in enumerate(self._rows["workflow.activity"], 1)}
        activities = {
            xmlid: self._activity(numbers[xmlid], fields, xmlid, flows)
            for xmlid, (fields, _) in self._rows["workflow.activity"].items()
        }
        ways: dict[str, list[Transition]] = {}
        for number, (xmlid, (fields, place)) in enumerate(self._rows["workflow.transition"].items(), 1):
            source, target = (_ref(fields, end, xmlid) for end in ("act_from", "act_to"))
            if source not in numbers or target not in numbers:
                self.problems.append(f"{place}: {xmlid} leads from {source} to {target}, which is not in these files")
                continue
            ways.setdefault(source, []).append(self._way(number, fields, numbers[source], numbers[target], place))
        for xmlid, (fields, _) in self._rows["workflow"].items():
            mine = {
                numbers[key]: replace(one, ways=tuple(ways.get(key, ())))
                for key, one in activities.items()
                if _ref(self._rows["workflow.activity"][key][0], "wkf_id", key) == xmlid
            }
            name = _text(fields, "name") or xmlid
            self.definitions[xmlid] = Definition(
                flows[xmlid], 0, 0, name, _text(fields, "osv"), "", _truth(fields, "on_create"), mine
            )

    def _activity(self, number: int, fields: Fields, xmlid: str, flows: dict[str, int]) -> Activity:
        kind, split, join = _text(fields, "kind"), _text(fields, "split_mode"), _text(fields, "join_mode")
        return Activity(
            number, _text(fields, "name") or xmlid,
            kind=kind if kind in ("function", "subflow", "stopall") else "dummy",  # type: ignore[arg-type]  # one of the kinds
            split=split if split in ("OR", "AND") else "XOR",  # type: ignore[arg-type]  # one of the splits
            join="AND" if join == "AND" else "XOR",
            actions=tuple(lines(_text(fields, "action"))),
            start=_truth(fields, "flow_start"), stop=_truth(fields, "flow_stop"),
            subflow=self._subflow(fields, xmlid, flows), signal_send=_text(fields, "signal_send"),
        )  # fmt: skip

    def _subflow(self, fields: Fields, xmlid: str, flows: dict[str, int]) -> int:
        """The workflow inside, by its id, or by the fields that a search looks for."""
        element = fields.get("subflow_id")
        if element is None or not element.get("search"):
            return flows.get(_ref(fields, "subflow_id", xmlid), 0)
        wanted = {leaf[0]: leaf[2] for leaf in literal(element.get("search") or "[]") if len(leaf) == 3}
        rows = self._rows["workflow"].items()
        found = (key for key, (told, _) in rows if all(_text(told, name) == value for name, value in wanted.items()))
        return flows.get(next(found, ""), 0)

    def _way(self, number: int, fields: Fields, source: int, target: int, place: str) -> Transition:
        signal = _text(fields, "signal")
        try:
            condition = compile_expression(_text(fields, "condition") or ALWAYS)
        except ExpressionError as error:
            self.problems.append(f"{place}: {error}")
            condition = compile_expression(ALWAYS)
        return Transition(
            number, source, target, signal, signal, condition, trigger_model=_text(fields, "trigger_model")
        )


def _qualified(xmlid: str, addon: str) -> str:
    return xmlid if "." in xmlid else f"{addon}.{xmlid}"


def _text(fields: Fields, name: str) -> str:
    """The text of a field, or the constant that its `eval` writes."""
    element = fields.get(name)
    if element is None:
        return ""
    written = element.get("eval")
    return (element.text or "").strip() if written is None else written.strip().strip("'\"")


def _truth(fields: Fields, name: str) -> bool:
    return _text(fields, name) not in FALSE


def _ref(fields: Fields, name: str, owner: str) -> str:
    """The external id that a field points at."""
    element = fields.get(name)
    target = "" if element is None else element.get("ref") or ""
    return _qualified(target, owner.partition(".")[0]) if target else ""
