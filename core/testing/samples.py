"""Makes records of any model for tests: values that its required fields and its unique rules accept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo

Values = Mapping[str, Any]  # Any: a field's own type
Own = Callable[["Env", str, int], Values]

DEEPEST = 4
LINKED = "samples to link to"
"""Under this name a transaction keeps the records that samples link to, by model: they are looked for once."""


def samples(env: Env, model: str, count: int, own: Own) -> Any:
    """New records of a model.

    Args:
        env: in which they are made.
        model: its name.
        count: how many.
        own: for a model and a number, values that take precedence over those found here.

    Any: records of a model that is known by name only.
    """
    env.tx.memo.pop(LINKED, None)
    return env[model].create([sample(env, model, number, own) for number in range(1, count + 1)])


def sample(env: Env, model: str, number: int, own: Own, depth: int = 0) -> dict[str, Any]:
    """Values of one new record: those that are required, and what people call it."""
    info = env.registry[model]
    given = own(env, model, number)
    needed = {name for name, field in info.fields.items() if _is_needed(field)}
    for constraint in info.constraints.values():
        needed |= set(getattr(constraint, "fields", ()))
    names = [name for name in sorted({*needed, info.rec_name}) if name not in given and _is_given(info, name)]
    return {**{name: _value(env, info.fields[name], number, own, depth) for name in names}, **given}


def unique_fields(info: ModelInfo) -> frozenset[str]:
    """The fields whose values no two records may share."""
    return frozenset(name for rule in info.constraints.values() for name in getattr(rule, "fields", ()))


def _is_needed(field: Field[Any, Any]) -> bool:
    return field.required and field.default is None and not field.default_method


def _is_given(info: ModelInfo, name: str) -> bool:
    field = info.fields.get(name)
    if field is None or name in ("id", "display_name") or field.related or not field.stored:
        return False
    return field.writable and not (field.relational and field.to_many)


def _value(env: Env, field: Field[Any, Any], number: int, own: Own, depth: int) -> Any:
    if field.type == "many2one":
        return _linked(env, field, number, own, depth)
    if field.type == "selection":
        return next(iter(field.selection(env)), None)  # type: ignore[attr-defined]  # a selection has options
    text = f"{field.string} {number}"
    size = int(getattr(field, "size", 0) or 0)
    known: dict[str, Any] = {
        "char": (str(number).zfill(size) if size and len(text) > size else text),
        "text": text, "html": f"<p>{text}</p>", "integer": number, "float": number, "decimal": number,
        "monetary": number, "boolean": False, "date": "2026-01-15", "datetime": "2026-01-15 10:00:00",
        "json": {"number": number}, "reference": f"res.users,{env.uid}", "binary": b"sample",
    }  # fmt: skip
    return known.get(field.type)


def _linked(env: Env, field: Field[Any, Any], number: int, own: Own, depth: int) -> int | None:
    """A record to link to: where no two records may share it, one for each number."""
    comodel = str(getattr(field, "comodel", ""))
    alone = field.name in unique_fields(field.info) and len(_rules_of(field)) == 1
    if not alone or depth >= DEEPEST:
        known: dict[str, int] = env.tx.memo.setdefault(LINKED, {})
        if not known.get(comodel):
            known[comodel] = env[comodel].search([], limit=1).id or 0
        if known[comodel] or depth >= DEEPEST:
            return known[comodel] or None
    return int(env[comodel].create(sample(env, comodel, number, own, depth + 1)).id)


def _rules_of(field: Field[Any, Any]) -> tuple[str, ...]:
    """The fields of the narrowest unique rule that a field is in."""
    rules = [tuple(getattr(rule, "fields", ())) for rule in field.info.constraints.values()]
    return min((rule for rule in rules if field.name in rule), key=len, default=())
