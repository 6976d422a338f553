"""Turns what the database refuses into a message for the person who caused it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from core.errors import ValidationError
from core.orm.fields.constraint import Check, Unique

if TYPE_CHECKING:
    from core.orm.registry import ModelInfo, Registry

_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")
_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (\w+)")


def explain_integrity(registry: Registry, error: Any) -> ValidationError:
    """The addon's own message for a broken constraint; a general one where none is declared."""
    text = str(error.orig)
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    if not name:
        check = _SQLITE_CHECK.search(text)
        name = check[1] if check else ""
    unique = _SQLITE_UNIQUE.search(text)
    for info in registry.models.values():
        if info.table is None:
            continue
        for constraint in info.constraints.values():
            if name and _names(info, constraint.name) & {name}:
                return ValidationError(constraint.message, fields=_fields(constraint))
            if unique and isinstance(constraint, Unique) and _same_columns(info, constraint, unique[1]):
                return ValidationError(constraint.message, fields=constraint.fields)
    if "foreign key" in text.lower():
        return ValidationError("A record links to another that does not exist, or is still linked to.")
    return ValidationError("The database refused the change: {why}", why=text.splitlines()[0])


def _names(info: ModelInfo, name: str) -> set[str]:
    short = name[: 63 - len(info.table.name) - 4]
    return {f"uq_{info.table.name}_{short}", f"ck_{info.table.name}_{short}"}


def _fields(constraint: Any) -> tuple[str, ...]:
    if isinstance(constraint, Unique):
        return constraint.fields
    if isinstance(constraint, Check):
        return tuple(dict.fromkeys(re.findall(r"[a-z_][a-z0-9_]*", constraint.condition)))
    return ()


def _same_columns(info: ModelInfo, constraint: Unique, columns: str) -> bool:
    listed = {part.strip() for part in columns.split(",")}
    return listed == {f"{info.table.name}.{field}" for field in constraint.fields}
