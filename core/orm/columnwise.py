"""Reads one field of many records at once: what takes a descriptor call for each record otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from core.orm import fetch
from core.orm.transaction import EVERYTHING

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.model import Model
    from core.orm.registry import ModelInfo


def raws(records: Model, field: Field[Any, Any]) -> list[Any]:
    """Raw values of a field of records that the reader may see, in their order.

    Raises:
        MissingError: one of the records is gone.
    """
    env, ids = records.env, records._ids
    if env.tx.draft:
        for record in records:
            field.__get__(record, None)
        values = env.values[field.slot]
        return [values[i] for i in ids]
    pending = env.tx.pending.get(field.slot)
    for record_id in ids if pending else ():
        if pending and record_id in pending:
            env.tx.compute(field, record_id)
    values = env.values[field.slot]
    lacking = [i for i in ids if i not in values]
    if lacking:
        fetch.fill(env, field, lacking)
        values = env.values[field.slot]
        for record_id in lacking:
            if record_id not in values:
                raise fetch.missing(env, records._info, record_id)
    return [values[i] for i in ids]


def edges(records: Model, field: Field[Any, Any]) -> list[Any]:
    """Values of a field as programs outside see them."""
    return field.to_edges(raws(records, field), records)


def visible(records: Model, fields: Iterable[Field[Any, Any]] = ()) -> Model:
    """Those of the records that exist and that the reader may see; `fields` are brought along by the same statement."""
    env, info = records.env, records._info
    readable = env.readable[info.name]
    version = info.fields.get("row_version")
    if version is None or not version.stored or not info.stored:
        fetch.admit(env, info, records._ids, readable)
        ids = tuple(i for i in records._ids if i in readable)
        return records._make(env, ids, ids)
    columns = [version, *(f for f in fields if f.stored and f.has_column and f is not version and f.name != "id")]
    free = readable is EVERYTHING
    unknown = [] if free else [i for i in records._ids if i > 0 and i not in readable]
    if unknown:
        fetch.load_readable(env, info, columns, unknown, readable)
    new = env.tx.new.get(info.name, {})
    bucket = env.tx.bucket(version.slot)
    unsure = [i for i in records._ids if (free or i in readable) and i not in new and i not in bucket]
    if unsure:
        fetch.load_columns(env.tx, info, columns, unsure)
    ids = tuple([i for i in records._ids if (free or i in readable) and (i in bucket or i in new)])
    return records._make(env, ids, ids)


def titles(records: Model) -> list[str]:
    """What people call records that the reader may see."""
    field = _title_field(records._info)
    if field is None or records.env.tx.draft or not records.env.field_open(field):
        return [record.display_name for record in records]
    return [str(text or "") for text in edges(records, field)]


def title_columns(info: ModelInfo) -> Sequence[Field[Any, Any]]:
    """What `titles` reads of the records themselves."""
    field = _title_field(info)
    if field is None:
        return ()
    return (info.fields[field.related[0]],) if field.related and not field.stored else (field,)


def _title_field(info: ModelInfo) -> Field[Any, Any] | None:
    """The text that a model is called by, unless it works its names out in a way of its own."""
    from core.orm.model import Model

    field = info.fields[info.rec_name]
    plain = info.fields["display_name"].compute_method == "_compute_display_name"
    own = info.cls._compute_display_name is not Model._compute_display_name
    return field if plain and not own and field.type in ("char", "text") else None


def follow(records: Model, links: Sequence[str], last: str) -> tuple[list[int | None], Model] | None:
    """Where many2one links lead from each of the records, and all that is reached; hidden records are left out.

    The field `last` of what is reached is brought along. Gives None where it takes more than plain links.
    """
    env = records.env
    here: Any = records
    at: list[int | None] = list(records._ids)
    for link, following in zip(links, (*links, last)[1:], strict=True):
        bound: Any = here._info.field(link)
        if bound.type != "many2one" or bound.mapped or not env.field_open(bound):
            return None
        step = dict(zip(here._ids, raws(here, bound), strict=True))
        ids = tuple(dict.fromkeys(i for i in step.values() if i))
        info = env.registry[bound.comodel]
        target: Any = info.cls._make(env, ids, ids)
        here = visible(target, (info.field(following),)) if env.may(info.name, "read") else target.readable()
        kept = set(here._ids)
        at = [found if i and (found := step.get(i)) in kept else None for i in at]
    return at, here
