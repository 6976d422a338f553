"""Records as programs outside see them: plain values, False for empty, links as `[id, name]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import AccessError, MissingError
from core.kernel.text import fold
from core.orm import columnwise, defaults, fetch
from core.orm.domain import Leaf
from core.orm.kept import SYSTEM

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model


def readable_fields(records: Model, names: Sequence[str] | None) -> list[str]:
    """The named fields, checked; all that the reader may see when none is named.

    Raises:
        UnknownName: for a field that does not exist.
        AccessError: for one that is limited to other people's groups.
    """
    env, info = records.env, records._info
    if not names:
        return [f.name for f in info.fields.values() if env.field_open(f)]
    for name in names:
        field = info.field(name)
        if field.groups and not env.field_open(field):
            raise AccessError(
                "You may not read {field} of {model}.", field=field.string, model=info.description, operation="read",
                groups=field.groups.split(","),
            )  # fmt: skip
    return list(names)


def value_of(record: Model, name: str) -> Any:
    """A value as its reader sees it: of the records that a link leads to, those that he may see."""
    field = record._info.field(name)
    found = field.__get__(record, None)
    return fetch.seen(found, record._name) if field.relational or field.type == "reference" else found


def read(records: Model, fields: Sequence[str], named: bool = True) -> list[dict[str, Any]]:
    """Values of the visible records, a mapping each, in the order asked for; links as ids unless `named`.

    Where no field is named, those are left out that need a model or a record which the reader may not read.
    """
    wanted = readable_fields(records, fields)
    info = records._info
    shown = columnwise.visible(records, [info.fields[name] for name in wanted])
    rows: list[dict[str, Any]] = [{"id": i} for i in shown._ids]
    for name in wanted:
        if name == "id":
            continue
        field = info.fields[name]
        try:
            values = _named(shown, field) if field.type == "many2one" and named else columnwise.edges(shown, field)
        except (AccessError, MissingError):
            if fields:
                raise
            continue
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    return rows


def _named(records: Model, field: Any) -> list[Any]:
    """Links as `[id, name]`, or False."""
    env = records.env
    ids = (
        [field.pick(raw, env) for raw in columnwise.raws(records, field)]
        if field.mapped
        else columnwise.raws(records, field)
    )
    titles = link_names(env, field.comodel, {i for i in ids if i})
    return [[i, titles[i]] if i in titles else False for i in ids]


def link_names(env: Env, model: str, ids: set[int]) -> dict[int, str]:
    """What people call the records, for those that the reader may see."""
    if not ids:
        return {}
    try:
        found = columnwise.visible(env[model].browse(sorted(ids)), columnwise.title_columns(env.registry[model]))
    except AccessError:
        return {}
    return dict(zip(found._ids, columnwise.titles(found), strict=True))


def sort_key(record: Model, name: str) -> Any:
    """A value by which records sort as the database would."""
    field = record._info.field(name)
    value = value_of(record, name)
    if field.relational:
        value = value.display_name if value else ""
    if value is None:
        return (0, 0)
    return (1, fold(value) if isinstance(value, str) else value)


def default_get(records: Model, names: Sequence[str]) -> dict[str, Any]:
    """Defaults of the named fields in edge form."""
    env, info = records.env, records._info
    env.check(info.name, "create")
    result: dict[str, Any] = {}
    for name, value in defaults.default_values(env, info, readable_fields(records, names)).items():
        field = info.fields[name]
        if field.to_many:
            result[name] = [list(command) for command in field.to_raw(value, env)]
        elif field.mapped:
            result[name] = value if not hasattr(value, "_ids") else (value.id or False)
        else:
            result[name] = field.to_edge(field.to_raw(value, env), records)
    return result


def fields_get(
    records: Model, names: Sequence[str] | None, attributes: Sequence[str] | None
) -> dict[str, dict[str, Any]]:
    """Descriptions of the fields the reader may see."""
    env, info = records.env, records._info
    env.check(info.name, "read")
    result: dict[str, dict[str, Any]] = {}
    for name, field in info.fields.items():
        if (names and name not in names) or (field.groups and not env.field_open(field)):
            continue
        entry = field.describe(env)
        result[name] = {k: v for k, v in entry.items() if k in attributes} if attributes else entry
    return result


def get_metadata(records: Model) -> list[dict[str, Any]]:
    """Bookkeeping of the visible records."""
    names = ["create_uid", "create_date", "write_uid", "write_date"]
    rows = read(records, names)
    ids = [row["id"] for row in rows]
    external: dict[int, str] = {}
    if "ir.model.data" in records.env and ids:
        data: Any = records.env.super_env["ir.model.data"]
        for entry in data.search(Leaf("model", "=", records._name) & Leaf("res_id", "in", ids)):
            external[entry.res_id] = f"{entry.module}.{entry.name}"
    return [{**row, "xmlid": external.get(row["id"], False), "noupdate": False} for row in rows]


def copy_values(record: Any, default: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a copy of a record: what its fields allow to be copied, then `default`."""
    info = record._info
    values: dict[str, Any] = {}
    for name, field in info.fields.items():
        if name in default or name in SYSTEM or not field.copy or (field.computed and not field.given.get("delegated")):
            continue
        if not record.env.field_open(field):
            continue
        if field.given.get("delegated"):
            if info.fields[field.related[0]].name in default:
                continue
            shown = record.env.registry[info.fields[field.related[0]].comodel].fields[field.related[1]]
            if not shown.copy or shown.computed:
                continue
        if field.type == "many2one" and name in info.inherits.values():
            continue
        if not field.stored and not field.given.get("delegated"):
            continue
        value = value_of(record, name)
        if field.type == "one2many":
            values[name] = [
                (0, 0, {k: v for k, v in copy_values(line, {}).items() if k != field.inverse_name}) for line in value
            ]
        elif field.type == "reference":
            values[name] = f"{value._name},{value.id}" if value else None
        elif field.relational:
            values[name] = [(6, 0, list(value._ids))] if field.to_many else value.id or None
        elif field.mapped and not field.given.get("delegated"):
            raw = record.env.values[field.slot].get(record.id)
            if raw:
                values[name] = {k: field.from_json(v) for k, v in raw.items() if field.entry_open(record.env, k)}
        else:
            values[name] = value
    return {**values, **default}
