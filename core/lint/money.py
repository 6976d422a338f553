"""Amounts are Decimal with a declared scale, never float: rule 12 of docs/security.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from core.lint.source import Remark, Source, constant, last

_MONEY = re.compile(
    r"(?:^|_)(?:amount|amounts|price|prices|cost|costs|total|subtotal|untaxed|tax|taxes|revenue|balance|debit|credit|"
    r"residual|discount|currency|money|monetary|salary|fee|fees|paid|invoiced|rounding)(?:_(?!seconds)|$)"
)
_CORE = ("db/money.py", "db/scaled.py")
"""Files of core that are about amounts as a whole."""


def money(source: Source) -> Iterator[Remark]:
    """Fields for amounts that are floats, and float() or round() of amounts."""
    whole = source.inside(*_CORE)
    for node in source.nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Call) and not source.of_core:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            kind = source.dotted(node.value.func)
            if kind.endswith("fields.Float") and any(isinstance(t, ast.Name) and _is_money(t) for t in targets):
                message = "An amount is a fields.Monetary, or a fields.Decimal with its digits; a Float loses cents."
                yield Remark(node.lineno, "Float", message)
        elif isinstance(node, ast.BinOp):
            sides = (node.left, node.right)
            if any(isinstance(constant(side), float) for side in sides) and (whole or any(map(_is_money, sides))):
                message = "A float makes a float of an amount; write Decimal('…')."
                yield Remark(node.lineno, "literal", message)
    for called, call in source.calls():
        if called in ("float", "round", "math.fsum") and call.args and (whole or _is_money(call.args[0])):
            message = (
                f"{last(called)}() of an amount loses cents; amounts are Decimal, and round half up by their currency."
            )
            yield Remark(call.lineno, last(called), message)


def _is_money(node: ast.AST) -> bool:
    """Does an expression name an amount?"""
    for part in ast.walk(node):
        name = part.id if isinstance(part, ast.Name) else part.attr if isinstance(part, ast.Attribute) else ""
        if name and _MONEY.search(name):
            return True
    return False
