"""Checks domains, contexts and conditions of data files: the fields they name, and every other name in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from lxml import etree

from core.check.literals import Literals
from core.check.sources import Source
from core.data.xml import children, line_of
from core.errors import ExpressionError
from core.kernel.expression import compile_expression, expression_helpers
from core.kernel.finding import Finding, suggestion
from core.view.modifiers import ENVIRONMENT

if TYPE_CHECKING:
    from core.orm.registry import ModelInfo, Registry

HELPERS = frozenset(expression_helpers(datetime(2000, 1, 1)))
OF_ACTIONS = ENVIRONMENT | HELPERS | {"ref"}
OF_RULES = HELPERS | {"user", "company_id", "company_ids", "uid"}
OF_CONDITIONS = HELPERS | {"uid", "self", "object", "o"}

_OPEN = re.compile(r"%\([\w.\-]+\)[ds]")
_MODEL = re.compile(r"^(?:[\w\-]+\.)?model_(\w+)$")


def condition_findings(source: Source, registry: Registry, reaches: Callable[[str], bool]) -> list[Finding]:
    """What is wrong with the domains and contexts of actions, the domains of rules and the conditions of transitions.

    Args:
        source: the file; one of OpenERP's may speak of what is not here, and is left out.
        registry: the models at hand.
        reaches: whether the file may use what an addon brings.
    """
    if source.root is None or source.legacy:
        return []
    check = _Conditions(source, registry, reaches)
    for element in source.root.iter("action", "act_window", "workflow", "record"):
        check.element(element)
    return check.findings


class _Conditions:
    def __init__(self, source: Source, registry: Registry, reaches: Callable[[str], bool]) -> None:
        self.source = source
        self.models = registry.models
        self.literals = Literals(registry, reaches, lambda _node: None)
        self.findings: list[Finding] = []

    def element(self, element: etree._Element) -> None:
        model = element.get("res_model" if element.tag == "act_window" else "model") or ""
        if element.tag == "record":
            self.record(element, model)
            return
        info = self.models.get(model)
        if info is None:
            return
        if element.tag == "workflow":
            names = OF_CONDITIONS | info.fields.keys() | info.exported
            for child in children(element):
                self.text(child, child.get("condition"), names, None)
            return
        self.text(element, element.get("domain"), OF_ACTIONS, info)
        self.text(element, element.get("context"), OF_ACTIONS, None)

    def record(self, element: etree._Element, model: str) -> None:
        fields = {child.get("name"): child for child in children(element) if child.tag == "field"}
        if model == "ir.rule" and "domain_force" in fields and "model_id" in fields:
            target = _MODEL.match(fields["model_id"].get("ref") or "")
            named = target[1] if target else ""
            info = next((one for one in self.models.values() if one.name.replace(".", "_") == named), None)
            self.text(fields["domain_force"], fields["domain_force"].text, OF_RULES, info)
        elif model == "ir.actions.act_window" and "res_model" in fields:
            info = self.models.get((fields["res_model"].text or "").strip())
            for name in ("domain", "context"):
                if name in fields:
                    self.text(fields[name], fields[name].text, OF_ACTIONS, info if name == "domain" else None)

    def text(self, element: etree._Element, text: str | None, names: frozenset[str], info: ModelInfo | None) -> None:
        """Check an expression: a domain of the model, or, without one, any other."""
        source = " ".join(_OPEN.sub("0", text or "").split())
        if not source:
            return
        try:
            expression = compile_expression(source)
            tree = ast.parse(source, mode="eval").body
        except (ExpressionError, SyntaxError):
            return  # the check of the elements says so
        line = line_of(element)
        for name in sorted(expression.names - names):
            message = f"The name {name!r} means nothing here.{suggestion(name, names)}"
            self.findings.append(Finding(self.source.shown, line, "expression", message))
        if info is not None:
            for _line, _code, message in self.literals.domain(info, tree):
                self.findings.append(Finding(self.source.shown, line, "domain", message))
