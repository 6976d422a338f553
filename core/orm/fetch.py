"""Brings values from the database into the cache: one statement a column set, for all records loaded together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import id_in, id_list
from core.errors import MissingError
from core.orm import compute, select
from core.orm.domain import Leaf
from core.orm.fields.base import MISSING
from core.orm.shape import MOST
from core.orm.transaction import EVERYTHING

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.model import Model
    from core.orm.registry import ModelInfo
    from core.orm.transaction import Transaction, Values

SMALL_SET = 200
MOST_ASKED = 2000
HEAVY = frozenset(["text", "html", "json"])


def load(env: Env, field: Field[Any, Any], record: Model) -> Any:
    """The raw value of a field for one record, loading it for the whole prefetch set.

    Raises:
        MissingError: when the record does not exist, or is hidden from the user.
    """
    record_id = record._ids[0]
    if record_id < 0:
        return env.tx.draft_value(env, field, record_id)  # type: ignore[attr-defined]  # ids below zero live in drafts
    readable = env.readable[field.model]
    prefetch = record._prefetch
    if record_id not in readable:
        admit(env, field.info, prefetch if record_id in prefetch else (record_id,), readable)
        if record_id not in readable:
            raise missing(env, field.info, record_id)
    bucket = env.values[field.slot]
    raw = bucket.get(record_id, MISSING)
    if raw is not MISSING:
        return raw
    wanted = [i for i in prefetch if i > 0 and i not in bucket and i in readable]
    if record_id not in wanted:
        wanted = [record_id]
    fill(env, field, wanted)
    raw = bucket.get(record_id, MISSING)
    if raw is MISSING:
        raise missing(env, field.info, record_id)
    return raw


def missing(env: Env, info: ModelInfo, record_id: int) -> MissingError:
    """The error for a record that is not there, or not for this user."""
    return MissingError(
        "{model} {id} does not exist, or you may not see it.",
        model=env.translate_term(info.description, info.addon), id=record_id,
    )  # fmt: skip


def fill(env: Env, field: Field[Any, Any], ids: Sequence[int]) -> None:
    """Put a field's values of records into the cache."""
    if field.computed and not field.stored:
        compute.compute_unstored(env, field, ids)
    elif field.type == "one2many":
        _load_one2many(env, field, ids)
    elif field.type == "many2many":
        _load_many2many(env, field, ids)
    elif field.stored:
        fields = field.info.light if len(ids) <= SMALL_SET and field.type not in HEAVY else (field,)
        load_columns(env.tx, field.info, fields, ids)
    else:
        bucket = env.values[field.slot]
        null = field.null()
        for record_id in ids:
            bucket.setdefault(record_id, null)


def load_columns(tx: Transaction, info: ModelInfo, fields: Sequence[Field[Any, Any]], ids: Sequence[int]) -> None:
    """Read columns of rows; values already cached stay as they are (they may be newer)."""
    new = tx.new.get(info.name)
    if new:
        ids = [i for i in ids if i not in new]
    if not ids:
        return
    if info.query:
        tx.flush()
    rows = tx.execute(_reading(info, fields), {"ids": ids}).all()
    columns = list(zip(*rows, strict=True)) if rows else []
    if not columns:
        return
    for position, field in enumerate(fields, start=1):
        put_column(tx.bucket(field.slot), field, columns[0], columns[position])


def _reading(info: ModelInfo, fields: Sequence[Field[Any, Any]]) -> sa.Select[Any]:
    """The statement that reads these columns of the rows with the given `ids`, built once."""
    kept = info.shapes.setdefault("columns", {})
    key = tuple(field.name for field in fields)
    found: sa.Select[Any] | None = kept.get(key)
    if found is None:
        if len(kept) > MOST:
            kept.clear()
        table = info.table
        ids = sa.bindparam("ids", type_=id_list(table.c.id))
        found = kept[key] = sa.select(table.c.id, *[table.c[name] for name in key]).where(id_in(table.c.id, ids))
    return found


def put_column(bucket: Values, field: Field[Any, Any], ids: Sequence[int], values: Sequence[Any]) -> None:
    """Cache one column without overwriting newer values."""
    if not bucket:
        bucket.update(zip(ids, field.from_columns(values), strict=True))
        return
    convert = field.from_column
    for record_id, value in zip(ids, values, strict=True):
        if record_id not in bucket:
            bucket[record_id] = convert(value)


def admit(env: Env, info: ModelInfo, ids: Sequence[int], readable: Any) -> None:
    """Ask the database which of the records this user's rules let him read."""
    wanted = [i for i in ids if i > 0 and i not in readable]
    if wanted:
        readable.update(allowed(env, info, wanted, "read"))


def load_readable(
    env: Env, info: ModelInfo, fields: Sequence[Field[Any, Any]], ids: Sequence[int], readable: Any
) -> None:
    """Ask which of the records this user's rules let him read, and read columns of those in the same statement."""
    found = _allowed(env, info, ids, "read").rows(fields)
    if found:
        columns = list(zip(*found, strict=True))
        readable.update(columns[0])
        for field, values in zip(fields, columns[1:], strict=True):
            put_column(env.tx.bucket(field.slot), field, columns[0], values)


def allowed(env: Env, info: ModelInfo, ids: Sequence[int], operation: str) -> list[int]:
    """Those of the records that the rules allow for an operation."""
    return _allowed(env, info, ids, operation).ids()


def _allowed(env: Env, info: ModelInfo, ids: Sequence[int], operation: str) -> select.Query:
    rule = env.rule(info.name, operation)
    return select.Query(env.rule_env, info, Leaf("id", "in", list(ids)) & rule, active_test=False)


def require(env: Env, model: str, ids: Iterable[int]) -> None:
    """Nobody links, or works something out from, a record he cannot see.

    Raises:
        AccessError: the reader may not read the model.
        MissingError: one of the records is hidden from him.
    """
    readable = env.readable[model]
    unsure = [i for i in ids if i > 0 and i not in readable]
    if not unsure:
        return
    info = env.registry[model]
    admit(env, info, unsure, readable)
    for record_id in unsure:
        if record_id not in readable:
            raise missing(env, info, record_id)


def hidden(env: Env, model: str, ids: Iterable[int], among: Iterable[int] = ()) -> set[int]:
    """Those of the ids that this reader may not see; asked together with those of `among`, and once."""
    if env.is_super(model):
        return set()
    known = _hidden(env, model)
    if known is EVERYTHING:
        return {i for i in ids if i > 0}
    readable = env.readable[model]
    wanted = {i for i in ids if i > 0 and i not in readable}
    if not wanted <= known:
        asked = [i for i in {*wanted, *islice(among, MOST_ASKED)} if i > 0 and i not in readable]
        admit(env, env.registry[model], asked, readable)
        known.update(i for i in asked if i not in readable)
        wanted &= known
    return wanted


def _hidden(env: Env, model: str) -> Any:
    """The ids that were asked for and are not for this reader; everything where he may not read the model."""
    key = (model, "hidden", env.access_key)
    held = env.tx.allowed.get(key)
    if held is None:
        held = (env.rule(model, "read").names(), set()) if env.may(model, "read") else (frozenset(), EVERYTHING)
        env.tx.allowed[key] = held
    return held[1]


def limited(env: Env, model: str) -> bool:
    """Are there records of the model that this reader may not see?"""
    return not env.is_super(model) and (_hidden(env, model) is EVERYTHING or env.readable[model] is not EVERYTHING)


def seen(records: Model, owner: str = "") -> Model:
    """The records that a link leads to, as its reader sees them: one that is hidden from him is none.

    Args:
        owner: the model whose link it is; who passes the gate for that sees its links as they are.
    """
    env = records.env
    if not records._ids or env.is_super(records._name) or (owner and env.is_super(owner)):
        return records
    gone = hidden(env, records._name, records._ids, records._prefetch)
    if not gone:
        return records
    return records._make(env, tuple(i for i in records._ids if i not in gone), records._prefetch)


def targets(env: Env, field: Any, record: Model) -> tuple[int, ...]:
    """All ids that a link leads to from the records loaded together with this one."""
    prefetch = record._prefetch
    bucket = env.values[field.slot]
    raw = bucket.get(record._ids[0])
    own: tuple[int, ...] = raw if isinstance(raw, tuple) else (raw,) if isinstance(raw, int) else ()
    if len(prefetch) < 2:
        return own
    found: Iterable[int]
    if field.to_many:
        found = dict.fromkeys(chain.from_iterable(bucket.get(r, ()) for r in prefetch))
    else:
        found = dict.fromkeys(v for v in map(bucket.get, prefetch) if isinstance(v, int))
    return tuple(found)


def _load_one2many(env: Env, field: Any, ids: Sequence[int]) -> None:
    info = env.registry[field.comodel]
    inverse = info.fields[field.inverse_name]
    condition = Leaf(inverse.name, "in", list(ids)) & field.limit
    children, owners = select.Query(env, info, condition, active_test=env.active_test(field)).pairs(inverse)
    grouped: dict[int, list[int]] = {}
    for child, owner in zip(children, owners, strict=True):
        if owner in grouped:
            grouped[owner].append(child)
        else:
            grouped[owner] = [child]
    _keep(env, info, children)
    bucket = env.values[field.slot]
    for record_id in ids:
        if record_id not in bucket:
            bucket[record_id] = tuple(grouped.get(record_id, ()))
    put_column(env.tx.bucket(inverse.slot), inverse, children, owners)


def _load_many2many(env: Env, field: Any, ids: Sequence[int]) -> None:
    info = env.registry[field.comodel]
    env.tx.flush_for([field.model, field.comodel])
    name, here, there = field.names()
    relation = env.registry.relations[name]
    query = select.Query(env, info, field.limit, active_test=env.active_test(field))
    rows = query.linked(relation.c[here], relation.c[there], ids)
    grouped: dict[int, list[int]] = {record_id: [] for record_id in ids}
    for target, owner in rows:
        grouped[owner].append(target)
    _keep(env, info, [target for target, _ in rows])
    bucket = env.values[field.slot]
    for owner, found in grouped.items():
        bucket.setdefault(owner, tuple(found))


def _keep(env: Env, info: ModelInfo, ids: Sequence[int]) -> None:
    """Records that a query under the user's rules gave are readable."""
    env.readable[info.name].update(ids)


def companies_of(env: Env) -> tuple[int, tuple[int, ...]]:
    """The user's own company and all companies he may work in; zeros before there are any."""
    users = env.registry.models.get("res.users")
    if users is None or not users.stored or "company_id" not in users.fields:
        return (0, ())
    user: Any = env.super_env.with_context(active_test=False)["res.users"].browse(env.uid)
    try:
        company = user.company_id.id
        return (company, tuple(dict.fromkeys([company, *user.company_ids.ids]))) if company else (0, ())
    except MissingError:
        return (0, ())
