"""Orders and pages on paper: texts without case and accents, what is empty first going up, links by their own order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

from tests.model.paper import Paper, folded
from tests.model.shape import TEXTS

DEEPEST = 2


def ordered(paper: Paper, model: str, ids: Sequence[int], order: str) -> list[int]:
    """The records in an order such as `name desc, link.x`; the id decides in the end."""

    def compare(one: int, other: int) -> int:
        return by_order(paper, model, one, other, order) or _three_way(one, other)

    return sorted(ids, key=cmp_to_key(compare))


def by_order(paper: Paper, model: str, one: int, other: int, order: str, depth: int = 0) -> int:
    """Which of two records comes first: negative, zero where the order does not tell, positive."""
    for part in order.split(","):
        words = part.split()
        found = by_path(paper, model, one, other, words[0], depth)
        if found:
            return -found if words[1:] == ["desc"] else found
    return 0


def by_path(paper: Paper, model: str, one: int, other: int, path: str, depth: int) -> int:
    """Which comes first by the value that a path leads to; one that leads to no record is empty."""
    kind, target, first, steps = resolve(paper, model, one, path)
    second = resolve(paper, model, other, path)[2]
    if kind != "many2one" or first is None or second is None:
        return _three_way(key(kind, first), key(kind, second))
    depth += steps
    if depth > DEEPEST:
        return _three_way(first, second)
    order = "name" if depth else paper.schema.model(target).order
    return by_order(paper, target, first, second, order, depth + 1)


def resolve(paper: Paper, model: str, record: int | None, path: str, steps: int = 0) -> tuple[str, str, Any, int]:
    """Kind and target of what a path leads to, its value (None behind an empty link), how many links come before."""
    name, _, rest = path.partition(".")
    if name == "id":
        return "id", "", record, steps
    shape = paper.schema.field(model, name)
    if shape.kind == "related" and not shape.stored:
        return resolve(paper, model, record, f"{shape.path}.{rest}" if rest else shape.path, steps)
    end = paper.schema.end(model, shape)
    value = None if record is None else paper.value(model, record, shape)
    return resolve(paper, end.target, value, rest, steps + 1) if rest else (end.kind, end.target, value, steps)


def key(kind: str, value: Any) -> tuple[Any, ...]:
    """A value as it is compared; what is empty comes before everything."""
    if value is None or value == "":
        return (0,)
    return (1, folded(value) if kind in TEXTS - {"reference"} else value)


def _three_way(one: Any, other: Any) -> int:
    return (one > other) - (one < other)
